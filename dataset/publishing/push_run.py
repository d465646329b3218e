"""Publishes a snapshot under a tag: shard by shard, so that an interrupted push goes on where it was.

In: a table, a tag, a place.  Out: the record of the copy.
A tag is published once: of two pushes that begin it at the same time one claims it, and the other goes on with the same or
is refused.  After an interruption the version with which it began is pushed, even if the table has grown;
a shard that is on record is read again to be sure that it is the same, and neither written nor sent again.
Memory is bounded by a batch of rows, this machine's disk by one shard.
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dataset.exports.export_source import Source
from dataset.publishing.picture_sources import PictureSource, licence_of, sources_of
from dataset.publishing.places import Place
from dataset.publishing.published_cards import tag_card, top_card
from dataset.publishing.push_record import FILE, Origin, PushRecord, Shard, read_record
from dataset.reading.loading import features_of
from dataset.table.columns import COLUMNS
from schemas.errors import BadInput, UserError

CARD, TAGS, ENTRY = "README.md", "tags.json", ".tags/{number:05}"
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
LICENCE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,39}", re.ASCII)
"""An identifier as the hub writes it."""

SHARD_BYTES = 500 * 1024 * 1024
"""The size that the hub shows and streams best."""


@dataclass(frozen=True)
class PushRequest:
    """What is published: a source's snapshot, under a tag, at a time.

    `quality`: measures by name, None: not measured.  `licence`: an identifier for the whole, None: that of all pictures.
    """

    source: Source
    tag: str
    now: datetime
    quality: Mapping[str, Any] | None = None
    licence: str | None = None
    shard_bytes: int = SHARD_BYTES


def begun_version(place: Place, tag: str) -> int | None:
    """The version that an interrupted push of a tag began with; None where none began.

    Raises BadInput for what is no tag, UserError where the tag is published.
    """
    found = _begun(place, tag)
    return None if found is None else found.origin.version


def push(request: PushRequest, place: Place) -> PushRecord:
    """Publish; the record of the complete copy. Raises BadInput for what is no tag or licence, UserError where the tag is
    published already, or was begun from something else."""
    if request.licence is not None and LICENCE.fullmatch(request.licence) is None:
        raise BadInput(f"--licence {request.licence!r}: give an identifier such as cc-by-4.0")
    with tempfile.TemporaryDirectory(prefix="skg-push-") as scratch:
        desk = _Desk(place, request.tag, Path(scratch))
        record = _opened(request, desk)
        for split in request.source.splits:
            record = _push_split(request, split, record, desk)
        return _finish(request, record, desk)


@dataclass(frozen=True)
class _Desk:
    """The place, the tag's folder in it, and a folder for one file at a time."""

    place: Place
    tag: str
    scratch: Path

    def put_text(self, path: str, text: str) -> None:
        """Store a small file, by its path from the place."""
        draft = self.scratch / "text"
        draft.write_text(text, encoding="utf-8")
        self.place.put(path, draft)

    def note(self, record: PushRecord) -> None:
        """Store the record."""
        self.put_text(f"{self.tag}/{FILE}", record.as_json())

    def claim(self, record: PushRecord) -> bool:
        """Store the record of a tag that nobody began; True for one alone of two pushes at the same time."""
        return self.put_new_text(f"{self.tag}/{FILE}", record.as_json())

    def put_new_text(self, path: str, text: str) -> bool:
        """Store a small file where there is none; whether this call stored it."""
        draft = self.scratch / "text"
        draft.write_text(text, encoding="utf-8")
        return self.place.put_new(path, draft)


def _begun(place: Place, tag: str) -> PushRecord | None:
    if TAG.fullmatch(tag) is None:
        raise BadInput(f"--tag {tag!r}: a tag has letters, digits, dots, hyphens and underscores, at most 64")
    data = place.read(f"{tag}/{FILE}")
    if data is None:
        return None
    found = read_record(data, f"{place.address}/{tag}/{FILE}")
    if found.published is not None:
        raise UserError(
            f"the tag {tag} is at {place.address} already, of version {found.origin.version}, published {found.published}: "
            "a tag never changes, take another"
        )
    return found


def _opened(request: PushRequest, desk: _Desk) -> PushRecord:
    source, place = request.source, desk.place
    origin = Origin(source.table.id, source.table.version, source.asked, source.flagged is None)
    begun = _begun(place, request.tag)
    if begun is None:
        if place.read(TAGS) is None and place.read(CARD) is not None:
            raise UserError(f"{place.address} has a {CARD} that no push wrote: name an empty place")
        record = PushRecord(request.tag, origin, version("skg-factory"), quality=request.quality)
        if desk.claim(record):
            return record
        begun = _begun(place, request.tag)  # of a push that began at the same time
    assert begun is not None
    if begun.origin != origin:
        raise UserError(
            f"the tag {request.tag} at {place.address} was begun from something else ({_words(begun.origin)}, now "
            f"{_words(origin)}): go on with the same, or take another tag"
        )
    return replace(begun, quality=request.quality)


