"""A contact sheet of solid things: every form of the named categories on a plain floor, with their names beside.

`python -m tools.solid_sheet PYTHON OUT.png [CATEGORY …]`: PYTHON is the interpreter that has bpy.
Used while builders are written, and to show the categories to people who are asked to name them (`--unnamed`).
"""

import argparse
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


def main() -> None:
    """Trace the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("categories", nargs="*")
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--side", type=int, default=SIDE)
    parser.add_argument("--unnamed", action="store_true", help="numbers in place of names")
    given = parser.parse_args()
    wanted = [(name, form) for name in given.categories or sorted(builders()) for form in builders()[name]]
    blender = BlenderProcess(given.python)
    rows = -(-len(wanted) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * given.side, rows * (given.side + 14)), "white")
    for number, (name, form) in enumerate(wanted):
        tile = thing_tile(blender, bodies()[name], form, given.side, given.samples)
        at = number % COLUMNS * given.side, number // COLUMNS * (given.side + 14)
        sheet.paste(tile, at)
        label = str(number + 1) if given.unnamed else f"{name}: {form}"
        ImageDraw.Draw(sheet).text((at[0] + 4, at[1] + given.side + 1), label, fill="black")
    sheet.save(given.out)
    blender.close()


def thing_tile(blender: BlenderProcess, kind: BodyKind, form: str, side: int, samples: int) -> Image.Image:
    """One thing seen from the front, a little from its left and from above."""
    width, depth, height = kind.size
    rng = Random(f"{kind.name} {form}")
    colour = COLOURS[rng.choice(kind.colours)] if kind.colours else COLOURS["beige"]
    built = build_body(kind.name, form, kind.size, colour, 1)
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
