"""Runs the audit over every file and every row, and for overlaps between splits.

In: a local or object-store folder.  Out: a `Report`.  Reads one small batch at a time.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyarrow.fs import FileSystem
from pydantic import ValidationError

from dataset.audit.box_relations import DIGIT, NEARNESS, apart_in_depth, holds_in, objects_of
from dataset.audit.fault_kinds import Fault
from dataset.audit.held_out import held_out_share
from dataset.audit.locations import Options, folder_at
from dataset.audit.missing_relations import missing_relations
from dataset.audit.picture_check import picture_faults
from dataset.audit.provenance import provenance_faults, read_provenance
from dataset.audit.questions.question_check import question_faults
from dataset.audit.row_files import Unreadable, data_files, rows
from dataset.audit.solid.view_check import view_faults
from dataset.audit.solid.world_check import IN_METRES, world_faults
from dataset.audit.split_overlaps import Overlaps
from dataset.audit.tar_rows import Row
from schemas.events import Scene
from schemas.pictures import SeenBody

MAX_FAULTS = 10_000
"""Faults listed in a report; all of them are counted."""


@dataclass(frozen=True)
class Report:
    """What was checked and the faults found: `faults` lists the first `MAX_FAULTS`, `counts` counts all by kind."""

    files: int
    rows: int
    questions: int
    faults: tuple[Fault, ...]
    counts: dict[str, int]

    @property
    def passed(self) -> bool:
        """Whether no fault was found."""
        return not self.counts


def audit(address: str | Path, options: Options = None) -> Report:
    """Audit the dataset in a folder or at `s3://…`. Raises NotADataset where there is none, RetryableError."""
    folder = folder_at(address, options)
    files = data_files(folder)
    auditor = _Auditor(folder, held_out_share(folder))
    faults: list[Fault] = []
    counts: Counter[str] = Counter()
    for file in files:
        for fault in auditor.file_faults(file):
            counts[fault.kind] += 1
            if len(faults) < MAX_FAULTS:
                faults.append(fault)
    return Report(len(files), auditor.rows, auditor.questions, tuple(faults), dict(sorted(counts.items())))


class _Auditor:
    """Checks files one by one and keeps what must be unique."""

    def __init__(self, folder: FileSystem, held_out_per_mille: int) -> None:
        self._folder, self._held_out_per_mille = folder, held_out_per_mille
        self.rows = 0
        self.questions = 0
        self._overlaps = Overlaps()
        self._ids: set[str] = set()

    def file_faults(self, path: str) -> Iterator[Fault]:
        for batch in rows(self._folder, path):
            if isinstance(batch, Unreadable):
                kind = "missing_column" if batch.missing else "unreadable_file"
                yield Fault(kind, path, ", ".join(batch.missing) or batch.why)
                continue
            for row in batch:
                yield from self._row_faults(row)

    def _row_faults(self, row: Row) -> Iterator[Fault]:
        self.rows += 1
        self.questions += len(row["questions"] or ())
        one = str(row["sample_id"])
        if one in self._ids:
            yield Fault("duplicate_sample", one, "the id was seen before")
        self._ids.add(one)
        provenance = read_provenance(row)
        if isinstance(provenance, Fault):
            yield provenance
            return
        try:
            scene = scene_of(row)
            yield from provenance_faults(row, provenance, self._held_out_per_mille)
            yield from (
                *picture_faults(row, provenance),
                *world_faults(row, provenance),
                *view_faults(row, provenance),
                *_relation_faults(row, provenance),
            )
            yield from (*question_faults(row, scene), *self._overlaps.row_faults(row, provenance, scene))
        except ValidationError as error:
            yield Fault("unreadable_row", one, f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}")
        except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
            yield Fault("unreadable_row", one, f"{type(error).__name__}: {error}")


def scene_of(row: Row) -> Scene:
    """The row's scene. Raises pydantic's ValidationError."""
    views = [
        {"canvas": (view["width"], view["height"]), "objects": _seen(view["objects"]), "camera": view["camera"]}
        for view in row.get("views") or ()
    ]
    return Scene.model_validate(
        {
            "canvas": (row["width"], row["height"]),
            "objects": _seen(row["objects"]),
            **{name: row[name] for name in ("scene", "relations", "excluded")},
            "world": _world_of(row),
            "views": views,
        }
    )


def _seen(things: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Objects of a picture, without what is in metres."""
    return [{name: value for name, value in thing.items() if name not in IN_METRES} for thing in things]


def _world_of(row: Row) -> dict[str, Any] | None:
    """The row's scene in metres; None where it has no camera or lacks a body, which is a fault of its own."""
    bodies = [{name: thing.get(name) for name in SeenBody.model_fields} for thing in row["objects"]]
    if row.get("camera") is None or any(body["position"] is None for body in bodies):
        return None
    known = [{**body, "has_front": bool(body["has_front"])} for body in bodies]
    return {"camera": row["camera"], "bodies": known, "room": row.get("room"), "plain": bool(row.get("plain_ground"))}


def _relation_faults(row: Row, provenance: Mapping[str, Any]) -> Iterator[Fault]:
    if len({thing["id"] for thing in row["objects"]}) < len(row["objects"]):
        yield Fault("object", row["sample_id"], "two objects have one id")
    yield from (Fault("relation", row["sample_id"], detail) for detail in _untrue_relations(row))
    missing = missing_relations(row, provenance.get("notes") or {})
    yield from (Fault("missing_relation", row["sample_id"], detail) for detail in missing)


def _untrue_relations(row: Row) -> Iterator[str]:
    things = {thing["id"]: thing for thing in row["objects"]}
    size = (row["width"], row["height"])
    apart = apart_in_depth(row, DIGIT)
    seen: set[tuple[object, ...]] = set()
    for r in row["relations"]:
        group = objects_of(r)
        said = (r["subject"], r["predicate"], frozenset(group))
        words = (r["subject"], r["predicate"], r["object"], *group[1:])
        if said in seen:
            yield f"{words} is there twice"
        elif len({r["subject"], *group}) <= len(group):
            yield f"{words} is of one thing"
        seen.add(said)
        if not things.keys() >= {r["subject"], *group}:
            yield f"{words} names an object that is not there"
            continue
        verdict = holds_in(things, r, size)
        if not verdict:
            yield f"{words} {'is no relation' if verdict is None else 'does not hold'}"
        if r["predicate"] in NEARNESS and any(frozenset((r["subject"], other)) in apart for other in group):
            yield f"{words} is between things that are far apart in depth"
