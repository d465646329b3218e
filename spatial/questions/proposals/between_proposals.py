"""Proposes queries about what is between two things.

In and out: as in `query_proposals`.
"""

import random
from collections.abc import Iterator

from spatial.questions.answer_rules import YES_NO
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import Proposal, pairs, triples
from spatial.questions.question_kinds import Between, IsBetween
from spatial.questions.rules.between_facts import is_between

OPEN_SHARE = 0.5
"""Share of the questions that ask what is between two things, and not whether a named one is."""


def between(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """What is between two things; or of three in a row, whether one is between the others: any of them is asked about."""
    if rng.random() < OPEN_SHARE:
        for pair in pairs(rng, scene.plainly_named):
            hits = [i for i in scene.labels if i not in pair and is_between(scene, i, pair).value]
            if len(hits) == 1:
                yield Between(first=scene.ref(pair[0]), second=scene.ref(pair[1])), scene.labels[hits[0]]
        return
    target = rng.choice(YES_NO)
    for middle, one, other in triples(rng, scene.plainly_named):
        if is_between(scene, middle, (one, other)).value:
            subject, *ends = (middle, one, other) if target == "yes" else (one, *rng.sample((middle, other), 2))
            names = {"first": scene.ref(ends[0]), "second": scene.ref(ends[1])}
            yield IsBetween(subject=scene.ref(subject), **names), target
