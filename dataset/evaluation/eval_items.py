"""Reads the questions of an evaluation.

In: one split of a dataset at one version, or a file of questions.  Out: items; with pictures while the run reads them.
Needs no hub and no network; a file of questions is fully validated before the run.
"""

import hashlib
import json
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Protocol, Self

from PIL import Image
from pydantic import Field, ValidationError, model_validator

from dataset.evaluation.place_scoring import Box, region_of
from dataset.evaluation.question_roles import QuestionRoles, roles_of
from dataset.reading.row_reader import batches, require_shown_pictures
from dataset.table.delta_table import Options, Table
from schemas.base import Model
from schemas.errors import UserError
from schemas.events import MIN_CHOICES
from schemas.ids import content_id
from schemas.texts.fault_words import in_plain_words

BY_OP = {
    "side": "left_of or right_of", "bearing": "diagonal", "closer": "closer", "nearest": "nearest",
    "in_order": "course", "outermost": "extreme", "in_place": "place", "exists": "existence",
    "attribute": "family", "count": "count", "row_order": "course", "larger": "larger", "compare_counts": "count",
    "locate": "form", "boxed": "content", "box_side": "left_of or right_of",
    "between": "between", "is_between": "between",
    "known_side": "left_of or right_of", "known_far": "metres",
    "nearest_camera": "nearest to the camera", "how_far": "metres", "taller": "taller", "own_side": "own left or right",
    "faces": "facing", "falls_with": "support", "supported_by": "support",
    "viewed_side": "left or right from a place", "fits_between": "free space", "fits_beside": "free space",
    "passes": "passed on a side", "hides": "hides", "half_seen": "less than half", "floor_area": "square metres",
    "camera_moved": "axis", "only_second": "new in a picture", "same_box": "same thing",
}  # fmt: skip
"""The relation of a query without a predicate: the name of the field that holds it, or a fixed word."""

GROUNDING = "grounding"
"""The kind of questions whose answer is a place in the picture."""

MAX_IMAGES = 64
"""Pictures of one question in a file."""

MAX_FAULTS = 5
"""Faulty lines of a file that an error lists."""


@dataclass(frozen=True)
class Item:
    """A question. `relation`, `hops`, `density` (objects in the sample's `image`) and `roles` are None where unknown.

    Without choices it asks for a place in the picture, and `region` is the box of what is asked, `(x, y, width, height)`
    in pixels of the picture: the right answer, or where a right point lies.  `pictures`: how many it is about.
    """

    id: str
    question: str
    choices: tuple[str, ...]
    answer: str
    kind: str = "other"
    relation: str | None = None
    hops: int | None = None
    density: int | None = None
    roles: QuestionRoles | None = None
    region: Box | None = None
    pictures: int = 1


@dataclass(frozen=True)
class EncodedPicture:
    """An encoded picture for a model. `more`: further ones of a question about several, in their order."""

    data: bytes
    media_type: str
    more: tuple["EncodedPicture", ...] = ()

    @property
    def all(self) -> tuple["EncodedPicture", ...]:
        """This picture and the further ones."""
        return (self, *self.more)


class Questions(Protocol):
    """A source of questions."""

    @property
    def origin(self) -> dict[str, object]:
        """Identifies the questions; equal origins have equal questions. JSON values."""
        ...

    def items(self) -> Iterator[Item]:
        """Every question, without its picture, always in the same order."""
        ...

    def with_pictures(self) -> Iterator[tuple[Item, EncodedPicture]]:
        """The same with their pictures."""
        ...


class SplitQuestions:
    """Implements `Questions` for one split of a dataset, pinned to one version while the dataset grows."""

    def __init__(self, uri: str, split: str, options: Options = None, version: int | None = None) -> None:
        self._table, self._split = Table.load(uri, options, version), split

    @property
    def origin(self) -> dict[str, object]:
        """Table, version, split."""
        return {"table": self._table.id, "version": self._table.version, "split": self._split}

    def items(self) -> Iterator[Item]:
        """Every question of the split."""
        for row in self._rows(["objects", "questions"]):
            yield from items_of(row)

    def with_pictures(self) -> Iterator[tuple[Item, EncodedPicture]]:
        """The same with their pictures. Raises BadInput for a question that shows a picture which is not there."""
        for row in self._rows(["sample_id", "objects", "questions", "image", "views"]):
            images = [row["image"], *(view["image"] for view in row["views"] or ())]
            pictures = [EncodedPicture(image["bytes"], _media_type(image["path"] or "")) for image in images]
            shown = {question["id"]: question["views"] or (0,) for question in row["questions"]}
            for item in items_of(row):
                first, *more = (pictures[number] for number in shown[item.id])
                yield item, replace(first, more=tuple(more))

    def _rows(self, columns: list[str]) -> Iterator[dict[str, Any]]:
        for batch in batches(self._table, columns, self._split):
            if "views" in columns:
                require_shown_pictures(batch)
            yield from batch.to_pylist()


