"use strict";
(() => {
  const typing = (event) => event.ctrlKey || event.metaKey || event.altKey
    || event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
  // A form of reviews: j and k go through its items, a, f and u press their buttons, c goes to the comment.
  // f goes on to the reasons, which letters and arrows choose; j, k, c and Enter, with which no reason begins, hold there
  // too, and Esc goes back from a field to its item, from those above the items to the first.
  const IN_REASONS = ["j", "k", "c", "Enter", "Escape"];
  const ofReview = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isUnfolded(event.target)) return false;
    if (event.target.matches("[data-item] select")) return IN_REASONS.includes(event.key);
    return !typing(event) || (event.key === "Escape" && event.target.matches(".review input, .review select"));
  };
  const isUnfolded = (field) => CSS.supports("selector(:open)") && field.matches("select:open");
  const chosen = (item) => item.querySelector("input:checked, input");
  const press = (item, key) => {
    const button = item.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!button) return false;
    button.checked = true;
    (key === "f" ? item.querySelector("select") : button).focus();
    return true;
  };
  const go = (items, here, step) => {
    const next = items[Math.min(items.length - 1, Math.max(0, here + step))];
    chosen(next).focus();
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    const items = [...document.querySelectorAll("[data-item]")];
    if (!items.length || !ofReview(event)) return;
    const here = items.findIndex((item) => item.contains(document.activeElement));
    const item = items[here] || items[0];
    const step = { j: 1, k: -1 }[event.key];
    if (step) go(items, here, step);
    else if (event.key === "c") item.querySelector("input[name^=comment]").focus();
    else if (event.key === "Escape" && typing(event)) chosen(item).focus();
    else if (event.key === "Enter" && event.target.matches("select")) event.target.form.requestSubmit();
    else if (!press(item, event.key)) return;
    event.preventDefault();
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
