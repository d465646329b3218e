"""What the text of a conversation says of a picture, and what follows from it: orders, places, counts, values, contacts.

In: facts, one at a time; things are numbers.  Out: whether another fact follows.
Shares no code with the exports, whose conversations it is used to judge.  Things that two texts name are the same where
their certificates say so, so what is found here is the most that a reader could conclude.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable

from spatial.verify.lexicon import may_be_called

ORDERS = {
    "left_of": ("across", False), "right_of": ("across", True), "above": ("down", False), "below": ("down", True),
    "in_front_of": ("depth", False), "behind": ("depth", True),
}  # fmt: skip
"""The axis of a predicate, and whether it runs against the axis: from left, from the top, from the viewer."""

COURSES = {
    "left_to_right": ("across", False), "right_to_left": ("across", True),
    "top_to_bottom": ("down", False), "bottom_to_top": ("down", True),
}  # fmt: skip
ENDS = {
    "leftmost": ("across", False), "rightmost": ("across", True), "highest": ("down", False), "lowest": ("down", True),
}  # fmt: skip

_COLUMNS = {"left": (0,), "right": (2,), "center": (1,)}
_ROWS = {"top": (0,), "bottom": (2,), "center": (1,)}

NINTHS = frozenset((column, row) for column in range(3) for row in range(3))


def ninths_of(place: str) -> frozenset[tuple[int, int]]:
    """The ninths of the picture, column and row, that a place covers."""
    vertical, _, sideways = place.rpartition("_")
    columns = _COLUMNS.get(sideways, (0, 1, 2))
    rows = _ROWS.get(vertical or sideways, (0, 1, 2))
    return frozenset((column, row) for column in columns for row in rows)


class StatedFacts:
    """Facts that a reader knows. An order is of any two values that can be compared: things, or distances between two."""

    def __init__(self) -> None:
        self._after: dict[tuple[str, Hashable], set[Hashable]] = defaultdict(set)
        self._ninths: dict[int, frozenset[tuple[int, int]]] = {}
        self._contacts: set[tuple[str, int, int]] = set()
        self._seen: set[str] = set()
        self._unseen: set[str] = set()
        self._points: dict[int, tuple[int, int]] = {}
        self.known: dict[Hashable, str] = {}

    def state_order(self, axis: str, first: Hashable, later: Iterable[Hashable]) -> None:
        """The first comes before each of the later ones."""
        self._after[axis, first] |= {each for each in later if each != first}

    def state_place(self, thing: int, place: str, holds: bool) -> None:
        """The thing is in the place, or is not."""
        covered = ninths_of(place)
        self._ninths[thing] = self._left(thing) & (covered if holds else NINTHS - covered)

    def state_location(self, thing: int, numbers: Iterable[int]) -> None:
        """The box of a thing, or a point on it: it tells the order of any two things whose places are known."""
        found = tuple(numbers)
        x, y = (found[0] + found[2] // 2, found[1] + found[3] // 2) if len(found) == 4 else found
        for other, (there, down) in self._points.items():
            for axis, mine, its in (("across", x, there), ("down", y, down)):
                if other != thing and mine != its:
                    self.state_order(axis, *((thing, [other]) if mine < its else (other, [thing])))
        self._points[thing] = (x, y)

    def is_located(self, thing: int) -> bool:
        """Whether its box or a point on it was stated."""
        return thing in self._points

    def state_contact(self, predicate: str, subject: int, thing: int) -> None:
        """The subject is on, inside or under the thing."""
        self._contacts.add((predicate, subject, thing))

    def state_presence(self, category: str, seen: bool) -> None:
        """There is such a thing, or there is none."""
        (self._seen if seen else self._unseen).add(category)

    def is_before(self, axis: str, first: Hashable, second: Hashable) -> bool:
        """Whether the order of two follows, by any number of steps."""
        reached, open_ends = {first}, [first]
        while open_ends:
            step = open_ends.pop()
            new = (self._after.get((axis, step), set()) | self._by_place(axis, step)) - reached
            reached |= new
            open_ends += new
        return second in reached - {first}

    def is_ordered(self, axis: str, first: Hashable, second: Hashable) -> bool:
        """Whether it follows which of two comes first."""
        return self.is_before(axis, first, second) or self.is_before(axis, second, first)

    def is_place_decided(self, thing: int, place: str) -> bool:
        """Whether it follows that the thing is in the place, or that it is not."""
        left, covered = self._left(thing), ninths_of(place)
        return left <= covered or not left & covered

    def is_in_contact(self, predicate: str, subject: int, thing: int) -> bool:
        """Whether the contact was stated."""
        return (predicate, subject, thing) in self._contacts

    def presence(self, word: str) -> bool | None:
        """Whether something that is called by the word is seen, None where the text does not say."""
        if any(may_be_called(category, word) for category in self._seen):
            return True
        return False if any(may_be_called(word, category) for category in self._unseen) else None

    def _left(self, thing: int) -> frozenset[tuple[int, int]]:
        return self._ninths.get(thing, NINTHS)

    def _by_place(self, axis: str, thing: Hashable) -> set[Hashable]:
        """The things that lie further along the axis by the ninths that they are in."""
        if axis not in ("across", "down") or not isinstance(thing, int) or thing not in self._ninths:
            return set()
        number = 0 if axis == "across" else 1
        mine = max((cell[number] for cell in self._ninths[thing]), default=2)
        return {other for other, cells in self._ninths.items() if cells and min(cell[number] for cell in cells) > mine}
