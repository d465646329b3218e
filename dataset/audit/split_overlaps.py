"""Finds what two splits share and must not.

In: rows, one by one.  Out: one fault for each item that is in two splits.
Items are scenes (content hash), pairs of categories by family of relations, perceptual hashes of pictures and question
texts.  Holds some bytes of each item, so that memory stays far below the dataset's size.

Texts: the same text may be asked of many pictures, but of pictures of one split only.  Case and white space do not count.
That includes generic questions (`What is furthest to the left?`): they are asked in `train` alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from dataset.audit.content_ids import scene_hash
from dataset.audit.fault_kinds import Fault
from dataset.audit.picture_hash import PictureSplits, difference_hash
from dataset.audit.questions.parsed_questions import parse_question
from dataset.audit.questions.split_membership import split_keys
from dataset.audit.tar_rows import Row
from schemas.events import Scene
from spatial.verify.referents import NotProven
from spatial.verify.shown_pictures import as_shown


@dataclass
class Overlaps:
    """Records for each item the split in which it was first seen; reports it once when another split has it."""

    first: dict[str, dict[bytes, str]] = field(default_factory=dict)
    reported: set[tuple[str, bytes]] = field(default_factory=set)
    pictures: PictureSplits = field(default_factory=PictureSplits)
    unread: int = 0
    """Questions that could not be parsed: their pairs are not compared."""

    def row_faults(self, row: Row, provenance: Mapping[str, Any], scene: Scene) -> Iterator[Fault]:
        """The faults for items of this row that another split has already."""
        found: list[tuple[str, Iterable[object]]] = [
            ("shared_scene", [scene_hash(provenance["graph"])]),
            ("shared_question", {" ".join(q["question"].casefold().split()) for q in row["questions"]}),
            ("shared_pair", self._pairs(row, scene)),
        ]
        shared = [(kind, thing, self._other_split(kind, thing, row["split"])) for kind, things in found for thing in things]
        bits = difference_hash((row["image"] or {}).get("bytes") or b"")
        shared += [] if bits is None else [("shared_picture", *one) for one in self._near_pictures(bits, row["split"])]
        for kind, thing, other in shared:
            if other is not None:
                yield Fault(kind, row["sample_id"], f"{thing} is in {other} and in {row['split']}")

    def counts(self) -> dict[str, dict[str, int]]:
        """The number of different items by kind and split."""
        counts = {kind: _counts(seen.values()) for kind, seen in self.first.items()}
        pictures = self.pictures.counts()
        return {**counts, "shared_picture": pictures} if pictures else counts

    def _other_split(self, kind: str, thing: object, split: str) -> str | None:
        """The other split, the first time that the item is seen in a second one; else None."""
        key = _key(thing)
        other = self.first.setdefault(kind, {}).setdefault(key, split)
        if other == split or (kind, key) in self.reported:
            return None
        self.reported.add((kind, key))
        return other

    def _near_pictures(self, bits: int, split: str) -> Iterator[tuple[int, str]]:
        """The near pictures that another split has, each reported once."""
        for one, other in self.pictures.near_in_other_splits(bits, split):
            reported = "shared_picture", _key(one)
            if reported not in self.reported:
                self.reported.add(reported)
                yield one, other

    def _pairs(self, row: Row, scene: Scene) -> set[str]:
        """Every pair or group of categories that a question of the row relates, as text."""
        found: set[str] = set()
        for question in row["questions"]:
            try:
                shown = as_shown(scene, question.get("views") or ())
            except NotProven:
                continue  # a fault of its own
            parsed = parse_question(question["question"], shown, question["answer"], question["choices"])
            understood = None if parsed is None else split_keys(parsed, question["answer"])
            self.unread += understood is None
            for key in understood or ():
                if len(key.names) > 1:
                    found.add(f"{key.family} of {' and '.join(key.names)}")
        return found


def _key(thing: object) -> bytes:
    return sha256(repr(thing).encode()).digest()[:8]


def _counts(splits: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for split in splits:
        counts[split] = counts.get(split, 0) + 1
    return dict(sorted(counts.items()))
