"""What two splits have in common and must not.

In: rows, one after another.  Out: for each thing that is in two splits one fault.
Compared are scenes (hash of what is in them), pairs of categories by family of relations, perceptual hashes of pictures
and question texts.  Holds some bytes of each thing, so that memory stays far below the dataset's size.

About texts: the same sentence may well be asked of many pictures, but of pictures of one split only.  Case and white
space do not count.  That covers the generic ones too (`What is furthest to the left?`): they are asked in `train` alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from dataset.audit.content_ids import scene_hash
from dataset.audit.fault_kinds import Fault
from dataset.audit.picture_hash import Looks, looks
from dataset.audit.questions.parsed_questions import reading
from dataset.audit.questions.split_membership import keys
from dataset.audit.tar_rows import Row
from schemas.events import Scene


@dataclass
class Overlaps:
    """Notes for each kind of thing in which split it was first seen; tells when it is seen in another."""

    first: dict[str, dict[bytes, str]] = field(default_factory=dict)
    told: set[tuple[str, bytes]] = field(default_factory=set)
    pictures: Looks = field(default_factory=Looks)
    unread: int = 0
    """Questions that are not understood: whether their pairs are shared is not known."""

    def of_row(self, row: Row, story: Mapping[str, Any], scene: Scene) -> Iterator[Fault]:
        """The things of this row that are in another split already."""
        found: list[tuple[str, Iterable[object]]] = [
            ("shared_scene", [scene_hash(story["graph"])]),
            ("shared_question", {" ".join(q["question"].casefold().split()) for q in row["questions"]}),
            ("shared_pair", self._pairs(row, scene)),
        ]
        shared = [(kind, thing, self._seen(kind, thing, row["split"])) for kind, things in found for thing in things]
        look = looks((row["image"] or {}).get("bytes") or b"")
        shared += [] if look is None else [("shared_picture", *one) for one in self._seen_near(look, row["split"])]
        for kind, thing, other in shared:
            if other is not None:
                yield Fault(kind, row["sample_id"], f"{thing} is in {other} and in {row['split']}")

    def counts(self) -> dict[str, dict[str, int]]:
        """How many different things of each kind each split has."""
        counts = {kind: _counted(seen.values()) for kind, seen in self.first.items()}
        pictures = self.pictures.counts()
        return {**counts, "shared_picture": pictures} if pictures else counts

    def _seen(self, kind: str, thing: object, split: str) -> str | None:
        """The other split, the first time that the thing is seen in a second one."""
        key = _key(thing)
        other = self.first.setdefault(kind, {}).setdefault(key, split)
        if other == split or (kind, key) in self.told:
            return None
        self.told.add((kind, key))
        return other

    def _seen_near(self, look: int, split: str) -> Iterator[tuple[int, str]]:
        """Each picture like this one that another split has, the first time that this is seen of it."""
        for one, other in self.pictures.elsewhere(look, split):
            told = "shared_picture", _key(one)
            if told not in self.told:
                self.told.add(told)
                yield one, other

    def _pairs(self, row: Row, scene: Scene) -> set[str]:
        """Every pair that a question of the row sets in a relation, in words."""
        found: set[str] = set()
        for question in row["questions"]:
            said = reading(question["question"], scene)
            understood = None if said is None else keys(said, question["answer"])
            self.unread += understood is None
            for key in understood or ():
                if len(key.names) == 2:
                    found.add(f"{key.family} of {key.names[0]} and {key.names[1]}")
        return found


def _key(thing: object) -> bytes:
    return sha256(repr(thing).encode()).digest()[:8]


def _counted(splits: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for split in splits:
        counts[split] = counts.get(split, 0) + 1
    return dict(sorted(counts.items()))
