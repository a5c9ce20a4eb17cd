/* Three small helps; without JavaScript every page still reads and folds. */

const FOLDED = "details.solution, details.sd-dropdown";

/* A formula, a table or a line of code wider than its column scrolls in its box: let the keyboard reach it. */
function markWide() {
  const boxes = "mjx-container, .pst-scrollable-table-container, .cell_output .output, .highlight pre";
  for (const box of document.querySelectorAll(`.bd-article :is(${boxes})`)) {
    const inline = box.matches("span.math mjx-container");
    const content = inline ? box.firstElementChild.getBoundingClientRect().width : box.scrollWidth;
    const room = inline ? box.closest("p, li, td, th, dd, div, figcaption").clientWidth : box.clientWidth;
    box.toggleAttribute("data-wide", room > 0 && content > room + (inline ? 1 : 0)); // one pixel already scrolls
    if (box.hasAttribute("data-wide")) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", inline || box.matches("mjx-container") ? "wide formula" : "wide block");
    } else if (box.getAttribute("role") === "group") {
      ["tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name));
    }
  }
}

/* A link to a solution opens it. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.matches(FOLDED)) target.open = true;
}

/* Paper cannot unfold. */
function openForPrint() {
  const closed = [...document.querySelectorAll(FOLDED)].filter((fold) => !fold.open);
  closed.forEach((fold) => (fold.open = true));
  addEventListener("afterprint", () => closed.forEach((fold) => (fold.open = false)), { once: true });
}

addEventListener("load", async () => {
  openTarget();
  await window.MathJax?.startup?.promise;
  // Fires at once, and whenever the page is resized or something in it unfolds.
  const article = document.querySelector(".bd-article");
  if (article) new ResizeObserver(markWide).observe(article);
});
addEventListener("hashchange", openTarget);
addEventListener("beforeprint", openForPrint);
