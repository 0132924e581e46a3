/* Live updates. One EventSource tells that something happened; the page then fetches what its person may see:
   the bell, and every [data-live] part whose words name the event's subject. Typing, choosing and dragging are left
   alone: such a part waits for the next event. Parts with data-live-swap="outerHTML" (charts) are replaced whole. */
(() => {
  const WAIT = 400; // milliseconds; a burst of events is one refresh
  const pending = new Set(); // subjects that changed since the last refresh
  const news = new Set(); // ids of new notifications, each for a toast
  let timer;

  const isBusy = (part) =>
    BetterSide.isDragging ||
    part.querySelector("input:checked, details[open], [aria-busy=true]") ||
    (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));

  function refreshBell() {
    const query = [...news].map((id) => `new=${id}`).join("&");
    news.clear();
    htmx.ajax("GET", `/notifications/bell?${query}`, { target: "#bell", swap: "morph:outerHTML" });
  }

  function refreshPart(part) {
    const swap = part.dataset.liveSwap || "morph:outerHTML";
    htmx.ajax("GET", location.pathname + location.search, {
      source: part,
      target: `#${part.id}`,
      select: `#${part.id}`,
      swap: `${swap} show:none`,
    });
  }

  function refresh() {
    const all = pending.has("resync");
    if (all || pending.has("notification")) refreshBell();
    for (const part of document.querySelectorAll("[data-live]")) {
      const words = part.dataset.live.split(" ");
      if ((all || words.some((word) => pending.has(word))) && !isBusy(part)) refreshPart(part);
    }
    pending.clear();
  }

  function onMessage(event) {
    const message = JSON.parse(event.data);
    pending.add(message.kind.split(".")[0]);
    if (message.kind === "notification.created") news.add(message.notification_id);
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT);
  }

  const source = new EventSource("/api/events");
  source.addEventListener("message", onMessage);
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
