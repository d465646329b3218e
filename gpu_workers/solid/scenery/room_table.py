"""What a room of a scene is made of, and what stands or hangs along its walls.

In: a scene's name.  Out: a `RoomKind`.  The table is data, `rooms.json`; a scene that it does not name is a home.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gpu_workers.solid.kit.materials import COLOURS, Colour, Kind


@dataclass(frozen=True)
class RoomKind:
    """Floors and walls to choose from, and the categories along the walls, likely ones more than once."""

    floors: Sequence[tuple[Kind, Colour]]
    walls: Sequence[tuple[Kind, Colour]]
    along: tuple[str, ...]


def room_of(scene: str | None) -> RoomKind:
    """The room of a scene."""
    found = _kinds()
    return found.get(scene or "", found["living room"])


@cache
def _kinds() -> dict[str, RoomKind]:
    """By scene."""
    rows = json.loads(Path(__file__).with_name("rooms.json").read_text())
    found: dict[str, RoomKind] = {}
    for row in rows.values():
        floors = tuple((kind, COLOURS[colour]) for kind, colour in row["floors"])
        walls = tuple((kind, tuple(colour)) for kind, colour in row["walls"])
        found |= dict.fromkeys(row["scenes"], RoomKind(floors, walls, tuple(row["along"])))
    return found
