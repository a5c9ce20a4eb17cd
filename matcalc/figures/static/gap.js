/* A symmetric 2×2 matrix A and a direction dA, as points of a plane: half the difference of the diagonal entries
   across, the entry beside the diagonal up. Then the gap of the eigenvalues is twice the distance from the origin. */

const mean = A => (A[0][0] + A[1][1]) / 2;
const flat = A => [(A[0][0] - A[1][1]) / 2, A[0][1]];
const withPoint = (A, [d, b]) => [[round(mean(A) + d), b], [b, round(mean(A) - d)]];
const between = (A, H, t) => A.map((row, i) => row.map((a, j) => a + t * H[i][j]));
const form = (H, x, y) => x[0] * (H[0][0] * y[0] + H[0][1] * y[1]) + x[1] * (H[1][0] * y[0] + H[1][1] * y[1]);
const frame = angle => [[Math.cos(angle), Math.sin(angle)], [-Math.sin(angle), Math.cos(angle)]];

/** Both eigenvalues, ascending, and the angle of the second one's eigenvector above the first axis. */
export const spectrum = A => {
  const [d, b] = flat(A), r = Math.hypot(d, b), m = mean(A);
  return { values: [m - r, m + r], gap: 2 * r, angle: Math.atan2(b, d) / 2 };
};

/** λ′ = vᵀ dA v for both, and the rate at which the eigenvectors turn, v₁ᵀ dA v₂ / gap; null where there is no gap. */
export const slopes = (A, H) => {
  const { gap, angle } = spectrum(A), [v, w] = frame(angle), across = form(H, w, v);
  return gap < 1e-9 ? null : { values: [form(H, w, w), form(H, v, v)], across, turn: across / gap };
};

/** By how much the eigenvectors have turned on the way from A to A + t dA. */
export const turned = (A, H, t) => {
  const by = spectrum(between(A, H, t)).angle - spectrum(A).angle;
  return by - Math.PI * Math.round(by / Math.PI);         // an eigenvector and its negative are one direction
};

const degrees = x => `${Math.round(x * 180 / Math.PI)}°`.replace('-', '−');

/** The state in words. */
export const say = (A, H, t) => {
  const c = slopes(A, H), { gap } = spectrum(A);
  if (!c) return 'The gap is zero: both eigenvalues are equal, every vector is an eigenvector, and no slope of one exists.';
  return `The gap is ${digits(gap)}. The eigenvalues move at the rates ${digits(c.values[0])} and ${digits(c.values[1])}, the eigenvectors turn at the rate ${digits(c.across)} / ${digits(gap)} = ${digits(c.turn)}. At t = ${t.toFixed(2)} they have turned by ${degrees(turned(A, H, t))}; the linear guess is ${degrees(t * c.turn)}.`;
};

/** The axis of the eigenvalues, over the full width. */
const axis = () => {
  const W = 500, H = 58, Y = 26, content = node('svg:g'), grid = node('svg:g', { class: 'mc-grid' });
  const svg = node('svg:svg', { viewBox: `0 0 ${W} ${H}`, class: 'mc-strip', role: 'img', 'aria-label': 'The eigenvalues on a line, and their linear guesses' }, grid, content);
  let seen = null;
  const x = a => 20 + (a - seen[0]) / (seen[1] - seen[0]) * (W - 40);
  const show = values => {
    const wide = [Math.floor(Math.min(...values) - .3), Math.ceil(Math.max(...values) + .3)];
    if (String(wide) !== String(seen)) {
      seen = wide;
      const step = Math.ceil((seen[1] - seen[0]) / 8), ticks = [...Array(40).keys()].map(k => seen[0] + k * step).filter(k => k <= seen[1]);
      grid.replaceChildren(node('svg:path', { class: 'mc-axis', d: `M0 ${Y}H${W}` }), ...ticks.flatMap(k => [
        node('svg:path', { class: 'mc-axis', d: `M${x(k)} ${Y - 4}v8` }), node('svg:text', { x: x(k), y: Y + 22, 'text-anchor': 'middle' }, String(k).replace('-', '−'))]));
    }
    return { x, Y };
  };
  return { svg, content, show };
};

