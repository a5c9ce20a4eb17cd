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

const column = (A, j) => [A[0][j], A[1][j]];
const withColumn = (A, j, v) => A.map((row, i) => row.map((a, k) => k === j ? v[i] : a));
const matrix = (name, color) => {
  const cells = [0, 1, 2, 3].map(() => node('span'));
  const box = node('span', { class: 'mc-matrix', style: `--mc-ink:var(--mc-${color})` }, ...cells);
  return { row: node('span', { class: 'mc-named' }, node('i', {}, name), ' = ', box), show: A => A.flat().forEach((a, k) => { cells[k].textContent = a.toFixed(2).replace('-', '−'); }) };
};

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
  const remainder = tile('error, its norm'), ratio = tile('error / t²');
  const words = speech(say(.55, { moved: 9, remainder: 1.11e-4, ratio: 1.11e-4 }));
  root(el, 'linear-map', model.get('caption'),
    node('div', { class: 'mc-panels' }, left.box, right.box),
    node('p', { class: 'mc-keys' }, key('mc-k-ghost', 'at t = 0'), key('mc-k-exact', 'true'), key('mc-k-linear', 'linearization'), key('mc-k-gap', 'error')),
    node('div', { class: 'mc-controls' }, node('div', { class: 'mc-sliders' }, time.row), reset(model, 'X', 'dX', 't')),
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
    remainder.show(c && c.remainder);
    ratio.show(c && c.ratio);
    time.show(Math.round(t * 100), t.toFixed(2));
    words.show(say(t, c));
  };
  left.settle = follow(model, signal, show, 'X', 'dX', 't');
}

/** The state in words. */
export const say = (t, c) => {
  if (!c) return 'The matrix is singular here: it has no inverse, and the linearization knows nothing of that.';
  if (t === 0) return 'At t = 0 the true value and the linearization are the same point with the same velocity.';
  const share = c.moved === 0 ? 0 : 100 * c.remainder / c.moved;
  return `At t = ${t.toFixed(2)} the linearization misses by ${digits(c.remainder)}, which is ${digits(c.ratio)} times t² and ${share < .1 ? 'less than 0.1' : share < 10 ? share.toPrecision(2) : Math.round(share)} % of the way that F has moved.`;
};

export default { render };
