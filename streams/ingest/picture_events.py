"""Turns a record of annotations and its picture's file into the event of a picture, or says why it cannot be taken.

In: a record, the folder of the pictures, a bucket's name, the held-out share.  Out: the event with the file's bytes, or the
reason.  Reads the file; stores and publishes nothing.
The request's id derives from the file's bytes and the annotations alone: the same again is the same request.
"""

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from gpu_workers.annotated_pictures import ANNOTATED, ANNOTATIONS, DEPTH, PRODUCER, UNKNOWN
from gpu_workers.picture_file import MEDIA_TYPES, PictureFault, check_picture
from schemas.bounds import MAX_IMAGE_BYTES, MAX_OBJECTS, MAX_SEEN
from schemas.errors import PermanentError
from schemas.events import ImageRef, RenderedImage, SeenObject, Truth
from schemas.graph import CANVAS_MAX, CANVAS_MIN, UNDERSTOOD_NOTE, GraphObject, Layout, Prompt, Provenance, SpatialGraph
from schemas.ids import content_id, derived_seed, image_id, image_key, with_graph_id
from spatial.knowledge.annotation_names import known_name
from spatial.knowledge.knowledge_base import find_scene
from streams.ingest.annotated_objects import AnnotatedPicture
from streams.ingest.usable_objects import UsableObjects, usable_objects

RENDERER, VERSION = "ingest-1", "1"
"""What stands in the place of a renderer."""

PHOTOGRAPH = "photograph"
"""The scene and the concept of a picture of which none is stated."""

EXTENSIONS = {"image/png": "png", "image/webp": "webp", "image/jpeg": "jpg"}
NOTE_CHARS = 2_000


class NotTaken(Exception):
    """The picture is not published; the text says why."""


@dataclass(frozen=True)
class PictureEvent:
    """A picture that can be published. `left_out`: what of its annotations was not used."""

    event: RenderedImage
    data: bytes
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """What all pictures of one call have in common."""

    folder: Path
    bucket: str
    held_out_per_mille: int


@dataclass(frozen=True)
class _File:
    data: bytes
    sha256: str
    media_type: str
    size: tuple[int, int]


def picture_event(picture: AnnotatedPicture, terms: Terms) -> PictureEvent:
    """The event. Raises NotTaken."""
    file = _read(terms.folder, picture.file_name)
    if picture.size is not None and picture.size != file.size:
        raise NotTaken("the annotations are for {} x {} pixels, the file has {} x {}".format(*picture.size, *file.size))
    found = usable_objects(picture, file.size)
    asked = found.certain or found.unknown
    if not asked:
        raise NotTaken(f"no object is annotated that can be asked about{_listed(found)}")
    if len(asked) > MAX_OBJECTS or len(asked) + len(found.doubtful) > MAX_SEEN:
        raise NotTaken(
            f"{len(asked)} objects and {len(found.doubtful)} doubtful ones; {MAX_OBJECTS} and {MAX_SEEN} at most"
        )
    graph = _graph(picture, file, found)
    event = _event(graph, file, found, terms)
    notes = {
        **event.provenance.notes, "file": picture.file_name[:NOTE_CHARS], "left_out": "; ".join(_lines(found))[:NOTE_CHARS]
    }  # fmt: skip
    event = event.model_copy(update={"provenance": event.provenance.model_copy(update={"notes": notes})})
    _check(file, event.image)
    return PictureEvent(event, file.data, tuple(_lines(found)))


def _lines(found: UsableObjects) -> list[str]:
    return [what if times == 1 else f"{times} of {what}" for what, times in sorted(found.left_out.items())]


def _listed(found: UsableObjects) -> str:
    return f": {'; '.join(_lines(found))}" if found.left_out else ""


def _read(folder: Path, name: str) -> _File:
    data = _bytes_of(folder, name)
    try:
        with Image.open(BytesIO(data), formats=list(MEDIA_TYPES)) as opened:
            media_type, size = MEDIA_TYPES[str(opened.format)], opened.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotTaken(f"its file is no picture in {', '.join(MEDIA_TYPES)}") from error
    if min(size) < CANVAS_MIN or max(size) > CANVAS_MAX:
        raise NotTaken(f"{size[0]} x {size[1]} pixels; a side has {CANVAS_MIN} to {CANVAS_MAX}")
    return _File(data, hashlib.sha256(data).hexdigest(), media_type, size)


