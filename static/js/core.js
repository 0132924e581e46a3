/* One event for new content, whoever put it there: "content" bubbles from the document's body at the start
   and from every element that htmx swaps in (panel.js). */
window.BetterSide = {
  announce(element) {
    element.dispatchEvent(new CustomEvent("content", { bubbles: true }));
  },
  onContent(act) {
    document.addEventListener("content", (event) => act(event.target));
  },
  /* The element itself and all below it that match. */
  all(root, selector) {
    return [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  },
};

document.addEventListener("DOMContentLoaded", () => BetterSide.announce(document.body));
