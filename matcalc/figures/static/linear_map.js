/* F(X + t dX) against F(X) + t F′(X)[dX] for 2×2 matrices. Matrices are lists of rows. */

const times = (A, B) => A.map(row => [0, 1].map(j => row[0] * B[0][j] + row[1] * B[1][j]));
const plus = (A, B, t = 1) => A.map((row, i) => row.map((a, j) => a + t * B[i][j]));
const minus = A => A.map(row => row.map(a => -a));
const turned = A => [[A[0][0], A[1][0]], [A[0][1], A[1][1]]];
const norm = A => Math.hypot(...A.flat());
const det = A => A[0][0] * A[1][1] - A[0][1] * A[1][0];
const inverse = A => Math.abs(det(A)) < 1e-9 ? null : [[A[1][1], -A[0][1]], [-A[1][0], A[0][0]]].map(row => row.map(a => a / det(A)));

/** Value f(X) and differential d(X, dX) of each map; null where the map is not defined. */
export const maps = {
  'power(2)': { text: 'X²', f: X => times(X, X), d: (X, H) => plus(times(X, H), times(H, X)) },
  'power(3)': {
    text: 'X³', f: X => times(X, times(X, X)),
    d: (X, H) => plus(plus(times(times(X, X), H), times(times(X, H), X)), times(H, times(X, X))),
  },
  inverse: {
    text: 'X⁻¹', f: inverse,
    d: (X, H) => { const Y = inverse(X); return Y && minus(times(Y, times(H, Y))); },
  },
  'XᵀX': { text: 'XᵀX', f: X => times(turned(X), X), d: (X, H) => plus(times(turned(H), X), times(turned(X), H)) },
};

/** What the figure shows: the true value, the linearization, and how far they are apart. */
export const compare = (name, X, H, t) => {
  const { f, d } = maps[name], start = f(X), exact = f(plus(X, H, t));
  if (!start || !exact) return null;
  const change = d(X, H), linear = plus(start, change, t), remainder = norm(plus(exact, linear, -1));
  return { start, exact, linear, remainder, ratio: t === 0 ? null : remainder / (t * t), moved: norm(plus(exact, start, -1)) };
};

/** The letter that every matrix is applied to: it has no symmetry, so a turn or a mirror shows. */
const LETTER = [[.15, .08], [.15, .92], [.85, .92], [.85, .74], [.36, .74], [.36, .58], [.68, .58], [.68, .4], [.36, .4], [.36, .08]];
const SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1]];
const apply = (A, [x, y]) => [A[0][0] * x + A[0][1] * y, A[1][0] * x + A[1][1] * y];

const SIDE = 240;
const round = x => Math.round(x * 100) / 100;
const digits = x => x === null ? '–' : x === 0 ? '0' : x < 1e-3 || x >= 1e4 ? x.toExponential(1).replace('-', '−') : x.toPrecision(3);

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

const column = (A, j) => [A[0][j], A[1][j]];
const withColumn = (A, j, v) => A.map((row, i) => row.map((a, k) => k === j ? v[i] : a));
const matrix = (name, color) => {
  const cells = [0, 1, 2, 3].map(() => node('span'));
  const box = node('span', { class: 'mc-matrix', style: `--mc-ink:var(--mc-${color})` }, ...cells);
  return { row: node('span', { class: 'mc-named' }, node('i', {}, name), ' = ', box), show: A => A.flat().forEach((a, k) => { cells[k].textContent = a.toFixed(2).replace('-', '−'); }) };
};
const key = (style, text) => node('span', { class: 'mc-key' }, node('i', { class: style, 'aria-hidden': 'true' }), text);

