"""The parts and lights of a scene's surroundings, and words for what they show.

In: a world's space, the scene's name and backdrop, random numbers.  Out: a `Surroundings`.
"""

from dataclasses import dataclass, field

from gpu_workers.solid.shot import Light, Placed, Sky


@dataclass
class Surroundings:
    """`parts` belong to no object; `elements` are words for what they show."""

    sky: Sky
    parts: list[Placed] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    elements: set[str] = field(default_factory=set)
    exposure: float = 0.0
