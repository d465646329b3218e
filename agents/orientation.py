"""How the subjects of `facing` and `facing_away_from` are turned, and the sides that follow.

In: relations over named objects, the words that may describe each object.  Out: an orientation for each such subject, and
the directions that make the relations true of it.
Chooses no words that the renderer cannot draw; nothing without a face can face anything.
"""

from collections.abc import Callable, Sequence
from random import Random

from agents.rejections import unmet_options
from schemas.graph import Relation
from schemas.predicate_names import ORIENTED
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import Draft
from spatial.relations.relation_truth import LOOKS


def turn_subjects(
    names: Sequence[str], relations: Sequence[Relation], words_of: Callable[[int], Sequence[str]], rng: Random
) -> tuple[dict[int, str], list[Relation]]:
    """The word for each subject by its number, and directions to add. Raises RequestRejected where there is none."""
    chosen: dict[int, str] = {}
    sides: list[Relation] = []
    for relation in relations:
        if relation.predicate in ORIENTED:
            i = relation.subject
            offered = [chosen[i]] if i in chosen else [word for word in words_of(i) if word in LOOKS]
            if not offered:
                raise unmet_options(f"no picture shows how a {names[i]} is turned, so it faces nothing")
            fits = [word for word in rng.sample(offered, len(offered)) if _fits(names, relations, sides, relation, word)]
            if not fits:
                raise unmet_options(f"the {names[i]} cannot be turned as the relations want it")
            chosen[i] = fits[0]
            sides.append(side_of(relation, fits[0]))
    return chosen, sides


def _fits(
    names: Sequence[str], relations: Sequence[Relation], sides: Sequence[Relation], relation: Relation, word: str
) -> bool:
    return contradictions(Draft(tuple(names), (*relations, *sides, side_of(relation, word)))) is None


def side_of(relation: Relation, word: str) -> Relation:
    """The direction that makes a relation true of a subject that is turned in this way."""
    looks_right = LOOKS[word] > 0
    before = looks_right == (relation.predicate == "facing")
    return Relation(subject=relation.subject, predicate="left_of" if before else "right_of", object=relation.object)


def turned(attributes: tuple[str, ...], word: str | None) -> tuple[str, ...]:
    """The attributes with this orientation instead of any other."""
    return attributes if word is None else (*(each for each in attributes if each not in LOOKS), word)
