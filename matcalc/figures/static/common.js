/* Shared by all figures: this text stands before each figure's own module. */
const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes and children; a name that starts with "svg:" makes an SVG element. */
const node = (name, attributes = {}, ...children) => {
  const e = name.startsWith('svg:') ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) e.setAttribute(key, value);
  e.append(...children);
  return e;
};

const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Run f at most once per animation frame, however often the hand moves. */
const eachFrame = f => {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; f(); });
  };
};

/** The figure's root: marked for tests and styles, and JupyterLab's shortcuts stay out of its keys. */
const root = (el, kind, caption, ...children) => {
  const figure = node('figure', { class: 'mc-figure', 'data-matcalc-figure': kind, 'data-lm-suppress-shortcuts': 'true' }, ...children);
  if (caption) figure.append(node('figcaption', {}, caption));
  el.replaceChildren(figure);
  return figure;
};

/** A named native slider: {row, input, show}; show(place, text) moves it and says its value. */
const slider = (name, count, moved) => {
  const input = node('input', { type: 'range', min: 0, max: count - 1, step: 1, 'aria-label': name });
  const value = node('span', { class: 'mc-value', 'aria-hidden': 'true' });
  const row = node('label', { class: 'mc-slider' }, node('var', {}, name), input, value);
  input.addEventListener('input', () => moved(Number(input.value)));
  const show = (place, text) => {
    input.value = place;
    value.textContent = text;
    input.setAttribute('aria-valuetext', `${name} = ${text}`);
  };
  return { row, input, show };
};

/** Save a trait for the kernel, where there is one. */
const save = (model, name, value) => { model.set(name, value); model.save_changes(); };

/** The sentence read aloud: {box, show(text)}; `longest` keeps its place on the page. */
const speech = longest => {
  const text = node('span'), box = node('p', { class: 'mc-say', 'aria-live': 'polite', 'data-longest': longest }, text);
  return { box, show: words => { if (text.textContent !== words) text.textContent = words; } };
};

/** A number as it is kept, and as it is written: three digits and a true minus. */
const round = x => Math.round(x * 100) / 100;
const digits = x => {
  if (x === null || x === 0) return x === 0 ? '0' : '–';
  return (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e4 ? x.toExponential(1) : x.toPrecision(3)).replaceAll('-', '−');
};

/** A named number: {box, show(x)}; and the button that brings the first state back. */
const tile = text => {
  const value = node('b');
  return { box: node('span', { class: 'mc-tile' }, node('span', {}, text), value), show: x => { value.textContent = typeof x === 'string' ? x : digits(x); } };
};
const reset = (model, ...names) => {
  const button = node('button', { type: 'button', class: 'mc-button' }, 'Reset'), first = names.map(name => model.get(name));
  button.addEventListener('click', () => names.forEach((name, k) => save(model, name, first[k])));
  return button;
};

/** Draw now, and again whenever one of these traits has changed. */
const follow = (model, signal, draw, ...names) => {
  const redraw = eachFrame(draw);
  names.forEach(name => model.on(`change:${name}`, redraw));
  signal?.addEventListener('abort', () => names.forEach(name => model.off(`change:${name}`, redraw)));
  draw();
  return redraw;
};
