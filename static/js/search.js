/* The search box on top: a combobox whose list is walked by the arrows; Esc goes back to where one was. */
(() => {
  "use strict";
  const box = () => document.getElementById("search");
  const results = () => document.getElementById("search-results");
  const options = () => [...results().querySelectorAll("[role=option]")];
  const chosen = () => results().querySelector("[aria-selected=true]");
  let cameFrom = null;

  function choose(option) {
    options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (!option) return box().removeAttribute("aria-activedescendant");
    box().setAttribute("aria-activedescendant", option.id);
    return option.scrollIntoView({ block: "nearest" });
  }
  function move(by) {
    const all = options();
    if (!all.length) return false;
    const here = all.indexOf(chosen());
    choose(all[here < 0 ? (by > 0 ? 0 : all.length - 1) : (here + by + all.length) % all.length]);
    return true;
  }
  const tell = () => box().setAttribute("aria-expanded", String(options().length > 0 && document.activeElement === box()));
  function leave() {
    choose(null);
    const back = cameFrom?.isConnected && cameFrom !== document.body ? cameFrom : null;
    if (back) back.focus();
    else box().blur();
  }

  document.addEventListener("keydown", (event) => {
    if (event.target !== box() || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    let done = false;
    if (event.key === "ArrowDown") done = move(1);
    if (event.key === "ArrowUp") done = move(-1);
    if (event.key === "Enter" && chosen()) { chosen().click(); done = true; }
    if (event.key === "Escape") { leave(); done = true; }
    if (done) event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target !== box()) return;
    if (event.relatedTarget) cameFrom = event.relatedTarget;
    tell();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === box()) box().setAttribute("aria-expanded", "false");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== results()) return;
    choose(null);
    tell();
  });
})();
