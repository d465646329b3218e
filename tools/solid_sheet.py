"""Contact sheets of solid things on a plain floor.

`python -m tools.solid_sheet PYTHON OUT.png [CATEGORY …]`: every form of the named categories, with their names beside.
`python -m tools.solid_sheet PYTHON FOLDER --to-name`: numbered sheets of twenty categories, each with all its forms and
without a word, and `key.json` (sheet, number, category), for people who are asked to name what they see.
PYTHON is the interpreter that has bpy.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from gpu_workers.solid.blender_process import BlenderProcess
from gpu_workers.solid.builders.builder_table import build_body, builders
from gpu_workers.solid.kit.materials import COLOURS, material
from gpu_workers.solid.kit.mesh import mesh_of
from gpu_workers.solid.shot import Light, Part, Shot, Sky, TraceSettings, facing_pose, lamp_light, placed_parts, pose
from spatial.world.body_table import BodyKind, bodies
from spatial.world.pinhole import Pinhole, intrinsics, look_at

SIDE = 192
COLUMNS = 6
TO_NAME, TO_NAME_COLUMNS = 20, 4
"""Categories on a sheet for strangers, and on one of its rows."""

LABEL_PX = 14


@dataclass(frozen=True)
class Studio:
    """A Blender process and how large and fine it draws."""

    blender: BlenderProcess
    side: int
    samples: int

    def tile(self, name: str, form: str) -> Image.Image:
        """A form of a category."""
        return thing_tile(self.blender, bodies()[name], form, self.side, self.samples)

    def strip(self, name: str) -> Image.Image:
        """All forms of a category side by side, twice as wide as high."""
        forms = list(builders()[name])
        width = 2 * self.side // len(forms)
        strip = Image.new("RGB", (2 * self.side, self.side), "white")
        for k, form in enumerate(forms):
            tile = self.tile(name, form)
            strip.paste(tile if width == self.side else tile.resize((width, width)), (k * width, 0))
        return strip


def main() -> None:
    """Trace the sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("categories", nargs="*")
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--side", type=int, default=SIDE)
    parser.add_argument("--to-name", action="store_true", help="numbered sheets without names, in a folder")
    given = parser.parse_args()
    studio = Studio(BlenderProcess(given.python), given.side, given.samples)
    names = given.categories or sorted(builders())
    if given.to_name:
        _write_to_name(studio, given.out, names)
    else:
        tiles = ((f"{name}: {form}", studio.tile(name, form)) for name in names for form in builders()[name])
        sheet_of(list(tiles), COLUMNS).save(given.out)
    studio.blender.close()


def _write_to_name(studio: Studio, folder: Path, names: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shuffled = Random(5).sample(list(names), len(names))
    sheets = [shuffled[k : k + TO_NAME] for k in range(0, len(shuffled), TO_NAME)]
    numbers = {name: k + 1 for k, name in enumerate(shuffled)}
    key = [{"sheet": k, "number": numbers[name], "category": name} for k, each in enumerate(sheets, 1) for name in each]
    (folder / "key.json").write_text(json.dumps(key, indent=0) + "\n", "utf-8")
    for k, each in enumerate(sheets, 1):
        sheet_of([(str(numbers[name]), studio.strip(name)) for name in each], TO_NAME_COLUMNS).save(
            folder / f"sheet_{k:02}.png"
        )


def sheet_of(labelled: Sequence[tuple[str, Image.Image]], columns: int) -> Image.Image:
    """Pictures of one size in rows, each with its label below."""
    width, height = labelled[0][1].size
    rows = -(-len(labelled) // columns)
    sheet = Image.new("RGB", (columns * width, rows * (height + LABEL_PX)), "white")
    for number, (label, picture) in enumerate(labelled):
        at = number % columns * width, number // columns * (height + LABEL_PX)
        sheet.paste(picture, at)
        ImageDraw.Draw(sheet).text((at[0] + 4, at[1] + height + 1), label, fill="black")
    return sheet


def thing_tile(blender: BlenderProcess, kind: BodyKind, form: str, side: int, samples: int) -> Image.Image:
    """One thing seen from the front, a little from its left and from above."""
    width, depth, height = size = kind.size_of(form)
    rng = Random(f"{kind.name} {form}")
    colour = COLOURS[rng.choice(kind.colours)] if kind.colours else COLOURS["beige"]
    built = build_body(kind.name, form, size, colour, 1)
    reach = float(np.linalg.norm([width, depth, height])) / 2
    floor = mesh_of([(-99, -99, 0), (99, -99, 0), (99, 99, 0), (-99, 99, 0)], [(0, 1, 2, 3)])
    ground = Part(floor, material("plaster", "cream"))
    eye = np.array([2.6, 1.5, 1.35]) * reach * 1.25 + np.array((0, 0, height / 2))
    beam = facing_pose((2 * reach, -2.5 * reach, 4 * reach), (0, 0, 0))
    window = Light("AREA", beam, 210 * reach**2, (1, 0.96, 0.9), size=(2 * reach, 2 * reach))
    shot = Shot(
        parts=[*placed_parts([ground], pose()), *placed_parts(built.parts, pose(), 1)],
        lights=[window, *(lamp_light(lamp, pose()) for lamp in built.lamps)],
        sky=Sky((0.9, 0.92, 0.95), (0.8, 0.88, 1.0), 0.7),
        camera=Pinhole(intrinsics(side, 50), look_at(eye, np.array([0, 0, height * 0.48]))),
        size=(side, side),
        settings=TraceSettings(side, samples),
    )
    return Image.fromarray(blender.trace(shot).picture)


if __name__ == "__main__":
    main()
