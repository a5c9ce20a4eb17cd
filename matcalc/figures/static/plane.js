/* A coordinate plane, and points in it that are dragged or moved with the arrow keys. */

const SIDE = 240;

/** The view [r, low, low] that shows all points, from a short list: an axis runs from −low·r to (2 − low)·r.
    It changes seldom, so that motion stays comparable. */
export const view = points => {
  const fit = (values, r) => [.6, 1, 1.4].find(low => values.every(a => a > -.9 * low * r && a < .9 * (2 - low) * r));
  for (const r of [.7, 1, 1.5, 2, 3, 5, 8, 12, 20, 50]) {
    const lows = [0, 1].map(k => fit(points.map(p => p[k]), r));
    if (lows.every(Boolean)) return [r, ...lows];
  }
  return [100, 1, 1];
};

/** A square coordinate panel; show(view) sets what is seen of the plane, at(p) is a point in pixels. */
function panel(title) {
  const grid = node('svg:g', { class: 'mc-grid' }), content = node('svg:g');
  const svg = node('svg:svg', { viewBox: `0 0 ${SIDE} ${SIDE}`, class: 'mc-plane' }, grid, content);
  const box = node('div', { class: 'mc-panel' }, node('p', { class: 'mc-title' }, ...title), svg);
  let seen = [0, 0, 0];
  const at = ([x, y]) => [SIDE / 2 * (seen[1] + x / seen[0]), SIDE / 2 * (2 - seen[2] - y / seen[0])];
  const world = (u, v) => [(2 * u - seen[1]) * seen[0], (2 - seen[2] - 2 * v) * seen[0]];
  const line = (a, b, k) => node('svg:path', { d: `M${at(a)}L${at(b)}`, class: k === 0 ? 'mc-axis' : null });
  const name = (k, [x, y], anchor) => node('svg:text', { x, y, 'text-anchor': anchor }, String(k).replace('-', '−'));
  const show = next => {
    if (String(next) === String(seen)) return;
    seen = next;
    const r = seen[0], step = r < 1 ? .5 : r <= 3 ? 1 : r <= 8 ? 2 : r <= 20 ? 5 : 20, [ox, oy] = at([0, 0]);
    const ticks = low => [...Array(99).keys()].map(k => (k - 49) * step).filter(k => k > -.95 * low * r && k < .95 * (2 - low) * r);
    grid.replaceChildren(
      ...ticks(seen[1]).flatMap(k => [line([k, -2 * r], [k, 2 * r], k), k ? name(k, [at([k, 0])[0], oy + 13], 'middle') : '']),
      ...ticks(seen[2]).flatMap(k => [line([-2 * r, k], [2 * r, k], k), k ? name(k, [ox - 5, at([0, k])[1] + 4], 'end') : '']));
  };
  return { box, svg, content, show, at, world };
}

/** The path through points of a plane. */
const outline = (at, points, closed = true) => 
  `M${points.map(p => at(p).map(v => v.toFixed(1))).join('L')}${closed ? 'Z' : ''}`;

/** A point that is dragged, or moved with the arrow keys: a named slider with two coordinates. */
function handle(plane, color, label, moved) {
  const dot = node('svg:g', { class: 'mc-handle', tabindex: 0, role: 'slider', 'aria-label': label, 'aria-valuemin': -9, 'aria-valuemax': 9, style: `color:var(--mc-${color})` },
    node('svg:circle', { r: 20, class: 'mc-reach' }), node('svg:circle', { r: 6 }));
  let here = [0, 0];
  const go = p => moved(p.map(v => round(Math.max(-9, Math.min(9, v)))));
  const pointed = e => {
    const box = plane.svg.getBoundingClientRect();
    const inside = x => Math.max(.02, Math.min(.98, x));
    go(plane.world(inside((e.clientX - box.left) / box.width), inside((e.clientY - box.top) / box.height)));
  };
  // the plane keeps its scale while a point is held: else the point would run from the hand
  const hold = held => { plane.held = held; if (!held) plane.settle(); };
  dot.addEventListener('lostpointercapture', () => hold(false));
  dot.addEventListener('pointerdown', e => { hold(true); dot.setPointerCapture(e.pointerId); dot.focus({ preventScroll: true }); e.preventDefault(); });
  dot.addEventListener('pointermove', e => { if (dot.hasPointerCapture(e.pointerId)) pointed(e); });
  dot.addEventListener('keydown', e => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
    if (!way) return;
    e.preventDefault();
    e.stopPropagation();
    const size = e.shiftKey ? .01 : .1;
    go([here[0] + way[0] * size, here[1] + way[1] * size]);
  });
  const show = p => {
    here = p;
    dot.setAttribute('transform', `translate(${plane.at(p)})`);
    dot.setAttribute('aria-valuenow', round(p[0]));
    dot.setAttribute('aria-valuetext', `${round(p[0])} across, ${round(p[1])} up`);
  };
  return { dot, show };
}

/** An entry of the legend. */
const key = (style, text) => node('span', { class: 'mc-key' }, node('i', { class: style, 'aria-hidden': 'true' }), text);
