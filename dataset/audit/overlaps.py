"""What two splits have in common and must not.

In: rows, one after another.  Out: for each thing that is in two splits one fault.
Compared are scenes (hash of what is in them), pairs of categories by family of relations, perceptual hashes of pictures
and question texts.  Holds eight bytes of each thing, so that memory stays far below the dataset's size.

About texts: the same sentence may well be asked of many pictures, but of pictures of one split only.  Case and white
space do not count.  That covers the generic ones too (`What is furthest to the left?`): they are asked in `train` alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from dataset.audit.faults import Fault
from dataset.audit.ids import scene_hash
from dataset.audit.keys import keys
from dataset.audit.looks import look
from dataset.audit.readings import reading
from dataset.audit.shards import Row
from schemas.events import Scene


@dataclass
class Overlaps:
    """Notes for each kind of thing in which split it was first seen; tells when it is seen in another."""

    first: dict[str, dict[bytes, str]] = field(default_factory=dict)
    told: set[tuple[str, bytes]] = field(default_factory=set)

    def of_row(self, row: Row, story: Mapping[str, Any], scene: Scene) -> Iterator[Fault]:
        """The things of this row that are in another split already."""
        picture = look((row["image"] or {}).get("bytes") or b"")
        found: list[tuple[str, Iterable[object]]] = [
            ("shared_scene", [scene_hash(story["graph"])]),
            ("shared_picture", [] if picture is None else [picture]),
            ("shared_question", {" ".join(q["question"].casefold().split()) for q in row["questions"]}),
            ("shared_pair", _pairs(row, scene)),
        ]
        for kind, things in found:
            for thing in things:
                other = self._seen(kind, thing, row["split"])
                if other is not None:
                    yield Fault(kind, row["sample_id"], f"{thing} is in {other} and in {row['split']}")

    def counts(self) -> dict[str, dict[str, int]]:
        """How many different things of each kind each split has."""
        return {kind: _counted(seen.values()) for kind, seen in self.first.items()}

    def _seen(self, kind: str, thing: object, split: str) -> str | None:
        """The other split, the first time that the thing is seen in a second one."""
        key = sha256(repr(thing).encode()).digest()[:8]
        other = self.first.setdefault(kind, {}).setdefault(key, split)
        if other == split or (kind, key) in self.told:
            return None
        self.told.add((kind, key))
        return other


def _pairs(row: Row, scene: Scene) -> set[str]:
    """Every pair that a question of the row sets in a relation, in words."""
    found: set[str] = set()
    for question in row["questions"]:
        said = reading(question["question"], scene)
        for key in (None if said is None else keys(said, question["answer"])) or ():
            if len(key.names) == 2:
                found.add(f"{key.family} of {key.names[0]} and {key.names[1]}")
    return found


def _counted(splits: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for split in splits:
        counts[split] = counts.get(split, 0) + 1
    return dict(sorted(counts.items()))
