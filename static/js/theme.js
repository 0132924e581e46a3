/* Applied before the first paint (a blocking file in <head>). "auto" sets no attribute: the tokens then
   follow the system, with or without JavaScript. */
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  function chosen() {
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto"; // storage is closed to us (private window, blocked cookies)
    }
  }

  function apply(theme) {
    if (theme === "auto") root.removeAttribute("data-bs-theme");
    else root.setAttribute("data-bs-theme", theme);
    document.dispatchEvent(new CustomEvent("themechange"));
  }

  function keep(theme) {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      return; // it holds for this page only
    }
  }

  apply(chosen());

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-theme-choice]")) return;
    keep(event.target.value);
    apply(event.target.value);
  });
  window.addEventListener("storage", (event) => event.key === "theme" && apply(chosen()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(chosen()));
  document.addEventListener("content", (event) => {
    for (const choice of event.target.querySelectorAll("[data-theme-choice]"))
      choice.checked = choice.value === chosen();
  });
})();
