"""Sprites and graphs for tests of the collage renderer.

In: a folder, or things with their places.  Out: plain RGBA sprites, and valid graphs over 512 pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from schemas.graph import Relation, SpatialGraph
from schemas.ids import with_graph_id
from spatial.knowledge.knowledge_base import categories

SIDE = 512
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Thing:
    """An object with its box, its depth (smaller is nearer) and its attributes."""

    category: str
    box: Box
    depth: float
    attributes: tuple[str, ...] = ()


def other_drawings() -> frozenset[str]:
    """The names of drawings that are taken of what leans and of nothing else."""
    leanings = [one.leaning for one in categories().values() if one.leaning is not None]
    return frozenset(leaning.other.drawing for leaning in leanings if leaning.other)


def make_sprites(folder: Path, shape: str = "square") -> Path:
    """A sprite for every category: a red square (or disc) of 64 pixels with a transparent border."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGBA", (80, 80))
    draw = ImageDraw.Draw(picture)
    draw_shape = draw.rectangle if shape == "square" else draw.ellipse
    draw_shape((8, 8, 71, 71), fill=(210, 40, 40, 255))
    for sprite in {c.sprite for c in categories().values() if c.sprite}:
        picture.save(folder / f"{sprite}.webp", lossless=True)
    return folder


def make_scene(
    scene: str, things: Sequence[Thing], relations: Sequence[tuple[int, str, int | None]] = (), excluded: Sequence[str] = ()
) -> SpatialGraph:
    """A graph of a scene with these things."""
    return with_graph_id(
        {
            "seed_id": "5eed" * 8,
            "index": 0,
            "concept": scene,
            "scene": scene,
            "objects": [{"id": i, "category": t.category, "attributes": t.attributes} for i, t in enumerate(things)],
            "relations": [Relation(subject=s, predicate=p, object=o) for s, p, o in relations],
            "excluded": tuple(excluded),
            "layout": {
                "canvas": (SIDE, SIDE),
                "boxes": [t.box for t in things],
                "depth": [t.depth for t in things],
            },
            "prompt": {"positive": scene},
            "provenance": {"producer": "test", "version": "1"},
        }
    )
