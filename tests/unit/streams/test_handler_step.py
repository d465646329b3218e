"""The step of render and examine: every record ends in results or in a dead letter, published before it counts as done."""

from collections.abc import Callable, Sequence

import pytest

from schemas.base import Event
from schemas.codec import decode, header
from schemas.errors import PermanentError, RetryableError
from schemas.events import DeadLetter, Rejection
from schemas.topics import DEAD_LETTERS, GRAPHS, IMAGES
from streams.errors import TooManyDeadLetters
from streams.steps.dead_letters import original_message
from streams.steps.handler_step import HandlerStep
from tests.fakes.events import make_graph, make_rejection, make_rendered
from tests.fakes.steps import TRACE, KeptMessages, garbage, record_of, tools

Outcome = list[Event] | Exception


class Handler:
    """Answers each event as the test says."""

    def __init__(self, answer: Callable[[Event], Outcome]) -> None:
        self._answer = answer
        self.batches: list[int] = []

    def begin(self, events: Sequence[Event]) -> Callable[[], list[Outcome]]:
        self.batches.append(len(events))
        answers = [self._answer(event) for event in events]
        return lambda: answers


def rendered(event: Event) -> Outcome:
    return [make_rendered(make_graph())]


def test_results_are_published_in_the_trace_of_their_cause() -> None:
    producer = KeptMessages()
    HandlerStep(Handler(rendered), tools(producer)).begin([record_of(make_graph())])()
    (message,) = producer.messages
    assert message.topic == IMAGES
    assert decode(IMAGES, message.value) == make_rendered(make_graph())
    child = header(message.headers, "traceparent")
    assert child is not None
    assert child[:35] == TRACE[:35]
    assert child != TRACE


def test_bytes_that_are_no_event_become_a_dead_letter_and_do_not_spoil_the_batch() -> None:
    producer, handler = KeptMessages(), Handler(rendered)
    HandlerStep(handler, tools(producer)).begin(
        [garbage(GRAPHS, 3), record_of(make_graph(), 4), garbage(GRAPHS, 5, None)]
    )()
    assert handler.batches == [1]
    letters = [event for event in producer.events if isinstance(event, DeadLetter)]
    assert [(e.topic, e.partition, e.offset, e.reason) for e in letters] == [
        (GRAPHS, 0, 3, "undecodable"),
        (GRAPHS, 0, 5, "undecodable"),
    ]
    assert (letters[0].key, letters[0].value, letters[0].headers) == (b"key", b"\xc1", (("who", b"a test"),))
    assert original_message(letters[0]).value == b"\xc1"
    assert len(producer.messages) == 3


def test_a_handler_may_refuse_one_event_for_good() -> None:
    producer = KeptMessages()
    answers = iter([PermanentError("missing_image", "no such object"), [make_rejection()]])
    HandlerStep(Handler(lambda _: next(answers)), tools(producer)).begin(
        [record_of(make_graph()), record_of(make_graph(), 1)]
    )()
    letter, rejection = producer.events
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.error, letter.stage) == ("missing_image", "no such object", "render")
    assert isinstance(rejection, Rejection)


def test_an_event_that_may_pass_later_holds_back_the_whole_batch() -> None:
    producer = KeptMessages()
    answers = iter([[make_rejection()], RetryableError("the store is away")])
    step = HandlerStep(Handler(lambda _: next(answers)), tools(producer))
    with pytest.raises(RetryableError, match="the store is away"):
        step.begin([record_of(make_graph()), record_of(make_graph(), 1)])()
    assert producer.messages == []


def test_a_broker_that_does_not_acknowledge_leaves_the_batch_to_be_tried_again() -> None:
    producer = KeptMessages(refusals=1)
    step = HandlerStep(Handler(rendered), tools(producer))
    with pytest.raises(RetryableError):
        step.begin([record_of(make_graph())])()
    step.begin([record_of(make_graph())])()
    assert len(producer.messages) == 1


def test_a_result_above_the_message_limit_becomes_a_dead_letter() -> None:
    producer = KeptMessages()
    huge = make_rejection().model_copy(update={"source": b"x" * 1_000_001})
    HandlerStep(Handler(lambda _: [huge]), tools(producer)).begin([record_of(make_graph())])()
    (letter,) = producer.events
    assert isinstance(letter, DeadLetter)
    assert letter.reason == "oversize"


def test_an_event_that_leaves_no_room_for_its_result_is_not_worked_on() -> None:
    producer, handler = KeptMessages(), Handler(rendered)
    plain = make_graph()
    notes = {f"note {number}": "x" * 62_500 for number in range(16)}
    heavy = plain.model_copy(update={"provenance": plain.provenance.model_copy(update={"notes": notes})})
    HandlerStep(handler, tools(producer)).begin([record_of(heavy), record_of(plain, 1)])()
    letter, _ = producer.events
    assert isinstance(letter, DeadLetter)
    assert letter.reason == "oversize"
    assert handler.batches == [1], "a picture of it would lie in the store, and no event would name it"


def test_an_original_at_the_brokers_limit_still_fits_into_its_dead_letter() -> None:
    producer = KeptMessages()
    HandlerStep(Handler(rendered), tools(producer)).begin([garbage(GRAPHS, value=b"\xc1" * 1_040_000)])()
    (message,) = producer.messages
    assert message.topic == DEAD_LETTERS


def test_steps_are_told_in_order() -> None:
    steps: list[str] = []
    HandlerStep(Handler(rendered), tools(KeptMessages(), test_hook=steps.append)).begin([record_of(make_graph())])()
    assert steps == ["consumed", "published"]


def test_the_process_stops_rather_than_drain_a_topic_into_dead_letters() -> None:
    producer = KeptMessages()
    step = HandlerStep(Handler(rendered), tools(producer, share=0.5))
    for offset in range(15):
        step.begin([record_of(make_graph(), offset)])()
    with pytest.raises(TooManyDeadLetters, match="of the last"):
        step.begin([garbage(GRAPHS, offset) for offset in range(15, 45)])()
    assert sum(m.topic == DEAD_LETTERS for m in producer.messages) == 30, "what was counted is safe"
