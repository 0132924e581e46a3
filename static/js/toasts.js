/* Notices. The server's stand in #toasts already; others come from BetterSide.toast(message, level) or from
   the answer header  HX-Trigger: {"toast": {"message": "Saved.", "level": "success"}}. */
(() => {
  const SHORT_LIVED = { success: 6000, info: 8000 }; // milliseconds; warnings and errors wait for a click
  const MOST = 4;
  const region = () => document.getElementById("toasts");

  function leave(notice) {
    notice.classList.add("is-leaving");
    setTimeout(() => notice.remove(), 200);
  }

  function live(notice) {
    if (notice.dataset.live) return;
    notice.dataset.live = "true";
    const time = SHORT_LIVED[notice.dataset.level];
    if (!time) return;
    let timer;
    const start = () => (timer = setTimeout(() => leave(notice), time));
    const stop = () => clearTimeout(timer);
    for (const name of ["mouseenter", "focusin"]) notice.addEventListener(name, stop);
    for (const name of ["mouseleave", "focusout"]) notice.addEventListener(name, start);
    start();
  }

  /* A modal dialog covers and disables everything outside it, so notices move into the open one. */
  function place() {
    const host = [...document.querySelectorAll("dialog[open]")].pop() || document.querySelector(".page-column");
    if (host && region().parentElement !== host) host.prepend(region());
  }

  BetterSide.toast = (message, level = "info") => {
    const template = document.getElementById(`toast-${level}`) || document.getElementById("toast-info");
    const notice = template.content.firstElementChild.cloneNode(true);
    notice.querySelector(".notice-text").textContent = message;
    place();
    for (const old of [...region().children].slice(0, -(MOST - 1))) old.remove();
    region().append(notice);
    live(notice);
  };

  /* What failed is being tried again. */
  BetterSide.forgetErrors = () =>
    region()
      .querySelectorAll("[data-level=error]")
      .forEach((notice) => notice.remove());

  BetterSide.onContent((root) => BetterSide.all(root, "#toasts > .notice").forEach(live));
  document.addEventListener("toast", (event) => BetterSide.toast(event.detail.message, event.detail.level));
  document.addEventListener("close", place, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (button) leave(button.closest(".notice"));
  });
})();
