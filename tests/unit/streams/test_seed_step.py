"""The agents' step: a seed of N graphs ends in N outcomes, each acknowledged by the broker before the seed is done."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from schemas.base import Event
from schemas.codec import Message, decode
from schemas.errors import DeviceLost, PermanentError, RetryableError
from schemas.events import DeadLetter, SeedConcept
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.topics import DEAD_LETTERS, GRAPHS, SEEDS
from streams.broker.reachability import ServiceAway
from streams.errors import TooManyDeadLetters
from streams.steps.seed_step import RetryPolicy, SeedStep, SeedTools
from streams.worker.call_age import CallTimer
from tests.fakes.events import make_graph, make_rejection
from tests.fakes.steps import KeptMessagesLater, garbage, record_of, tally

QUICK = RetryPolicy(attempts=3, longest_pause_s=0.001)


class Planner:
    """Plans a graph of each index, unless told otherwise; a list is worked off one attempt at a time."""

    def __init__(self, odd: Mapping[int, Sequence[Event | BaseException]] | None = None) -> None:
        self._odd = {index: list(answers) for index, answers in (odd or {}).items()}
        self.calls: list[int] = []

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        self.calls.append(index)
        if self._odd.get(index):
            answer = self._odd[index].pop(0)
            if isinstance(answer, BaseException):
                raise answer
            return answer
        return make_graph(seed, index)


class Narrow(KeptMessagesLater):
    """A producer whose broker takes no more than so many bytes, by topic."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        super().__init__()
        self._limits = limits

    async def publish(self, messages: Sequence[Message]) -> None:
        if any(len(message.value or b"") > self._limits[message.topic] for message in messages):
            raise PermanentError("oversize", "above the broker's limit")
        await super().publish(messages)


def play(
    planner: Planner, producer: KeptMessagesLater, seed: SeedConcept | None = None, told: list[str] | None = None
) -> None:
    reached = told.append if told is not None else (lambda _: None)
    step = SeedStep(SeedTools(planner, producer, tally("agents"), QUICK, reached))
    record = record_of(seed) if seed else garbage(SEEDS, 9)
    asyncio.run(step.handle(record))


def test_a_seed_of_five_graphs_ends_in_five_outcomes() -> None:
    producer, told = KeptMessagesLater(), list[str]()
    seed = make_seed("a cat beside a dog", count=5, first=3)
    play(Planner({4: [make_rejection(seed, 4)]}), producer, seed, told)
    kinds = [type(event).__name__ for event in producer.events]
    assert kinds == ["SpatialGraph", "Rejection", "SpatialGraph", "SpatialGraph", "SpatialGraph"]
    assert [e.index for e in producer.events if isinstance(e, SpatialGraph)] == [3, 5, 6, 7]
    assert told == ["consumed", "published"]


def test_bytes_that_are_no_seed_become_a_dead_letter_with_their_bytes() -> None:
    producer = KeptMessagesLater()
    play(Planner(), producer)
    (letter,) = producer.events
    assert isinstance(letter, DeadLetter)
    assert (letter.offset, letter.value, letter.reason, letter.stage) == (9, b"\xc1", "undecodable", "agents")


def test_what_may_pass_later_is_tried_again() -> None:
    producer, planner = KeptMessagesLater(), Planner({0: [RetryableError("429"), RetryableError("429")]})
    play(planner, producer, make_seed("a cat", count=2))
    assert planner.calls == [0, 0, 0, 1]
    assert [type(event) for event in producer.events] == [SpatialGraph, SpatialGraph]


def test_what_never_passes_is_a_dead_letter_that_says_how_often_it_was_tried_and_spoils_no_other_graph() -> None:
    producer, planner = KeptMessagesLater(), Planner({1: [RetryableError("the model is away")] * 3})
    play(planner, producer, make_seed("a cat", count=3))
    first, second, letter = producer.events
    assert isinstance(first, SpatialGraph)
    assert isinstance(second, SpatialGraph)
    assert isinstance(letter, DeadLetter)
    assert (letter.attempts, letter.error) == (3, "graph 1: the model is away")


def test_a_refusal_for_good_is_not_tried_again() -> None:
    producer, planner = KeptMessagesLater(), Planner({0: [PermanentError("failed", "no such graph")]})
    play(planner, producer, make_seed("a cat"))
    assert planner.calls == [0]
    (letter,) = producer.events
    assert isinstance(letter, DeadLetter)
    assert (letter.error, letter.attempts) == ("no such graph", 1)


@pytest.mark.parametrize("odd", [KeyError("no such thing"), RecursionError(), AssertionError("odd")])
def test_any_exception_of_the_planner_is_a_dead_letter_of_its_graph_alone(odd: Exception) -> None:
    seed = make_seed("a cat", count=4, first=2)
    producer, planner = KeptMessagesLater(), Planner({3: [odd] * 9, 5: [odd] * 9})
    play(planner, producer, seed)
    letters = [event for event in producer.events if isinstance(event, DeadLetter)]
    assert [event.index for event in producer.events if isinstance(event, SpatialGraph)] == [2, 4]
    assert [(letter.seed_id, letter.index) for letter in letters] == [(seed.seed_id, 3), (seed.seed_id, 5)]
    for letter in letters:
        again = decode(SEEDS, letter.value, letter.headers)
        assert again == seed.model_copy(update={"first": letter.index, "count": 1})
        assert (letter.reason, letter.attempts, letter.error_class) == ("failed", 3, type(odd).__name__)
        assert "in plan" in letter.traceback


