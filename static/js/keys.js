/* The keys. What a key presses stands in the page: data-key="u", data-key="g o" (one after the other).
   j, k and the arrows walk along whatever is marked data-row. No key is heard while somebody types, converts kana
   or holds a modifier, and single signs can be switched off (WCAG 2.1.4): body[data-keys=off]. */
(() => {
  "use strict";
  const ROW = "[data-row]";
  const PREFIX = "g";
  const PREFIX_LASTS = 2000;
  const find = (selector, within = document) => within.querySelector(selector);
  const typing = (element) => element.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");
  const interactive = (element) => element.matches("a[href], button, input, select, textarea, summary");
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const seen = (element) => element.checkVisibility() && !element.disabled;
  const place = () => find("dialog:modal") || document;

  // ---- What stands in the page ----
  function pressed(name) {
    const focused = document.activeElement;
    const row = focused?.closest(ROW);
    const panel = find("dialog.panel[open]");
    const all = [...place().querySelectorAll("[data-key]")].filter((one) => one.dataset.key === name && (one.hidden || name.startsWith(PREFIX) || seen(one)));
    const heard = all.filter((one) => {
      if (one.closest(ROW)) return one.closest(ROW) === row;
      // A result is recorded by a digit only while one is in the panel, never from the list beside it.
      return !panel?.contains(one) || name === "u" || panel.contains(focused);
    });
    return heard.find((one) => one.closest(ROW)) || heard.find((one) => panel?.contains(one)) || heard.at(-1);
  }
  function press(name) {
    const target = pressed(name);
    if (!target) return false;
    if (typing(target)) {
      target.focus();
      target.select?.();
    } else target.click();
    return true;
  }

  // ---- Rows ----
  const rows = () => [...place().querySelectorAll(ROW)].filter((row) => row.checkVisibility());
  const handle = (row) => find("[data-open]", row) || find("a[href], button:not([disabled]), summary", row);
  const memory = `row ${location.pathname}${location.search}`;
  function remembered() {
    try {
      return sessionStorage.getItem(memory);
    } catch {
      return null;
    }
  }
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest(ROW);
    try {
      if (row?.id) sessionStorage.setItem(memory, row.id);
    } catch { /* Without storage one begins with the first row. */ }
  });
  function go(row) {
    if (!row) return;
    handle(row)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  function step(by) {
    const all = rows();
    const here = all.findIndex((row) => row.contains(document.activeElement));
    const current = here < 0 ? all.findIndex((row) => row.matches(".current")) : here;
    if (current >= 0) return go(all[Math.min(all.length - 1, Math.max(0, current + by))]);
    return go(all.find((row) => row.id && row.id === remembered()) || (by > 0 ? all[0] : all.at(-1)));
  }
  // Columns side by side: the stages of deals.
  function across(by, row) {
    const columns = [...document.querySelectorAll(".stage")].filter((stage) => find(ROW, stage));
    const column = row.closest(".stage");
    const next = columns[columns.indexOf(column) + by];
    if (!column || !next) return false;
    const at = [...column.querySelectorAll(ROW)].indexOf(row);
    const there = [...next.querySelectorAll(ROW)];
    go(there[Math.min(at, there.length - 1)]);
    return true;
  }
  function arrow(event) {
    const row = event.target.closest?.(ROW);
    if (!row || event.shiftKey || event.target.matches("input, select, textarea")) return false;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const aside = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) step(by);
    return Boolean(by) || (aside ? across(aside, row) : false);
  }

  // ---- One key ----
  let begun = 0;
  function sign(event) {
    const key = event.key.toLowerCase();
    if (document.body.dataset.keys === "off" || (event.shiftKey && /[a-z0-9]/.test(key))) return false;
    if (key === "j" || key === "k") {
      begun = 0;
      step(key === "j" ? 1 : -1);
      return true;
    }
    if (event.repeat) return false;
    const second = begun && Date.now() - begun < PREFIX_LASTS;
    begun = 0;
    if (second) return press(`${PREFIX} ${key}`);
    if (key === PREFIX) begun = Date.now();
    return key === PREFIX || press(key);
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || composing(event) || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "Shift") return;
    let done = false;
    if (event.key.length === 1) done = sign(event);
    else if (event.key === "Enter") done = !event.repeat && !interactive(event.target) && press("Enter");
    else if (event.key.startsWith("Arrow")) done = arrow(event);
    if (done) event.preventDefault();
  });

  // ---- The sheet that shows them ----
  const sheet = () => document.getElementById("keys");
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === sheet() && !sheet().open) sheet().showModal();
  });
  document.addEventListener("keys-set", (event) => { document.body.dataset.keys = event.detail.value; });
  document.addEventListener("click", (event) => {
    if (event.target === sheet()) sheet().close();
  });
})();
