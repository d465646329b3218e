"use strict";
(() => {
  const typing = (event) => event.ctrlKey || event.metaKey || event.altKey
    || event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
  // a form of reviews: j and k go through its items, a, f and u press their buttons, c goes to the comment
  document.addEventListener("keydown", (event) => {
    const items = [...document.querySelectorAll("[data-item]")];
    if (!items.length || typing(event)) return;
    const here = items.findIndex((item) => item.contains(document.activeElement));
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      const next = items[Math.min(items.length - 1, Math.max(0, here + step))];
      next.querySelector("input:checked, input").focus();
      next.scrollIntoView({ block: "nearest" });
    }
    const item = items[here] || items[0];
    if (event.key === "c") {
      event.preventDefault();
      item.querySelector("input[name^=comment]").focus();
      return;
    }
    const button = item.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) {
      button.checked = true;
      button.focus();
      if (event.key === "f") button.closest("[data-item]").querySelector("select").focus();
    }
    if (button || step) event.preventDefault();
  });

  // a picture that its store no longer has says so
  document.addEventListener("error", (event) => {
    if (!event.target.matches || !event.target.matches(".rejection img")) return;
    const gone = document.createElement("span");
    gone.textContent = "gone from the store";
    event.target.replaceWith(gone);
  }, true);

  // a page that refreshes itself stands still while it is paused
  document.addEventListener("htmx:beforeRequest", (event) => {
    const pause = document.querySelector("[data-pause]");
    if (pause && pause.checked && event.target.matches("[data-live]")) event.preventDefault();
  });
})();
