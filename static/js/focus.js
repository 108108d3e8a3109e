/* Where the focus goes when what held it is gone: to the same thing made anew, to its row, to the row that took its
   place, to the content. A keyboard never starts again at the top of the page. */
(() => {
  "use strict";
  const ROW = "[data-row]";
  const INSIDE = "a[href], button:not([disabled]), input:not([type=hidden], [disabled]), select:not([disabled]), textarea:not([disabled]), summary";
  const content = () => document.getElementById("content");
  const handle = (row) => row.querySelector("[data-open]") || row.querySelector(INSIDE);
  const rows = () => [...document.querySelectorAll(ROW)].filter((row) => row.checkVisibility());
  const inside = (row) => [...row.querySelectorAll(INSIDE)];

  function described(element) {
    const row = element.closest(ROW);
    return {
      element,
      id: element.id,
      row: row?.id,
      nth: row ? inside(row).indexOf(element) : -1,
      rowAt: row ? rows().indexOf(row) : -1,
      panel: Boolean(element.closest("dialog.panel")),
    };
  }

  let last = null;
  let lastOutside = null;
  document.addEventListener("focusin", (event) => {
    if (event.target === content()) return;
    last = described(event.target);
    if (!event.target.closest("dialog")) lastOutside = last;
  });
  // A finger or Safari's mouse opens the panel without having focused anything.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const source = event.detail.elt;
    if (source.matches("[data-open]") && !source.closest("dialog")) lastOutside = described(source);
  });

  function successor(gone) {
    if (gone.element.isConnected) return gone.element;
    const same = gone.id && document.getElementById(gone.id);
    if (same) return same;
    const row = gone.row && document.getElementById(gone.row);
    if (row) return inside(row)[gone.nth]?.matches(gone.element.tagName) ? inside(row)[gone.nth] : handle(row);
    if (gone.panel) return document.querySelector("dialog.panel[open] h2[tabindex]");
    const left = gone.rowAt < 0 ? [] : rows();
    return left.length ? handle(left[Math.min(gone.rowAt, left.length - 1)]) : null;
  }

  function giveBack(gone) {
    if (!gone) return;
    const next = successor(gone);
    (next?.checkVisibility() ? next : content())?.focus({ preventScroll: !next });
  }

  // What the panel is about is where one goes on after closing it, also when it was opened from another panel.
  document.addEventListener("htmx:afterSettle", (event) => {
    const about = document.querySelector("dialog.panel[open] [data-about]");
    const row = about && document.getElementById(about.dataset.about);
    if (row && lastOutside?.row !== row.id && event.detail.target?.matches?.("dialog.panel")) lastOutside = described(handle(row) || row);
    if (document.activeElement === document.body && last && !last.element.isConnected) giveBack(last);
  });
  // Closing, the browser goes back to where the panel was first opened from; we, to what it showed last.
  let returning = null;
  const leaving = () => { returning = lastOutside; };
  document.addEventListener("panel-closing", leaving);
  document.addEventListener("cancel", (event) => event.target.matches?.("dialog.panel") && leaving(), true);
  document.addEventListener("close", (event) => {
    if (!event.target.matches?.("dialog.panel") || event.target.open) return;
    giveBack(returning || lastOutside);
    returning = null;
  }, true);

  // A button that was disabled while its request ran has lost the focus; when that failed, one tries again.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful && document.activeElement === document.body && last?.element.isConnected) last.element.focus();
  });
  // Whoever clicks beside everything wants the focus nowhere.
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.(INSIDE)) last = null;
  });
})();
