"""Publishes the events behind stored rejections again, for the gallery's buttons.

In: ids of rejections.  Out: each judged event on its topic, acknowledged; what was done, in words.
The same as `skg rejections replay`: judging again is idempotent.
"""

from collections.abc import Callable, Collection
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

    def __call__(self, rejection_ids: Collection[str]) -> str:
        """Publish them. Raises UserError where none of them is there or can be sent, RetryableError."""
        wanted, done = frozenset(rejection_ids), RejectionReplay()
        chosen = [row for row in find(self.uri, self.options, RejectionFilter()) if row["rejection_id"] in wanted]
        if not chosen:
            raise UserError("none of these rejections is in the table any more")
        send(judged_messages(full_rows(self.uri, self.options, chosen), done), self.publish, done)
        return _said(done)


def _said(done: RejectionReplay) -> str:
    """What was sent where, and what could not be. Raises UserError where nothing was sent."""
    faults = [f"{len(done.unreadable)} cannot be read by this version"] if done.unreadable else []
    faults += [f"{len(done.too_large)} are larger than the broker takes"] if done.too_large else []
    if not done.events:
        raise UserError("; ".join(faults) or "nothing could be sent")
    topics = ", ".join(f"{count:,} to {topic}" for topic, count in sorted(done.topics.items()) if count)
    sent = f"Sent {topics}: judged again. Where it is rejected as before, its row stays; else what comes of it replaces it."
    return f"{sent} Not sent: {'; '.join(faults)}." if faults else sent


def resender(settings: KafkaSettings, uri: str, options: Options) -> RejectionResender:
    """Replays to the broker of these settings; connects with each replay, since they are few."""

    def publish(messages: list[Message]) -> None:
        with closing(open_publisher(settings)) as publisher:
            publisher.publish(messages)

    return RejectionResender(uri, options, publish)
