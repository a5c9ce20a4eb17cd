/* Three small helps; without JavaScript every page still reads and folds. */

const FOLDED = "details.solution, details.sd-dropdown";

/* A formula, a table or a line of code wider than its column scrolls in its box: let the keyboard reach it. */
const BOXES = ":is(mjx-container, .pst-scrollable-table-container, .cell_output .output, .highlight pre)";

function markWide(part) {
  for (const box of part.querySelectorAll(BOXES)) {
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

/* Each part of the page is looked at when it is laid out or changes its size: at once where it is seen, and where it is
   not, on its way into view. The keyboard goes everywhere, so the others are looked at too when there is time. */
const parts = () => [...document.querySelectorAll(".bd-article > section > *")];

function watchParts() {
  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => markWide(entry.target)));
  for (const part of parts()) {
    if (getComputedStyle(part).contentVisibility !== "auto") sizes.observe(part);
    else part.addEventListener("contentvisibilityautostatechange", (event) => {
      if (event.target === part) event.skipped ? sizes.unobserve(part) : sizes.observe(part);
    });
  }
}

let round = 0;
function markRest() {
  const rest = parts(), mine = ++round, idle = window.requestIdleCallback;
  const later = (work) => (idle ? idle(work, { timeout: 200 }) : setTimeout(work)); // a page out of sight is never idle
  return new Promise((done) => later(function next() {
    if (mine !== round || !rest.length) return done();
    markWide(rest.shift());
    later(next);
  }));
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

openTarget();
watchParts();
addEventListener("load", markRest);
addEventListener("resize", markRest);
addEventListener("hashchange", openTarget);
addEventListener("beforeprint", openForPrint);

/* The formula sheet: a box that leaves only the rows and cards with the words typed. Without it the page is complete. */
addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector(".matcalc-index");
  if (!table) return;
  const label = document.createElement("label"), box = document.createElement("input"), found = [];
  label.className = "matcalc-filter";
  label.append("Show only rules with these words: ", Object.assign(box, { type: "search" }));
  table.before(label);
  for (const row of table.querySelectorAll("tbody tr")) {
    const card = document.getElementById(row.querySelector("a").hash.slice(1)); // a row stays with its card
    const text = (row.textContent + card.textContent).toLowerCase();
    found.push([row, text], [card, text]);
  }
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const [part, text] of found) part.hidden = !words.every((word) => text.includes(word));
  });
});
