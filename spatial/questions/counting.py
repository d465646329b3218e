"""Counts of categories, in the whole picture and on either side of objects.

In: a scene with names.  Out: for each number, the questions that have it as answer.
"""

from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import Direction
from spatial.questions.wording.lexicon import is_mass, is_plural

SIDES: tuple[Direction, Direction] = ("left_of", "right_of")


def counts_by_side(scene: NamedScene, category: str) -> dict[int, list[tuple[Direction, int]]]:
    """Number → (side, object): that many of the category are certainly on this side of the object, and the rest not."""
    group = scene.countable.get(category, ())
    found: dict[int, list[tuple[Direction, int]]] = {}
    for anchor in scene.plainly_named:
        if anchor in group:
            continue
        for side in SIDES:
            values = [scene.relation(i, side, anchor).value for i in group]
            if group and None not in values:
                found.setdefault(values.count(True), []).append((side, anchor))
    return found


def counts_in_total(scene: NamedScene) -> dict[int, list[str]]:
    """Number → the categories that are seen that often, with certainly absent ones under 0."""
    found: dict[int, list[str]] = {}
    for category, group in scene.countable.items():
        found.setdefault(len(group), []).append(category)
    absent = [category for category in scene.absent if not (is_plural(category) or is_mass(category))]
    return {**found, 0: absent} if absent else found
