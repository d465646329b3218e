"""Measures the sprites: width over height of what is visible, for the knowledge base's `aspect`.

In: the folder of sprites and the folder of `categories_*.json`.  Out: the measured values, printed, or written into
the files with `--write`.  Run as `python -m gpu_workers.collage.sprites.aspect_ratios SPRITES KNOWLEDGE [--write]`.
Does not choose sprites: the knowledge base does.
"""

import json
import sys
from pathlib import Path
from typing import Any

from gpu_workers.collage.sprites.sprite_library import load_sprite
from spatial.knowledge.categories import Pose

DIGITS = 3
"""Sprites are 256 pixels wide: a third decimal is already finer than a pixel."""


def measured(sprites: Path, name: str, pose: Pose | None = None) -> float:
    """Width over height of the visible part of a sprite in its pose."""
    width, height = load_sprite(sprites, name, pose).size
    return round(width / height, DIGITS)


def refreshed(rows: list[dict[str, Any]], sprites: Path) -> list[dict[str, Any]]:
    """The rows with the aspect of every sprite as measured; drawn objects keep theirs."""
    return [row | {"aspect": measured(sprites, row["sprite"], _pose(row))} if "sprite" in row else row for row in rows]


def _pose(row: dict[str, Any]) -> Pose | None:
    return Pose(**row["pose"]) if "pose" in row else None


def dumped(rows: list[dict[str, Any]]) -> str:
    """The text of a data file: one row a line, for diffs of one line."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def main(arguments: list[str]) -> int:
    """Print (or write) what was measured; returns the exit status."""
    if len(arguments) < 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    sprites, knowledge = Path(arguments[0]), Path(arguments[1])
    for path in sorted(knowledge.glob("categories_*.json")):
        rows = json.loads(path.read_text(encoding="utf-8"))
        new = refreshed(rows, sprites)
        for old, row in zip(rows, new, strict=True):
            if old != row:
                sys.stdout.write(f"{row['name']}: {old['aspect']} → {row['aspect']}\n")
        if "--write" in arguments:
            path.write_text(dumped(new), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
