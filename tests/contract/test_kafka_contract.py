"""The door to Kafka over every broker that this machine has. (What the worker loop needs of it is in its own contract.)"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from kafka.admin import KafkaAdminClient

from monitoring.traces import child_of
from schemas.codec import Message, to_message
from schemas.errors import Oversize, PermanentError, RetryableError
from schemas.topics import DEAD_LETTERS, GRAPHS, QA, key_of
from streams.broker.clients import Publisher, Reader
from streams.broker.connection import KafkaConnection
from streams.broker.group_admin import GroupAdmin, ends_of
from streams.broker.membership.consumer import GroupConsumer, GroupSettings
from streams.broker.records import MAX_VALUE_BYTES, Partition, Record
from streams.broker.topic_admin import apply
from streams.errors import Refused
from streams.recovery.dead_letter_replay import replay
from streams.recovery.dead_letter_selection import LetterFilter
from streams.settings import KafkaSettings
from streams.steps.dead_letters import dead_letter, without_original
from streams.steps.replay_headers import ReplayHistory
from tests.chaos.broker_view import BrokerView
from tests.conftest import FreshService
from tests.fakes.carrier import SESSION_S, KafkaCarrier, Steps
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

GARBAGE = PermanentError("undecodable", "not msgpack")


@pytest.fixture
def carrier(broker: str) -> Iterator[KafkaCarrier]:
    carrier = KafkaCarrier(broker)
    yield carrier
    carrier.close()


def test_messages_come_back_as_they_were_given(carrier: KafkaCarrier) -> None:
    topic = carrier.topic()
    sent = [
        Message(topic, b"a", b"one", (("traceparent", b"00-x"), ("who", b"\xff\x00"))),
        Message(topic, b"b", b"", ()),
        Message(topic, b"c", None, ()),
        Message(topic, None, b"no key", ()),
    ]
    carrier.publish(sent)
    found = {(r.key, r.value, r.headers) for r in carrier.records(topic)}
    assert found == {(m.key, m.value, m.headers) for m in sent}


def test_one_key_stays_on_one_partition_in_order(carrier: KafkaCarrier) -> None:
    topic = carrier.topic()
    carrier.publish([Message(topic, b"same", str(i).encode(), ()) for i in range(50)])
    records = carrier.records(topic)
    assert len({r.partition for r in records}) == 1
    assert [r.value for r in records] == [str(i).encode() for i in range(50)]


def test_the_largest_value_passes_on_any_topic(carrier: KafkaCarrier) -> None:
    topic = carrier.topic()
    carrier.publish([Message(topic, b"k", b"x" * MAX_VALUE_BYTES, ())])
    assert [len(r.value or b"") for r in carrier.records(topic)] == [MAX_VALUE_BYTES]


def test_what_the_broker_finds_too_large_is_named_and_the_others_pass(apache_broker: str) -> None:
    carrier = KafkaCarrier(apache_broker)
    topic = topic_with_limit(apache_broker, 200_000)
    small, large, larger = b"x", b"x" * 300_000, b"x" * 3_000_000
    with pytest.raises(Oversize) as caught:
        carrier.publish([Message(topic, b"k", value, ()) for value in (small, large, small, larger, small)])
    assert (caught.value.messages, caught.value.reason) == ((1, 3), "oversize")
    assert [r.value for r in carrier.records(topic)] == [small, small, small]
    carrier.publish([Message(topic, b"k", b"later", ())])
    assert [r.value for r in carrier.records(topic)][3:] == [b"later"]
    carrier.close()


def test_a_broker_that_goes_away_amid_many_messages_is_waited_for(fresh_broker: FreshService) -> None:
    """Batches expire one after the other: the producer that is left still holds some of them."""
    running = fresh_broker("tansu")
    carrier = KafkaCarrier(running.bootstrap)
    topics = [carrier.topic() for _ in range(3)]
    publisher = Publisher(KafkaConnection.plain(running.bootstrap), wait_ms=1500)
    messages = [Message(topic, str(n).encode(), b"x" * 1000, ()) for topic in topics for n in range(40)]
    publisher.publish(messages)
    running.stop(0)
    for _ in range(2):
        with pytest.raises(RetryableError):
            publisher.publish(messages)
    publisher.close()
    carrier.close()


def test_a_dead_letter_may_be_larger_than_any_other_message(broker: str) -> None:
    apply(KafkaSettings(kafka_bootstrap=broker))
    publisher = Publisher(KafkaConnection.plain(broker))
    publisher.publish([Message(DEAD_LETTERS, b"k", b"x" * 1_100_000, ())])
    publisher.close()


def test_a_reader_begins_at_the_beginning_and_knows_the_end(carrier: KafkaCarrier, broker: str) -> None:
    topic = carrier.topic()
    carrier.publish([Message(topic, str(i).encode(), b"v", ()) for i in range(100)])
    reader = Reader(KafkaConnection.plain(broker), [topic])
    assert not reader.at_end()
    found = []

    def all_read() -> bool:
        found.extend(reader.poll(0.2))
        return reader.at_end()

    until(all_read)
    assert len(found) == 100
    assert sum(high or 0 for high in reader.highwaters().values()) == 100
    reader.seek(lambda partition: 0)
    until(lambda: reader.poll(0.2))
    reader.close()


def test_the_end_of_a_partition_counts_every_record_of_its_last_batch(carrier: KafkaCarrier, broker: str) -> None:
    topic, connection = carrier.topic(), KafkaConnection.plain(broker)
    for size in (1, 40):
        carrier.publish([Message(topic, b"same", b"v", ()) for _ in range(size)])
    (partition,) = {record.partition for record in carrier.records(topic)}
    for position in (0, 7, 41):
        assert ends_of(connection, "looker", {partition: position}, 20.0) == {partition: 41}
    with GroupAdmin(connection, "looker", 20.0) as groups:
        assert groups.unread({partition: 41})[partition].end == 41
        assert groups.unread({partition: 39})[partition].events == 2
    assert BrokerView(broker).ends(topic) == 41


def test_a_member_of_a_group_commits_what_it_says_and_no_more(carrier: KafkaCarrier, broker: str) -> None:
    topic = carrier.topic()
    carrier.publish([Message(topic, b"k", str(i).encode(), ()) for i in range(10)])
    (partition,) = {r.partition for r in carrier.records(topic)}
    assert _read_and_commit(broker, topic, {partition: 4}) == 10
    assert _read_and_commit(broker, topic, {}) == 6


def test_offsets_of_a_partition_that_is_not_ours_are_not_committed(carrier: KafkaCarrier, broker: str) -> None:
    topic = carrier.topic()
    consumer = GroupConsumer(GroupSettings(KafkaConnection.plain(broker), "g", SESSION_S), topic, _Watch())
    assert not consumer.commit({Partition(topic, 0): 1}), "nothing is assigned yet"
    consumer.close()


def test_a_member_that_is_told_where_to_start_needs_no_other_rule(carrier: KafkaCarrier, broker: str) -> None:
    topic = carrier.topic()
    carrier.publish([Message(topic, str(i).encode(), b"v", ()) for i in range(40)])
    sizes = Counter(r.partition.number for r in carrier.records(topic))
    watch = _Watch(starts={0: None, 1: 1, 2: sizes[2], 3: None})
    consumer = GroupConsumer(GroupSettings(KafkaConnection.plain(broker), "group", SESSION_S, "none"), topic, watch)
    found = Counter[int]()

    def all_read() -> bool:
        found.update(r.partition.number for r in consumer.poll(0.2))
        return found.total() >= 40 - 1 - sizes[2]

    until(all_read)
    consumer.close()
    assert found == {0: sizes[0], 1: sizes[1] - 1, 3: sizes[3]}


def test_a_place_that_is_not_in_the_topic_is_an_error_and_not_another_place(apache_broker: str) -> None:
    carrier = KafkaCarrier(apache_broker)  # Tansu answers with nothing at all
    topic = carrier.topic()
    carrier.publish([Message(topic, b"k", b"v", ())])
    watch = _Watch(starts=dict.fromkeys(range(4), 5000))
    consumer = GroupConsumer(GroupSettings(KafkaConnection.plain(apache_broker), "group", SESSION_S, "none"), topic, watch)
    with pytest.raises(Refused, match="OffsetOutOfRange"):
        until(lambda: consumer.poll(0.2))
    consumer.close()
    carrier.close()


def test_a_topic_that_is_not_there_is_not_made_by_publishing(apache_broker: str) -> None:
    """Tansu makes every topic that it is asked for."""
    publisher = Publisher(KafkaConnection.plain(apache_broker), wait_ms=1500)
    with pytest.raises(RetryableError):
        publisher.publish([Message("no-such-topic", b"k", b"v", ())])
    publisher.close()


class _Watch(Steps):
    """An assignment that only notes."""

    assign = Steps.assigned
    revoke = Steps.revoked


def _read_and_commit(broker: str, topic: str, offsets: dict[Partition, int]) -> int:
    watch = _Watch()
    consumer = GroupConsumer(GroupSettings(KafkaConnection.plain(broker), "group", SESSION_S), topic, watch)
    found = []

    def at_end() -> bool:
        found.extend(consumer.poll(0.2))
        return bool(found) and found[-1].offset == 9

    until(at_end)
    assert consumer.lag() == 0
    if offsets:
        until(lambda: consumer.commit(offsets))
    consumer.close()
    return len(found)


def test_a_dead_letter_goes_back_to_its_topic_as_it_was_and_is_remembered(broker: str) -> None:
    settings = KafkaSettings(kafka_bootstrap=broker)
    apply(settings)
    mark = uuid4().hex.encode()
    letter = dead_letter(Record(Partition(QA, 1), 7, mark, b"\xc1", (("who", b"me"),)), "write", GARBAGE)
    _publish(broker, to_message(letter, "write", child_of(None), datetime.now(UTC)))
    choice = LetterFilter(ids=("skg.qa-1-7",))
    assert replay(settings, choice).sent >= 1
    done = replay(settings, choice)
    assert (done.sent, done.sent_before > 0) == (0, True)
    carrier = KafkaCarrier(broker)
    (found,) = [r for r in carrier.records(QA) if r.key == mark]
    assert (found.value, found.headers[0]) == (b"\xc1", ("who", b"me"))
    assert ReplayHistory.from_headers(found.headers).letter == "skg.qa-1-7"
    carrier.close()


def test_what_its_letter_could_not_hold_is_read_where_it_lies_or_said_to_be_gone(broker: str) -> None:
    settings = KafkaSettings(kafka_bootstrap=broker)
    apply(settings)
    mark = uuid4().hex.encode()
    _publish(broker, *(Message(GRAPHS, mark, bytes([n]) * 300_000, ()) for n in range(3)))
    carrier = KafkaCarrier(broker)
    there = [r for r in carrier.records(GRAPHS) if r.key == mark]
    lost = replace(there[1], offset=there[2].offset + 1_000)
    letters = [without_original(dead_letter(record, "render", GARBAGE)) for record in (there[1], lost)]
    _publish(broker, *(to_message(letter, "render", child_of(None), datetime.now(UTC)) for letter in letters))
    done = replay(settings, LetterFilter(ids=tuple(key_of(letter) for letter in letters)))
    assert (done.sent, done.gone) == (1, [key_of(letters[1])])
    assert [r.value for r in carrier.records(GRAPHS) if r.key == mark][3:] == [there[1].value]
    carrier.close()


def _publish(broker: str, *messages: Message) -> None:
    publisher = Publisher(KafkaConnection.plain(broker))
    publisher.publish(messages)
    publisher.close()


def test_where_the_topic_of_what_was_sent_is_not_there_nothing_is_sent(fresh_broker: FreshService) -> None:
    bootstrap = fresh_broker("apache").bootstrap
    with pytest.raises(Refused, match=r"skg\.replays; `skg topics apply`"):
        replay(KafkaSettings(kafka_bootstrap=bootstrap), LetterFilter())


def topic_with_limit(bootstrap: str, max_message_bytes: int) -> str:
    name = f"small-{uuid4().hex[:12]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    configs = {"max.message.bytes": str(max_message_bytes)}
    admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1, "configs": configs}})
    admin.wait_for_topics([name])
    admin.close()
    return name


def test_a_reader_of_a_topic_that_is_not_there_says_what_creates_it(broker: str) -> None:
    with pytest.raises(RetryableError, match=r"has no topic never-made-\w+; `skg topics apply` creates it"):
        Reader(KafkaConnection.plain(broker), [f"never-made-{uuid4().hex[:8]}"])
