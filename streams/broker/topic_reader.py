"""Reads topics from their beginning to their current end, and single records.

In: how to reach the broker.  Out: records.
The Protocol is what commands over past events need; the class implements it for Kafka.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Protocol

from schemas.events import Origin
from streams.broker.clients import Reader
from streams.broker.connection import connection_of
from streams.broker.reachability import retry_until
from streams.broker.records import Partition, Record
from streams.settings import KafkaSettings

POLL_S = 0.5
ONE_S = 15.0
"""How long one record may take."""


class TopicSource(Protocol):
    """Topics whose past events can be read."""

    def read(self, topic: str, first: int = 0) -> Iterator[Sequence[Record]]:
        """The current records of a topic, from offset `first` of each partition on; none where there is no such topic."""
        ...

    def record_at(self, origin: Origin) -> Record | None:
        """The record at this origin, None if it no longer exists."""
        ...


class KafkaTopicSource:
    """Implements TopicSource over Kafka. Raises RetryableError when the broker does not answer, Unreachable when it
    never did."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    def read(self, topic: str, first: int = 0) -> Iterator[Sequence[Record]]:
        """As the Protocol says."""
        with closing(self._reader(topic)) as reader:
            if first:
                reader.seek(lambda _: first)
            while not reader.at_end():
                yield reader.poll(POLL_S)

    def record_at(self, origin: Origin) -> Record | None:
        """As the Protocol says."""
        with closing(self._reader(origin.topic)) as reader:
            return reader.record_at(Partition(origin.topic, origin.partition), origin.offset, ONE_S)

    def _reader(self, topic: str) -> Reader:
        settings = self._settings
        return retry_until(lambda: Reader(connection_of(settings), [topic]), settings.connect_timeout_s)
