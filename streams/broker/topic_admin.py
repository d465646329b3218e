"""Topics on a broker: created from the topic table, grown, compared with it, identified by the broker's ids.

In: the table of `schemas.topics`, numbers of partitions.  Out: names of topics, or lines that describe differences.
With `streams.broker.clients` the only files that import kafka-python.  Never deletes a topic; adds partitions, changes
nothing else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import IncompatibleBrokerVersion, InvalidPartitionsError, KafkaError, TopicAlreadyExistsError

from schemas.errors import RetryableError
from schemas.topics import DEAD_LETTERS, TOPICS, Topic
from streams.broker.access_probe import refusal
from streams.broker.client_factory import make_client
from streams.broker.connection import KafkaConnection, connection_of
from streams.broker.reachability import ServiceAway, kafka_at, probe, retry_until
from streams.broker.records import MAX_MESSAGE_BYTES
from streams.errors import Refused
from streams.settings import KafkaSettings

ATTEMPT_MS = 3_000
"""One attempt to reach the broker; callers retry."""

MESSAGE_LIMIT, USUAL_MESSAGE_BYTES = "max.message.bytes", 1_000_000
"""A topic's limit of a message, and about what brokers have as their default."""

CREATE_MS = 30_000
"""How long creating a topic may take, until every partition has a leader."""


class NoTopic(Refused):
    """The broker does not have the topic (yet)."""


class TopicAdmin:
    """An administration client. Raises RetryableError when the broker does not answer, Refused for a permanent error."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        probe(self._connection)
        with self._asking():
            self._client = make_client(
                KafkaAdminClient,
                **self._connection.client_arguments(),
                bootstrap_timeout_ms=ATTEMPT_MS,
                request_timeout_ms=CREATE_MS,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def apply(self, replication: int, partitions: Mapping[str, int] = {}) -> list[str]:
        """Create missing topics, with these numbers of partitions where given. Returns their names."""
        there = self._described()
        missing = {
            name: _creation(topic, replication, partitions.get(name, topic.partitions))
            for name, topic in TOPICS.items()
            if name not in there
        }
        if not missing:
            return []
        with self._asking():
            with suppress(TopicAlreadyExistsError):  # another process may apply the same table at the same time
                self._client.create_topics(missing, timeout_ms=CREATE_MS)
            self._client.wait_for_topics(list(missing), timeout_ms=CREATE_MS)
        return list(missing)

    def grow(self, partitions: Mapping[str, int]) -> dict[str, tuple[int, int]]:
        """Grow existing topics to these numbers of partitions; the numbers before and after of those that grew."""
        counts = self.counts()
        grown = {name: (counts[name], wanted) for name, wanted in partitions.items() if counts.get(name, wanted) < wanted}
        if grown:
            self._add({name: wanted for name, (_, wanted) in grown.items()})
        return grown

    def _add(self, totals: Mapping[str, int]) -> None:
        """Return when the broker reports the new partitions: right after its answer it may still count the old ones."""

        def look() -> None:
            late = [name for name, count in self.counts().items() if count < totals.get(name, 0)]
            if late:
                raise RetryableError(f"Kafka at {self._connection} has not grown {', '.join(late)}", "broker")

        with self._asking():
            try:
                self._client.create_partitions(dict(totals), timeout_ms=CREATE_MS)
            except IncompatibleBrokerVersion as error:
                raise Refused(f"Kafka at {self._connection} does not support growing topics") from error
            except InvalidPartitionsError:
                pass  # another process may grow it at the same time: its partitions are checked next
        retry_until(look, CREATE_MS / 1000)
        with self._asking():
            self._client.wait_for_topics(list(totals), timeout_ms=CREATE_MS)

    def counts(self) -> dict[str, int]:
        """The number of partitions of each existing topic of the table."""
        return {name: len(topic["partitions"]) for name, topic in self._described().items()}

    def check(self, partitions: Mapping[str, int] = {}) -> list[str]:
        """One line for each difference between the broker and the table. Additional partitions are not one."""
        there = self._described()
        lines = [f"{name} is missing" for name in TOPICS if name not in there]
        present = [topic for name, topic in TOPICS.items() if name in there]
        configs = self._configs(present)
        for topic in present:
            count, wanted = len(there[topic.name]["partitions"]), partitions.get(topic.name, topic.partitions)
            if count < wanted:
                who = "SKG_TOPIC_PARTITIONS" if topic.name in partitions else "the table"
                remedy = "" if topic.name in partitions else f" (SKG_TOPIC_PARTITIONS={topic.name}={count} accepts it)"
                lines.append(f"{topic.name} has {count} partitions, {who} says {wanted}{remedy}")
            for key, value in _config(topic).items():
                found = configs.get(topic.name, {}).get(key)
                if found is not None and found != value:
                    lines.append(f"{topic.name} has {key}={found}, the table says {value}")
            lines.extend(_too_small(topic, configs.get(topic.name, {})))
        return lines

    def topic_id(self, name: str) -> str:
        """The broker's id of a topic, which changes when it is re-created. Raises Refused when there is no such topic."""
        topic = self._described().get(name)
        if topic is None:
            raise NoTopic(f"{self._connection} has no topic {name}; `skg topics apply` creates it")
        return str(topic["topic_id"])

    def _described(self) -> dict[str, Mapping[str, Any]]:
        with self._asking():
            topics = self._client.describe_topics(list(TOPICS))
        return {topic["name"]: topic for topic in topics if topic["error_code"] == 0}

    def _configs(self, topics: list[Topic]) -> dict[str, dict[str, str]]:
        if not topics:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
        with self._asking():
            answer = self._client.describe_configs(resources, config_filter="all")
        return {
            name: {key: str(config["value"]) for key, config in configs.items()}
            for name, configs in answer.get("topic", {}).items()
        }

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            if error.retriable:
                raise ServiceAway(kafka_at(self._connection), f"{type(error).__name__}: {error}") from error
            raise refusal(self._connection, f"{kafka_at(self._connection)} refused", error) from error


