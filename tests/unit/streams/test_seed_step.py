"""The agents' step: a seed of N graphs ends in N outcomes, each acknowledged by the broker before the seed is done."""

import asyncio

import pytest

from schemas.base import Event
from schemas.events import DeadLetter, SeedConcept
from schemas.failures import Never, TryLater
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.topics import SEEDS
from streams.seed_step import Patience, SeedStep, SeedTools
from tests.fakes.events import make_graph, make_rejection
from tests.fakes.steps import KeptMessagesLater, garbage, record_of, tally

QUICK = Patience(attempts=3, longest_pause_s=0.001)


class Planner:
    """Plans a graph of each index, unless told otherwise; a list is worked off one attempt at a time."""

    def __init__(self, odd: dict[int, list[Event | Exception]] | None = None) -> None:
        self._odd = odd or {}
        self.calls: list[int] = []

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        self.calls.append(index)
        if self._odd.get(index):
            answer = self._odd[index].pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return make_graph(seed, index)


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
    producer, planner = KeptMessagesLater(), Planner({0: [TryLater("429"), TryLater("429")]})
    play(planner, producer, make_seed("a cat", count=2))
    assert planner.calls == [0, 0, 0, 1]
    assert [type(event) for event in producer.events] == [SpatialGraph, SpatialGraph]


def test_what_never_passes_is_a_dead_letter_that_says_how_often_it_was_tried_and_spoils_no_other_graph() -> None:
    producer, planner = KeptMessagesLater(), Planner({1: [TryLater("the model is away")] * 3})
    play(planner, producer, make_seed("a cat", count=3))
    first, second, letter = producer.events
    assert isinstance(first, SpatialGraph)
    assert isinstance(second, SpatialGraph)
    assert isinstance(letter, DeadLetter)
    assert (letter.attempts, letter.error) == (3, "graph 1: the model is away")


def test_a_refusal_for_good_is_not_tried_again() -> None:
    producer, planner = KeptMessagesLater(), Planner({0: [Never("failed", "no such graph")]})
    play(planner, producer, make_seed("a cat"))
    assert planner.calls == [0]
    (letter,) = producer.events
    assert isinstance(letter, DeadLetter)
    assert (letter.error, letter.attempts) == ("no such graph", 1)


def test_a_broker_that_is_back_in_time_loses_nothing() -> None:
    producer = KeptMessagesLater(refusals=2)
    play(Planner(), producer, make_seed("a cat"))
    assert len(producer.events) == 1


def test_when_nothing_can_be_published_the_seed_is_not_done() -> None:
    producer = KeptMessagesLater(refusals=100)
    with pytest.raises(TryLater, match="the broker is away"):
        play(Planner(), producer)
