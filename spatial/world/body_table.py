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
from typing import Any

BODIES = Path(__file__).with_name("bodies")

FULL = (-0.5, 0.5)

STEPS = 50
"""Of a scale, to either side of its middle."""


@dataclass(frozen=True)
class Surface:
    """A level place of a body: `at` is its height as a share of the body's.

    `along` (front to back, front is positive) and `across` (left is positive): from and to, as shares of the body's depth
    and width, 0 in the middle.  `room`: free height above it in metres in a body of usual size, None where it is free.
    `hollow`: things there are inside the body rather than on it.
    """

    at: float
    along: tuple[float, float] = FULL
    across: tuple[float, float] = FULL
    room: float | None = None
    hollow: bool = False


@dataclass(frozen=True)
class BodyKind:
    """`size`: usual width, depth, height in metres; real ones differ by up to `spread` of it, all three together.

    `height_spread`: where it is given, heights differ by up to this share for themselves: stools are as wide, not as tall.
    `forms` are what builders call its shapes; `sizes`: of those that are not of the usual size.
    `has_front`: it looks somewhere; `turns`: it may look aside, for it is known from there, too.
    `colours`: names of usual ones; `recolours`: a graph may ask for any colour of the palette.
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

    def size_of(self, form: str) -> tuple[float, float, float]:
        """Usual width, depth, height of a form, metres."""
        return self.sizes.get(form, self.size)

    def varied(self, form: str, rng: Random) -> tuple[float, float, float]:
        """A size drawn evenly of those that real ones of a form have: width, depth, height in metres."""
        across = 1 + self.spread * rng.uniform(-1, 1)
        up = across if self.height_spread is None else 1 + self.height_spread * rng.uniform(-1, 1)
        width, depth, height = self.size_of(form)
        return round(width * across, 4), round(depth * across, 4), round(height * up, 4)

    @property
    def volume(self) -> float:
        """Of its box, cubic metres."""
        width, depth, height = self.size
        return width * depth * height


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
        surfaces=tuple(
            Surface(**{key: _pair(value) for key, value in surface.items()}) for surface in row.get("surfaces", ())
        ),
    )


def _pair(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


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
