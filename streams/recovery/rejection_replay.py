"""Replays rejections to be judged again, and exports them with their pictures.

In: whole rows of the table of rejections.  Out: the judged events on their topics, acknowledged; a folder of files.
Judging again is idempotent: ids derive from content, so the same judgement is the same rejection and is stored once.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TextIO

from dataset.exports.files.atomic_folder import draft_of
from dataset.reading.rejection_csv import csv_lines
from dataset.reading.rejection_rows import Row
from dataset.reading.rejection_story import as_full_json
from dataset.table.rejection_table import judged_event
from schemas.base import Event
from schemas.codec import Message
from schemas.errors import Oversize, UserError
from schemas.events import RenderedImage, SeedConcept
from schemas.interfaces import ObjectStore
from streams.steps.root_spans import root_message

SOURCE = "rejections"
"""The source in the records' headers."""

BATCH_SIZE = 200
"""Messages that are published together: some MB."""

LINES, TABLE = "rejections.jsonl", "rejections.csv"
PICTURES = "images"


@dataclass
class RejectionReplay:
    """What was replayed, by topic; `unreadable` are rejections whose judged event cannot be decoded by this version.

    `left_out` counts rejections that match and are superseded.  `too_large` names what the broker refused for
    its size, by topic and key.
    """

    topics: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    left_out: int = 0
    too_large: list[str] = field(default_factory=list)

    @property
    def events(self) -> int:
        """The total number of events: several rejections may be of one event."""
        return sum(self.topics.values())


def judged_messages(rows: Iterable[Row], replayed: RejectionReplay) -> Iterator[Message]:
    """Each judged event once. A seed is narrowed to the rejected graph: its other graphs have outcomes of their own."""
    sent: set[tuple[str, bytes | None, bytes | None]] = set()
    for row in rows:
        event = judged_event(row["source_topic"], row["source"])
        if event is None:
            replayed.unreadable.append(row["rejection_id"])
            continue
        message = root_message(SOURCE, _narrowed(event, row["index"]))
        what = (message.topic, message.key, message.value)
        if what not in sent:
            sent.add(what)
            replayed.topics[message.topic] = replayed.topics.get(message.topic, 0) + 1
            yield message


def _narrowed(event: Event, index: int) -> Event:
    return event.model_copy(update={"first": index, "count": 1}) if isinstance(event, SeedConcept) else event


def send(found: Iterable[Message], publish: Callable[[list[Message]], None], replayed: RejectionReplay) -> None:
    """Publish in batches and wait for each. Raises RetryableError."""
    source = iter(found)
    while batch := list(islice(source, BATCH_SIZE)):
        try:
            publish(batch)
        except Oversize as refused:  # all others are acknowledged
            for message in (batch[index] for index in refused.messages):
                replayed.topics[message.topic] -= 1
                replayed.too_large.append(f"{message.topic} {(message.key or b'').decode()}")


@dataclass
class Exported:
    """What was exported. `gone` and `damaged` name the pictures that were not, by key."""

    rejections: int = 0
    pictures: int = 0
    gone: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def export(rows: Iterable[Row], store: Callable[[], ObjectStore], out: Path) -> Exported:
    """Write one line per rejection, as JSON and in a table, and the judged pictures.

    `store` is called for the first picture.  The folder is created complete or not at all.
    Raises UserError, RetryableError, OSError.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is not an empty folder: an export does not overwrite anything")
    done = Exported()
    with draft_of(out.resolve()) as draft:
        (draft / PICTURES).mkdir()
        fetched = _PictureFolder(store, draft)
        with (
            (draft / LINES).open("w", encoding="utf-8") as lines,
            (draft / TABLE).open("w", encoding="utf-8-sig", newline="") as table,  # marked: spreadsheets guess otherwise
        ):
            table.writelines(csv_lines(_written(rows, fetched, lines, done), ("picture",)))
    return done


def _written(
    rows: Iterable[Row], fetched: "_PictureFolder", lines: TextIO, done: Exported
) -> Iterator[Mapping[str, object]]:
    """Each rejection with its picture's path, once it is in `lines`."""
    for row in rows:
        done.rejections += 1
        full_row = {**as_full_json(row), "picture": None if row["image_key"] is None else fetched.picture(row, done)}
        lines.write(json.dumps(full_row, ensure_ascii=False) + "\n")
        yield full_row


class _PictureFolder:
    """Writes pictures to a folder, each of them once."""

    def __init__(self, store: Callable[[], ObjectStore], out: Path) -> None:
        self._open, self._out = store, out
        self._store: ObjectStore | None = None
        self._known: dict[str, str | None] = {}

    def picture(self, row: Row, done: Exported) -> str | None:
        """The picture's path in the folder, None where it is missing or its hash differs."""
        key: str = row["image_key"]
        if key not in self._known:
            self._known[key] = self._fetch(key, row, done)
        return self._known[key]

    def _fetch(self, key: str, row: Row, done: Exported) -> str | None:
        self._store = self._store or self._open()
        stored = self._store.get(key)
        if stored is None:
            done.gone.append(key)
            return None
        judged = judged_event(row["source_topic"], row["source"])
        wanted = judged.image.sha256 if isinstance(judged, RenderedImage) else None
        if hashlib.sha256(stored.data).hexdigest() != wanted:
            done.damaged.append(key)
            return None
        name = f"{PICTURES}/{row['image_id']}{PurePosixPath(key).suffix}"
        (self._out / name).write_bytes(stored.data)
        done.pictures += 1
        return name
