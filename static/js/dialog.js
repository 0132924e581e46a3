/* Dialogs and menus.
   - A link with hx-get, hx-target="#dialog-body", hx-select and data-dialog-title opens what it fetches as a
     dialog; without JavaScript it is a plain link. The answer header  HX-Trigger: {"dialog:close": true}  closes it.
   - A button with data-confirm="Question?" asks first; data-confirm-action names the yes button.
   - <details class="menu"> closes on Escape and on a click elsewhere. */
(() => {
  const sheet = () => document.getElementById("dialog");

  function open(title) {
    if (title) document.getElementById("dialog-title").textContent = title;
    if (!sheet().open) sheet().showModal();
  }

  function ask(form, button) {
    const dialog = document.getElementById("confirm");
    document.getElementById("confirm-text").textContent = button.dataset.confirm;
    dialog.querySelector("[data-confirm-yes]").textContent = button.dataset.confirmAction || "Yes";
    dialog.returnValue = "no";
    dialog.onclose = () => {
      if (dialog.returnValue !== "yes") return;
      button.dataset.confirmed = "true";
      form.requestSubmit(button);
      delete button.dataset.confirmed;
    };
    dialog.showModal();
  }

  // On window, so that it comes before the guard against double sending (forms.js, on document).
  window.addEventListener(
    "submit",
    (event) => {
      const button = event.submitter;
      if (!button?.dataset.confirm || button.dataset.confirmed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(event.target, button);
    },
    true,
  );

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "dialog-body") open(event.detail.requestConfig.elt.dataset.dialogTitle);
  });
  document.addEventListener("dialog:close", () => sheet().close());

  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("[data-close]")?.closest("dialog");
    if (dialog) {
      event.preventDefault(); // a form's Cancel is a link on the form's own page
      dialog.close();
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
