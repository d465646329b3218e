"""Repairs a contradictory graph by dropping as few of its relations as possible.

In: a draft.  Out: the indices to drop, the draft without them, and whether the repair is proven minimal.
Does not weigh which relation matters more; among equals the later ones are dropped.

Method: collect conflicts, find a smallest hitting set of them, drop it, look for a remaining conflict, and so on.  When
none remains, the set is a smallest one, since every repair must hit all the conflicts seen.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from spatial.reasoning.conflicts import Statement, broken_statements, clash_among
from spatial.reasoning.draft import Draft

EXACT_UP_TO = 20
"""Relations up to which the smallest repair is always found. Beyond, the search may give up."""

ROUNDS = 60
"""Conflicts collected for a larger draft before the search gives up."""

BRANCHES = 20_000
"""Branches that one search for a smallest hitting set may take for a larger draft: about a tenth of a second."""


@dataclass(frozen=True)
class Repair:
    """`dropped` are relation indices in order, `draft` is the rest.

    `exact`: no smaller repair exists.  `at_least`: proven lower bound of the number dropped.
    """

    dropped: tuple[int, ...]
    draft: Draft
    exact: bool
    at_least: int


class _OutOfBranches(Exception):
    """The search for a smallest hitting set took too long."""


def repair(draft: Draft) -> Repair:
    """The repair that drops the fewest relations: exact up to `EXACT_UP_TO` relations, beyond that as `exact` says."""
    statements: list[Statement] = [(relation,) for relation in draft.relations]
    count = len(draft.objects)
    broken = {index for index, _, _ in broken_statements(count, statements)}
    sound = [index for index in range(len(statements)) if index not in broken]
    dropped, bound = _smallest(count, statements, sound)
    exact = len(dropped) == bound
    gone = broken | dropped
    kept = tuple(relation for index, relation in enumerate(draft.relations) if index not in gone)
    return Repair(tuple(sorted(gone)), Draft(draft.objects, kept, draft.scene), exact, len(broken) + bound)


def _smallest(count: int, statements: Sequence[Statement], sound: Sequence[int]) -> tuple[set[int], int]:
    """The sound statements to drop, and a lower bound of their number."""
    bounded = len(statements) > EXACT_UP_TO
    conflicts: list[frozenset[int]] = []
    dropped: set[int] = set()
    while True:
        clash = clash_among(count, statements, [index for index in sound if index not in dropped])
        if clash is None:
            return dropped, len(dropped)
        conflicts.append(frozenset(clash))
        if bounded and len(conflicts) > ROUNDS:
            break
        try:
            following = _smallest_hitting_set(conflicts, BRANCHES if bounded else None)
        except _OutOfBranches:
            break
        dropped = following
    return _greedy(count, statements, sound, conflicts), len(dropped)


def _smallest_hitting_set(conflicts: Sequence[frozenset[int]], branches: int | None) -> set[int]:
    """A smallest set with a member in every conflict."""
    search = _HittingSets(branches)
    size = search.disjoint(conflicts)
    while True:
        found = search.within(list(conflicts), size)
        if found is not None:
            return found
        size += 1


class _HittingSets:
    """Depth-first search for a hitting set of a given size, pruned where disjoint conflicts prove it too small."""

    def __init__(self, branches: int | None) -> None:
        self._left = branches

    def within(self, conflicts: list[frozenset[int]], size: int) -> set[int] | None:
        """A hitting set with at most `size` members, None if there is none. Raises _OutOfBranches."""
        if not conflicts:
            return set()
        if self.disjoint(conflicts) > size:
            return None
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise _OutOfBranches
        frequency = Counter(index for conflict in conflicts for index in conflict)
        smallest = min(conflicts, key=len)
        for index in sorted(smallest, key=lambda i: (-frequency[i], -i)):
            found = self.within([conflict for conflict in conflicts if index not in conflict], size - 1)
            if found is not None:
                return found | {index}
        return None

    @staticmethod
    def disjoint(conflicts: Sequence[frozenset[int]]) -> int:
        """The number of pairwise disjoint conflicts found greedily: each needs a member of its own."""
        taken: set[int] = set()
        number = 0
        for conflict in sorted(conflicts, key=len):
            if not taken & conflict:
                taken |= conflict
                number += 1
        return number


def _greedy(count: int, statements: Sequence[Statement], sound: Sequence[int], conflicts: list[frozenset[int]]) -> set[int]:
    """An irreducible repair: drop the statements in most conflicts, then put back each that causes none."""
    dropped: set[int] = set()
    while True:
        clash = clash_among(count, statements, [index for index in sound if index not in dropped])
        if clash is None:
            break
        conflicts.append(frozenset(clash))
        frequency = Counter(index for conflict in conflicts if not conflict & dropped for index in conflict)
        dropped.add(max(clash, key=lambda i: (frequency[i], i)))
    for index in sorted(dropped):
        kept = [i for i in sound if i not in dropped or i == index]
        if clash_among(count, statements, kept) is None:
            dropped.discard(index)
    return dropped
