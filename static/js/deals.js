/* Cards of the stage board: dragged with a mouse, or moved by Shift and the left and right arrows. What the stage asks
   for opens as a sheet; what asks for nothing moves at once. Without this file each card's button does the same. */
(() => {
  "use strict";
  const CARD = ".deal[data-move]";
  const TAKES = ".stage[data-takes]";
  const columns = () => [...document.querySelectorAll(".stage")];
  let dragged = null;

  function move(card, column) {
    const from = card.closest(".stage");
    if (!column || column === from) return;
    const url = card.dataset.move.replace(/[^/]+\/$/, `${column.dataset.stage}/`);
    const values = { seen: from.dataset.stage, dropped: "1" };
    htmx.ajax("POST", `${url}?at=board`, { source: document.getElementById("panel"), target: "#panel", swap: "innerHTML", values })
      .catch(() => {}); // What could not be sent is told by app.js; the card stays.
  }
  function mark(column) {
    document.querySelectorAll(".stage.over").forEach((other) => other.classList.toggle("over", other === column));
    column?.classList.add("over");
  }

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(CARD);
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.id);
    dragged.classList.add("dragged");
  });
  document.addEventListener("dragover", (event) => {
    const column = dragged && event.target.closest?.(TAKES);
    mark(column);
    if (!column) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  });
  document.addEventListener("drop", (event) => {
    const column = dragged && event.target.closest?.(TAKES);
    if (!column) return;
    event.preventDefault();
    move(dragged, column);
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    mark(null);
  });

  // What is shown of a board larger than the screen stays where it was when the board is made anew.
  let stood = [0, 0];
  const board = (event) => event.detail.target?.id === "stages" && event.detail.target;
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (board(event)) stood = [board(event).scrollLeft, board(event).scrollTop];
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (board(event)) document.getElementById("stages").scrollTo({ left: stood[0], top: stood[1], behavior: "instant" });
  });

  document.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const card = event.target.closest?.(CARD);
    if (!by || !card || !event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    event.preventDefault();
    const all = columns().filter((column) => column.matches(TAKES) || column.contains(card));
    move(card, all[all.findIndex((column) => column.contains(card)) + by]);
  });
})();
