"use strict";
(() => {
  // The contact sheet: a picture opens beneath its row, large, with its questions beside it.
  const sheet = () => document.querySelector(".sheet");
  const tiles = () => [...document.querySelectorAll(".sheet .tile")].filter((tile) => !tile.hidden);
  const TOP = 70;  // pixels that the bar covers
  const tileOf = (id) => document.getElementById(id);

  const shut = () => {
    const open = sheet() && sheet().querySelector(".viewer.open");
    const tile = open && tileOf(open.dataset.of);
    if (open) open.dataset.keep === undefined ? open.remove() : open.classList.remove("open");
    if (tile) tile.classList.remove("current");
    return tile;
  };
  const reveal = (tile, viewer) => {
    tile.classList.add("current");
    viewer.classList.add("open");
    document.dispatchEvent(new Event("sheet:opened"));
    viewer.scrollIntoView({ block: "nearest" });
  };
  let asked = 0;
  const open = async (tile) => {
    const mine = ++asked;
    const link = tile.querySelector(".shot");
    if (shut() === tile) return;
    const kept = document.getElementById(`open-${tile.id}`);
    if (kept) {
      kept.dataset.keep = "";
      reveal(tile, kept);
      return;
    }
    const answer = await fetch(link.dataset.opens);
    const text = await answer.text();
    if (mine !== asked) return;  // another one was opened meanwhile
    if (!answer.ok) {
      location.assign(link.href);
      return;
    }
    tile.insertAdjacentHTML("afterend", text);
    reveal(tile, tile.nextElementSibling);
  };

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest(".sheet .shot");
    const close = event.target.closest("[data-closes]");
    if (!link && !(close && sheet().querySelector(".viewer.open"))) return;
    event.preventDefault();
    if (link) open(link.closest(".tile"));
    else backTo(shut());
  });

  const backTo = (tile) => {
    if (tile) tile.querySelector(".shot").focus();
  };
  // The tile in the next row is the nearest of those that begin further down (or up).
  const beside = (list, here, key) => {
    if (key === "ArrowLeft" || key === "ArrowRight") return list[list.indexOf(here) + (key === "ArrowRight" ? 1 : -1)];
    const at = here.getBoundingClientRect();
    const further = list.map((tile) => [tile, tile.getBoundingClientRect()])
      .filter(([, box]) => (key === "ArrowDown" ? box.top > at.top + 2 : box.top < at.top - 2));
    const distance = ([, box]) => Math.abs(box.top - at.top) * 4 + Math.abs(box.left - at.left);
    return further.sort((one, other) => distance(one) - distance(other)).map(([tile]) => tile)[0];
  };
  // The first picture that is not above what is seen: where the arrows begin.
  const inView = (list) => list.find((tile) => tile.getBoundingClientRect().bottom > TOP) || list[0];
  document.addEventListener("keydown", (event) => {
    if (!sheet() || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
    if (event.key === "Escape") {
      asked += 1;
      backTo(shut());
    }
    if (!event.key.startsWith("Arrow") || event.target.closest(".viewer .beside")) return;
    const list = tiles();
    const opened = list.find((tile) => tile.classList.contains("current"));
    const focused = event.target.closest(".tile");
    const isSideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    const isAnywhere = event.target === document.body || event.target.matches(".sheet");
    if (!focused && !(opened ? isSideways : isAnywhere)) return;  // the page scrolls
    const next = focused || opened ? beside(list, focused || opened, event.key) : inView(list);
    if (!next) return;
    event.preventDefault();
    next.querySelector(".shot").focus();
    if (opened) open(next);
  });
})();
