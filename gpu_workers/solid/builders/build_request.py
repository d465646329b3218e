"""What a builder is given, and what it returns.

In: a body's size, form, colour and seed.  Out: parts that stand on z = 0 about the origin, the front towards +x.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np

from gpu_workers.solid.kit.materials import COLOURS, Colour, Kind, Lamp, Material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.shot import Part
from schemas.errors import PermanentError


@dataclass(frozen=True)
class BuildRequest:
    """`width` (y), `depth` (x, front to back) and `height` in metres; `colour` is what people would name the thing by."""

    width: float
    depth: float
    height: float
    colour: Colour
    random: Random

    def made_of(self, kind: Kind, second: Colour | None = None) -> Material:
        """A material of the thing's own colour."""
        return Material(kind, self.colour, second)


@dataclass
class Built:
    """The parts of a thing, collected by its builder, and the lamps in it."""

    parts: list[Part] = field(default_factory=list)
    lamps: list[Lamp] = field(default_factory=list)

    def add(self, material: Material, *meshes: Mesh, flat: bool = False) -> "Built":
        """Add meshes of one material. `flat`: boxes with rounded edges, whose faces stay flat."""
        self.parts += [Part(mesh, material, flat) for mesh in meshes]
        return self


Builder = Callable[[BuildRequest], Built]

Builders = dict[str, dict[str, Builder]]
"""Category to form to builder."""

MOST_STRETCH = 0.25
"""What a builder builds may differ from its request by so much before it is stretched to it: a tree varies."""


class WrongSize(PermanentError):
    """A builder built something of another size than requested."""


def fitted(built: Built, size: Sequence[float]) -> Built:
    """The parts stretched so that they fill a box of width, depth, height exactly, standing on z = 0 about the origin."""
    low = np.min([part.mesh.bounds()[0] for part in built.parts], axis=0)
    high = np.max([part.mesh.bounds()[1] for part in built.parts], axis=0)
    wanted = np.array([size[1], size[0], size[2]])
    stretch = wanted / np.maximum(high - low, 1e-9)
    if np.abs(stretch - 1).max() > MOST_STRETCH:
        is_, should = (high - low).round(3).tolist(), wanted.round(3).tolist()
        raise WrongSize("failed", f"built {is_} m (depth, width, height), not {should}")
    shift = -np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    parts = [replace(part, mesh=part.mesh.moved(*shift).scaled(*stretch)) for part in built.parts]
    return Built(parts, [replace(lamp, position=tuple((lamp.position + shift) * stretch)) for lamp in built.lamps])


def named(colour: str) -> Colour:
    """A colour by its name."""
    return COLOURS[colour]
