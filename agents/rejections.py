"""Rejections of requests that end without a graph.

In: a seed, an index, and the cause.  Out: a rejection that carries the seed, so that it can be judged again.
Does not decide whether to reject.
"""

from collections.abc import Mapping, Sequence

from schemas.codec import encode
from schemas.events import Rejection, SeedConcept
from schemas.graph import Relation
from schemas.ids import rejection_id
from schemas.topics import SEEDS
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import Draft


class RequestRejected(Exception):
    """A request that cannot be met: `gate` and `reason` of `schemas.reasons`, the `conflict`, measured `evidence`."""

    def __init__(
        self,
        gate: str,
        reason: str,
        detail: str,
        conflict: Sequence[Relation] = (),
        evidence: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.gate = gate
        self.reason = reason
        self.conflict = tuple(conflict)
        self.evidence = dict(evidence or {})


def unmet_options(detail: str) -> RequestRejected:
    """The seed's options contradict each other, the scene or the renderer."""
    return RequestRejected("concept", "unsatisfiable_options", detail)


def invalid_graph(detail: str) -> RequestRejected:
    """A user-made graph is malformed."""
    return RequestRejected("concept", "invalid_graph", detail)


def rejection(seed: SeedConcept, index: int, rejected: RequestRejected) -> Rejection:
    """The rejection of graph number `index` of a seed; its `source` requests just that graph again."""
    narrowed = seed.model_copy(update={"first": index, "count": 1})
    return Rejection(
        rejection_id=rejection_id("agents", rejected.gate, rejected.reason, f"{seed.seed_id}-{index}"),
        seed_id=seed.seed_id,
        index=index,
        stage="agents",
        gate=rejected.gate,
        reason=rejected.reason,
        detail=str(rejected)[:4000],
        conflict=rejected.conflict,
        evidence=rejected.evidence,
        source_topic=SEEDS,
        source=encode(narrowed),
    )


def check_consistency(names: Sequence[str], relations: Sequence[Relation], said: str) -> None:
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
