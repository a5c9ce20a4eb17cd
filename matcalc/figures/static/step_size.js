/* The error of difference quotients against the step h, both axes logarithmic: data from Python. */

/** The two parts of the error that the fitted model gives at step h. */
export const parts = (curve, h) => ({ truncation: curve.truncation * h ** curve.order, rounding: curve.rounding * h ** -curve.noise });

const power = x => Math.round(Math.log10(x));
const scientific = x => { const [m, e] = x.toExponential(0).split('e'); return `${m}·10${[...String(Number(e))].map(c => '⁰¹²³⁴⁵⁶⁷⁸⁹'[c] ?? '⁻').join('')}`; };

/** The state in words: what is measured, its two parts, and which way to go. */
export const say = (curve, h, error) => {
  const { truncation, rounding } = parts(curve, h), name = curve.name[0].toUpperCase() + curve.name.slice(1);
  const start = `${name} at h = ${scientific(h)}: error ${scientific(error)}. Truncation about ${scientific(truncation)}, rounding about ${scientific(rounding)}. `;
  if (curve.noise === 0) return start + (truncation > 2 * rounding ? 'Truncation rules: a smaller h helps.' : 'Nothing is subtracted, so a smaller h never hurts.');
  if (truncation > 4 * rounding) return start + 'Truncation rules: a smaller h helps.';
  if (rounding > 4 * truncation) return start + 'Rounding rules: a smaller h makes it worse.';
  return start + 'The two parts balance: no other h is much better.';
};

const W = 500, H = 310, PAD = { left: 50, right: 18, top: 8, bottom: 38 };

function render({ model, el, signal }) {
  const { h: steps, curves, relative } = model.get('data');
  const bottom = -17, top = 1, low = power(steps[0]), high = power(steps.at(-1));
  const x = h => PAD.left + (Math.log10(h) - low) / (high - low) * (W - PAD.left - PAD.right);
  const y = e => PAD.top + (top - Math.log10(e)) / (top - bottom) * (H - PAD.top - PAD.bottom);
  const inside = e => Math.min(10 ** top, Math.max(10 ** bottom, e));
  const decade = k => node('svg:tspan', {}, '10', node('svg:tspan', { dy: -5, 'font-size': '.75em' }, String(k).replace('-', '−')));
  const text = (px, py, anchor, ...what) => node('svg:text', { x: px, y: py, 'text-anchor': anchor }, ...what);
  const grid = node('svg:g', { class: 'mc-grid' });
  for (let k = Math.ceil(low / 3) * 3; k <= high; k += 3) grid.append(node('svg:path', { d: `M${x(10 ** k)} ${PAD.top}V${H - PAD.bottom}` }), text(x(10 ** k), H - PAD.bottom + 16, 'middle', decade(k)));
  for (let k = -15; k <= top; k += 3) grid.append(node('svg:path', { d: `M${PAD.left} ${y(10 ** k)}H${W - PAD.right}` }), text(PAD.left - 8, y(10 ** k) + 4, 'end', decade(k)));
  grid.append(text((PAD.left + W - PAD.right) / 2, H - 5, 'middle', 'step h'), node('svg:text', { transform: `translate(11 ${(H - PAD.bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle' }, 'relative error'));

  const clip = `mc-clip-${Math.random().toString(36).slice(2)}`;
  const area = node('svg:clipPath', { id: clip }, node('svg:rect', { x: PAD.left, y: PAD.top, width: W - PAD.left - PAD.right, height: H - PAD.top - PAD.bottom }));
  const lines = curves.map(c => node('svg:path', { class: 'mc-curve', style: `color:var(--mc-${c.color})`, d: 'M' + c.error.map((e, i) => `${x(steps[i]).toFixed(1)} ${y(inside(e)).toFixed(1)}`).join('L') }));
  const model_line = cls => node('svg:path', { class: cls }), falling = model_line('mc-model'), rising = model_line('mc-model');
  const cursor = node('svg:path', { class: 'mc-cursor' }), dot = node('svg:circle', { r: 5, class: 'mc-dot' });
  const named = { truncation: text(0, 0, 'start', 'truncation'), rounding: text(0, 0, 'start', 'rounding') };
  Object.values(named).forEach(n => n.setAttribute('class', 'mc-name'));
  const svg = node('svg:svg', { viewBox: `0 0 ${W} ${H}`, class: 'mc-chart', role: 'img' }, area, grid, node('svg:g', { 'clip-path': `url(#${clip})` }, ...lines, falling, rising, cursor), dot, ...Object.values(named));

  const group = `mc-method-${clip}`;
  const choices = curves.map(c => node('input', { type: 'radio', name: group, value: c.name }));
  const legend = node('div', { class: 'mc-choices', role: 'radiogroup', 'aria-label': 'method' },
    ...curves.map((c, k) => node('label', {}, choices[k], node('i', { style: `color:var(--mc-${c.color})`, 'aria-hidden': 'true' }), c.name)));
  choices.forEach((input, k) => input.addEventListener('change', () => save(model, 'method', k)));
  const mover = slider('h', steps.length, i => save(model, 'index', i));
  const words = speech(say(curves.at(-1), 1e-10, 1e-10));
  root(el, 'step-size', model.get('caption'), svg, legend, node('div', { class: 'mc-controls' }, node('div', { class: 'mc-sliders' }, mover.row)), words.box);
  // the chart answers to the pointer as well: where one points, there h goes
  const pointed = e => {
    const box = svg.getBoundingClientRect(), u = (e.clientX - box.left) / box.width * W;
    const nearest = steps.reduce((best, h, i) => Math.abs(x(h) - u) < Math.abs(x(steps[best]) - u) ? i : best, 0);
    save(model, 'index', nearest);
  };
  svg.addEventListener('pointerdown', e => { svg.setPointerCapture(e.pointerId); pointed(e); });
  svg.addEventListener('pointermove', e => { if (svg.hasPointerCapture(e.pointerId)) pointed(e); });

  const label = (n, curve, part, h) => {
    const e = parts(curve, h)[part], seen = Math.log10(e) > bottom && Math.log10(e) < top;
    n.setAttribute('x', x(h) + 8);
    n.setAttribute('y', y(inside(e)) + 4);
    n.style.display = seen ? '' : 'none';
  };
  const show = () => {
    const k = model.get('method'), i = model.get('index'), curve = curves[k], h = steps[i], error = curve.error[i];
    choices[k].checked = true;
    lines.forEach((line, j) => line.classList.toggle('mc-quiet', j !== k));
    const straight = part => `M${[steps[0], steps.at(-1)].map(s => `${x(s)} ${y(Math.max(parts(curve, s)[part], 1e-40))}`).join('L')}`;
    falling.setAttribute('d', straight('truncation'));
    rising.setAttribute('d', straight('rounding'));
    cursor.setAttribute('d', `M${x(h)} ${PAD.top}V${H - PAD.bottom}`);
    dot.setAttribute('cx', x(h));
    dot.setAttribute('cy', y(inside(error)));
    dot.style.color = `var(--mc-${curve.color})`;
    label(named.truncation, curve, 'truncation', 10 ** (high - 2.5));
    label(named.rounding, curve, 'rounding', 10 ** (low + 1));
    mover.show(i, scientific(h));
    const sentence = say(curve, h, error);
    words.show(sentence);
    svg.setAttribute('aria-label', `${model.get('alt')} ${sentence}`);
  };
  follow(model, signal, show, 'index', 'method');
}

export default { render };
