"""What a stage counts: requests that ended, pictures that did not end them, samples."""

import pytest
from prometheus_client import REGISTRY
from prometheus_client.openmetrics.exposition import generate_latest
from structlog.testing import capture_logs

from monitoring.traces import Span, recorded_by
from schemas.base import Event
from schemas.codec import encode
from schemas.errors import PermanentError, RetryableError
from schemas.ids import make_seed
from schemas.topics import GRAPHS, SEEDS
from streams.broker.records import Partition, Record
from streams.steps.dead_letters import narrowed_to_graph
from streams.steps.outcome_log import log_retry
from tests.fakes.events import make_graph, make_qa, make_rejection
from tests.fakes.steps import TRACE, record_of, tally

SOURCE = record_of(make_graph(), offset=7)


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
        counts.count_event(event, SOURCE)
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


def test_each_dead_letter_is_a_line_of_the_log_with_its_request_place_and_reason():
    counts, seed = tally("agents"), make_seed("a cat", count=5)
    good, bad = (raw(value, offset) for value, offset in ((encode(seed), 7), (b"\xc1", 8)))
    with capture_logs() as lines:
        counts.count_outcome(good, None)
        counts.count_outcome(narrowed_to_graph(good, seed, 3), PermanentError("failed", "sesame " + 5000 * "x"))
        counts.count_finished(good, PermanentError("oversize", "too large"))
        counts.count_finished(bad, PermanentError("undecodable", "no map"))
    place = {
        "event": "a record became a dead letter",
        "log_level": "warning",
        "topic": SEEDS,
        "partition": 2,
        "trace_id": "",
    }
    whole = f"{seed.seed_id}-0 {seed.seed_id}-1 {seed.seed_id}-2 and 2 more"
    assert lines == [
        place | {"offset": 7, "request": f"{seed.seed_id}-3", "reason": "failed", "why": "sesame " + 293 * "x"},
        place | {"offset": 7, "request": whole, "reason": "oversize", "why": "too large"},
        place | {"offset": 8, "request": "", "reason": "undecodable", "why": "no map"},
    ]


@pytest.mark.parametrize(("retried", "words"), [(False, "a request was rejected"), (True, "a picture is drawn again")])
def test_each_rejection_is_a_line_of_the_log_with_its_request_place_reason_and_trace(retried: bool, words: str):
    with capture_logs() as lines:
        tally("examine").count_event(REFUSED.model_copy(update={"retried": retried}), SOURCE)
    (line,) = lines
    assert line == {
        "event": words, "log_level": "info", "request": f"{REFUSED.seed_id}-{REFUSED.index}",
        "topic": GRAPHS, "partition": 0, "offset": 7, "trace_id": TRACE[3:35],
        "gate": REFUSED.gate, "reason": REFUSED.reason, "why": REFUSED.detail,
    }  # fmt: skip


def test_another_attempt_is_a_line_once_and_then_for_those_who_look_for_it():
    failure = RetryableError("cannot reach S3", "store")
    with capture_logs() as lines:
        log_retry([SOURCE, SOURCE], failure, 0.3)
        log_retry([SOURCE, SOURCE], failure, 2.0, brief=True)
    first, again = lines
    assert (first["log_level"], again["log_level"]) == ("warning", "debug")
    assert (first["event"], first["reason"], first["records"], first["offset"]) == ("a batch is tried again", "store", 2, 7)
    assert (first["trace_id"], first["request"]) == (TRACE[3:35], again["request"])


class _Recorder:
    """Stands for an exporter of spans: none is started here."""

    def start(self, *_: object) -> Span:
        raise AssertionError


def test_where_spans_are_recorded_the_age_of_an_event_has_its_trace_as_an_exemplar():
    def exemplars() -> str:
        return generate_latest(REGISTRY).decode()

    tally("write").count_received(SOURCE)
    assert TRACE[3:35] not in exemplars(), "a trace that nobody records leads nowhere"
    with recorded_by(_Recorder()):
        tally("write").count_received(SOURCE)
    (line,) = [each for each in exemplars().splitlines() if TRACE[3:35] in each]
    assert line.startswith("skg_event_age_seconds_bucket{")
    assert 'stage="write"' in line


def raw(value: bytes, offset: int) -> Record:
    return Record(Partition(SEEDS, 2), offset, b"key", value, ())
