"""Which split a sample belongs to: a pure function of what the scene is made of.

In: a graph.  Out: `train`, `validation` or `test`.
Looks at no id, no seed, no pixel and no clock, so the same scene lands in the same split on every machine and in every
run, whoever asked for it and however it was laid out or drawn.
"""

from schemas.graph import SpatialGraph
from schemas.ids import content_id

PER_MILLE = {"train": 900, "validation": 50, "test": 50}
"""Shares of the scenes, in thousandths."""


def scene_hash(graph: SpatialGraph) -> str:
    """A hash of the scene's kind, its objects' categories and its relations between categories.

    Left out on purpose: concept, attributes, positions and prompts.  Two graphs that differ only in those show the same
    situation, and one must not be trained on while the other is tested.
    """
    names = [thing.category for thing in graph.objects]
    relations = {(names[r.subject], r.predicate, None if r.object is None else names[r.object]) for r in graph.relations}
    triples = sorted([list(r) for r in relations], key=str)
    return content_id("scene", graph.scene, sorted(names), triples)


def split_of(graph: SpatialGraph) -> str:
    """The split of every sample of this scene."""
    place = int(scene_hash(graph), 16) % sum(PER_MILLE.values())
    for split, share in PER_MILLE.items():
        if place < share:
            return split
        place -= share
    raise AssertionError("the shares cover every place")
