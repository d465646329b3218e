"""Whether a graph can be true at all, which of its relations are at fault, and how to mend it.

In: a draft.  Out: a conflict with its derivation, or a repair.
The door to both; the work is done in `spatial.reasoning.conflicts` and `spatial.reasoning.minimal_repair`.
"""

from spatial.reasoning.conflicts import Conflict, conflict_among
from spatial.reasoning.draft import Draft
from spatial.reasoning.minimal_repair import Repair, repair

__all__ = ["Conflict", "Repair", "contradictions", "repair"]


def contradictions(draft: Draft) -> Conflict | None:
    """None for a consistent draft, else an irreducible conflict; of cycles one that needs the fewest relations.

    Raises ValueError for an unknown predicate, a place with an object or a relation without one.
    """
    return conflict_among(len(draft.objects), [(relation,) for relation in draft.relations])
