"""The chosen objects of one graph: as the model named them, without what the renderer cannot draw.

In: a job, a place, a usable set.  Out: names, attributes, and certainly absent categories.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from agents.llm.answer_forms import NodeSet
from agents.llm.planning_job import Job
from agents.llm.scene_offer import Place
from spatial.knowledge.category_names import category_name

MOST_ATTRIBUTES = 3
ABSENT = (1, 3)
"""Fewest and most absent categories that are added to the seed's own."""


@dataclass(frozen=True)
class ChosenObjects:
    """The objects of one graph: names, attributes, attributes that the renderer cannot draw, absent categories."""

    names: tuple[str, ...]
    attributes: tuple[tuple[str, ...], ...]
    undrawn: tuple[str, ...]
    absent: tuple[str, ...]


def chosen_of(job: Job, place: Place, objects: tuple[str, ...], nodes: NodeSet) -> ChosenObjects:
    """The set with category names, drawable attributes, and some absent categories of the scene."""
    names = tuple(category_name(node.name, place.home) for node in nodes.objects)
    attributes, undrawn = [], list[str]()
    for name, node in zip(names, nodes.objects, strict=True):
        words = place.words(name)
        said = list(dict.fromkeys(" ".join(word.casefold().split()) for word in node.attributes))
        allowed = None if words is None else {word for of_family in words.values() for word in of_family}
        kept = [word for word in said if word and (allowed is None or word in allowed)][:MOST_ATTRIBUTES]
        undrawn += [f"{word} {name}" for word in said if word and word not in kept]
        attributes.append(tuple(kept))
    return ChosenObjects(names, tuple(attributes), tuple(undrawn), _absent(job, place, objects, names))


def _absent(job: Job, place: Place, objects: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The seed's excluded categories, and a random choice of the scene's that are certainly not visible."""
    rng = Random(job.seed_for("absent", job.index))
    elements = place.kind.elements if place.kind is not None else ()
    rest = [name for name in objects if name not in names and name not in elements]
    sure = [name for name in rest if place.clash((*names, name)) is None and not _is_name_overlapping(name, names)]
    count = min(len(sure), rng.randint(*ABSENT))
    return tuple(dict.fromkeys((*job.excluded, *rng.sample(sure, count))))


def _is_name_overlapping(name: str, names: Sequence[str]) -> bool:
    """Whether one name is part of another, as chair of armchair: a viewer might mistake one for the other."""
    return any(name in other or other in name for other in names)
