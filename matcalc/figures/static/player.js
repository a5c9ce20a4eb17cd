/* Plays frames: model → sliders, a play button, one SVG at a time. A page brings all of them; a kernel brings the
   first look, is asked for the film when the figure is seen, and the picture rests until it has come. */

const unpack = async packed => {
  const bytes = Uint8Array.from(atob(packed), c => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).json();
};

/** The place of a state among the frames: the last slider runs fastest. */
export const place = (index, counts) => index.reduce((sum, i, k) => sum * counts[k] + i, 0);

/** Milliseconds a frame is shown: a run takes about five seconds, or half a second a step when calm. */
export const pace = (count, reduced) => reduced ? 500 : Math.min(400, Math.max(60, 5000 / count));

const icon = shape => node('svg:svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' }, node('svg:path', { d: shape }));
const PLAY = 'M1 0 L10 5 L1 10 Z', PAUSE = 'M1 0h3v10h-3z M6 0h3v10h-3z';

async function render({ model, el, signal }) {
  const sliders = model.get('sliders'), counts = sliders.map(s => s.labels.length), [width, height] = model.get('size');
  const stage = node('div', { class: 'mc-stage', role: 'img', style: `aspect-ratio:${width}/${height};max-width:${width * SCALE}px` });
  const shadow = stage.attachShadow({ mode: 'open' });      // ids and styles of a frame stay inside it
  const button = node('button', { type: 'button', class: 'mc-button' });
  const words = speech(model.get('say').reduce((a, b) => b.length > a.length ? b : a));
  const rows = sliders.map((s, k) => slider(s.name, counts[k], i => { stop(); move(k, i); }));
  root(el, 'player', model.get('caption'), stage, node('div', { class: 'mc-controls' }, button, node('div', { class: 'mc-sliders' }, ...rows.map(r => r.row))), words.box);

  let film = null, timer = null;
  const move = (k, i) => { const index = [...model.get('index')]; index[k] = i; save(model, 'index', index); };
  const show = () => {
    const index = model.get('index'), now = place(index, counts), text = model.get('say')[now];
    rows.forEach((r, k) => r.show(index[k], sliders[k].labels[index[k]]));
    words.show(text);
    stage.setAttribute('aria-label', `${model.get('alt')} ${text}`);
    if (film) shadow.innerHTML = STAGE_STYLE + (film.frames[now] ?? film.frames[0]).map(i => film.pool[i]).join('\n');
  };
  const stop = () => {
    clearInterval(timer); timer = null;
    words.box.setAttribute('aria-live', 'polite');
    button.replaceChildren(icon(PLAY), 'Play');
  };
  const play = () => {
    const last = counts[0] - 1, here = () => model.get('index')[0];
    words.box.setAttribute('aria-live', 'off');               // forty sentences in five seconds help nobody
    button.replaceChildren(icon(PAUSE), 'Pause');
    if (here() === last) move(0, 0);
    timer = setInterval(() => {
      if (!el.isConnected || here() >= last) return stop();
      move(0, here() + 1);
    }, pace(counts[0], calm()));
  };
  button.addEventListener('click', () => timer ? stop() : play());
  const redraw = eachFrame(show);
  model.on('change:index', redraw);
  const load = async () => {
    film = await unpack(model.get('frames'));
    stage.setAttribute('aria-busy', film.frames.length < model.get('say').length);
    show();
  };
  model.on('change:frames', load);
  signal?.addEventListener('abort', () => { stop(); model.off('change:index', redraw); model.off('change:frames', load); });
  stop();
  show();
  await load();
  if (film.frames.length < model.get('say').length) model.send('film');
}

const SCALE = 1.55;                                       // pixels a point, where the page is wide enough
const STAGE_STYLE = '<style>svg{display:block;width:100%;height:auto;fill:currentColor}</style>';

export default { render };
