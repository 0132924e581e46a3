/* The board: a card dragged into another column sends the form of its menu, so both ways are one. Where the server
   did not answer with the new board, the card goes back. */
(() => {
  let dragged = null; // {card, from, next} until the server has answered

  function send(event) {
    if (event.from === event.to) return;
    const form = event.item.querySelector("[data-move]");
    const button = form.querySelector(`button[value="${event.to.dataset.boardList}"]`);
    dragged = { card: event.item, from: event.from, next: event.from.children[event.oldIndex] || null };
    button.click(); // and not requestSubmit: htmx sends the button that was clicked
  }

  function putBack() {
    if (dragged?.card.isConnected) dragged.from.insertBefore(dragged.card, dragged.next);
    dragged = null;
  }

  function start(list) {
    Sortable.create(list, {
      group: "leads",
      sort: false,
      animation: 120,
      forceFallback: true, // the browser's own dragging differs from one to the next
      fallbackTolerance: 4, // pixels; less is a click
      delay: 150,
      delayOnTouchOnly: true,
      filter: "details",
      preventOnFilter: false,
      onStart: () => (BetterSide.isDragging = true),
      onEnd: (event) => {
        BetterSide.isDragging = false;
        send(event);
      },
    });
  }

  BetterSide.onContent((root) => {
    for (const board of BetterSide.all(root, "[data-board]")) {
      if (board.querySelector("[data-move]")) board.querySelectorAll("[data-board-list]").forEach(start);
    }
  });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, putBack);
  }
  // The keyboard goes on where it was: at the card that moved.
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = event.detail.requestConfig.elt.closest?.("[data-move]");
    if (!form) return;
    dragged = null;
    const id = form.id.replace("move-", "card-");
    document.getElementById(id)?.querySelector("summary").focus();
  });
})();
