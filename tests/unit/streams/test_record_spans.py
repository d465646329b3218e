"""One trace from a seed to its samples: every stage's span has the span before it as its parent."""

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from schemas.codec import header
from schemas.errors import PermanentError, RetryableError
from schemas.events import SeedConcept
from schemas.ids import make_seed
from schemas.interfaces import StoredObject
from schemas.topics import DEAD_LETTERS, IMAGES, QA, REJECTIONS, SEEDS
from tests.fakes.steps import garbage
from tests.fakes.traced_line import TracedLine, Varied, by_name, spans_kept

CHAIN = ("publish", "plan", "render", "examine", "write")


def parent_of(span: ReadableSpan, spans: tuple[ReadableSpan, ...]) -> ReadableSpan | None:
    wanted = span.parent.span_id if span.parent else None
    return next((each for each in spans if each.context.span_id == wanted), None)


def chain_to(span: ReadableSpan, spans: tuple[ReadableSpan, ...]) -> list[ReadableSpan]:
    """The span and what it came of, the oldest first."""
    parent = parent_of(span, spans)
    return [*(chain_to(parent, spans) if parent else []), span]


def outcome(span: ReadableSpan) -> tuple[object, ...]:
    attributes = span.attributes or {}
    return attributes.get("skg.outcome"), attributes.get("skg.gate"), attributes.get("skg.reason")


def test_one_seed_of_two_graphs_is_one_trace_from_the_seed_to_both_samples() -> None:
    line, seed = TracedLine(), make_seed("a cat beside a dog", 2)
    with spans_kept() as kept:
        line.run(seed)
    spans = kept.get_finished_spans()
    assert len(line.table.rows) == 2
    written = by_name(spans, "write")
    assert len(written) == 2
    for index, last in enumerate(written):
        chain = chain_to(last, spans)
        assert tuple(span.name for span in chain) == CHAIN
        assert len({span.context.trace_id for span in chain}) == 1
        assert [(span.attributes or {})["skg.seed_id"] for span in chain] == [seed.seed_id] * 5
        assert [(span.attributes or {})["skg.index"] for span in chain[1:]] == [index] * 4
        assert [outcome(span) for span in chain[1:]] == [("accepted", None, None)] * 4
        assert {span.status.status_code for span in chain} == {StatusCode.UNSET}
    assert len({span.context.trace_id for span in written}) == 1
    assert len(by_name(spans, "publish")) == 1, "both samples came of the same seed"


def test_a_record_carries_the_span_of_the_work_that_it_came_of() -> None:
    line = TracedLine()
    with spans_kept() as kept:
        line.run(make_seed("a cat beside a dog", 1))
    (examined,) = by_name(kept.get_finished_spans(), "examine")
    (record,) = line.broker.records(QA)
    trace, span = f"{examined.context.trace_id:032x}", f"{examined.context.span_id:016x}"
    assert (header(record.headers, "traceparent") or "")[:52] == f"00-{trace}-{span}"


def test_a_span_tells_its_stage_and_where_its_record_lay() -> None:
    line = TracedLine()
    with spans_kept() as kept:
        line.run(make_seed("a cat beside a dog", 2))
    second = by_name(kept.get_finished_spans(), "examine")[1]
    assert second.attributes is not None
    told = {name: second.attributes[name] for name in second.attributes if name.startswith("messaging.")}
    assert told == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": IMAGES,
        "messaging.destination.partition.id": "0",
        "messaging.kafka.offset": 1,
        "messaging.batch.message_count": 2,
    }
    assert second.attributes["skg.stage"] == "examine"


def test_the_records_of_a_batch_are_linked_to_its_span_which_is_in_no_trace_of_theirs() -> None:
    line = TracedLine()
    with spans_kept() as kept:
        line.run(make_seed("a cat beside a dog", 2))
    spans = kept.get_finished_spans()
    (batch,) = by_name(spans, "render batch")
    drawn = by_name(spans, "render")
    assert [[link.context.span_id for link in span.links] for span in drawn] == [[batch.context.span_id]] * 2
    assert batch.parent is None
    assert batch.context.trace_id != drawn[0].context.trace_id
    assert (batch.attributes or {})["messaging.batch.message_count"] == 2


