/* What the pages need beyond links, forms and htmx: the panel, toasts, quiet refresh, texts put into a field.
   Everything also works without this file. Words to show stand in <template id="toast-…"> in the page's language.
   Beside it: focus.js (where the focus goes), keys.js (the keys), search.js (the box on top). */
(() => {
  "use strict";
  const SHEET = window.matchMedia("(max-width: 1079px)");
  const find = (selector, within = document) => within.querySelector(selector);
  const typing = (element) => element?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

  // ---- The panel: beside the list on a desk, a sheet over it on a phone ----
  const panel = () => find("dialog.panel");

  function openPanel() {
    const dialog = panel();
    if (!dialog) return;
    if (SHEET.matches && !dialog.matches(":modal")) {
      if (dialog.open) dialog.close();
      dialog.showModal();
    } else if (!dialog.open) dialog.show();
    placeToasts();
    const wrong = find("[aria-invalid=true]", dialog);
    (wrong || find("[autofocus]", dialog))?.focus({ preventScroll: true });
    wrong?.scrollIntoView({ block: "center" });
    markCurrent();
  }

  function closePanel() {
    const dialog = panel();
    if (!dialog?.open) return;
    document.dispatchEvent(new Event("panel-closing"));
    dialog.close();
  }

  // The row that the panel is about; a list that was made anew in the meantime has lost the mark.
  function markCurrent() {
    const about = panel()?.open ? find("[data-about]", panel()) : null;
    const row = about ? document.getElementById(about.dataset.about) : null;
    document.querySelectorAll("[data-row].current").forEach((other) => other.classList.toggle("current", other === row));
    row?.classList.add("current");
  }

  // A modal sheet makes the rest of the page inert: the toasts go into it while it is open, and undo stays in reach.
  function placeToasts() {
    const toasts = document.getElementById("toasts");
    const home = find("dialog.panel:modal") || document.body;
    if (toasts && toasts.parentElement !== home) home.append(toasts);
  }
  // A finger beside the sheet must not throw away what was typed.
  const hasWords = (dialog) => [...dialog.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue);

  const words = (dialog) => [...dialog.querySelectorAll("textarea, input:not([type=hidden]), select")].filter((field) => field.id);
  let kept = [];
  document.addEventListener("htmx:beforeRequest", (event) => {
    const dialog = event.detail.elt.closest?.("[data-keep-words]") && panel();
    kept = dialog ? words(dialog).filter((field) => field.type !== "radio" && field.type !== "checkbox" && field.value).map((field) => [field.id, field.value]) : [];
  });
  function giveBack(dialog) {
    for (const [id, value] of kept) {
      const field = dialog.querySelector(`[id="${id}"]`);
      if (field && !field.value) field.value = value;
    }
    kept = [];
  }

  document.addEventListener("cancel", (event) => {
    if (!event.target.matches?.("dialog.panel") || !hasWords(event.target)) return;
    event.preventDefault();
    say("typed");
  }, true);
  document.addEventListener("close", () => {
    document.querySelectorAll("[data-row].current").forEach((row) => row.classList.remove("current"));
    placeToasts();
  }, true);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const toasts = document.getElementById("toasts");
    if (toasts && event.detail.target?.matches?.("dialog.panel")) document.body.append(toasts);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.target?.matches?.("dialog.panel")) return;
    giveBack(event.detail.target);
    if (event.detail.target.children.length) openPanel();
    else closePanel();
  });
  // Another row must not take away what was typed into the panel for this one.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const source = event.detail.elt;
    if (!source.matches("[data-open]") || !panel()?.open || panel().contains(source) || !hasWords(panel())) return;
    event.preventDefault();
    say("typed");
  });
  document.addEventListener("recorded", (event) => {
    const row = document.getElementById(event.detail.row);
    if (!row) return;
    row.remove();
    const left = find("[data-rows-left]");
    if (left) left.textContent = left.textContent.replace(/\d+/, (number) => number - 1);
    if (!find("[data-row]")) for (const words of document.querySelectorAll("[data-when-none-left]")) words.hidden = false;
  });

  // ---- Toasts: they leave by themselves, but never while pointed at, focused, or a fault ----
  function watchToast(toast) {
    if (toast.dataset.watched) return;
    toast.dataset.watched = "yes";
    if (toast.matches(".error, .warning")) return;
    let left = find("[data-undo]", toast) ? 15 : 6;
    const clock = setInterval(() => {
      if (document.hidden || toast.matches(":hover, :focus-within")) return;
      left -= 1;
      if (left > 0 && toast.isConnected) return;
      clearInterval(clock);
      toast.remove();
    }, 1000);
  }
  function watchToasts() {
    const toasts = [...document.querySelectorAll("[data-toast]")];
    toasts.slice(0, -2).forEach((old) => old.remove());
    toasts.slice(-2).forEach(watchToast);
  }

  function say(name) {
    const blank = document.getElementById("toast-blank");
    const words = document.getElementById(`toast-${name}`);
    if (!blank || !words) return;
    const toast = blank.content.firstElementChild.cloneNode(true);
    toast.dataset.says = name;
    find("p", toast).textContent = words.content.textContent.trim();
    document.querySelectorAll("[data-says]").forEach((old) => old.remove());
    placeToasts();
    document.getElementById("toasts").append(toast);
    watchToasts();
  }

  // ---- Requests that fail: say so, leave everything as it was ----
  const isQuiet = (event) => event.detail.requestConfig?.triggeringEvent?.type === "quiet";
  document.addEventListener("htmx:sendError", (event) => isQuiet(event) || say("offline"));
  document.addEventListener("htmx:timeout", (event) => isQuiet(event) || say("offline"));
  document.addEventListener("htmx:responseError", (event) => {
    if (isQuiet(event)) return;
    const status = event.detail.xhr.status;
    say(status === 403 ? "forbidden" : status === 404 ? "gone" : "failed");
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) document.querySelectorAll("[data-says]").forEach((old) => old.remove());
    else placeToasts();
  });

  // ---- Quiet refresh: never under one's fingers ----
  let touchedAt = 0;
  for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
    document.addEventListener(kind, () => { touchedAt = Date.now(); }, { passive: true, capture: true });
  }
  function isBusy(element) {
    if (document.hidden || find("dialog:modal") || find("form.htmx-request")) return true;
    if (Date.now() - touchedAt < 4000) return true;
    const focused = document.activeElement;
    if (element.contains(focused) && (typing(focused) || Date.now() - touchedAt < 20000)) return true;
    const selection = window.getSelection();
    return Boolean(selection && !selection.isCollapsed && element.contains(selection.anchorNode));
  }
  const askedAt = new Map();
  function refreshQuietly() {
    document.querySelectorAll("[data-quiet-refresh]").forEach((element) => {
      const key = element.id || "page";
      const first = !askedAt.has(key) && "quietFirst" in element.dataset;
      const due = (askedAt.get(key) ?? loadedAt) + Number(element.dataset.quietRefresh) * 1000;
      if (first ? document.hidden : Date.now() < due || isBusy(element)) return;
      askedAt.set(key, Date.now());
      htmx.trigger(element, "quiet");
    });
  }
  const loadedAt = Date.now();
  setInterval(refreshQuietly, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || setTimeout(refreshQuietly, 300));

  // ---- Counts that changed are said to whoever doesn't see them ----
  const countsShown = () => new Map([...document.querySelectorAll(".view")].map((view) => [find("span", view).textContent, find("b", view).textContent]));
  let counted = new Map();
  function tellCounts() {
    const now = countsShown();
    const changed = [...now].filter(([name, number]) => counted.get(name) && number && counted.get(name) !== number);
    counted = now;
    const told = document.getElementById("counts-told");
    if (told && changed.length) told.textContent = changed.map((pair) => pair.join(" ")).join(", ");
  }

  // ---- Clicks ----
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    if (target.closest("[data-dismiss]")) return target.closest("[data-toast]").remove();
    if (target.closest("[data-close]") && panel()?.open) {
      event.preventDefault();
      return closePanel();
    }
    if (target === find("dialog.panel:modal") && !hasWords(target)) return closePanel();
    const chip = target.closest("[data-insert]");
    if (chip) return insert(chip.dataset.insert, find(chip.dataset.into) || find("textarea", chip.closest("form")));
    const fill = target.closest("[data-fill]");
    if (fill) {
      fillIn(fill.dataset.fill);
      if (fill.dataset.then) find("button:not([type=button])", document.getElementById(fill.dataset.then))?.focus();
    }
  });

  function fillIn(values, onlyEmpty = false) {
    for (const [id, value] of Object.entries(JSON.parse(values))) {
      const field = document.getElementById(id);
      if (field && !(onlyEmpty && field.value.trim())) field.value = value;
    }
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    event.target.querySelectorAll?.("[data-fill-now]").forEach((now) => fillIn(now.dataset.fillNow, true));
  });

  function insert(text, field) {
    if (!field) return;
    const before = field.value.slice(0, field.selectionStart);
    const gap = before && !before.endsWith("\n") ? "\n" : "";
    field.setRangeText(gap + text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    const unfolded = document.activeElement?.closest("details.popover[open]");
    if (unfolded) {
      unfolded.open = false;
      find("summary", unfolded).focus();
    } else if (location.hash === "#rail") location.hash = "content";
    else if (panel()?.open && !find("dialog:modal")) {
      if (hasWords(panel())) say("typed");
      else closePanel();
    }
  });

  // Tabs that don't fit on a phone are pushed sideways: where one is must be in sight.
  function showCurrentTab() {
    document.querySelectorAll(".tabs").forEach((tabs) => {
      const current = find("[aria-current]", tabs);
      const over = current ? current.getBoundingClientRect().right - tabs.getBoundingClientRect().right + 24 : 0;
      if (over > 0) tabs.scrollLeft += over;
    });
  }

  document.addEventListener("htmx:afterSettle", () => {
    watchToasts();
    markCurrent();
    tellCounts();
  });
  document.addEventListener("DOMContentLoaded", () => {
    watchToasts();
    tellCounts();
    refreshQuietly();
    showCurrentTab();
    const dialog = panel();
    if (dialog?.open && SHEET.matches) openPanel();
  });
})();
