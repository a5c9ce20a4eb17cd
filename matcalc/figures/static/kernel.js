/* A kernel over an image: windows as rows of a matrix, the result, and the gradients on their way back. */

const grid = (rows, columns, f) => Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => f(i, j)));

/** The windows of X as rows, from left to right, then down; in each one the pixels in the same order. */
export const im2col = (X, [h, w]) => {
  const [H, W] = counts(X, [h, w]);
  return grid(H * W, h * w, (r, c) => X[Math.floor(r / W) + Math.floor(c / w)][r % W + c % w]);
};
const counts = (X, [h, w]) => [X.length - h + 1, X[0].length - w + 1];
const shape = K => [K.length, K[0].length];

/** The result of the correlation, and what a cotangent of it sends back to the image and to the kernel. */
export const correlate = (X, K) => {
  const rows = im2col(X, shape(K)), [H, W] = counts(X, shape(K)), k = K.flat();
  return grid(H, W, (i, j) => rows[i * W + j].reduce((sum, x, c) => sum + x * k[c], 0));
};
export const pull = (X, K, Y) => {
  const image = X.map(row => row.map(() => 0)), kernel = K.map(row => row.map(() => 0));
  Y.forEach((row, i) => row.forEach((y, j) => K.forEach((line, a) => line.forEach((k, e) => {
    image[i + a][j + e] += y * k;
    kernel[a][e] += y * X[i + a][j + e];
  }))));
  return { image, kernel };
};

/** The cotangent: one at this window and, if all count, at those before it. */
export const cotangent = ([H, W], window, all) => grid(H, W, (i, j) => Number(all ? i * W + j <= window : i * W + j === window));

/** The state in words. */
export const say = (X, K, window, all) => {
  const [H, W] = counts(X, shape(K)), i = Math.floor(window / W), j = window % W, y = correlate(X, K)[i][j];
  const start = `Window ${window + 1} of ${H * W} begins at row ${i + 1}, column ${j + 1}: its row of the matrix, times the kernel, gives ${short(y)}. `;
  if (!all || window === 0) return start + 'Backward, this one output lays the kernel on its pixels, and its pixels on the kernel.';
  return start + `Backward, ${window + 1} windows add up: a pixel gets a number from each of them that sees it, the kernel gets the sum of ${window + 1} rows.`;
};

function render({ model, el, signal }) {
  const X = model.get('image'), size = shape(model.get('kernel')), [H, W] = counts(X, size), [h, w] = size;
  const kernel = entries('kernel', h, w, (i, j, a) => save(model, 'kernel', withEntry(model.get('kernel'), i, j, a)));
  const tables = {
    image: table('image', ...shape(X)), rows: table('its windows', H * W, h * w, 'matrix with a row for each window'), y: table('result y', H, W),
    imageBar: table('gradient of the image', ...shape(X)), kernelBar: table('… of the kernel', h, w, 'gradient of the kernel'), yBar: table('ȳ, given', H, W),
  };
  for (const [name, t] of Object.entries({ ...tables, kernel })) { t.box.style.gridArea = name; t.box.classList.add(`mc-${name}`); }
  const slide = slider('window', H * W, i => save(model, 'window', i)), group = `mc-way-${Math.random().toString(36).slice(2)}`;
  const choices = ['this window', 'all windows so far'].map(text => ({ input: node('input', { type: 'radio', name: group, value: text }), text }));
  choices.forEach(({ input }, k) => input.addEventListener('change', () => save(model, 'every', k === 1)));
  const words = speech(say(X, grid(h, w, () => -9.99), H * W - 1, true));
  root(el, 'kernel', model.get('caption'),
    node('div', { class: 'mc-sliding' }, tables.image.box, kernel.box, tables.rows.box, tables.y.box, tables.imageBar.box, tables.kernelBar.box, tables.yBar.box),
    node('div', { class: 'mc-controls' }, node('div', { class: 'mc-sliders' }, slide.row), reset(model, 'kernel', 'window', 'every')),
    node('div', { class: 'mc-choices', role: 'radiogroup', 'aria-label': 'where the gradient comes from' }, 'ȳ is one at', ...choices.map(c => node('label', {}, c.input, c.text))), words.box);

  // the window goes where the hand is on the image
  const cells = tables.image.cells, pointed = e => {
    const k = cells.indexOf(document.elementFromPoint(e.clientX, e.clientY)), inside = (a, most) => Math.max(0, Math.min(most - 1, a));
    if (k >= 0) save(model, 'window', inside(Math.floor(k / X[0].length) - (h >> 1), H) * W + inside(k % X[0].length - (w >> 1), W));
  };
  const ground = cells[0].parentElement;
  ground.addEventListener('pointerdown', e => { ground.setPointerCapture(e.pointerId); pointed(e); });
  ground.addEventListener('pointermove', e => { if (ground.hasPointerCapture(e.pointerId)) pointed(e); });

  const most = A => Math.max(1, ...A.flat().map(Math.abs));
  const show = () => {
    const K = model.get('kernel'), window = model.get('window'), all = model.get('every'), i = Math.floor(window / W), j = window % W;
    const y = correlate(X, K), yBar = cotangent([H, W], window, all), back = pull(X, K, yBar), seen = most(X);
    kernel.show(K, most(K));
    tables.image.show(X, seen);
    tables.rows.show(im2col(X, size), seen);
    tables.y.show(y, most(y));
    tables.yBar.show(yBar, 1);
    tables.imageBar.show(back.image, most(back.image));
    tables.kernelBar.show(back.kernel, most(back.kernel));
    const inWindow = (r, c) => r >= i && r < i + h && c >= j && c < j + w;
    for (const name of ['image', 'imageBar']) tables[name].mark(inWindow);
    for (const name of ['y', 'yBar']) tables[name].mark((r, c) => r === i && c === j);
    tables.rows.mark(r => r === window);
    slide.show(window, `${window + 1}`);
    choices.forEach(({ input }, k) => { input.checked = all === (k === 1); });
    words.show(say(X, K, window, all));
  };
  follow(model, signal, show, 'kernel', 'window', 'every');
}

export default { render };
