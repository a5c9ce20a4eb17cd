/* Runs anywidget figures on a page that has no kernel behind it.

   The page carries the saved state of its widgets and, where each figure stands, a script that names its
   model. A figure is imported and drawn when it comes near the view; until then, and if it fails, the still
   picture beside it stays. Binary traits and messages to Python are not supported: nobody would answer. */
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const NEAR = '600px';

  /** A model as anywidget's front end sees it: get, set, on, off; saving has nowhere to go. */
  const model = (data, modelOf) => {
    const listeners = {};
    const tell = (event, ...what) => [...(listeners[event] ?? [])].forEach(f => f(...what));
    const it = {
      get: key => data[key],
      set(key, value) {
        for (const [k, v] of Object.entries(typeof key === 'object' ? key : { [key]: value })) {
          data[k] = v;
          tell(`change:${k}`, it, v);
        }
        tell('change', it);
      },
      save_changes() {},
      send() {},
      on(event, f) { (listeners[event] ??= new Set()).add(f); },
      off(event, f) { f ? listeners[event]?.delete(f) : delete listeners[event]; },
      widget_manager: { get_model: async reference => modelOf(reference.replace('IPY_MODEL_', '')) },
    };
    return it;
  };

  const once = make => { const made = new Map(); return key => made.get(key) ?? made.set(key, make(key)).get(key); };

  /** The module of a figure; many figures share one text, which is imported once. */
  const moduleOf = once(async text => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    try {
      const { default: widget } = await import(url);
      return typeof widget === 'function' ? await widget() : widget;
    } finally { URL.revokeObjectURL(url); }
  });

  const styleOf = once(text => {
    const style = document.createElement('style');
    style.textContent = text;
    return document.head.appendChild(style);
  });

  const draw = async (place, still, saved, modelOf, id) => {
    const stage = document.createElement('div');
    const signal = new AbortController().signal;
    try {
      if (saved._css) styleOf(saved._css);
      const widget = await moduleOf(saved._esm);
      const figure = modelOf(id);
      await (figure.initialized ??= widget.initialize?.({ model: figure, signal, experimental: {} }) ?? true);
      await widget.render?.({ model: figure, el: stage, signal, experimental: {} });
      place.append(stage);
      place.style.minHeight = '';
      still?.remove();
      place.dataset.state = 'drawn';
    } catch (error) {
      place.dataset.state = 'failed';
      place.style.minHeight = '';
      if (!still) place.textContent = 'This figure could not be drawn in your browser.';
      console.error('figure', id, error);
    }
  };

  const start = () => {
    const text = document.querySelector(STATE)?.textContent;
    if (!text) return;
    const state = JSON.parse(text).state;
    const modelOf = once(id => model({ ...state[id].state }, modelOf));
    const jobs = new Map();
    const near = 'IntersectionObserver' in window && new IntersectionObserver(seen => seen.forEach(({ isIntersecting, target }) => {
      if (!isIntersecting) return;
      near.unobserve(target);
      jobs.get(target)();
    }), { rootMargin: NEAR });
    for (const script of document.querySelectorAll(VIEW)) {
      const id = JSON.parse(script.textContent).model_id;
      if (state[id]?.model_module !== 'anywidget') continue;
      const still = script.parentElement.querySelector('[data-matcalc-still]');
      const place = document.createElement('div');
      place.className = 'anywidget-static';
      place.dataset.state = 'waiting';
      if (!still) place.style.minHeight = '20rem';      // something to come near to
      script.before(place);
      jobs.set(place, () => draw(place, still, state[id].state, modelOf, id));
      near ? near.observe(place) : jobs.get(place)();
    }
  };

  document.readyState === 'loading' ? addEventListener('DOMContentLoaded', start) : start();
})();
