"""Every request has one outcome; those that have none, two, or one that was sent back are told apart."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.reading.rejection_outcomes import ENDED, outcomes_of, request_of
from schemas.codec import Message, to_message
from schemas.errors import PermanentError
from schemas.ids import make_seed
from schemas.topics import SEEDS
from streams.cli.recovery_commands.request_commands import shown, summary_lines
from streams.recovery.dead_letter_replay import replay_letters
from streams.recovery.dead_letter_selection import LetterFilter
from streams.recovery.request_outcomes import Requests, add_dead_letters, read_requests
from streams.steps.dead_letters import dead_letter, narrowed_to_graph
from tests.fakes.broker import MemoryBroker
from tests.fakes.events import make_graph
from tests.fakes.memory_topics import MemoryTopics
from tests.fakes.steps import NOW, TRACE, garbage, record_of

SEED = make_seed("a cat", count=5)
FAILED = PermanentError("failed", "it failed")


@pytest.fixture
def broker() -> MemoryBroker:
    broker = MemoryBroker(partitions=1)
    broker.publish([to_message(SEED, "seed", TRACE, NOW)])
    return broker


def bury_graph(broker: MemoryBroker, index: int) -> None:
    record = narrowed_to_graph(record_of(SEED), SEED, index)
    broker.publish([to_message(dead_letter(record, "agents", FAILED), "agents", TRACE, NOW)])


def found(broker: MemoryBroker, accepted: tuple[int, ...] = (), rejected: tuple[int, ...] = ()) -> Requests:
    requests = read_requests(MemoryTopics(broker))
    add_dead_letters(requests, MemoryTopics(broker))
    requests.accepted((SEED.seed_id, index) for index in accepted)
    requests.rejected((SEED.seed_id, index) for index in rejected)
    return requests


def outcomes(requests: Requests) -> dict[int, str]:
    return {end.request[1]: end.outcome for end in requests.outcomes()}


def test_each_request_has_the_outcome_that_was_found_of_it(broker: MemoryBroker):
    bury_graph(broker, 3)
    requests = found(broker, accepted=(0,), rejected=(1,))
    assert outcomes(requests) == {0: "accepted", 1: "rejected", 2: "none", 3: "dead_letter", 4: "none"}
    assert requests.counts() == {"accepted": 1, "rejected": 1, "dead_letter": 1, "none": 2, "pending": 0, "twice": 0}


def test_what_was_sent_back_is_pending_until_it_ends_again(broker: MemoryBroker):
    bury_graph(broker, 3)
    replay_letters(MemoryTopics(broker), broker, LetterFilter())
    (end,) = [end for end in found(broker, accepted=(0, 1, 2, 4)).outcomes() if end.pending]
    assert (end.request, end.outcome) == ((SEED.seed_id, 3), "none")
    assert outcomes(found(broker, accepted=(3,)))[3] == "accepted"
    (again,) = [r for r in broker.records(SEEDS) if r.offset == 1]
    broker.publish([to_message(dead_letter(again, "agents", FAILED), "agents", TRACE, NOW)])
    assert outcomes(found(broker))[3] == "dead_letter"
    assert found(broker).counts()["pending"] == 0


@pytest.mark.parametrize(
    ("accepted", "rejected", "buried"), [((1, 1), (), 0), ((1,), (), 1), ((), (1,), 1), ((1,), (1,), 1)]
)
def test_a_request_with_two_outcomes_is_told(broker: MemoryBroker, accepted: tuple, rejected: tuple, buried: int):
    for _ in range(buried):
        bury_graph(broker, 1)
    requests = found(broker, accepted, rejected)
    assert [end.request[1] for end in requests.outcomes() if end.twice] == [1]
    assert sum(outcome != "none" for outcome in outcomes(requests).values()) == 1


def test_a_rejection_that_was_replayed_and_then_accepted_is_one_outcome(broker: MemoryBroker):
    requests = found(broker, accepted=(1,), rejected=(1,))
    assert outcomes(requests)[1] == "accepted"
    assert requests.counts()["twice"] == 0


@pytest.mark.thorough
@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12),
    st.sets(st.integers(0, 4)),
)
def test_requests_and_tables_tell_the_same_outcome(rejections: list[tuple[int, bool]], accepted: set[int]):
    rows = [
        {
            "rejection_id": f"{number:032x}", "seed_id": SEED.seed_id, "index": index, "retried": retried,
            "undated": False, "kept_at": NOW + timedelta(seconds=number),
        }
        for number, (index, retried) in enumerate(rejections)
    ]  # fmt: skip
    told = outcomes_of(rows, {(SEED.seed_id, index) for index in accepted})
    requests = Requests()
    requests.add([(SEED.seed_id, index) for index in range(5)], NOW)
    requests.accepted((SEED.seed_id, index) for index in accepted)
    requests.rejected(request_of(row) for row in rows if not row["retried"])
    ended = Counter(row["index"] for row in rows if told[row["rejection_id"]] == ENDED)
    for end in requests.outcomes():
        index = end.request[1]
        assert not end.twice
        assert ended[index] == (1 if end.outcome == "rejected" else 0)
        assert (end.outcome == "accepted") == (index in accepted)


def test_one_outcome_that_is_delivered_twice_is_one(broker: MemoryBroker):
    bury_graph(broker, 1)
    bury_graph(broker, 1)
    assert found(broker, rejected=(2, 2)).counts()["twice"] == 0


def test_a_letter_of_a_whole_seed_ends_only_what_did_not_end_otherwise(broker: MemoryBroker):
    letter = dead_letter(record_of(SEED), "agents", PermanentError("failed", "graph 2: away"))
    broker.publish([to_message(letter, "agents", TRACE, NOW)])
    requests = found(broker, accepted=(0, 1, 3))
    assert outcomes(requests) == {0: "accepted", 1: "accepted", 2: "dead_letter", 3: "accepted", 4: "dead_letter"}
    assert requests.counts()["twice"] == 0


def test_of_what_nobody_remembers_asking_for_nothing_is_said(broker: MemoryBroker):
    other = make_graph(make_seed("a dog"))
    broker.publish([to_message(dead_letter(record_of(other), "render", FAILED), "render", TRACE, NOW)])
    broker.publish([Message(SEEDS, None, b"\xc1", ()), Message("skg.dead-letters", None, b"\xc1", ())])
    assert outcomes(found(broker)) == dict.fromkeys(range(5), "none")


def test_it_says_from_when_on_it_knows(broker: MemoryBroker):
    assert found(broker).since == NOW
    broker.publish([to_message(make_seed("a dog"), "seed", TRACE, NOW - timedelta(days=2))])
    requests = found(broker)
    assert requests.since == NOW - timedelta(days=2)
    assert {shown(end)["asked_at"] for end in requests.outcomes()} == {
        NOW.isoformat(),
        (NOW - timedelta(days=2)).isoformat(),
    }
    told = {**requests.counts(), "requests": 6, "since": NOW.isoformat(), "missing_tables": ["x"]}
    assert any(f"since {NOW.isoformat()}" in line for line in summary_lines(told))
    assert Requests().since is None


def test_a_seed_that_is_asked_for_twice_is_asked_for_once(broker: MemoryBroker):
    broker.publish([to_message(SEED, "seed", TRACE, NOW), to_message(SEED, "seed", TRACE, NOW)])
    assert found(broker).counts()["none"] == 5


@pytest.mark.thorough
def test_a_million_requests_are_accounted_for_in_bounded_time():
    requests, ids = Requests(), [f"{number:032x}" for number in range(1_000)]
    started = time.process_time()
    for name in ids:
        requests.add([(name, index) for index in range(1_000)], NOW)
    requests.accepted((name, index) for name in ids for index in range(999))
    assert requests.counts() == {
        "accepted": 999_000, "rejected": 0, "dead_letter": 0, "none": 1_000, "pending": 0, "twice": 0,
    }  # fmt: skip
    assert time.process_time() - started < 30


def test_garbage_among_the_seeds_asks_for_nothing(broker: MemoryBroker):
    broker.publish([Message(SEEDS, b"k", garbage(SEEDS).value, ())])
    assert found(broker).counts().total() == 5
