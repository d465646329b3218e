"use strict";
(() => {
  // A heat map is one stop for the Tab key; arrows go from cell to cell.
  const cells = (map) => [...map.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td a")]);
  const prepare = () => {
    for (const map of document.querySelectorAll("[data-map]")) {
      const links = map.querySelectorAll("td a");
      if (map.querySelector("td a[tabindex='0']")) continue;
      links.forEach((link, place) => link.setAttribute("tabindex", place ? "-1" : "0"));
    }
  };
  prepare();
  document.addEventListener("htmx:afterSettle", prepare);

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  document.addEventListener("keydown", (event) => {
    const map = event.target.closest("[data-map]");
    const step = STEPS[event.key];
    if (!map || !step || !event.target.matches("td a")) return;
    const grid = cells(map);
    const row = grid.findIndex((links) => links.includes(event.target));
    const next = (grid[row + step[0]] || [])[grid[row].indexOf(event.target) + step[1]];
    if (!next) return;
    event.preventDefault();
    event.target.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
})();
