"""Counts of categories, in the whole picture and on either side of things.

In: a scene with names.  Out: for each number, what gives it.
"""

from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import Direction
from spatial.questions.wording.lexicon import is_mass, is_plural

SIDES: tuple[Direction, Direction] = ("left_of", "right_of")


def sides_of(asked: NamedScene, category: str) -> dict[int, list[tuple[Direction, int]]]:
    """Number → (side, object): so many of the category are surely on that side of the object, and the rest surely not."""
    group = asked.countable.get(category, ())
    found: dict[int, list[tuple[Direction, int]]] = {}
    for anchor in asked.plainly_named:
        if anchor in group:
            continue
        for side in SIDES:
            values = [asked.relation(i, side, anchor).value for i in group]
            if group and None not in values:
                found.setdefault(values.count(True), []).append((side, anchor))
    return found


def numbers_of(asked: NamedScene) -> dict[int, list[str]]:
    """Number → the categories that are seen so often, those that are surely absent included."""
    found: dict[int, list[str]] = {}
    for category, group in asked.countable.items():
        found.setdefault(len(group), []).append(category)
    absent = [category for category in asked.absent if not (is_plural(category) or is_mass(category))]
    return {**found, 0: absent} if absent else found
