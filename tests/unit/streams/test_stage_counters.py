"""What a stage counts: requests that ended, pictures that did not end them, samples."""

import pytest
from prometheus_client import REGISTRY

from schemas.base import Event
from tests.fakes.events import make_graph, make_qa, make_rejection
from tests.fakes.steps import tally


def counted(*events: Event) -> dict[str, float]:
    """By how much each of the examiner's counters grows."""
    names = ("skg_accepted_total", "skg_rejected_total", "skg_redrawn_total", "skg_outcomes_total")

    def now() -> dict[str, float]:
        found: dict[str, float] = {}
        for family in REGISTRY.collect():
            for sample in family.samples:
                if sample.name in names and sample.labels.get("stage") == "examine":
                    key = " ".join([sample.name.removeprefix("skg_").removesuffix("_total"), *_words(sample.labels)])
                    found[key] = found.get(key, 0) + sample.value
        return found

    before, counts = now(), tally("examine")
    for event in events:
        counts.count_event(event)
    return {name: value - before.get(name, 0) for name, value in now().items() if value != before.get(name, 0)}


def _words(labels: dict[str, str]) -> list[str]:
    return [labels[name] for name in ("outcome", "reason") if name in labels]


REFUSED = make_rejection()


def test_a_request_that_ended_in_a_rejection_is_rejected():
    assert counted(REFUSED) == {f"rejected {REFUSED.reason}": 1, "outcomes rejected": 1}


def test_a_picture_that_is_drawn_again_is_neither_a_rejected_request_nor_accepted_work():
    again = make_graph().model_copy(update={"attempt": 1})
    found = counted(REFUSED.model_copy(update={"retried": True}), again)
    assert found == {f"redrawn {REFUSED.reason}": 1, "outcomes retried": 1}


@pytest.mark.parametrize(("notes", "outcome"), [({}, "accepted"), ({"salvaged": "wrong_count"}, "salvaged")])
def test_a_sample_is_accepted_or_salvaged(notes: dict[str, str], outcome: str):
    sample = make_qa()
    provenance = sample.provenance.model_copy(update={"notes": notes})
    found = counted(sample.model_copy(update={"provenance": provenance}))
    assert found == {"accepted": 1, f"outcomes {outcome}": 1}
