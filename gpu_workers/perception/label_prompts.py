"""The labels for which a detector is run.

In: a graph.  Out: its categories, what it excludes, the descriptions of its objects, and contrasting descriptions: a
detector that takes a black cat for a red one finds a yellow one there as well, and then neither attribute is confirmed.
"""

from collections.abc import Iterator

from schemas.graph import GraphObject, SpatialGraph
from spatial.questions.wording.lexicon import alike, word_groups

CONTRASTS = 2
"""Contrasting values for each attribute: few, since every label costs a detector time."""


def labels_of(graph: SpatialGraph) -> list[str]:
    """All labels for the detector, each once."""
    return list(dict.fromkeys([*names_of(graph), *descriptions_of(graph)]))


def names_of(graph: SpatialGraph) -> list[str]:
    """The categories that the graph names, those of its objects and the excluded ones."""
    return list(dict.fromkeys([*(thing.category for thing in graph.objects), *graph.excluded]))


def descriptions_of(graph: SpatialGraph) -> dict[str, str]:
    """Description → category: the true and the contrasting descriptions of every object with attributes."""
    described = [thing for thing in graph.objects if thing.attributes]
    return {text: thing.category for thing in described for text in (phrase_of(thing), *_contrasts(thing))}


def phrase_of(thing: GraphObject) -> str:
    """An object by its attributes and its category."""
    return " ".join([*thing.attributes, thing.category])


def _contrasts(thing: GraphObject) -> Iterator[str]:
    """The same object with one attribute replaced by a value that cannot be confused with it."""
    for place, value in enumerate(thing.attributes):
        rivals = next((group for group in word_groups("rivals") if value in group), ())
        after = [*rivals[rivals.index(value) :], *rivals[: rivals.index(value)]] if rivals else []
        for other in [word for word in after if not alike(word, value)][:CONTRASTS]:
            words = [*thing.attributes[:place], other, *thing.attributes[place + 1 :]]
            yield " ".join([*words, thing.category])
