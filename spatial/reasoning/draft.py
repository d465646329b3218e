"""A graph before it has a layout: names of objects and relations between them.

In: statements of a person, a planner or a language model.  Out: a frozen value that the reasoning works on.
Does not validate: indices may dangle and relations may contradict each other (`spatial.reasoning.conflicts` checks).
"""

from dataclasses import dataclass

from schemas.graph import Relation, SpatialGraph


@dataclass(frozen=True)
class Draft:
    """Names of objects (their index is their identity), the stated relations, and the kind of scene if known.

    `scene` is the name of a scene kind of the knowledge base; None disables the ground plane.
    """

    objects: tuple[str, ...]
    relations: tuple[Relation, ...] = ()
    scene: str | None = None


def draft_of(graph: SpatialGraph) -> Draft:
    """The graph without its layout and attributes."""
    return Draft(tuple(item.category for item in graph.objects), graph.relations, graph.scene)
