"""Open places: ground, sky and sun.

In: the backdrop's name, random numbers.  Out: surroundings.
"""

from random import Random

from gpu_workers.solid.kit.materials import Colour, Kind, Material
from gpu_workers.solid.kit.mesh import mesh_of
from gpu_workers.solid.scenery.surroundings import Surroundings
from gpu_workers.solid.shot import Light, Part, Placed, Sky, facing_pose, pose

GROUNDS: dict[str, tuple[Kind, Colour, set[str]]] = {
    "park": ("grass", (0.38, 0.53, 0.20), {"grass", "sky"}),
    "field": ("grass", (0.45, 0.55, 0.24), {"grass", "sky", "field"}),
    "yard": ("grass", (0.41, 0.54, 0.22), {"grass", "sky"}),
    "forest": ("earth", (0.24, 0.20, 0.12), {"earth", "sky"}),
    "street": ("asphalt", (0.52, 0.52, 0.53), {"sky", "street", "road"}),
    "beach": ("sand", (0.80, 0.70, 0.52), {"sand", "sky"}),
    "desert": ("sand", (0.82, 0.63, 0.40), {"sand", "sky"}),
    "snow": ("snow", (0.90, 0.92, 0.95), {"snow", "sky"}),
    "mountain": ("stone", (0.45, 0.43, 0.40), {"sky", "rock"}),
}
"""What the ground is made of, its colour, and words for it."""

WEATHER: tuple[tuple[Sky, float, Colour, float], ...] = (
    (Sky((0.78, 0.86, 0.95), (0.30, 0.52, 0.85), 0.9), 3.2, (1.0, 0.96, 0.88), 0.01),
    (Sky((0.92, 0.80, 0.66), (0.42, 0.55, 0.80), 0.8), 2.4, (1.0, 0.78, 0.52), 0.015),
    (Sky((0.80, 0.82, 0.84), (0.62, 0.66, 0.72), 1.1), 0.9, (1.0, 0.98, 0.96), 0.25),
)
"""Sky, the sun's strength, colour and softness: noon, evening, overcast."""

FAR_M = 600.0


def open_place(backdrop: str, rng: Random) -> Surroundings:
    """The ground as far as one sees, under a sky."""
    kind, colour, words = GROUNDS.get(backdrop, GROUNDS["field"])
    sky, strength, sun, softness = rng.choice(WEATHER)
    ground = mesh_of([(-FAR_M, -FAR_M, 0), (FAR_M, -FAR_M, 0), (FAR_M, FAR_M, 0), (-FAR_M, FAR_M, 0)], [(0, 1, 2, 3)])
    made = Surroundings(sky=sky, elements=set(words))
    made.parts.append(Placed(Part(ground, Material(kind, colour)), pose()))
    beam = (rng.choice((-1, 1)) * rng.uniform(2, 6), rng.uniform(-6, -1), rng.uniform(3, 7))
    made.lights.append(Light("SUN", facing_pose(beam, (0, 0, 0)), strength, sun, softness))
    return made