function render({ model, el, signal }) {
  const left = panel([node('b', {}, 'A + t dA')]), right = panel(['Its ', node('b', {}, 'eigenvectors')]), line = axis();
  const path = (plane, cls) => plane.content.appendChild(node('svg:path', { class: cls }));
  const level = path(left, 'mc-ghost'), radius = path(left, 'mc-frame'), way = path(left, 'mc-way'), apart = path(left, 'mc-radial'), across = path(left, 'mc-across');
  const here = left.content.appendChild(node('svg:circle', { r: 5, class: 'mc-dot', style: 'color:var(--mc-blue)' }));
  const circle = path(right, 'mc-frame'), start = path(right, 'mc-ghost'), exact = path(right, 'mc-vectors'), linear = path(right, 'mc-linear');
  const ghost = line.content.appendChild(node('svg:path', { class: 'mc-ghost' }));
  const exacts = [0, 1].map(() => line.content.appendChild(node('svg:circle', { r: 6, class: 'mc-dot', style: 'color:var(--mc-blue)' })));
  const linears = [0, 1].map(() => line.content.appendChild(node('svg:circle', { r: 8.5, class: 'mc-ring' })));
  const point = handle(left, 'blue', 'A: half the difference of its diagonal entries, and the entry beside them', p => save(model, 'A', withPoint(model.get('A'), p)));
  const tip = handle(left, 'orange', 'the tip of dA, from A', p => {
    const base = flat(model.get('A'));
    save(model, 'dA', withPoint(model.get('dA'), [round(p[0] - base[0]), round(p[1] - base[1])]));
  });
  left.svg.append(point.dot, tip.dot);
  left.svg.setAttribute('role', 'group');
  left.svg.setAttribute('aria-label', 'The plane of symmetric 2 by 2 matrices with one trace: across, half the difference of the diagonal entries; up, the entry beside the diagonal');
  right.svg.setAttribute('role', 'img');
  right.svg.setAttribute('aria-label', 'The eigenvectors of A, of A + t dA, and the linear guess');

  const time = slider('t', 101, i => save(model, 't', i / 100));
  const numbers = ['λ₁′ = v₁ᵀ dA v₁', 'λ₂′ = v₂ᵀ dA v₂', 'gap λ₂ − λ₁', 'turning, v₁ᵀ dA v₂ / gap'].map(tile);
  const longest = [[-1.111, -1.111], [-1.111, 1.111]];
  const words = speech(say(longest, [[1.111, -1.111], [-1.111, -2.222]], .55));
  root(el, 'gap', model.get('caption'),
    node('div', { class: 'mc-panels' }, left.box, right.box), line.svg,
    node('p', { class: 'mc-keys' }, key('mc-k-ghost', 'at t = 0'), key('mc-k-exact', 'true'), key('mc-k-linear', 'linear guess'), key('mc-k-radial', 'changes the gap'), key('mc-k-gap', 'turns')),
    node('div', { class: 'mc-controls' }, node('div', { class: 'mc-sliders' }, time.row), reset(model, 'A', 'dA', 't')),
    node('div', { class: 'mc-numbers' }, ...numbers.map(n => n.box)), words.box);

  const ray = ([x, y], size = 1) => outline(right.at, [[0, 0], [size * x, size * y]], false);
  const show = () => {
    const A = model.get('A'), H = model.get('dA'), t = model.get('t'), c = slopes(A, H), before = spectrum(A), now = spectrum(between(A, H, t));
    const p = flat(A), h = flat(H), q = [p[0] + h[0], p[1] + h[1]], r = before.gap / 2;
    if (!left.held) left.show(view([[0, 0], p, q]));
    right.show([1.2, 1, 1]);
    const ring = (at, radius) => outline(at, [...Array(72).keys()].map(k => [radius * Math.cos(k * Math.PI / 36), radius * Math.sin(k * Math.PI / 36)]));
    level.setAttribute('d', ring(left.at, r));
    radius.setAttribute('d', outline(left.at, [[0, 0], p], false));
    way.setAttribute('d', outline(left.at, [p, q], false));
    const along = c ? (p[0] * h[0] + p[1] * h[1]) / r / r : 0, foot = [p[0] * (1 + along), p[1] * (1 + along)];
    apart.setAttribute('d', c ? outline(left.at, [p, foot], false) : '');
    across.setAttribute('d', c ? outline(left.at, [foot, q], false) : '');
    const [u, v] = left.at([p[0] + t * h[0], p[1] + t * h[1]]);
    here.setAttribute('cx', u);
    here.setAttribute('cy', v);
    point.show(p);
    tip.show(q);
    circle.setAttribute('d', ring(right.at, 1));
    const base = frame(before.angle), moved = frame(before.angle + turned(A, H, t));
    start.setAttribute('d', base.map(x => ray(x)).join(''));
    exact.setAttribute('d', moved.map(x => ray(x)).join(''));
    linear.setAttribute('d', c ? base.map((x, k) => ray(x.map((a, i) => a + t * c.turn * (k ? -base[0][i] : base[1][i])))).join('') : '');
    const guess = c && before.values.map((a, k) => a + t * c.values[k]);
    const { x, Y } = line.show([...before.values, ...now.values, ...guess ?? []]);
    ghost.setAttribute('d', before.values.map(a => `M${x(a)} ${Y - 12}v24`).join(''));
    exacts.forEach((dot, k) => { dot.setAttribute('cx', x(now.values[k])); dot.setAttribute('cy', Y); });
    linears.forEach((dot, k) => { dot.style.display = guess ? '' : 'none'; if (guess) { dot.setAttribute('cx', x(guess[k])); dot.setAttribute('cy', Y); } });
    [c?.values[0], c?.values[1], before.gap, c?.turn].forEach((a, k) => numbers[k].show(a ?? null));
    time.show(Math.round(t * 100), t.toFixed(2));
    words.show(say(A, H, t));
  };
  left.settle = follow(model, signal, show, 'A', 'dA', 't');
}

export default { render };
