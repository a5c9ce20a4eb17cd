/* X = LU and its derivative: entries of X and dX are dragged, L, U, dL and dU follow. */

const EPSILON = 2 ** -52;

/** Elimination without row exchanges, of X and of dX at once; `stop` is the pivot that a row cannot be divided by. */
export const eliminate = (X, dX) => {
  const n = X.length, most = Math.max(...X.flat().map(Math.abs)), U = X.map(row => [...row]), dU = dX.map(row => [...row]);
  const zeros = () => X.map(() => Array(n).fill(0)), L = zeros(), dL = zeros();
  for (let k = 0; k < n; k++) {
    L[k][k] = 1;
    if (k < n - 1 && Math.abs(U[k][k]) <= EPSILON * most) return { ...unfinished(k, L, U, dL, dU), stop: k };
    for (let i = k + 1; i < n; i++) {
      const m = U[i][k] / U[k][k], dm = (dU[i][k] - m * dU[k][k]) / U[k][k];
      L[i][k] = m;
      dL[i][k] = dm;
      for (let j = k; j < n; j++) {
        dU[i][j] -= dm * U[k][j] + m * dU[k][j];
        U[i][j] -= m * U[k][j];
      }
      U[i][k] = dU[i][k] = 0;
    }
  }
  return { L, U, dL, dU, stop: null };
};

/** What elimination has finished before step k: columns of L to the left of k, rows of U down to k. */
const unfinished = (k, L, U, dL, dU) => {
  const lower = (A, one) => A.map((row, i) => row.map((a, j) => i === j ? one : i > j && j >= k ? null : a));
  const upper = A => A.map((row, i) => row.map((a, j) => j < i ? 0 : i > k ? null : a));
  return { L: lower(L, 1), U: upper(U), dL: lower(dL, 0), dU: upper(dU) };
};

const ORDER = ['first', 'second', 'third'];

/** The state in words. */
export const say = (X, f) => {
  const n = X.length, pivots = f.U.map((row, k) => row[k]), most = Math.max(...X.flat().map(Math.abs));
  if (f.stop !== null) return `The ${ORDER[f.stop]} pivot is zero, and the rows below would be divided by it: this X has no single L and U, and nothing to differentiate.`;
  const near = pivots.findIndex((p, k) => k < n - 1 && Math.abs(p) < .05 * most), rates = `dL has norm ${digits(size(f.dL))}, dU has norm ${digits(size(f.dU))}`;
  if (near >= 0) return `The ${ORDER[near]} pivot, ${digits(pivots[near])}, is close to zero: what comes after it is divided by it, derivatives by its square. Now ${rates}.`;
  if (Math.abs(pivots[n - 1]) <= EPSILON * most) return `The last pivot is zero: X is singular, but nothing is divided by it, and ${rates}.`;
  return `The pivots are ${pivots.map(digits).join(', ').replace(/, ([^,]*)$/, ' and $1')}; ${rates}.`;
};

function render({ model, el, signal }) {
  const n = model.get('X').length;
  let corner = null;
  const change = name => (i, j, a) => { corner = [name, i, j]; save(model, name, withEntry(model.get(name), i, j, a)); };
  const choose = name => (i, j) => { corner = [name, i, j]; lit(); };
  const given = Object.fromEntries(['X', 'dX'].map(name => [name, entries(name, n, n, change(name), choose(name))]));
  const found = Object.fromEntries(['L', 'U', 'dL', 'dU'].map(name => [name, table(name, n, n)]));
  // an entry moves only what stands below it or to its right, and dX does not move L and U
  const lit = () => {
    const [name, i, j] = corner ?? [null, n, n];
    for (const [k, t] of Object.entries(found)) t.mark((row, column) => (name === 'X' || k[0] === name?.[0]) && row >= i && column >= j && (k.endsWith('U') ? row <= column : row > column));
  };
  const tiny = [[1.1e-4]], words = speech(say([[1, 0], [0, 1]], { U: [[1.1e-4, 0], [0, 1]], dL: tiny, dU: tiny, stop: null }));
  root(el, 'lu', model.get('caption'),
    node('div', { class: 'mc-blocks' }, given.X.box, found.L.box, found.U.box, given.dX.box, found.dL.box, found.dU.box),
    node('div', { class: 'mc-controls' }, node('p', { class: 'mc-hint' }, 'Drag a number of X or dX; or type, or use the arrow keys.'), reset(model, 'X', 'dX')), words.box);
  const show = () => {
    const X = model.get('X'), dX = model.get('dX'), f = eliminate(X, dX), limit = Math.max(1, ...X.flat().map(Math.abs));
    given.X.show(X, limit);
    given.dX.show(dX, limit);
    for (const [name, t] of Object.entries(found)) t.show(f[name], limit);
    lit();
    words.show(say(X, f));
  };
  follow(model, signal, show, 'X', 'dX');
}

export default { render };
