"""Proposes queries about what is between two things.

In and out: as in `query_proposals`.
"""

import random
from collections.abc import Iterator

from spatial.questions.answer_rules import YES_NO
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import Proposal, pairs, shuffled
from spatial.questions.question_kinds import Between, IsBetween
from spatial.questions.rules.between_facts import is_between


def between(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """What is between two things; or of three in a row, whether one is between the others: any of them is asked about."""
    forms = [_what, _whether]
    rng.shuffle(forms)
    for form in forms:
        yield from form(scene, rng)


def _what(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    for pair in pairs(rng, scene.plainly_named):
        hits = [i for i in scene.labels if i not in pair and is_between(scene, i, pair).value]
        if len(hits) == 1:
            yield Between(first=scene.ref(pair[0]), second=scene.ref(pair[1])), scene.labels[hits[0]]


def _whether(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    target, named = rng.choice(YES_NO), scene.named_across("left_of")
    for one, other in pairs(rng, named):
        for middle in shuffled(rng, named):
            if middle in (one, other) or not is_between(scene, middle, (one, other)).value:
                continue
            subject, *ends = (middle, one, other) if target == "yes" else (one, *rng.sample((middle, other), 2))
            names = {"first": scene.ref(ends[0]), "second": scene.ref(ends[1])}
            yield IsBetween(subject=scene.ref(subject), **names), target
