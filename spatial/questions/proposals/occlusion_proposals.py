"""Proposes queries about what hides what.

In and out: as in `query_proposals`; nothing where it is not known what hides the things.
Whether less than half of a thing is to be seen is asked only where the scene has both: of one less, of another more.
"""

import random
from collections.abc import Iterator

from spatial.questions.answer_rules import YES_NO
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.metric_proposals import LISTED, is_even
from spatial.questions.proposals.query_proposals import Proposal, shuffled
from spatial.questions.question_kinds import HalfSeen, Hides
from spatial.questions.rules.metric_facts import are_joined
from spatial.questions.rules.occlusion_rules import hides, is_half_seen
from spatial.questions.wording.referring_expressions import Unanswerable

SEEN_WHOLE = 0.95
"""Of what is seen so far nobody would ask whether half of it is hidden."""

HALVES = 0.5
"""Share of samples in which the questions about halves are tried first."""


def occlusion(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """What of a list hides part of a thing, and whether less than half of a thing is to be seen."""
    if scene.scene.world is None or any(body.hidden_by is None for body in scene.scene.world.bodies):
        return
    kinds = (_halves, _hiding) if rng.random() < HALVES else (_hiding, _halves)
    for each in kinds:
        yield from each(scene, rng)


def _hiding(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Of two or three others that hide nothing of it, preferably those that hide something else."""
    for anchor in shuffled(rng, scene.plainly_named):
        others = [i for i in scene.plainly_named if i != anchor and not _are_joined(scene, i, anchor)]
        found = {i: hides(scene, anchor, i).value for i in others}
        before, beside = ([i for i in shuffled(rng, others) if found[i] is value] for value in (True, False))
        if len(beside) < min(LISTED) - 1:
            continue
        for right in before:
            listed = shuffled(rng, [right, *_likely(scene, beside)[: max(LISTED) - 1]])
            if is_even(scene, "hides", right, listed):
                things = tuple(scene.ref(i) for i in listed)
                yield Hides(anchor=scene.ref(anchor), things=things), scene.ref(right).plain_name


def _likely(scene: NamedScene, among: list[int]) -> list[int]:
    """Those first that hide part of anything."""
    return sorted(among, key=lambda i: not any(hides(scene, j, i).value for j in range(len(scene.objects)) if j != i))


def _halves(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    target = rng.choice(YES_NO)
    parts = [i for i in scene.plainly_named if scene.objects[i].visible < SEEN_WHOLE]
    found = {i: is_half_seen(scene, i).value for i in shuffled(rng, parts)}
    if {True, False} <= set(found.values()):
        yield from ((HalfSeen(subject=scene.ref(i)), target) for i, value in found.items() if value is (target == "yes"))


def _are_joined(scene: NamedScene, i: int, j: int) -> bool:
    try:
        return are_joined(scene, i, j)
    except Unanswerable:
        return True
