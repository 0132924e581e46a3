/* The lead list: choosing many leads for one status, and the print button. */
(() => {
  const boxes = (list) => [...list.querySelectorAll("input[name=lead]")];

  function count(list) {
    const bar = list.querySelector(".bulk-bar");
    if (!bar) return;
    const all = boxes(list);
    const chosen = all.filter((box) => box.checked).length;
    bar.classList.toggle("is-on", chosen > 0);
    bar.querySelector("[data-bulk-count]").textContent = chosen;
    const master = list.querySelector("[data-check-all]");
    master.checked = chosen > 0 && chosen === all.length;
    master.indeterminate = chosen > 0 && chosen < all.length;
  }

  document.addEventListener("change", (event) => {
    const list = event.target.closest("#lead-list");
    if (!list) return;
    if (event.target.matches("[data-check-all]")) for (const box of boxes(list)) box.checked = event.target.checked;
    if (event.target.type === "checkbox") count(list);
  });
  BetterSide.onContent((root) => BetterSide.all(root, "#lead-list").forEach(count));
  document.addEventListener("click", (event) => event.target.closest("[data-print]") && window.print());
})();
