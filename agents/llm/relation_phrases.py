"""Relations as phrases, from a model and to it.

In: phrases, or relations.  Out: predicates of `spatial.relations.predicate_table`, or text.
"""

from collections.abc import Sequence

from schemas.graph import Relation
from spatial.relations.phrases import UnknownPhrase, normalise, normalise_place
from spatial.relations.predicate_table import OF_GROUPS, ORIENTED, PREDICATES
from spatial.relations.relation_truth import members

RELATIONS = ("left of", "right of", "above", "below", "in front of", "behind", "on", "under", "inside", "next to", "near",
             "far from")  # fmt: skip
PLACES = ("top left", "top", "top right", "left", "center", "right", "bottom left", "bottom", "bottom right")
"""The phrases that a server can constrain its model to; other phrases, also combined ones, are parsed too."""


def predicates_of(phrase: str, *, unary: bool) -> tuple[str, ...]:
    """The predicates of a phrase or of a predicate's name, for one object or none. Raises ValueError with the reason."""
    name = "_".join(phrase.casefold().split())
    try:
        if name in PREDICATES:
            found: tuple[str, ...] = (name,)
        else:
            found = (normalise_place(phrase),) if unary else normalise(phrase)
    except UnknownPhrase as error:
        raise ValueError(str(error)) from error
    if any(p in OF_GROUPS for p in found):
        raise ValueError(f"{phrase!r} is about more than two objects; relate the object to each of them by a side")
    if any(p in ORIENTED for p in found):
        raise ValueError(f"{phrase!r} depends on how the object is turned; say its orientation and on which side it is")
    if any((PREDICATES[p].family == "place") != unary for p in found):
        needs = "takes no object, so object must be null" if not unary else "needs an object"
        raise ValueError(f"{phrase!r} {needs}")
    return found


def relation_text(relation: Relation) -> str:
    """A relation in the form that the model sees."""
    objects = ", ".join(map(str, members(relation))) or "null"
    return f"[{relation.subject}, {relation.predicate}, {f'[{objects}]' if relation.others else objects}]"


def listed(relations: Sequence[Relation]) -> str:
    """Several relations in the form that the model sees."""
    return ", ".join(relation_text(relation) for relation in relations)
