"""Graphs that contradict themselves are refused with the proof.

In: categories and relations.  Out: nothing, or RequestRejected with the relations that conflict.
"""

from collections.abc import Sequence

from agents.rejections import RequestRejected
from schemas.graph import Relation
from spatial.reasoning.contradictions import contradictions
from spatial.reasoning.draft import Draft


def refuse_contradiction(names: Sequence[str], relations: Sequence[Relation], said: str) -> None:
    """Raise RequestRejected with the conflict where the relations exclude each other; `said` begins the detail."""
    conflict = contradictions(Draft(tuple(names), tuple(relations)))
    if conflict is not None:
        raise RequestRejected(
            "consistency",
            "contradiction",
            f"{said} ({conflict.kind})",
            [relations[i] for i in conflict.indices],
            {"objects": list(names), "indices": list(conflict.indices)},
        )