class Line(Model):
    """One line of a file of questions. `image` is a path beside the file; `answer` is the text of one choice.

    `images` are the paths of all pictures of a question about several, in their order; `image`, if given, is the first.

    With no choices and kind `grounding` it is JSON text in pixels of the picture: a box `[x, y, width, height]`, or a point
    `[x, y]` with the box that it lies in as `region`.
    """

    image: Annotated[str, Field(min_length=1)] = ""
    images: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(max_length=MAX_IMAGES)] = ()
    question: Annotated[str, Field(min_length=1)]
    choices: Annotated[tuple[str, ...], Field(max_length=26)]
    answer: str
    region: Box | None = None
    id: str | None = None
    kind: str = "other"
    relation: str | None = None
    hops: int | None = None
    density: int | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all pictures."""
        return self.images or (self.image,)

    @model_validator(mode="after")
    def _has_pictures(self) -> Self:
        if not (self.image or self.images):
            raise ValueError("image or images: a picture is needed")
        if self.image and self.images and self.images[0] != self.image:
            raise ValueError(f"images: the first one must be the image, {self.image!r}")
        return self

    @model_validator(mode="after")
    def _answer_is_a_choice(self) -> Self:
        if not self.choices and self.kind == GROUNDING:
            if region_of(self.answer, self.region) is None:
                raise ValueError(f"answer {self.answer!r} must be [x, y, width, height], or [x, y] beside a region")
            return self
        if len(self.choices) < MIN_CHOICES:
            raise ValueError(f"choices: at least {MIN_CHOICES} are needed, or none and the kind {GROUNDING}")
        if self.choices.count(self.answer) != 1:
            raise ValueError(f"answer {self.answer!r} must be the text of exactly one choice")
        return self


class FileQuestions:
    """Implements `Questions` for a file of JSON lines (`Line`). Raises UserError for a faulty one."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        try:
            data = path.read_bytes()
            text = data.decode("utf-8-sig")
        except OSError as error:
            raise UserError(f"{path}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{path}: {error}") from error
        self._sha256 = hashlib.sha256(data).hexdigest()
        self._lines = _lines(text, path)

    @property
    def origin(self) -> dict[str, object]:
        """The file's hash."""
        return {"file": self._sha256}

    def items(self) -> Iterator[Item]:
        """Every question of the file."""
        yield from self._lines

    def with_pictures(self) -> Iterator[tuple[Item, EncodedPicture]]:
        """The same with their pictures, read lazily. Raises UserError for a missing file."""
        for item, names in self._lines.items():
            first, *more = (self._picture(name) for name in names)
            yield item, replace(first, more=tuple(more))

    def _picture(self, name: str) -> EncodedPicture:
        try:
            return EncodedPicture((self._folder / name).read_bytes(), _media_type(name))
        except OSError as error:
            raise UserError(f"{self._folder / name}: {error.strerror or error}") from error


def relation_of(query: Mapping[str, Any]) -> str | None:
    """The relation of a question's query: its predicate, or a word from BY_OP."""
    if "predicate" in query:
        return str(query["predicate"])
    word = BY_OP.get(str(query.get("op")))
    return str(query.get(word, word)) if word is not None else None


def items_of(row: Mapping[str, Any]) -> Iterator[Item]:
    """Every question that can be scored: with choices, or about a place. A description is none."""
    boxes = {thing["id"]: tuple(thing["box"]) for thing in row["objects"]}
    for question in row["questions"]:
        region = None
        if not question["choices"]:
            region = region_of(question["answer"], next((boxes.get(n) for n in question["objects"]), None))
            if question["kind"] != GROUNDING or region is None:
                continue
        proof = _object(question["certificate"])
        query, hops = _part(proof, "query"), _part(proof, "difficulty").get("hops")
        yield Item(
            question["id"],
            question["question"],
            tuple(question["choices"]),
            question["answer"],
            question["kind"],
            relation_of(query),
            hops if isinstance(hops, int) else None,
            len(row["objects"]),
            roles_of(query),
            region,
            len(question.get("views") or (0,)),
        )


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _part(proof: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = proof.get(name)
    return part if isinstance(part, dict) else {}


def _lines(text: str, path: Path) -> dict[Item, tuple[str, ...]]:
    """Each item with the names of its pictures, in the file's order."""
    found: dict[Item, tuple[str, ...]] = {}
    first: dict[str, int] = {}
    faults = []
    for number, line in enumerate(text.split("\n"), 1):  # other line ends may stand in texts
        if not line.strip():
            continue
        try:
            read = Line.model_validate_json(line)
        except ValidationError as error:
            fault = error.errors()[0]
            faults.append(f"line {number}: {'.'.join(map(str, fault['loc'])) or 'line'}: {in_plain_words(fault)}")
            continue
        item = _item(read)
        why = next(filter(None, (_picture_fault(path.parent, name) for name in read.paths)), None)
        if why:
            faults.append(f"line {number}: {why}")
        elif item.id in first:
            faults.append(f"line {number}: id: the same question as line {first[item.id]}, or one with its id")
        first.setdefault(item.id, number)
        found[item] = read.paths
    if len(faults) > MAX_FAULTS:
        faults[MAX_FAULTS:] = [f"and {len(faults) - MAX_FAULTS} more faulty lines"]
    if faults or not found:
        raise UserError("\n".join(f"{path}, {fault}" for fault in faults) or f"{path}: holds no questions")
    return found


def _picture_fault(folder: Path, name: str) -> str | None:
    """The fault of a picture, by its header only; None if there is none."""
    if not (folder / name).is_file():
        return f"there is no picture {name}"
    try:
        with Image.open(folder / name):
            return None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return f"there is no readable picture in {name}"


def _item(read: Line) -> Item:
    seen = read.paths[0] if len(read.paths) == 1 else list(read.paths)
    name = read.id or content_id("item", seen, read.question, list(read.choices))
    region = None if read.choices else region_of(read.answer, read.region)
    facets = (read.kind, read.relation, read.hops, read.density)
    return Item(name, read.question, read.choices, read.answer, *facets, region=region, pictures=len(read.paths))


def _media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "image/webp"