def apply(settings: KafkaSettings, asked: Mapping[str, int] = {}) -> list[str]:
    """Create missing topics and return their names. Raises Unreachable after `connect_timeout_s`."""
    with connect(settings) as admin:
        return admin.apply(settings.kafka_replication, {**settings.partitions, **asked})


def grow(settings: KafkaSettings, asked: Mapping[str, int] = {}) -> dict[str, tuple[int, int]]:
    """Grow topics to the requested numbers, and to those of the setting; the numbers before and after of those that grew.

    Raises Refused for fewer than there are: a broker cannot remove partitions. Nothing has changed then.
    """
    with connect(settings) as admin:
        counts = admin.counts()
        for name, wanted in asked.items():
            if counts.get(name, 0) > wanted:
                raise Refused(f"{name} has {counts[name]} partitions and cannot shrink to {wanted}")
        return admin.grow({**settings.partitions, **asked})


def check(settings: KafkaSettings) -> list[str]:
    """One line for each difference between broker and table. Raises Unreachable after `connect_timeout_s`."""
    with connect(settings) as admin:
        return admin.check(settings.partitions)


def connect(settings: KafkaSettings) -> TopicAdmin:
    """An administration client, once the broker answers. Raises Unreachable after `connect_timeout_s`."""
    return retry_until(lambda: TopicAdmin(connection_of(settings)), settings.connect_timeout_s)


def _config(topic: Topic) -> dict[str, str]:
    config = {"retention.ms": str(topic.retention_ms)}
    if topic.name == DEAD_LETTERS:
        config[MESSAGE_LIMIT] = str(MAX_MESSAGE_BYTES)  # a dead letter holds a whole message
    return config


def _too_small(topic: Topic, config: Mapping[str, str]) -> Iterator[str]:
    """A line where the topic takes smaller messages than brokers usually do: larger events become dead letters."""
    limit = config.get(MESSAGE_LIMIT)
    if topic.name != DEAD_LETTERS and limit is not None and int(limit) < USUAL_MESSAGE_BYTES:
        yield f"{topic.name} has {MESSAGE_LIMIT}={limit}, events need up to {USUAL_MESSAGE_BYTES}"


def _creation(topic: Topic, replication: int, partitions: int) -> dict[str, object]:
    return {"num_partitions": partitions, "replication_factor": replication, "configs": _config(topic)}
