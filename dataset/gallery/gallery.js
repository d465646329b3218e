"use strict";
(() => {
  const point = (event, on) => {
    const source = event.target.closest("[data-points]");
    if (!source) return;
    const card = source.closest(".card");
    const ids = JSON.parse(source.dataset.points).map(String);
    card.classList.toggle("pointing", on && ids.length > 0);
    for (const mark of card.querySelectorAll("[data-object]")) {
      mark.classList.toggle("lit", on && ids.includes(mark.dataset.object));
    }
  };
  for (const [start, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(start, (event) => point(event, true));
    document.addEventListener(end, (event) => point(event, false));
  }

  const all = () => {
    const box = document.querySelector("[data-boxes]");
    document.body.classList.toggle("all-boxes", Boolean(box) && box.checked);
  };
  document.addEventListener("change", all);
  all();  // a reload keeps what was chosen

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const box = /^[md]$/.test(event.key) && document.querySelector(`[data-layer="${event.key}"]`);
    if (box) box.checked = !box.checked;
  });

  // a form of reviews: j and k go through its items, a, f and u press their buttons
  document.addEventListener("keydown", (event) => {
    const items = [...document.querySelectorAll("[data-item]")];
    if (!items.length || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=radio]), select, textarea")) return;
    const here = items.findIndex((item) => item.contains(document.activeElement));
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      const next = items[Math.min(items.length - 1, Math.max(0, here + step))];
      next.querySelector("input:checked, input").focus();
      next.scrollIntoView({ block: "nearest" });
    }
    const button = (items[here] || items[0]).querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) {
      button.checked = true;
      button.focus();
      if (event.key === "f") button.closest("[data-item]").querySelector("select").focus();
    }
    if (button || step) event.preventDefault();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const pause = document.querySelector("[data-pause]");
    if (pause && pause.checked && event.target.matches("[data-live]")) event.preventDefault();
  });
})();
