/* Beside budget and duration: what that is per day. */
(() => {
  const rupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR", maximumFractionDigits: 0 });

  function show(form) {
    const hint = form.querySelector("[data-per-day]");
    const budget = Number(form.elements.budget_inr.value);
    const days = Number(form.elements.duration_days.value);
    hint.hidden = !(budget > 0 && days >= 1);
    hint.textContent = hint.hidden ? "" : `That is about ${rupees.format(budget / days)} a day.`;
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("#ads-form");
    if (form) show(form);
  });
  BetterSide.onContent((root) => BetterSide.all(root, "#ads-form").forEach(show));
})();
