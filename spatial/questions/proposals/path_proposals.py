"""Proposes queries about what is passed on a way.

In and out: as in `query_proposals`; nothing where the scene is not known in metres.
Left and right are asked alike, and something is passed on the other side too, where anything is.
"""

import random
from collections.abc import Iterator

from spatial.questions.answer_rules import SIDES
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import Proposal, pairs, shuffled
from spatial.questions.question_kinds import Hand, Passes
from spatial.questions.rules.ground_facts import stands_on_ground
from spatial.questions.rules.path_rules import passing, way_between
from spatial.questions.wording.referring_expressions import Unanswerable

MOST = 4
"""Things of a list."""


def path(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Of two to four things the only one that is passed on a side, walking from one thing to another."""
    if scene.scene.world is None:
        return
    hand: Hand = "left" if rng.choice(SIDES) == "left" else "right"
    standing = tuple(i for i in scene.plainly_named if stands_on_ground(scene, i))
    for start, end in pairs(rng, standing):
        sides = _sides(scene, start, end)
        right = [i for i, side in sides.items() if side == hand]
        others = [i for i, side in sides.items() if side != hand]
        if not right or not others:
            continue
        beside = [i for i in others if sides[i] != "none"]
        one, other = rng.choice(right), rng.choice(beside or others)
        more = [i for i, side in sides.items() if side != hand and i != other]
        listed = [one, other, *rng.sample(more, min(len(more), MOST - 2))]
        things = tuple(scene.ref(i) for i in shuffled(rng, listed))
        yield Passes(hand=hand, anchor=scene.ref(start), other=scene.ref(end), things=things), scene.ref(one).plain_name


def _sides(scene: NamedScene, start: int, end: int) -> dict[int, str]:
    """On which side each thing is passed of which that is certain."""
    try:
        way = way_between(scene, start, end)
    except Unanswerable:
        return {}
    if way is None:
        return {}
    found = {i: passing(scene, way, i)[0] for i in scene.plainly_named if i not in (start, end)}
    return {i: side for i, side in found.items() if side is not None}
