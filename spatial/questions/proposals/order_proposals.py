"""Proposes queries about the order of several things.

In and out: as in `query_proposals`.
"""

import random
from collections.abc import Iterator
from itertools import permutations

from spatial.questions.answer_rules import ALONG
from spatial.questions.certain_facts import DIRECTIONS
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import Proposal, triples
from spatial.questions.question_kinds import Row, RowOrder
from spatial.questions.rules.order_rules import THEN

COURSES: tuple[Row, ...] = ("left_to_right", "right_to_left")


def row_order(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Three things that are plainly apart, named in any order."""
    course = rng.choice(COURSES)
    axis, sign = DIRECTIONS[ALONG[course]]
    for trio in triples(rng, scene.plainly_named):
        if all(scene.relation(i, "left_of", j).value is not None for i, j in permutations(trio, 2)):
            row = sorted(trio, key=lambda k: sign * (2 * scene.objects[k].box[axis] + scene.objects[k].box[axis + 2]))
            first, second, third = (scene.ref(i) for i in trio)
            query = RowOrder(course=course, first=first, second=second, third=third)
            yield query, THEN.join(scene.ref(i).plain_name for i in row)
