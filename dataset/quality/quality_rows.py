"""The rows that are measured, without pictures.

In: a table's address.  Out: `SampleRow`s with parsed certificates, in memory.
Raises BadInput for a table that is not a dataset or has no rows.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dataset.evaluation.question_roles import QuestionRoles, roles_of
from dataset.reading.row_reader import batches
from dataset.table.delta_table import Options, Table
from schemas.errors import BadInput
from schemas.ids import derived_seed

COLUMNS = ("sample_id", "width", "height", "objects", "relations", "excluded", "questions", "split", "provenance")

ADDED_LATER = ("views",)
"""Columns that are empty where a picture has no such thing, and in older tables."""

Json = Mapping[str, Any]


@dataclass(frozen=True)
class AskedQuestion:
    """A question with its proof; `proof` is empty where the certificate is not a JSON object.

    `views`: the pictures that it shows, 0 for the sample's `image`.
    """

    text: str
    answer: str
    kind: str
    choices: tuple[str, ...]
    objects: tuple[int, ...]
    proof: Json
    views: tuple[int, ...] = (0,)

    @property
    def query(self) -> Json:
        """What is asked, in the form of its certificate; empty where it says nothing."""
        found = self.proof.get("query")
        return found if isinstance(found, dict) else {}

    @property
    def roles(self) -> QuestionRoles | None:
        """The names in the question with their roles; None where they are not known."""
        return roles_of(self.query)

    @property
    def references(self) -> tuple[Json, ...]:
        """The references of the query in order, each with its `text` and its `object`'s id."""
        found = self.proof.get("references")
        return tuple(each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()


@dataclass(frozen=True)
class SampleRow:
    """A sample: its objects by id, relations (subject, predicate, object or None) and questions.

    `scene_hash` is equal for samples of the same situation.  `plain` is the row as exports read it, without the picture.
    """

    split: str
    scene_hash: str
    concept: str | None
    objects: Mapping[int, Json]
    relations: tuple[tuple[int, str, int | None], ...]
    questions: tuple[AskedQuestion, ...]
    plain: dict[str, Any]

    def seen_in(self, view: int) -> Mapping[int, Json]:
        """The objects by id as a picture has them, 0 for the sample's `image`; empty for a picture that is not there."""
        further = self.plain.get("views") or ()
        if view == 0:
            return self.objects
        return {thing["id"]: thing for thing in further[view - 1]["objects"]} if view <= len(further) else {}


def read_rows(uri: str, options: Options = None, limit: int | None = None) -> list[SampleRow]:
    """The samples of the current snapshot; with `limit` at most so many, the same ones every time.

    Raises BadInput, NoDataset, RetryableError.
    """
    table = Table.load(uri, options)
    wanted = None if limit is None else _drawn(table, limit)
    found = [row_of(plain) for plain in _plain_rows(table, uri) if wanted is None or plain["sample_id"] in wanted]
    if not found:
        raise BadInput(f"the dataset at {uri} has no rows: there is nothing to measure")
    return found


def row_of(plain: Json) -> SampleRow:
    """A row of the table, as plain Python, without its picture."""
    story = _object(plain["provenance"])
    graph = story.get("graph")
    return SampleRow(
        split=plain["split"],
        scene_hash=str(story.get("scene_hash") or plain["sample_id"]),
        concept=graph.get("concept") if isinstance(graph, dict) else None,
        objects={thing["id"]: thing for thing in plain["objects"]},
        relations=tuple((each["subject"], each["predicate"], each["object"]) for each in plain["relations"]),
        questions=tuple(_question(each) for each in plain["questions"]),
        plain={**{name: value for name, value in plain.items() if name != "provenance"}, "views": _views(plain)},
    )


def _views(plain: Json) -> list[dict[str, Any]] | None:
    """What further cameras see, without the pictures: all rows are in memory together."""
    views = plain.get("views")
    return views and [{name: value for name, value in view.items() if name != "image"} for view in views]


def _question(asked: Json) -> AskedQuestion:
    return AskedQuestion(
        text=asked["question"],
        answer=asked["answer"],
        kind=asked["kind"],
        choices=tuple(asked["choices"] or ()),
        objects=tuple(asked["objects"] or ()),
        proof=_object(asked["certificate"]),
        views=tuple(asked.get("views") or (0,)),
    )


def _plain_rows(table: Table, uri: str) -> Iterator[dict[str, Any]]:
    try:
        for batch in batches(table, [*COLUMNS, *ADDED_LATER]):
            missing = [name for name in COLUMNS if batch[name].null_count]
            if missing:
                raise BadInput(f"the table at {uri} is not a dataset: its column {missing[0]} is missing or empty")
            yield from batch.to_pylist()
    except pa.ArrowException as error:  # a column of another type
        raise BadInput(f"the table at {uri} is not a dataset: {str(error).partition(chr(10))[0]}") from error


def _drawn(table: Table, limit: int) -> set[str]:
    ids = (one for batch in batches(table, ["sample_id"]) for one in batch["sample_id"].to_pylist())
    return set(sorted(ids, key=lambda one: derived_seed("quality", one))[:limit])


def _object(text: str | None) -> Json:
    try:
        found = json.loads(text or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
