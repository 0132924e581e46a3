/* What htmx does here, and what is said when it fails. A failed request changes nothing on the page, so all
   that was typed stays. Answers 400 and 422 are swapped in: they are forms with their errors (see htmx-config). */
(() => {
  function waitOf(request) {
    const seconds = Number(request.getResponseHeader("Retry-After"));
    return seconds > 0 ? `Try again in ${seconds} seconds.` : "Try again in a minute.";
  }

  function explain(request) {
    const kept = "Nothing was saved; what you typed is still here.";
    const number = request.getResponseHeader("X-Request-ID");
    if (request.status === 401) return "You are signed out. Sign in again in another tab, then repeat this.";
    if (request.status === 403) return `You may not do this, or this page is too old: reload it. ${kept}`;
    if (request.status === 404) return "This is no longer there. Reload the page to see what is.";
    if (request.status === 409)
      return "Somebody else changed this in the meantime. Reload the page to see what it is now.";
    if (request.status === 413) return "This is too large to send.";
    if (request.status === 429) return `That was too often. ${waitOf(request)}`;
    const reference = number ? ` Reference: ${number}` : "";
    return `Something broke on our side (error ${request.status}). ${kept}${reference}`;
  }

  const fail = (message) => BetterSide.toast(message, "error");
  const answersItself = (request) => (request.getResponseHeader("HX-Trigger") || "").includes('"toast"');

  document.addEventListener("htmx:responseError", (event) => {
    if (!answersItself(event.detail.xhr)) fail(explain(event.detail.xhr));
  });
  document.addEventListener("htmx:sendError", () => {
    fail("No connection to BetterSide. Check your network and try again; what you typed is still here.");
  });
  document.addEventListener("htmx:timeout", () => {
    fail("No answer for 30 seconds. It may have been saved all the same: look before you send it again.");
  });

  // The session ended: htmx followed the redirect and holds the login page. Show it whole, and come back here.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const at = new URL(event.detail.xhr.responseURL || location.href, location.href);
    if (at.pathname !== "/login" || location.pathname === "/login") return;
    event.detail.shouldSwap = false;
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  });

  // A form that came back with errors is replaced alone, be it in its page or in the dialog, and the address
  // stays: the page of a POST cannot be reloaded.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr } = event.detail;
    const form = requestConfig.elt.closest("form[id]");
    if (xhr.status < 400 || !form || !xhr.responseText.includes(`id="${form.id}"`)) return;
    event.detail.target = form;
    event.detail.selectOverride = `#${form.id}`;
    event.detail.swapOverride = "outerHTML show:none";
  });
  document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
    if (event.detail.xhr.status >= 400) Object.assign(event.detail.history, { type: "replace", path: location.href });
  });

  // A whole new page: readers and the keyboard start at its content, as after a plain link.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target === document.body && document.activeElement === document.body) {
      document.getElementById("main")?.focus({ preventScroll: true });
    }
  });

  // Reading (a filter, a look-up while typing) must not stop the typing: only what writes makes its form busy.
  function whileWriting(act) {
    return (event) => {
      const form = event.detail.requestConfig.elt.closest("form");
      if (form && event.detail.requestConfig.verb !== "get") act(form);
    };
  }
  document.addEventListener("htmx:beforeSend", whileWriting(BetterSide.busy));
  document.addEventListener("htmx:beforeSend", whileWriting(BetterSide.forgetErrors));
  document.addEventListener("htmx:afterRequest", whileWriting(BetterSide.idle));
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) BetterSide.announce(event.detail.elt); // core.js announced the body
  });
})();
