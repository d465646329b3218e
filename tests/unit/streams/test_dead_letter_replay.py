"""A dead letter is sent back once; what fails again is one open letter, however often it is sent."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from schemas.codec import Message, encode, to_message
from schemas.errors import Oversize, PermanentError, RetryableError
from schemas.events import DeadLetter, Replayed, Stage
from schemas.ids import make_seed
from schemas.reference.examples import graph
from schemas.topics import DEAD_LETTERS, GRAPHS, QA, REPLAYS, SEEDS, key_of
from streams.broker.records import Partition, Record
from streams.errors import Misused
from streams.recovery.dead_letter_replay import (
    BATCH_LETTERS,
    ReplayResult,
    make_plan,
    preview_letters,
    read_letters,
    read_marks,
    replay_letters,
)
from streams.recovery.dead_letter_selection import Letter, LetterFilter
from streams.steps.dead_letters import dead_letter, narrowed_to_graph, without_original
from tests.fakes.broker import MemoryBroker
from tests.fakes.memory_topics import MemoryTopics
from tests.fakes.steps import NOW, TRACE, garbage, record_of

ALL = LetterFilter()
GARBAGE = PermanentError("undecodable", "not msgpack")


class Factory:
    """A broker with one stage that makes a dead letter of every record it reads, each once."""

    def __init__(self) -> None:
        self.broker = MemoryBroker(partitions=1)
        self.topics = MemoryTopics(self.broker)
        self._read = 0

    def bury(self, *records: Record, stage: Stage = "render", minute: int = 0, reason: str = "undecodable") -> None:
        """Records that failed; `records` need not lie on their topics."""
        for record in records:
            self.publish_letter(dead_letter(record, stage, PermanentError(reason, "it failed")), minute)

    def publish_letter(self, letter: DeadLetter, minute: int = 0) -> None:
        self.broker.publish([to_message(letter, letter.stage, TRACE, NOW + timedelta(minutes=minute))])

    def fail_again(self, topic: str = GRAPHS) -> None:
        """The stage reads what is new on its topic."""
        new = self.broker.records(topic)[self._read :]
        self._read += len(new)
        self.bury(*new)

    def replay(self, choice: LetterFilter = ALL) -> ReplayResult:
        return replay_letters(self.topics, self.broker, choice)

    def seen(self, choice: LetterFilter = ALL) -> list[str]:
        found: list[Letter] = []
        preview_letters(self.topics, choice, found.append)
        return [letter.key for letter in found]


@pytest.fixture
def factory() -> Factory:
    return Factory()


def test_four_replays_of_one_garbage_record_leave_one_open_letter_each_time(factory: Factory):
    factory.broker.publish([Message(GRAPHS, b"key", b"\xc1", (("who", b"me"),))])
    factory.fail_again()
    for replays in range(1, 5):
        assert len(factory.seen()) == 1
        assert factory.replay().sent == 1
        assert factory.seen() == [], "what was sent back is not sent again unasked"
        assert factory.replay().sent == 0
        factory.fail_again()
        assert len(list(read_letters(factory.topics))) == 1 + replays
    newest = list(read_letters(factory.topics))[-1].event
    assert (newest.replays, newest.attempts, newest.offset) == (4, 5, 4)
    assert newest.first is not None
    assert (newest.first.topic, newest.first.partition, newest.first.offset) == (GRAPHS, 0, 0)
    assert {(r.key, r.value, r.headers[0]) for r in factory.broker.records(GRAPHS)} == {(b"key", b"\xc1", ("who", b"me"))}


def test_sending_all_again_sends_each_message_once_however_many_letters_tell_of_it(factory: Factory):
    factory.broker.publish([Message(GRAPHS, b"key", b"\xc1", ())])
    for _ in range(3):
        factory.fail_again()
        factory.replay()
    factory.fail_again()
    assert factory.seen(LetterFilter(again=True)) == ["skg.graphs-0-3"]
    assert factory.replay(LetterFilter(again=True)).sent == 1


def test_a_letter_that_was_delivered_twice_is_sent_once(factory: Factory):
    factory.bury(garbage(GRAPHS, 3), garbage(GRAPHS, 3))
    assert factory.replay().sent == 1
    assert len(factory.broker.records(GRAPHS)) == 1
    assert factory.replay().sent == 0


def test_two_replays_at_once_leave_one_message_to_send_and_both_letters_remembered(factory: Factory):
    factory.broker.publish([Message(GRAPHS, b"key", b"\xc1", ())])
    factory.fail_again()
    other = [r.headers for r in factory.broker.records(DEAD_LETTERS)]
    assert len(other) == 1
    factory.replay()
    factory.broker.publish([Message(GRAPHS, r.key, r.value, r.headers) for r in factory.broker.records(GRAPHS)[1:]])
    factory.fail_again()
    assert factory.seen() == ["skg.graphs-0-2"], "two letters of one message"
    assert factory.replay().sent == 1
    assert factory.seen() == []
    assert [mark.instead for mark in read_marks(factory.topics)] == [None, None, "skg.graphs-0-2"]


class Refusing:
    """A producer that fails once a topic is written to."""

    def __init__(self, broker: MemoryBroker, topic: str, failure: Exception) -> None:
        self._broker, self._topic, self._failure = broker, topic, failure

    def publish(self, messages: Sequence[Message]) -> None:
        if any(message.topic == self._topic for message in messages):
            raise self._failure
        self._broker.publish(messages)


def test_a_crash_between_sending_and_remembering_sends_again_rather_than_never(factory: Factory):
    factory.bury(garbage(GRAPHS, 3))
    with pytest.raises(RetryableError):
        replay_letters(factory.topics, Refusing(factory.broker, REPLAYS, RetryableError("away")), ALL)
    assert factory.replay().sent == 1
    assert len(factory.broker.records(GRAPHS)) == 2


def test_what_the_topic_finds_too_large_is_named_and_not_remembered(factory: Factory):
    class Small:
        def publish(self, messages: Sequence[Message]) -> None:
            large = [i for i, m in enumerate(messages) if len(m.value or b"") > 10 and m.topic == GRAPHS]
            factory.broker.publish([m for i, m in enumerate(messages) if i not in large])
            if large:
                raise Oversize(large, "too large")

    factory.bury(garbage(GRAPHS, 3, b"x" * 11), garbage(GRAPHS, 4))
    done = replay_letters(factory.topics, Small(), ALL)
    assert (done.sent, done.refused) == (1, ["skg.graphs-0-3"])
    assert factory.seen() == ["skg.graphs-0-3"]


def test_more_letters_than_one_batch_are_all_sent(factory: Factory):
    factory.bury(*(garbage(GRAPHS, n, b"%d" % n) for n in range(2 * BATCH_LETTERS + 1)))
    assert factory.replay().topics == {GRAPHS: 2 * BATCH_LETTERS + 1}
    assert len(list(read_marks(factory.topics))) == 2 * BATCH_LETTERS + 1


@pytest.mark.parametrize(
    ("choice", "keys"),
    [
        (LetterFilter(stages=("agents",)), ["skg.seeds-0-2"]),
        (LetterFilter(stages=("agents", "write")), ["skg.seeds-0-2", "skg.qa-0-3"]),
        (LetterFilter(topics=(GRAPHS,)), ["skg.graphs-0-1"]),
        (LetterFilter(reasons=("failed",)), ["skg.qa-0-3"]),
        (LetterFilter(ids=("skg.qa-0-3", "skg.graphs-0-1")), ["skg.graphs-0-1", "skg.qa-0-3"]),
        (LetterFilter(since=NOW + timedelta(minutes=2)), ["skg.seeds-0-2", "skg.qa-0-3"]),
        (LetterFilter(since=NOW + timedelta(minutes=2), until=NOW + timedelta(minutes=3)), ["skg.seeds-0-2"]),
        (LetterFilter(topics=(GRAPHS,), reasons=("failed",)), []),
    ],
)
def test_a_choice_takes_what_it_names(factory: Factory, choice: LetterFilter, keys: list[str]):
    factory.bury(garbage(GRAPHS, 1), minute=1)
    factory.bury(garbage(SEEDS, 2), stage="agents", minute=2)
    factory.bury(garbage(QA, 3), stage="write", minute=3, reason="failed")
    assert factory.seen(choice) == keys
    assert factory.replay(choice).sent == len(keys)


def test_looking_sends_and_remembers_nothing(factory: Factory):
    factory.bury(garbage(GRAPHS, 3))
    assert factory.seen() == factory.seen() == ["skg.graphs-0-3"]
    assert factory.broker.records(GRAPHS) == factory.broker.records(REPLAYS) == []


def test_an_id_that_no_letter_has_is_an_error_that_names_those_there_are(factory: Factory):
    factory.bury(garbage(GRAPHS, 3))
    with pytest.raises(Misused, match=r"skg.graphs-0-4.*there are skg.graphs-0-3"):
        make_plan(factory.topics, LetterFilter(ids=("skg.graphs-0-4",)))
    factory.replay()
    assert factory.replay(LetterFilter(ids=("skg.graphs-0-3",))).sent_before == 1
    assert factory.replay(LetterFilter(ids=("skg.graphs-0-3",), again=True)).sent == 1


def test_a_topic_that_was_created_anew_holds_other_messages_at_the_same_places(factory: Factory):
    factory.bury(garbage(GRAPHS, 3))
    factory.replay()
    factory.bury(garbage(GRAPHS, 3, b"\xc1 of today"))
    assert factory.replay().sent == 1


def test_what_was_too_large_for_its_letter_is_read_where_it_lies(factory: Factory):
    factory.broker.publish([Message(GRAPHS, b"k", b"x" * 300_000, (("who", b"me"),))])
    (record,) = factory.broker.records(GRAPHS)
    factory.publish_letter(without_original(dead_letter(record, "render", GARBAGE)))
    assert factory.replay().sent == 1
    again = factory.broker.records(GRAPHS)[1]
    assert (again.key, again.value, again.headers[0]) == (record.key, record.value, ("who", b"me"))
    factory.publish_letter(without_original(dead_letter(again, "render", GARBAGE)))
    assert factory.replay().sent == 1
    assert factory.broker.records(GRAPHS)[2].value == record.value


@pytest.mark.parametrize("lies_there", [[], [b"another"]])
def test_what_lies_no_more_where_it_lay_is_named_and_nothing_else_is_sent_for_it(factory: Factory, lies_there: list[bytes]):
    factory.broker.publish([Message(GRAPHS, b"k", value, ()) for value in lies_there])
    factory.publish_letter(without_original(dead_letter(garbage(GRAPHS, 0, b"x" * 300_000), "render", GARBAGE)))
    factory.bury(garbage(GRAPHS, 8))
    done = factory.replay()
    assert (done.sent, done.gone) == (1, ["skg.graphs-0-0"])


def test_each_failed_graph_of_a_seed_is_sent_back_for_itself_even_where_the_letters_are_too_small(factory: Factory):
    wish = make_seed("a cat", count=5)
    factory.broker.publish([to_message(wish, "seed", TRACE, NOW)])
    (record,) = factory.broker.records(SEEDS)
    for index in (1, 4):
        factory.publish_letter(without_original(dead_letter(narrowed_to_graph(record, wish, index), "agents", GARBAGE)))
    assert factory.replay().sent == 2
    asked = [r.value for r in factory.broker.records(SEEDS)[1:]]
    assert asked == [encode(wish.model_copy(update={"first": index, "count": 1})) for index in (1, 4)]


def test_bytes_of_somebody_else_on_the_topic_are_passed_over(factory: Factory):
    factory.broker.publish([Message(DEAD_LETTERS, None, b"\xc1", ()), Message(REPLAYS, None, b"\xc1", ())])
    factory.bury(garbage(GRAPHS, 3))
    assert factory.replay().sent == 1


def test_what_is_remembered_names_the_letter_its_request_and_where_it_went(factory: Factory):
    factory.bury(record_of(graph(), 9))
    factory.replay()
    (mark,) = read_marks(factory.topics)
    assert isinstance(mark, Replayed)
    assert (mark.letter, mark.topic, mark.stage, mark.replays) == ("skg.graphs-0-9", GRAPHS, "render", 1)
    assert (mark.seed_id, mark.index, key_of(mark)) == (graph().seed_id, graph().index, mark.letter)
    assert Partition(GRAPHS, 0) == factory.broker.records(GRAPHS)[0].partition
