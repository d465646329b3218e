"""What is known of solid things: real size, forms, front, surfaces that carry, hollows that hold, usual colours.

In: a category.  Out: its `BodyKind`, or None for what has no body.
The table is data: `bodies/*.json`, one object a file, category to body.  Sizes are in metres, shares from 0 to 1.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import Any, Literal

BODIES = Path(__file__).with_name("bodies")

FULL = (-0.5, 0.5)

STEPS = 50
"""Of a scale, to either side of its middle."""


@dataclass(frozen=True)
class Surface:
    """A level place of a body: `at` is its height as a share of the body's.

    `along` (front to back, front is positive) and `across` (left is positive): from and to, as shares of the body's depth
    and width, 0 in the middle.  `room`: free height above it in metres in a body of usual size, None where it is free.
    `hollow`: things there are inside the body rather than on it.  `forms`: those that have it, all where none is named.
    """

    at: float
    along: tuple[float, float] = FULL
    across: tuple[float, float] = FULL
    room: float | None = None
    hollow: bool = False
    forms: tuple[str, ...] = ()


Side = Literal["left", "right", "front", "back"]


@dataclass(frozen=True)
class Face:
    """Upright sides of a body that something may lean on: they are in the planes of its box from `low` (a share of its
    height) to its top.  `along`: from and to, as shares of the side's length, 0 in the middle.
    `forms`: those that have it, all where none is named.
    """

    sides: tuple[Side, ...]
    low: float = 0.0
    along: tuple[float, float] = FULL
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lean:
    """How a body touches the ground and what it leans on when it is tilted `toward` its back or a side, by `degrees`.

    In its box, seen across the tilt: its foot is on the ground at `foot` (a share of the box's thickness from the plane of
    the side that it tilts to); what touches is a line parallel to that plane, at `head` from it, between the heights
    `straight` and `top` (shares of the height).
    """

    toward: Literal["back", "side"]
    degrees: tuple[float, float]
    foot: float = 0.0
    head: float = 0.0
    straight: float = 0.0
    top: float = 1.0
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class BodyKind:
    """`size`: usual width, depth, height in metres; real ones differ by up to `spread` of it, all three together.

    `height_spread`: where it is given, heights differ by up to this share for themselves: stools are as wide, not as tall.
    `forms` are what builders call its shapes; `sizes`: of those that are not of the usual size.
    `has_front`: it looks somewhere, `plain_front`: so that anybody would tell where.  `turns`: it may look aside, for it is
    known from there, too; `behind`: it may look away from the camera, for it is known from behind.
    `colours`: names of usual ones; `recolours`: a graph may ask for any colour of the palette.
    `faces`: where others lean on it; `leans`: how it leans; `stands`: forms that stand by themselves, all where None.
    `overhangs`: it reaches farther above the ground than on it, as a cow's head.
    `holds`: categories that may be in it beside those that the knowledge has in its pictures.
    """

    name: str
    size: tuple[float, float, float]
    spread: float
    forms: tuple[str, ...]
    has_front: bool
    colours: tuple[str, ...]
    recolours: bool
    surfaces: tuple[Surface, ...]
    height_spread: float | None = None
    turns: bool = True
    sizes: Mapping[str, tuple[float, float, float]] = field(default_factory=dict, hash=False)
    faces: tuple[Face, ...] = ()
    leans: tuple[Lean, ...] = ()
    stands: tuple[str, ...] | None = None
    holds: tuple[str, ...] = ()
    plain_front: bool = True
    overhangs: bool = False
    behind: bool = False

    def size_of(self, form: str) -> tuple[float, float, float]:
        """Usual width, depth, height of a form, metres."""
        return self.sizes.get(form, self.size)

    def surfaces_of(self, form: str, hollow: bool) -> list[Surface]:
        """The surfaces in a form, or on it."""
        return [each for each in self.surfaces if each.hollow == hollow and has_form(each, form)]

    def faces_of(self, form: str) -> list[Face]:
        """The sides of a form that things may lean on."""
        return [each for each in self.faces if has_form(each, form)]

    def leans_of(self, form: str) -> list[Lean]:
        """The ways in which a form leans."""
        return [each for each in self.leans if has_form(each, form)]

    def is_upright(self, form: str) -> bool:
        """Whether a form stands by itself."""
        return self.stands is None or form in self.stands

    @property
    def stands_somehow(self) -> bool:
        """Whether any of its forms stands by itself."""
        return any(map(self.is_upright, self.forms))

    def is_closed(self, form: str) -> bool:
        """Whether it does not stand open for what other forms hide."""
        return not any(each.hollow and form in each.forms for each in self.surfaces)

    def varied(self, form: str, rng: Random) -> tuple[float, float, float]:
        """A size drawn evenly of those that real ones of a form have: width, depth, height in metres."""
        across = 1 + self.spread * rng.uniform(-1, 1)
        up = across if self.height_spread is None else 1 + self.height_spread * rng.uniform(-1, 1)
        width, depth, height = self.size_of(form)
        return round(width * across, 4), round(depth * across, 4), round(height * up, 4)

    @property
    def shows_front(self) -> bool:
        """Whether it has a front that anybody would tell."""
        return self.has_front and self.plain_front

    @property
    def volume(self) -> float:
        """Of its box, cubic metres."""
        width, depth, height = self.size
        return width * depth * height


def has_form(part: Surface | Face | Lean, form: str) -> bool:
    """Whether a form has a surface or a face, or leans in a way."""
    return not part.forms or form in part.forms


@cache
def bodies() -> dict[str, BodyKind]:
    """Every category that has a body."""
    found = {}
    for path in sorted(BODIES.glob("*.json")):
        found.update({name: _body(name, row) for name, row in json.loads(path.read_text()).items()})
    return found


def _body(name: str, row: dict[str, Any]) -> BodyKind:
    width, depth, height = row["size"]
    return BodyKind(
        name=name,
        size=(width, depth, height),
        spread=row.get("spread", 0.1),
        forms=tuple(row["forms"]),
        has_front=row.get("front", False),
        colours=tuple(row.get("colours", ())),
        recolours=row.get("recolours", False),
        height_spread=row.get("height_spread"),
        turns=row.get("turns", True),
        sizes={form: (size[0], size[1], size[2]) for form, size in row.get("sizes", {}).items()},
        surfaces=tuple(Surface(**_frozen(each)) for each in row.get("surfaces", ())),
        faces=tuple(Face(**_frozen(each)) for each in row.get("faces", ())),
        leans=tuple(Lean(**_frozen(each)) for each in row.get("leans", ())),
        stands=tuple(row["stands"]) if "stands" in row else None,
        holds=tuple(row.get("holds", ())),
        plain_front=row.get("plain_front", True),
        overhangs=row.get("overhangs", False),
        behind=row.get("behind", False),
    )


def _frozen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


@lru_cache(maxsize=16384)
def chance_taller(first: str, second: str, share: float) -> float:
    """How likely, 0 to 1, the second's height falls short of the first's by this share of it; 0 for unknown things.

    A thing's height is its category's times a scale that is drawn evenly, so names alone tell exactly this much of it.
    """
    if not {first, second} <= bodies().keys():
        return 0.0
    high, low = (_heights(bodies()[name]) for name in (first, second))
    return sum(b <= (1 - share) * a for a in high for b in low) / (len(high) * len(low))


def _heights(kind: BodyKind) -> list[float]:
    """Heights that are equally likely, metres."""
    spread = kind.spread if kind.height_spread is None else kind.height_spread
    usual = sorted(kind.size_of(form)[2] for form in kind.forms)
    return [height * (1 + spread * (k - STEPS) / STEPS) for height in usual for k in range(2 * STEPS + 1)]
