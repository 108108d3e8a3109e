/* Boxes of a list: "all" ticks and unticks them, taking one out takes "all" out, and how many are ticked is said. */
(() => {
  "use strict";
  for (const form of document.querySelectorAll("[data-ticks]")) {
    const all = form.querySelector("[data-tick-all]");
    const boxes = [...form.querySelectorAll("input[name=row]")];
    const said = form.querySelector("[data-ticked]");
    const total = Number(form.dataset.ticks) || boxes.length;
    const count = () => {
      const number = all.checked ? total : boxes.filter((box) => box.checked).length;
      said.hidden = number === 0;
      said.querySelector("b").textContent = String(number);
    };
    form.addEventListener("change", (event) => {
      if (event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
      else if (event.target.name === "row" && !event.target.checked) all.checked = false;
      count();
    });
    window.addEventListener("pageshow", count);
  }
})();
