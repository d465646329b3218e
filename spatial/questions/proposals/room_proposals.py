"""Proposes questions about the size of a room.

In and out: as in `query_proposals`.
"""

import random
from collections.abc import Iterator

from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import Proposal, shuffled
from spatial.questions.question_kinds import FloorArea
from spatial.questions.rules.room_rules import area_of_floor, written_area
from spatial.questions.wording.referring_expressions import Unanswerable

WORDS = {"camera", "floor", "room", "wall"}
"""A thing whose name has one of these might be taken for what the sentence means."""


def room_size(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """How large the floor is of the room with a named thing in it."""
    names = {thing.category for thing in scene.objects} | set(scene.scene.excluded)
    if any(WORDS.intersection(name.split()) for name in names):
        return
    try:
        area = area_of_floor(scene)
    except Unanswerable:
        return
    for i in shuffled(rng, scene.plainly_named):
        yield FloorArea(subject=scene.ref(i)), written_area(area)
