"""Publishes the event behind one stored rejection again, for the gallery's button.

In: a rejection's id.  Out: the judged event on its topic, acknowledged; what was done, in words.
The same as `skg rejections replay --id`: judging again is idempotent.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from dataset.reading.rejection_search import RejectionFilter, find, full_rows
from dataset.table.delta_table import Options
from schemas.codec import Message
from schemas.errors import UserError
from streams.broker.clients import open_publisher
from streams.recovery.rejection_replay import RejectionReplay, judged_messages, send
from streams.settings import KafkaSettings

Publish = Callable[[list[Message]], None]


@dataclass(frozen=True)
class RejectionResender:
    """Replays rejections of the dataset at `uri`. `publish` connects by itself."""

    uri: str
    options: Options
    publish: Publish

    def __call__(self, rejection_id: str) -> str:
        """Publish it. Raises UserError where there is no such rejection or its event cannot be sent, RetryableError."""
        done = RejectionReplay()
        chosen = find(self.uri, self.options, RejectionFilter(ids=[rejection_id]))
        send(judged_messages(full_rows(self.uri, self.options, chosen), done), self.publish, done)
        if done.unreadable:
            raise UserError("its judged event cannot be read by this version")
        if done.too_large:
            raise UserError("the broker takes no message of this size")
        (topic,) = done.topics
        return f"Sent to {topic}: it is judged again, and what comes of it stands here instead."


def resender(settings: KafkaSettings, uri: str, options: Options) -> RejectionResender:
    """Replays to the broker of these settings; connects with each replay, since they are few."""

    def publish(messages: list[Message]) -> None:
        with closing(open_publisher(settings)) as publisher:
            publisher.publish(messages)

    return RejectionResender(uri, options, publish)
