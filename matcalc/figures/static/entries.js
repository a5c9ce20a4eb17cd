/* Matrices as colored numbers: one that is only shown, and one whose entries are dragged, typed, or moved with the arrow keys. */

/** A number in a cell: at most two decimals. */
const short = a => {
  const size = Math.abs(a);
  const text = size >= 1e4 ? a.toExponential(0).replace('+', '') : String(Number(a.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)) + 0);
  return text.replaceAll('-', '−');
};

/** Colors as on the heat maps of the book: orange is positive, purple negative, full at ±limit. */
const paint = (cell, a, limit) => {
  cell.style.setProperty('--mc-hue', `var(--mc-${a > 0 ? 'orange' : 'purple'})`);
  cell.style.setProperty('--mc-full', Math.min(1, Math.abs(a ?? 0) / limit).toFixed(2));
};

const block = (name, columns, label, ...cells) => {
  const grid = node('div', { class: 'mc-cells', style: `--mc-columns:${columns}`, role: 'group', 'aria-label': label }, ...cells);
  return { box: node('div', { class: 'mc-block' }, node('p', { class: 'mc-title' }, ...name), grid), grid };
};

/** A matrix that is looked at: show(A, limit), null where there is no number; mark(test) frames cells (i, j). */
const table = (name, rows, columns, label = name) => {
  const cells = Array.from({ length: rows * columns }, () => node('span', { class: 'mc-cell' }));
  const { box, grid } = block([name], columns, label, ...cells);
  grid.setAttribute('role', 'img');
  const show = (A, limit) => {
    A.flat().forEach((a, k) => { cells[k].textContent = a === null ? '–' : short(a); paint(cells[k], a, limit); });
    grid.setAttribute('aria-label', `${label}, row by row: ${A.map(row => row.map(a => a === null ? 'nothing' : short(a)).join(', ')).join('; ')}`);
  };
  const mark = test => cells.forEach((cell, k) => cell.classList.toggle('mc-lit', test(Math.floor(k / columns), k % columns)));
  return { box, cells, show, mark };
};

const MOST = 99, PIXELS = 6;                                  // the largest entry, and the way of the hand for a tenth

/** A number field that is also dragged: to the right or up is more. */
const field = (label, changed) => {
  const input = node('input', { class: 'mc-cell', type: 'number', min: -MOST, max: MOST, step: .1, 'aria-label': label, title: 'drag, type, or use the arrow keys' });
  const set = a => changed(round(Math.max(-MOST, Math.min(MOST, a))));
  let from = null;
  input.addEventListener('input', () => { if (input.value !== '' && input.checkValidity()) changed(Number(input.value)); });
  input.addEventListener('keydown', e => {
    const way = { ArrowUp: .1, ArrowDown: -.1, PageUp: 1, PageDown: -1 }[e.key];
    if (!way) return;
    e.preventDefault();
    e.stopPropagation();
    set(Number(input.value) + way * (e.shiftKey ? .1 : 1));
  });
  input.addEventListener('pointerdown', e => { from = { x: e.clientX, y: e.clientY, a: Number(input.value), moved: false }; input.setPointerCapture(e.pointerId); });
  input.addEventListener('pointermove', e => {
    if (!from) return;
    const steps = Math.round((e.clientX - from.x + from.y - e.clientY) / PIXELS);
    if (from.moved ||= Math.abs(steps) > 0) set(from.a + steps / 10);
  });
  const leave = () => { if (from && !from.moved) input.select(); from = null; };
  input.addEventListener('pointerup', leave);
  input.addEventListener('pointercancel', leave);
  return input;
};

/** A matrix that is changed: changed(i, j, a); show(A, limit); chosen(i, j) when an entry gets the focus. */
const entries = (name, rows, columns, changed, chosen = () => {}) => {
  const place = k => [Math.floor(k / columns), k % columns];
  const cells = Array.from({ length: rows * columns }, (_, k) => field(`${name}, row ${place(k)[0] + 1}, column ${place(k)[1] + 1}`, a => changed(...place(k), a)));
  cells.forEach((cell, k) => cell.addEventListener('focus', () => chosen(...place(k))));
  const { box } = block([name], columns, name, ...cells);
  const show = (A, limit) => A.flat().forEach((a, k) => {
    if (Number(cells[k].value) !== a || cells[k].value === '') cells[k].value = a;
    paint(cells[k], a, limit);
  });
  return { box, cells, show };
};

const withEntry = (A, i, j, a) => A.map((row, k) => k === i ? row.map((b, l) => l === j ? a : b) : row);
const size = A => Math.hypot(...A.flat());
