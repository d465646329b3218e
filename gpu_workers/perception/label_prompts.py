"""The words that a detector is asked for.

In: a graph.  Out: its categories, what it excludes, its objects as they are described, and as they are not: a detector that
finds a red cat in a black one finds a yellow one there as well, and then neither is believed.
"""

from collections.abc import Iterator

from schemas.graph import GraphObject, SpatialGraph
from spatial.questions.wording.lexicon import alike, word_groups

CONTRASTS = 2
"""Other values asked for beside each attribute: few, since every label costs a detector time."""


def labels_of(graph: SpatialGraph) -> list[str]:
    """What a detector is asked for, each once."""
    return list(dict.fromkeys([*names_of(graph), *descriptions_of(graph)]))


def names_of(graph: SpatialGraph) -> list[str]:
    """The categories that the graph speaks of, wanted or excluded."""
    return list(dict.fromkeys([*(thing.category for thing in graph.objects), *graph.excluded]))


def descriptions_of(graph: SpatialGraph) -> dict[str, str]:
    """Description → category: of every described object, as it was wanted and otherwise."""
    described = [thing for thing in graph.objects if thing.attributes]
    return {text: thing.category for thing in described for text in (phrase_of(thing), *_contrasts(thing))}


def phrase_of(thing: GraphObject) -> str:
    """An object by its attributes and its category."""
    return " ".join([*thing.attributes, thing.category])


def _contrasts(thing: GraphObject) -> Iterator[str]:
    """The same object with one attribute replaced by what cannot be taken for it."""
    for place, value in enumerate(thing.attributes):
        rivals = next((group for group in word_groups("rivals") if value in group), ())
        after = [*rivals[rivals.index(value) :], *rivals[: rivals.index(value)]] if rivals else []
        for other in [word for word in after if not alike(word, value)][:CONTRASTS]:
            words = [*thing.attributes[:place], other, *thing.attributes[place + 1 :]]
            yield " ".join([*words, thing.category])
