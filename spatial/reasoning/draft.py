"""A graph before it has a place: names of objects and relations between them.

In: what a person, a planner or a language model states.  Out: a frozen value that the reasoning works on.
Does not judge: indices may dangle and relations may contradict each other (`spatial.reasoning.conflicts` tells).
"""

from dataclasses import dataclass

from schemas.graph import Relation, SpatialGraph


@dataclass(frozen=True)
class Draft:
    """Objects by name (their index is their identity), what is stated of them, and the kind of scene if known.

    `scene` is the name of a scene kind of the knowledge base; None leaves the ground plane out of account.
    """

    objects: tuple[str, ...]
    relations: tuple[Relation, ...] = ()
    scene: str | None = None


def draft_of(graph: SpatialGraph) -> Draft:
    """The graph without its layout and attributes."""
    return Draft(tuple(item.category for item in graph.objects), graph.relations, graph.scene)
