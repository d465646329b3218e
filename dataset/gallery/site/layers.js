"use strict";
(() => {
  // boxes, masks and depth: by their check boxes or by a key
  const LAYERS = { b: "all-boxes", m: "all-masks", d: "all-depths" };
  const layers = () => {
    for (const [key, name] of Object.entries(LAYERS)) {
      const boxes = [...document.querySelectorAll(`[data-layer="${key}"]`)];
      if (boxes.length) document.body.classList.toggle(name, boxes.some((box) => box.checked));
    }
  };
  const typing = (event) => event.ctrlKey || event.metaKey || event.altKey
    || event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
  document.addEventListener("change", (event) => {
    const { layer } = event.target.dataset;
    for (const box of document.querySelectorAll(`[data-layer="${layer}"]`)) box.checked = event.target.checked;
    layers();
  });
  document.addEventListener("keydown", (event) => {
    const box = !typing(event) && event.key in LAYERS && document.querySelector(`[data-layer="${event.key}"]`);
    if (!box) return;
    const checked = !box.checked;
    for (const one of document.querySelectorAll(`[data-layer="${event.key}"]`)) one.checked = checked;
    layers();
  });
  // pointing at the name of a layer shows it over that picture alone; pressing it, over all of them
  for (const [name, on] of [["mouseover", true], ["mouseout", false]]) {
    document.addEventListener(name, (event) => {
      const peek = event.target.closest && event.target.closest("[data-peek]");
      if (peek) peek.closest(".viewer, .tile").classList.toggle(`peek-${peek.dataset.peek}`, on);
    });
  }
  document.addEventListener("click", (event) => {
    const peek = event.target.closest(".peek [data-peek]");
    if (peek) document.querySelector(`[data-layer="${peek.dataset.peek}"]`).click();
  });
  const keep = () => {  // what was opened, or came with a filter, shows what is chosen
    for (const box of document.querySelectorAll("[data-layer]")) {
      box.checked = document.body.classList.contains(LAYERS[box.dataset.layer]);
    }
  };
  document.addEventListener("htmx:afterSettle", keep);
  document.addEventListener("sheet:opened", keep);
  layers();  // a reload keeps what was chosen
})();