def test_an_exception_that_passes_leaves_no_trace() -> None:
    producer, planner = KeptMessagesLater(), Planner({0: [ValueError("once")]})
    play(planner, producer, make_seed("a cat"))
    assert [type(event) for event in producer.events] == [SpatialGraph]


@pytest.mark.parametrize("fatal", [MemoryError(), DeviceLost("the device is gone"), KeyboardInterrupt(), SystemExit(3)])
def test_what_is_of_the_process_and_not_of_the_seed_passes_through(fatal: BaseException) -> None:
    producer = KeptMessagesLater()
    with pytest.raises(type(fatal)):
        play(Planner({0: [fatal]}), producer, make_seed("a cat"))
    assert producer.events == []


def test_a_planner_that_returns_no_event_is_a_dead_letter() -> None:
    producer = KeptMessagesLater()
    play(Planner({0: ["no event"] * 9}), producer, make_seed("a cat"))  # type: ignore[list-item] # what a fault may return
    (letter,) = producer.events
    assert isinstance(letter, DeadLetter)


def test_what_the_broker_finds_too_large_is_a_dead_letter_that_fits() -> None:
    producer = Narrow({GRAPHS: 100, DEAD_LETTERS: 2_000})
    seed = make_seed("a cat", count=2)
    step = SeedStep(SeedTools(Planner(), producer, tally("agents"), QUICK))
    asyncio.run(step.handle(garbage(SEEDS, 7, value=b"\xc1" * 5_000)))
    asyncio.run(step.handle(record_of(seed)))
    unreadable, *graphs = producer.events
    assert isinstance(unreadable, DeadLetter)
    assert (unreadable.value, unreadable.omitted_bytes > 5_000 - 1) == (None, True)
    assert {type(event) for event in graphs} == {DeadLetter}
    assert [e.index for e in graphs if isinstance(e, DeadLetter)] == [0, 1]
    assert {e.reason for e in graphs if isinstance(e, DeadLetter)} == {"oversize"}


@pytest.mark.thorough
def test_seeds_whose_graphs_mostly_succeed_do_not_count_as_failed() -> None:
    producer = KeptMessagesLater()
    step = SeedStep(SeedTools(Planner({3: [ValueError("odd")] * 999}), producer, tally("agents", share=0.5), QUICK))
    for _ in range(30):
        asyncio.run(step.handle(record_of(make_seed("a cat", count=4))))


def test_seeds_that_mostly_fail_stop_the_process() -> None:
    planner = Planner({index: [ValueError("odd")] * 999 for index in range(3)})
    step = SeedStep(SeedTools(planner, KeptMessagesLater(), tally("agents", share=0.5), QUICK))

    def many() -> None:
        for _ in range(30):
            asyncio.run(step.handle(record_of(make_seed("a cat", count=4))))

    with pytest.raises(TooManyDeadLetters):
        many()


def test_a_call_of_the_planner_under_way_has_an_age() -> None:
    now = [10.0]
    calls = CallTimer(lambda: now[0])
    assert calls.oldest_s() == 0
    with calls.running():
        now[0] = 13.0
        with calls.running():
            now[0] = 15.0
            assert calls.oldest_s() == 5
    assert calls.oldest_s() == 0


def test_a_broker_is_waited_for_longer_than_any_planner() -> None:
    producer = KeptMessagesLater(refusals=20 * QUICK.attempts)
    play(Planner(), producer, make_seed("a cat"))
    assert len(producer.events) == 1


def test_a_broker_that_is_back_in_time_loses_nothing() -> None:
    producer = KeptMessagesLater(refusals=2)
    play(Planner(), producer, make_seed("a cat"))
    assert len(producer.events) == 1


def test_when_nothing_can_be_published_the_seed_is_not_done() -> None:
    producer = KeptMessagesLater(refusals=10**9)
    tools = SeedTools(Planner(), producer, tally("agents"), replace(QUICK, give_up_s=0.05))
    with pytest.raises(RetryableError, match="the broker is away"):
        asyncio.run(SeedStep(tools).handle(garbage(SEEDS, 9)))


class NotesAway:
    """Reaches its store only after many attempts."""

    def __init__(self, attempts: int) -> None:
        self.left = attempts

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        self.left -= 1
        if self.left > 0:
            raise ServiceAway("S3 at http://127.0.0.1:1 (SKG_S3_ENDPOINT)", "connection refused")
        return make_graph(seed, index)


def handled(planner: NotesAway, retry_policy: RetryPolicy) -> KeptMessagesLater:
    producer, seed = KeptMessagesLater(), make_seed("a cat")
    asyncio.run(SeedStep(SeedTools(planner, producer, tally("agents"), retry_policy)).handle(record_of(seed)))
    return producer


def test_a_store_that_is_away_is_waited_for_longer_than_any_planner() -> None:
    (event,) = handled(NotesAway(10 * QUICK.attempts), QUICK).events
    assert isinstance(event, SpatialGraph)


@pytest.mark.thorough
def test_a_store_that_stays_away_ends_the_agents_where_they_are_told_to_give_up() -> None:
    with pytest.raises(RetryableError, match="SKG_S3_ENDPOINT"):
        handled(NotesAway(10**6), replace(QUICK, give_up_s=0.05))