function render({ model, el, signal }) {
  const name = model.get('rule'), F = maps[name].text;
  const left = panel(['The matrix moves: ', node('b', {}, 'X + t dX')]), right = panel(['The value follows: ', node('b', {}, `F(X + t dX), F = ${F}`)]);
  const path = (plane, cls) => plane.content.appendChild(node('svg:path', { class: cls }));
  const from = path(left, 'mc-ghost'), to = path(left, 'mc-exact'), frame = path(left, 'mc-frame'), arms = path(left, 'mc-arm'), ways = path(left, 'mc-way');
  const value = path(right, 'mc-ghost'), exact = path(right, 'mc-exact'), linear = path(right, 'mc-linear'), gap = path(right, 'mc-gap');
  const change = (trait, j, p) => save(model, trait, withColumn(model.get(trait), j, p));
  const columns = [0, 1].map(j => handle(left, 'blue', `column ${j + 1} of X`, p => change('X', j, p)));
  const ends = [0, 1].map(j => handle(left, 'orange', `column ${j + 1} of dX, from the tip of X`, p => {
    const base = column(model.get('X'), j);
    change('dX', j, [round(p[0] - base[0]), round(p[1] - base[1])]);
  }));
  left.svg.append(...columns.map(h => h.dot), ...ends.map(h => h.dot));
  for (const [plane, text] of [[left, 'The letter F under X and under X + t dX'], [right, 'The letter F under the true value and under the linearization']]) {
    plane.svg.setAttribute('role', plane === left ? 'group' : 'img');
    plane.svg.setAttribute('aria-label', text);
  }

  const time = slider('t', 101, i => save(model, 't', i / 100));
  const numbers = { X: matrix('X', 'blue'), dX: matrix('dX', 'orange') };
  const tile = text => { const n = node('b'); return { box: node('span', { class: 'mc-tile' }, node('span', {}, text), n), show: x => { n.textContent = x; } }; };
  const remainder = tile('error, its norm'), ratio = tile('error / t²');
  const words = speech(say(.55, { moved: 9, remainder: 1.11e-4, ratio: 1.11e-4 }));
  const again = node('button', { type: 'button', class: 'mc-button' }, 'Reset');
  const first = { X: model.get('X'), dX: model.get('dX'), t: model.get('t') };
  again.addEventListener('click', () => Object.entries(first).forEach(([k, v]) => save(model, k, v)));
  root(el, 'linear-map', model.get('caption'),
    node('div', { class: 'mc-panels' }, left.box, right.box),
    node('p', { class: 'mc-keys' }, key('mc-k-ghost', 'at t = 0'), key('mc-k-exact', 'true'), key('mc-k-linear', 'linearization'), key('mc-k-gap', 'error')),
    node('div', { class: 'mc-controls' }, node('div', { class: 'mc-sliders' }, time.row), again),
    node('div', { class: 'mc-numbers' }, numbers.X.row, numbers.dX.row, remainder.box, ratio.box), words.box);

  const show = () => {
    const X = model.get('X'), H = model.get('dX'), t = model.get('t'), Z = plus(X, H, t), c = compare(name, X, H, t);
    const tips = [0, 1].map(j => column(X, j)), far = [0, 1].map(j => column(plus(X, H), j));
    if (!left.held) left.show(view([[0, 0], ...tips, ...far]));
    const letter = (plane, A) => outline(plane.at, LETTER.map(p => apply(A, p)));
    from.setAttribute('d', letter(left, X));
    to.setAttribute('d', letter(left, Z));
    frame.setAttribute('d', outline(left.at, SQUARE.map(p => apply(Z, p))));
    arms.setAttribute('d', tips.map(p => outline(left.at, [[0, 0], p], false)).join(''));
    ways.setAttribute('d', tips.map((p, j) => outline(left.at, [p, far[j]], false)).join(''));
    columns.forEach((h, j) => h.show(tips[j]));
    ends.forEach((h, j) => h.show(far[j]));
    if (c) right.show(view([[0, 0], ...[c.start, c.linear].flatMap(A => LETTER.map(p => apply(A, p)))]));
    value.setAttribute('d', c ? letter(right, c.start) : '');
    exact.setAttribute('d', c ? letter(right, c.exact) : '');
    linear.setAttribute('d', c ? letter(right, c.linear) : '');
    gap.setAttribute('d', c ? LETTER.map(p => outline(right.at, [apply(c.exact, p), apply(c.linear, p)], false)).join('') : '');
    numbers.X.show(X);
    numbers.dX.show(H);
    remainder.show(c ? digits(c.remainder) : '–');
    ratio.show(c ? digits(c.ratio) : '–');
    time.show(Math.round(t * 100), t.toFixed(2));
    words.show(say(t, c));
  };
  const redraw = left.settle = eachFrame(show), traits = ['X', 'dX', 't'];
  traits.forEach(k => model.on(`change:${k}`, redraw));
  signal?.addEventListener('abort', () => traits.forEach(k => model.off(`change:${k}`, redraw)));
  show();
}

/** The state in words. */
export const say = (t, c) => {
  if (!c) return 'The matrix is singular here: it has no inverse, and the linearization knows nothing of that.';
  if (t === 0) return 'At t = 0 the true value and the linearization are the same point with the same velocity.';
  const share = c.moved === 0 ? 0 : 100 * c.remainder / c.moved;
  return `At t = ${t.toFixed(2)} the linearization misses by ${digits(c.remainder)}, which is ${digits(c.ratio)} times t² and ${share < .1 ? 'less than 0.1' : share < 10 ? share.toPrecision(2) : Math.round(share)} % of the way that F has moved.`;
};

export default { render };
