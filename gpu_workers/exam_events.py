"""The two results of examining a picture, as events.

In: the picture's event, and the judgement or finding.  Out: a `QAEvent` or a `Rejection`.  Decides nothing.
"""

from gpu_workers.graph_check import Finding
from gpu_workers.judge.interfaces import Judgement
from gpu_workers.relabel import PRODUCER as SALVAGE
from schemas.codec import encode
from schemas.events import QAEvent, Rejection, RenderedImage
from schemas.graph import Provenance, merged_notes
from schemas.ids import rejection_id, sample_id
from schemas.topics import IMAGES

VERSION = "4"
"""Raised when the same picture would get other questions or another verdict; goes into provenance."""

DETAIL_CHARS = 1000
"""Longest detail, which is a sentence for people; the evidence holds the rest."""


def accept(event: RenderedImage, found: Judgement) -> QAEvent:
    """The sample of a picture, with its lineage."""
    own = {"renderer": event.renderer, "render_seed": str(event.seed), "attempt": str(event.attempt), **found.notes}
    given_up = event.graph.provenance.notes.get("given_up")
    if event.graph.provenance.producer == SALVAGE and given_up is not None:
        own["salvaged"] = given_up
    notes = merged_notes(event.provenance.notes, own)
    return QAEvent(
        sample_id=sample_id(event.image.image_id),
        image=event.image,
        graph=event.graph,
        scene=found.scene,
        questions=found.questions,
        provenance=Provenance(
            producer="examine", version=VERSION, parents=(event.image.image_id, event.graph.graph_id), notes=notes
        ),
        held_out_per_mille=event.held_out_per_mille,
        views=tuple(view.image for view in event.views[: len(found.scene.views)]),
    )


def reject(event: RenderedImage, finding: Finding) -> Rejection:
    """The rejection of a picture, with the event kept so that it can be judged again."""
    return Rejection(
        rejection_id=rejection_id("examine", finding.gate, finding.reason, event.image.image_id),
        seed_id=event.graph.seed_id,
        index=event.graph.index,
        stage="examine",
        gate=finding.gate,
        reason=finding.reason,
        detail=finding.detail[:DETAIL_CHARS],
        graph_id=event.graph.graph_id,
        image=event.image,
        conflict=finding.conflict,
        evidence=finding.evidence,
        source_topic=IMAGES,
        source=encode(event),
    )
