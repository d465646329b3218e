"use strict";
(() => {
  // The page from disk: what is filtered is hidden, with its questions.
  const cards = [...document.querySelectorAll(".tile")];
  const filters = [...document.querySelectorAll("[data-filter]")];
  const shown = document.querySelector("[data-shown]");
  const nothing = document.querySelector("[data-nothing]");
  const viewer = (card) => document.getElementById(`open-${card.id}`);
  const separate = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const words = new Map(cards.map((card) => [card, separate(card.dataset.words)]));

  const fits = (card, name, value) => {
    if (!value) return true;
    if (name === "words") return separate(value).every((begun) => words.get(card).some((word) => word.startsWith(begun)));
    if (name === "kinds") return JSON.parse(card.dataset.kinds).includes(value);
    return card.dataset[name] === value;
  };

  const apply = () => {
    let count = 0;
    for (const card of cards) {
      card.hidden = !filters.every((filter) => fits(card, filter.dataset.filter, filter.value.trim()));
      viewer(card).hidden = card.hidden;
      count += card.hidden ? 0 : 1;
    }
    const kind = filters.find((filter) => filter.dataset.filter === "kinds").value;
    for (const group of document.querySelectorAll(".of-kind")) {
      group.classList.toggle("faded", Boolean(kind) && group.dataset.kind !== kind);
    }
    shown.textContent = `${count} shown`;
    nothing.hidden = count > 0 || cards.length === 0;
  };
  filters.forEach((filter) => filter.addEventListener("input", apply));
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  apply();  // a reload keeps what was chosen
})();
