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

  document.addEventListener("htmx:beforeRequest", (event) => {
    const pause = document.querySelector("[data-pause]");
    if (pause && pause.checked && event.target.matches("[data-live]")) event.preventDefault();
  });
})();
