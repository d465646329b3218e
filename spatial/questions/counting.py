"""Counts of a category on either side of things.

In: a scene with names and a category.  Out: for each number, the sides and references that give it.
"""

from spatial.questions.names import Asked
from spatial.questions.queries import Direction

SIDES: tuple[Direction, Direction] = ("left_of", "right_of")


def sides_of(asked: Asked, category: str) -> dict[int, list[tuple[Direction, int]]]:
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
