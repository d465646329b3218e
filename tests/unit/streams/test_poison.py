"""A poison record is kept to itself: the records beside it pass, the process goes on, and its dead letter tells all."""

import threading
from collections.abc import Callable, Sequence

import pytest

from schemas.base import Event
from schemas.codec import Message
from schemas.errors import DeviceLost, Oversize, RetryableError
from schemas.events import DeadLetter, RenderedImage
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import Results
from streams.steps.handler_step import HandlerStep
from streams.steps.isolation import TRIES
from streams.steps.refusal_tracker import MAX_REFUSALS
from tests.fakes.events import make_graph, make_rendered
from tests.fakes.steps import KeptMessages, record_of, tools

SEED = make_seed("a cat beside a dog", count=8)
GRAPHS = [make_graph(SEED, index) for index in range(8)]
POISON = 3


class Poisoned:
    """Raises whenever one graph is among what it is given: as it works, or as its results are waited for."""

    def __init__(self, error: BaseException, late: bool = False) -> None:
        self._error, self._late = error, late
        self.threads: set[int] = set()
        self.alone = 0

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        self.threads.add(threading.get_ident())
        poisoned = any(isinstance(e, SpatialGraph) and e.index == POISON for e in events)
        self.alone += poisoned and len(events) == 1
        if poisoned and not self._late:
            raise self._error

        def results() -> Results:
            if poisoned:
                raise self._error
            return [[make_rendered(event)] for event in events if isinstance(event, SpatialGraph)]

        return results


def carried(step: HandlerStep) -> None:
    """What the worker does: what may pass later is tried again as a whole, on the thread that began it."""
    records = [record_of(graph, offset) for offset, graph in enumerate(GRAPHS)]
    try:
        step.begin(records)()
    except RetryableError:
        step.begin(records)()


@pytest.mark.parametrize("late", [False, True])
def test_what_one_record_raises_is_its_own_dead_letter_and_the_others_pass(late: bool) -> None:
    producer, handler = KeptMessages(), Poisoned(ZeroDivisionError("no area"), late)
    carried(HandlerStep(handler, tools(producer)))
    letters = [e for e in producer.events if isinstance(e, DeadLetter)]
    passed = {e.graph.index for e in producer.events if isinstance(e, RenderedImage)}
    assert passed == set(range(8)) - {POISON}
    (letter,) = letters
    assert (letter.reason, letter.error) == ("failed", "ZeroDivisionError: no area")
    assert (letter.error_class, letter.attempts, letter.offset) == ("ZeroDivisionError", TRIES, POISON)
    assert "begin" in letter.traceback or "results" in letter.traceback
    assert letter.value == record_of(GRAPHS[POISON]).value
    assert (letter.seed_id, letter.index) == (SEED.seed_id, POISON)
    assert handler.alone == TRIES
    assert handler.threads == {threading.get_ident()}


@pytest.mark.parametrize("error", [MemoryError(), DeviceLost("CUDA error"), KeyboardInterrupt()])
@pytest.mark.parametrize("late", [False, True])
def test_what_is_the_process_own_fault_is_nobodys_dead_letter(error: BaseException, late: bool) -> None:
    producer = KeptMessages()
    with pytest.raises(type(error)):
        carried(HandlerStep(Poisoned(error, late), tools(producer)))
    assert producer.messages == []


class Picky:
    """One event that is never ready, beside others that are."""

    def __init__(self, passing: bool) -> None:
        self._passing = passing

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        outcomes = [self._outcome(event) for event in events if isinstance(event, SpatialGraph)]
        return lambda: outcomes

    def _outcome(self, event: SpatialGraph) -> list[Event] | Exception:
        later = event.index == POISON or not self._passing
        return RetryableError("503") if later else [make_rendered(event)]


def attempts_until_done(step: HandlerStep, most: int) -> int:
    records = [record_of(graph, offset) for offset, graph in enumerate(GRAPHS)]
    for attempt in range(1, most + 1):
        try:
            step.begin(records)()
        except RetryableError:
            continue
        return attempt
    return 0


def test_an_event_that_alone_is_never_ready_does_not_hold_up_the_line_for_ever() -> None:
    producer = KeptMessages()
    assert attempts_until_done(HandlerStep(Picky(passing=True), tools(producer)), 100) == MAX_REFUSALS
    letters = [e for e in producer.events if isinstance(e, DeadLetter)]
    assert [(e.offset, e.reason, e.attempts, e.error_class) for e in letters] == [
        (POISON, "failed", MAX_REFUSALS, "schemas.errors.RetryableError")
    ]


def test_an_outage_is_waited_for_however_long_it_takes() -> None:
    producer = KeptMessages()
    assert attempts_until_done(HandlerStep(Picky(passing=False), tools(producer)), 10 * MAX_REFUSALS) == 0
    assert producer.messages == []


class SmallBroker(KeptMessages):
    """Takes no message above its limit."""

    limit = 1_000

    def publish(self, messages: Sequence[Message]) -> None:
        large = [n for n, m in enumerate(messages) if len(m.value or b"") > self.limit]
        super().publish([m for n, m in enumerate(messages) if n not in large])
        if large:
            raise Oversize(large, "the broker's limit")


class Passing(Picky):
    """Every event is ready."""

    def _outcome(self, event: SpatialGraph) -> list[Event] | Exception:
        return [make_rendered(event)]


def test_results_that_the_broker_finds_too_large_are_dead_letters_that_fit() -> None:
    producer = SmallBroker()
    carried(HandlerStep(Passing(passing=True), tools(producer)))
    letters = [e for e in producer.events if isinstance(e, DeadLetter)]
    assert [(letter.offset, letter.reason) for letter in letters] == [(offset, "oversize") for offset in range(8)]
    assert all(letter.omitted_bytes > 0 and letter.value is None for letter in letters)
    assert all(len(message.value or b"") <= producer.limit for message in producer.messages)