def _bytes_of(folder: Path, name: str) -> bytes:
    try:
        root, path = folder.resolve(), (folder / name).resolve()
        if not path.is_relative_to(root):
            raise NotTaken(f"its file is not in {folder}")
        if not path.is_file():  # nor is one a pipe, whose reader waits
            raise NotTaken("there is no such file")
        if path.stat().st_size > MAX_IMAGE_BYTES:
            raise NotTaken(f"its file has more than {MAX_IMAGE_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise NotTaken((error.strerror or str(error)).lower()) from error
    except RuntimeError as error:
        raise NotTaken("its file is a circle of links") from error


def _check(file: _File, reference: ImageRef) -> None:
    """Raise NotTaken for a file that the examiner could not judge; what it rejects with a reason is left to it."""
    try:
        check_picture(file.data, reference)
    except PictureFault:
        return
    except PermanentError as error:
        raise NotTaken(str(error).replace("the stored object", "the file")) from error


def _digest(picture: AnnotatedPicture) -> str:
    """A digest of the annotations, whatever their order."""
    things = sorted(
        [
            [thing.category, *map(float, thing.box), list(thing.attributes), thing.depth, thing.visible, thing.is_crowd]
            for thing in picture.objects
        ],
        key=repr,
    )
    return content_id("annotations", things, picture.scene, picture.concept, sorted(picture.excluded))


def _graph(picture: AnnotatedPicture, file: _File, found: UsableObjects) -> SpatialGraph:
    digest, match = _digest(picture), find_scene(picture.scene or PHOTOGRAPH)
    scene = match.scene if match is not None and match.exact else PHOTOGRAPH
    things, named = found.certain or found.unknown, {known_name(thing.category) for thing in picture.objects}
    known = {name for word in picture.excluded if (name := known_name(word)) is not None}
    for word in picture.excluded:
        if known_name(word) is None:
            found.left_out[f"unknown excluded category {word}"] += 1
    if picture.scene not in (None, PHOTOGRAPH) and scene == PHOTOGRAPH:
        found.left_out[f"unknown scene {picture.scene}"] += 1
    depth = ANNOTATED if found.depth_known else UNKNOWN
    notes = {ANNOTATIONS: digest, DEPTH: depth, UNDERSTOOD_NOTE: "annotated"}
    concept = picture.concept or scene
    return with_graph_id(
        {
            "seed_id": content_id("ingest", file.sha256, digest),
            "index": 0,
            "concept": concept,
            "scene": scene,
            "objects": tuple(
                GraphObject(id=number, category=thing.category, attributes=thing.attributes)
                for number, thing in enumerate(things)
            ),
            "excluded": tuple(sorted(known - named)),
            "layout": Layout(
                canvas=file.size,
                boxes=tuple(thing.box for thing in things),
                depth=tuple(thing.depth for thing in things),
            ),
            "prompt": Prompt(positive=concept),
            "provenance": Provenance(producer=PRODUCER, version=VERSION, notes=notes),
        }
    )


def _seen(found: UsableObjects) -> tuple[SeenObject, ...]:
    if found.certain:
        return (*found.certain, *found.doubtful)
    return tuple(thing.model_copy(update={"id": number}) for number, thing in enumerate(found.unknown))


def _event(graph: SpatialGraph, file: _File, found: UsableObjects, terms: Terms) -> RenderedImage:
    parameters: dict[str, object] = {"picture": file.sha256, ANNOTATIONS: graph.provenance.notes[ANNOTATIONS]}
    one = image_id(graph.graph_id, RENDERER, parameters, 0)
    reference = ImageRef(
        image_id=one,
        bucket=terms.bucket,
        key=image_key(one, EXTENSIONS[file.media_type]),
        sha256=file.sha256,
        size=len(file.data),
        media_type=file.media_type,
        width=file.size[0],
        height=file.size[1],
    )
    return RenderedImage(
        image=reference,
        graph=graph,
        renderer=RENDERER,
        seed=derived_seed("render", graph.graph_id, 0),
        seconds=0.0,
        truth=Truth(objects=_seen(found)),
        provenance=Provenance(
            producer=PRODUCER,
            version=VERSION,
            parents=(graph.seed_id, graph.graph_id),
            notes={"parameters": json.dumps(parameters, sort_keys=True)},
        ),
        held_out_per_mille=terms.held_out_per_mille,
    )
