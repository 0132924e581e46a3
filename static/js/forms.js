/* A form is sent once: while it is on its way its button is disabled and says so (aria-busy), with htmx and
   without. Fields that came back wrong get the focus. Passwords can be shown. */
(() => {
  const senders = new WeakMap(); // form -> the button last pressed
  const busy = new Set();

  BetterSide.busy = (form) => {
    const button = senders.get(form);
    busy.add(form);
    form.setAttribute("aria-busy", "true");
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
  };

  BetterSide.idle = (form) => {
    const button = senders.get(form);
    busy.delete(form);
    form.removeAttribute("aria-busy");
    if (!button) return;
    button.disabled = false;
    button.removeAttribute("aria-busy");
    if (document.activeElement === document.body && button.isConnected) button.focus();
  };

  function onSubmit(event) {
    const form = event.target;
    if (form.method !== "post") return;
    if (busy.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    senders.set(form, event.submitter || form.querySelector("[type=submit]"));
    // Afterwards, because a disabled button's name and value would not be sent. Where somebody else took
    // the event, panel.js says when htmx sends.
    setTimeout(() => event.defaultPrevented || BetterSide.busy(form));
  }

  function togglePassword(button) {
    const field = button.parentElement.querySelector("input");
    const show = field.type === "password";
    field.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
  }

  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show-password]");
    if (button) togglePassword(button);
  });
  // The browser's back button shows the page as it was left: with a busy form.
  window.addEventListener("pageshow", (event) => event.persisted && [...busy].forEach(BetterSide.idle));
  BetterSide.onContent((root) => BetterSide.all(root, "[aria-invalid=true]")[0]?.focus());
})();
