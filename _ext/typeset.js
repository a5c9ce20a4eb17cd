/* Formulas in, SVG out: MathJax 3 under Node, one line of JSON for each formula, in order.

   Started as `node typeset.js FOLDER`, with MathJax in FOLDER. A line read is {"tex": …, "display": …};
   the line written back is {"html": …}, or {"error": …} when MathJax does not understand the formula.
   The line {"glyphs": true} is answered by the outlines of all letters used so far. */

const mathjax = process.argv[2];

global.MathJax = {
  loader: {
    paths: { mathjax },
    require: (file) => require(file),
    load: ["input/tex-full", "adaptors/liteDOM", "output/svg", "a11y/assistive-mml"],
  },
  tex: { packages: { "[-]": ["noundefined"] }, formatError: (_, error) => { throw error; } },
  svg: { fontCache: "global" },
  startup: { typeset: false },
};
require(mathjax + "/startup.js");

function answer(line) {
  const { tex, display, glyphs } = JSON.parse(line);
  const { adaptor, output } = MathJax.startup;
  if (glyphs) return { glyphs: adaptor.innerHTML(output.fontCache.getCache()) };
  try {
    return { html: adaptor.outerHTML(MathJax.tex2svg(tex, { display })) };
  } catch (error) {
    return { error: error.message };
  }
}

MathJax.startup.promise.then(() => {
  const lines = require("readline").createInterface({ input: process.stdin });
  lines.on("line", (line) => process.stdout.write(JSON.stringify(answer(line)) + "\n"));
});