def test_a_rejected_picture_says_its_gate_and_reason_up_to_the_table_of_rejections() -> None:
    line = TracedLine()

    def spoil() -> None:
        key = next(key for key in line.store.objects if line.store.objects[key].media_type == "image/webp")
        line.store.objects[key] = StoredObject(b"no picture", "image/webp")

    with spans_kept() as kept:
        line.run(make_seed("a cat beside a dog", 1), ("examine", spoil))
    spans = kept.get_finished_spans()
    assert len(line.broker.records(REJECTIONS)) == 1
    chain = chain_to(by_name(spans, "write")[0], spans)
    assert tuple(span.name for span in chain) == CHAIN
    assert [outcome(span) for span in chain[3:]] == [("rejected", "image", "hash_mismatch")] * 2
    assert chain[3].status.status_code is StatusCode.UNSET, "a rejection is a result"


def test_a_dead_letter_is_an_error_of_its_span_and_lies_in_its_trace() -> None:
    line = TracedLine()
    with spans_kept() as kept:
        line.run(make_seed("a cat beside a dog", 1), ("examine", line.store.objects.clear))
    spans = kept.get_finished_spans()
    (examined,) = by_name(spans, "examine")
    assert tuple(span.name for span in chain_to(examined, spans)) == CHAIN[:4]
    assert outcome(examined) == ("dead_letter", None, "missing_image")
    assert examined.status.status_code is StatusCode.ERROR
    (letter,) = line.broker.records(DEAD_LETTERS)
    assert (header(letter.headers, "traceparent") or "")[36:52] == f"{examined.context.span_id:016x}"


def test_one_graph_that_can_never_be_planned_ends_in_a_span_of_its_own() -> None:
    class Fails(Varied):
        async def plan(self, seed: SeedConcept, index: int) -> object:  # type: ignore[override]
            if index == 0:
                raise PermanentError("failed", "no such thing")
            return await super().plan(seed, index)

    line = TracedLine(planner=Fails())  # type: ignore[arg-type] # answers as the test says
    with spans_kept() as kept:
        line.run(make_seed("a cat beside a dog", 2))
    planned = by_name(kept.get_finished_spans(), "plan")
    ends = {(span.attributes or {})["skg.index"]: outcome(span) for span in planned}
    assert ends == {0: ("dead_letter", None, "failed"), 1: ("accepted", None, None)}


def test_bytes_that_are_no_seed_have_a_span_too() -> None:
    line = TracedLine()
    with spans_kept() as kept:
        record = garbage(SEEDS)
        line.broker.logs[record.partition] = [record]
        line.plan()
    (planned,) = kept.get_finished_spans()
    assert outcome(planned) == ("dead_letter", None, "undecodable")
    assert "skg.seed_id" not in (planned.attributes or {})


def test_each_attempt_at_a_batch_is_a_span_that_says_why_it_was_tried_again() -> None:
    line = TracedLine()
    publish, refusals = line.broker.publish, [RetryableError("the broker is away")]

    def refuse_once(messages: object) -> None:
        if refusals:
            raise refusals.pop()
        publish(messages)  # type: ignore[arg-type] # as it came

    with spans_kept() as kept:
        line.publish(make_seed("a cat beside a dog", 2))
        line.plan()
        line.broker.publish = refuse_once  # type: ignore[method-assign] # the broker is away for a moment
        try:
            line.render()
        except RetryableError:
            line.render()
    spans = kept.get_finished_spans()
    drawn = by_name(spans, "render")
    assert [outcome(span)[0] for span in drawn] == ["retry", "retry", "accepted", "accepted"]
    assert [span.status.status_code is StatusCode.ERROR for span in by_name(spans, "render batch")] == [True, False]
    ids = {f"{span.context.span_id:016x}" for span in drawn[2:]}
    assert {(header(record.headers, "traceparent") or "")[36:52] for record in line.broker.records(IMAGES)} == ids
