"""Claims: what one sentence about a picture says, as a query with the answer that the sentence gives.

In: a view and a claim.  Out: whether it holds, with its margin and its objects; split keys; words.
A claim names things by their category, alone or with a colour, so that its words alone say which categories it is about.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.base import Model
from spatial.questions import answer_rules
from spatial.questions.answer_rules import Step
from spatial.questions.certain_facts import View
from spatial.questions.question_kinds import AttributeOf, Contact, Count, Deeper, Directed, InPlace, Ref, references
from spatial.questions.wording.lexicon import plural
from spatial.questions.wording.realisation import fill, statements
from spatial.questions.wording.referring_expressions import Referent, Unanswerable, resolve
from spatial.relations.predicate_table import PREDICATES
from spatial.splits import Key, pair

PICTURES = ("picture", "image", "photo")
"""What a picture is called; in one paragraph always the same."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
"""Words for the numbers of things."""


class Carried(Model):
    """Is the subject on, inside or under the object?"""

    op: Literal["carried"] = "carried"
    subject: Ref
    predicate: Contact
    object: Ref


class Claim(Model):
    """What a sentence says: that `said` is the answer of the query."""

    query: Annotated[Directed | Deeper | InPlace | AttributeOf | Count | Carried, Field(discriminator="op")]
    said: str = "yes"


@dataclass(frozen=True)
class Truth:
    """Whether a claim holds. `margin` as in a certificate; `objects` are the positions of what it is about."""

    holds: bool
    rule: str
    margin: float
    objects: tuple[int, ...]


def _carried(view: View, query: Carried, found: list[Referent]) -> Step:
    judgement = view.relation(found[0].index, query.predicate, found[1].index)
    held = answer_rules.require_certain(judgement, "whether one carries the other is doubtful")
    return (
        answer_rules.yes_or_no(held),
        answer_rules.RuleResult(f"{query.predicate}: drawn, and the boxes agree", judgement.margin, 1),
        (),
    )


_RULES: Mapping[type[Model], Callable[[View, Any, list[Referent]], Step]] = {
    Directed: answer_rules.directed,
    Deeper: answer_rules.deeper,
    InPlace: answer_rules.in_place,
    AttributeOf: answer_rules.attribute,
    Count: answer_rules.count,
    Carried: _carried,
}


def refs_of(claim: Claim) -> tuple[Ref, ...]:
    """The references of a claim, in the order of its words."""
    query = claim.query
    return (query.subject, query.object) if isinstance(query, Carried) else references(query)


def truth_of(view: View, claim: Claim) -> Truth:
    """Whether the claim holds. Raises Unanswerable where that is doubtful."""
    found = [resolve(view, ref) for ref in refs_of(claim)]
    if len({referent.index for referent in found}) < len(found):
        raise Unanswerable("two references mean the same object")
    text, result, _ = _RULES[type(claim.query)](view, claim.query, found)
    objects = tuple(dict.fromkeys([*(referent.index for referent in found), *result.focus]))
    return Truth(text == claim.said, result.rule, result.margin, objects)


def keys_of_claim(claim: Claim) -> frozenset[Key]:
    """The split keys of a claim, as its words give them."""
    query = claim.query
    names = [str(ref.category) for ref in refs_of(claim)]
    if isinstance(query, Directed | Deeper | Carried):
        return frozenset({pair(PREDICATES[query.predicate].family, *names)})
    if isinstance(query, Count):
        return frozenset({Key("count", (query.category,))})
    return frozenset({Key("place" if isinstance(query, InPlace) else "attribute", (names[0],))})


def sentence_of(claim: Claim, picture: str, rng: random.Random) -> str:
    """The claim as a sentence, which uses the given word for the picture where it mentions it."""
    query = claim.query
    patterns = statements()[query.op]
    patterns = tuple(pattern for pattern in patterns if re.search(rf"\b{picture}\b", pattern)) or patterns
    words = {"said": claim.said}
    if isinstance(query, Count):
        words = {"number": NUMBERS[int(claim.said)], "many": plural(query.category)}
    pattern = rng.choice(patterns)
    for slot, word in words.items():
        pattern = pattern.replace("{" + slot + "}", word)
    text = fill(pattern, query, "thing")
    return text[:1].upper() + text[1:]
