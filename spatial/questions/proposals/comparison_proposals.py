"""Proposes queries that compare numbers or sizes.

In and out: as in `query_proposals`.
What the names of two things make likely (`answer_odds`) is asked as seldom as its opposite.
"""

import random
from collections.abc import Iterator
from itertools import permutations, zip_longest

from spatial.questions.answer_odds import is_kept
from spatial.questions.answer_rules import YES_NO
from spatial.questions.object_names import CARRIED, SIDES, NamedScene
from spatial.questions.proposals.query_proposals import Proposal, pairs
from spatial.questions.question_kinds import CompareCounts, Larger
from spatial.questions.rules.comparison_rules import COUNTED
from spatial.questions.rules.size_rules import looks_larger
from spatial.questions.wording.lexicon import is_plural


def counts_of(scene: NamedScene) -> dict[str, int]:
    """How many there are of each category whose things are all plainly seen."""
    return {
        category: len(group)
        for category, group in scene.countable.items()
        if all(scene.objects[i].visible >= COUNTED for i in group)
    }


def compare_counts(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """More on one side of a thing than on the other, on one thing than on another, of one category than of another."""
    target = rng.choice(YES_NO)
    forms = [_sides(scene, rng, target), _carriers(scene, rng, target), _categories(scene, rng, target)]
    rng.shuffle(forms)
    for proposals in zip_longest(*forms):
        yield from (each for each in proposals if each is not None)


def _sides(scene: NamedScene, rng: random.Random, target: str) -> Iterator[Proposal]:
    """Of a category with several things, more on one side of a named object than on the other."""
    several = [category for category, number in counts_of(scene).items() if number > 1]
    options = [(category, anchor) for category in several for anchor in scene.plainly_named]
    rng.shuffle(options)
    for category, anchor in options:
        if anchor in scene.countable[category] or is_plural(scene.objects[anchor].category):
            continue
        values = [scene.relation(i, "left_of", anchor).value for i in scene.countable[category]]
        lefts, rights = values.count(True), values.count(False)
        if None in values or lefts == rights:
            continue
        side = SIDES[0 if (lefts > rights) is (target == "yes") else 1]
        yield CompareCounts(category=category, predicate=side, anchor=scene.ref(anchor)), target


def _carriers(scene: NamedScene, rng: random.Random, target: str) -> Iterator[Proposal]:
    """Of a category, more on or in one of two named objects; both carry or hold something."""
    for predicate in CARRIED:
        bases = {anchor for _, name, anchor in scene.drawn if name == predicate}
        among = tuple(i for i in scene.plainly_named if scene.objects[i].id in bases)
        for category in rng.sample(sorted(counts_of(scene)), len(counts_of(scene))):
            for a, b in pairs(rng, among):
                numbers = [[scene.relation(i, predicate, k).value for i in scene.countable[category]] for k in (a, b)]
                if {a, b} & set(scene.countable[category]) or any(None in values for values in numbers):
                    continue
                more = numbers[0].count(True) - numbers[1].count(True)
                if more and (more > 0) is (target == "yes"):
                    anchors = {"anchor": scene.ref(a), "other": scene.ref(b)}
                    yield CompareCounts(category=category, predicate=predicate, **anchors), target


def _categories(scene: NamedScene, rng: random.Random, target: str) -> Iterator[Proposal]:
    """Of one category more than of another."""
    options = [pair for pair in permutations(counts_of(scene).items(), 2) if pair[0][1] != pair[1][1]]
    rng.shuffle(options)
    for (first, many), (second, few) in options:
        if (many > few) is (target == "yes"):
            ahead, behind = (first, second) if many > few else (second, first)
            if is_kept(scene, "more", ahead, behind):
                yield CompareCounts(category=first, than=second), target


def apparent_size(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Which of two looks larger; the order in which they are named decides the answer."""
    target = rng.choice(YES_NO)
    for i, j in pairs(rng, scene.plainly_named):
        if looks_larger(scene, i, j).value is (target == "yes"):
            large, small = (i, j) if target == "yes" else (j, i)
            if is_kept(scene, "larger", scene.objects[large].category, scene.objects[small].category):
                yield Larger(subject=scene.ref(i), object=scene.ref(j)), target
