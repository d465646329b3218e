"use strict";
(() => {
  // What points at things lights them up in every picture of its part of the page; a question also has its proof drawn.
  const PART = ".viewer, .tile, .card";
  const show = (part, source) => {
    const ids = source ? JSON.parse(source.dataset.points).map(String) : [];
    part.classList.toggle("pointing", ids.length > 0);
    for (const mark of part.querySelectorAll("[data-object]")) mark.classList.toggle("lit", ids.includes(mark.dataset.object));
    const question = source ? source.dataset.question : undefined;
    part.classList.toggle("proving", Boolean(question));
    for (const drawing of part.querySelectorAll("[data-proof]")) drawing.classList.toggle("lit", drawing.dataset.proof === question);
  };
  const pinned = (part) => part.querySelector(".question[open][data-pinned]");
  const point = (event, on) => {
    const source = event.target.closest && event.target.closest("[data-points]");
    const part = source && source.closest(PART);
    if (part) show(part, on ? source : pinned(part));
  };
  for (const [start, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(start, (event) => point(event, true));
    document.addEventListener(end, (event) => point(event, false));
  }
  // an opened question stays drawn until another one is
  document.addEventListener("toggle", (event) => {
    const question = event.target;
    const part = question.matches && question.matches(".question") && question.closest(PART);
    if (!part) return;
    for (const other of part.querySelectorAll("[data-pinned]")) other.removeAttribute("data-pinned");
    if (question.open) question.dataset.pinned = "";
    show(part, pinned(part));
  }, true);

  // boxes, masks and depth: by their check boxes or by a key
  const LAYERS = { b: "all-boxes", m: "all-masks", d: "all-depths" };
  const layers = () => {
    for (const [key, name] of Object.entries(LAYERS)) {
      document.body.classList.toggle(name, Boolean(document.querySelector(`[data-layer="${key}"]:checked`)));
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
      if (peek) peek.closest(PART).classList.toggle(`peek-${peek.dataset.peek}`, on);
    });
  }
  document.addEventListener("click", (event) => {
    const peek = event.target.closest(".peek [data-peek]");
    if (peek) document.querySelector(`[data-layer="${peek.dataset.peek}"]`).click();
  });
  document.addEventListener("htmx:afterSettle", layers);
  document.addEventListener("sheet:opened", () => {  // what was opened shows what is chosen
    for (const box of document.querySelectorAll("[data-layer]")) {
      box.checked = document.body.classList.contains(LAYERS[box.dataset.layer]);
    }
  });
  layers();  // a reload keeps what was chosen

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

  document.addEventListener("htmx:beforeRequest", (event) => {
    const pause = document.querySelector("[data-pause]");
    if (pause && pause.checked && event.target.matches("[data-live]")) event.preventDefault();
  });
})();