def _words(origin: Origin) -> str:
    part = f", split {origin.split}" if origin.split else ""
    return f"version {origin.version} of table {origin.table[:8]}{part}{'' if origin.flagged else ', without the flagged'}"


def _push_split(request: PushRequest, split: str, record: PushRecord, desk: _Desk) -> PushRecord:
    batches, number = (batch for batch in request.source.batches(split) if batch.num_rows), 0
    while (first := next(batches, None)) is not None:
        path = f"data/{split}-{number:05}.parquet"
        rest = chain([first], batches)
        if path in record.files:
            _pass(rest, record.files[path], path)
        else:
            draft = desk.scratch / "shard.parquet"
            shard = _written(rest, split, draft, request.shard_bytes)
            desk.place.put(f"{desk.tag}/{path}", draft)
            record = record.with_file(path, shard)
            desk.note(record)
        number += 1
    return record


def _written(batches: Iterable[pa.RecordBatch], split: str, draft: Path, limit: int) -> Shard:
    """Write a shard of batches until it has reached its size; each batch is a row group."""
    schema = features_of(COLUMNS.names).arrow_schema
    ids, rows, size = hashlib.sha256(), 0, 0
    with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.cast(schema))
            _digest(ids, batch)
            rows, size = rows + batch.num_rows, size + batch.nbytes
            if size >= limit:
                break
    with draft.open("rb") as written:
        whole = hashlib.file_digest(written, "sha256").hexdigest()
    return Shard(split, rows, draft.stat().st_size, whole, ids.hexdigest())


def _pass(batches: Iterator[pa.RecordBatch], shard: Shard, path: str) -> None:
    """Read over the rows of a stored shard. Raises UserError where they are others."""
    ids, rows = hashlib.sha256(), 0
    while rows < shard.rows and (batch := next(batches, None)) is not None:
        _digest(ids, batch)
        rows += batch.num_rows
    if ids.hexdigest() != shard.ids:
        raise UserError(f"{path} of the begun copy has other rows than the table: take another tag")


def _digest(ids: Any, batch: pa.RecordBatch) -> None:
    for name in batch["sample_id"].to_pylist():
        ids.update(f"{name}\n".encode())


def _finish(request: PushRequest, record: PushRecord, desk: _Desk) -> PushRecord:
    """Write the cards, then the record that says that the copy is complete."""
    source, place = request.source, desk.place
    columns = ["sample_id", "questions", "provenance"]
    sources = sources_of(row["provenance"] for split in source.splits for row in source.rows(split, columns))
    licence = request.licence or licence_of(sources)
    complete = replace(record, published=request.now.isoformat(timespec="seconds"), licence=licence)
    desk.put_text(f"{record.tag}/{CARD}", tag_card(source, complete, sources))
    _enter(desk)
    written = _list(source, complete, sources, desk)
    desk.note(complete)
    while written != _records(complete, place):  # of another push, which ended meanwhile
        written = _list(source, complete, sources, desk)
    return complete


def _enter(desk: _Desk) -> None:
    """Enter the tag in the register of the place: numbered files, of which each push adds one and none changes any."""
    tags = _registered(desk.place)
    while desk.tag not in tags:
        if desk.put_new_text(ENTRY.format(number=len(tags)), desk.tag):
            return
        tags = _registered(desk.place)


def _registered(place: Place) -> list[str]:
    entries = (place.read(ENTRY.format(number=number)) for number in count())
    return [entry.decode() for entry in takewhile(lambda entry: entry is not None, entries) if entry is not None]


def _records(complete: PushRecord, place: Place) -> list[PushRecord]:
    """The published tags of a place, in the order in which they were entered, this one last."""
    others = dict.fromkeys([*_listed(place), *_registered(place)])
    others.pop(complete.tag, None)
    found = [read_record(place.read(f"{tag}/{FILE}") or b"", f"{place.address}/{tag}/{FILE}") for tag in others]
    return [*(record for record in found if record.published is not None), complete]


def _listed(place: Place) -> list[str]:
    found: list[str] = json.loads(place.read(TAGS) or b"[]")
    return found


def _list(source: Source, complete: PushRecord, sources: Mapping[PictureSource, int], desk: _Desk) -> list[PushRecord]:
    """Write the list of tags and the card of the whole; the records that are in them."""
    records = _records(complete, desk.place)
    desk.put_text(TAGS, json.dumps([record.tag for record in records]) + "\n")
    desk.put_text(CARD, top_card(source, records, sources))
    return records
