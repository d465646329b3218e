"use strict";
(() => {
  // What points at things lights them up in every picture of its part of the page; a question also has its proof drawn.
  const PART = ".viewer, .tile, .card";

  // a relation that is pointed at is an arrow from its subject to each of its objects
  const add = (parent, name, attributes, text = "") => {
    const made = document.createElementNS(parent.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    parent.append(made);
    return made;
  };
  const centre = (rect) => [rect.x.baseVal.value + rect.width.baseVal.value / 2, rect.y.baseVal.value + rect.height.baseVal.value / 2];
  const arrows = (part, ids, text) => {
    for (const old of part.querySelectorAll(".relation-arrow")) old.remove();
    for (const svg of text && ids.length > 1 ? part.querySelectorAll(".stage .shown svg") : []) {
      const rects = ids.map((id) => svg.querySelector(`.box[data-object="${CSS.escape(id)}"] rect`));
      if (rects.includes(null)) continue;
      const size = svg.viewBox.baseVal.width;
      const group = add(svg, "g", { class: "proof-drawing lit relation-arrow", "font-size": 0.03 * size });
      const [x, y] = centre(rects[0]);
      for (const [ex, ey] of rects.slice(1).map(centre)) {
        const long = Math.hypot(ex - x, ey - y) || 1;
        const [ux, uy] = [(ex - x) / long * 0.022 * size, (ey - y) / long * 0.022 * size];
        add(group, "line", { x1: x, y1: y, x2: ex, y2: ey, "vector-effect": "non-scaling-stroke" });
        const tip = [[ex, ey], [ex - ux - uy / 2, ey - uy + ux / 2], [ex - ux + uy / 2, ey - uy - ux / 2]];
        add(group, "polygon", { points: tip.join(" ") });
        add(group, "text", { x: (x + ex) / 2, y: (y + ey) / 2 }, text);
      }
    }
  };

  const show = (part, source) => {
    const ids = source ? JSON.parse(source.dataset.points).map(String) : [];
    part.classList.toggle("pointing", ids.length > 0);
    arrows(part, ids, source ? source.dataset.arrow : "");
    const views = source && source.dataset.views ? JSON.parse(source.dataset.views) : null;
    const seen = (mark) => {  // a question lights up nothing in a picture that it is not about
      const picture = views && mark.closest("[data-view]");
      return !picture || views.includes(Number(picture.dataset.view));
    };
    for (const mark of part.querySelectorAll("[data-object]")) mark.classList.toggle("lit", ids.includes(mark.dataset.object) && seen(mark));
    const question = source ? source.dataset.question : undefined;
    part.classList.toggle("proving", Boolean(question));
    for (const drawing of part.querySelectorAll("[data-proof]")) drawing.classList.toggle("lit", drawing.dataset.proof === question);
  };
  const pinned = (part) => part.querySelector(".question[open][data-pinned]");
  const focused = (part) => {
    const source = document.activeElement && document.activeElement.closest("[data-points]");
    return source && part.contains(source) ? source : null;
  };
  // By keys the page moves under a pointer that rests: what comes to lie there was not pointed at.
  let rests = false;
  document.addEventListener("keydown", () => { rests = true; }, true);
  const point = (event, on) => {
    if (rests && event.type.startsWith("mouse")) return;
    const source = event.target.closest && event.target.closest("[data-points]");
    const part = source && source.closest(PART);
    if (part) show(part, on ? source : pinned(part) || (event.type === "mouseout" ? focused(part) : null));
  };
  document.addEventListener("mousemove", (event) => {
    if (!rests || !(event.movementX || event.movementY)) return;
    rests = false;
    point(event, true);
  });
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
})();
