"""Runs the configured eyes over pictures whose contents are known, and says how well they see.

In: annotated pictures, stored samples, or a renderer that knows what it draws.  Out: `EyeScores`, and lines of text.
Stores and publishes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image

from gpu_workers.annotated_pictures import is_depth_known
from gpu_workers.perception.eye_scores import STEPS, EyeScores, absent_labels
from gpu_workers.perception.interfaces import DepthModel, Detector
from gpu_workers.picture_metadata import read_packet
from schemas.errors import PermanentError, UserError
from schemas.events import SeenObject
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import Planner, Renderer
from spatial.knowledge.knowledge_base import scene_kinds

ABSENT = 3
"""Labels that are asked for of each picture and are not in it."""

BATCH = 16
"""Pictures looked at together."""

SHOWN_CATEGORIES = 20
"""Lines of categories for people; JSON has all."""


@dataclass(frozen=True)
class KnownPicture:
    """A picture's file, what is in it, and whether the depths say anything."""

    data: bytes
    things: tuple[SeenObject, ...]
    depth_known: bool


@dataclass(frozen=True)
class Eyes:
    """A detector, and maybe a depth estimator."""

    detector: Detector
    depth: DepthModel | None = None


class NothingKnown(UserError):
    """There is no picture whose contents are known."""


def annotated(folder: Path, annotations: Path) -> Iterator[KnownPicture]:
    """The pictures of a file of annotations that can be used. Raises BadAnnotations."""
    from streams.ingest.annotation_files import read_annotations
    from streams.ingest.picture_events import NotTaken, Terms, picture_event

    terms, records = Terms(folder, "measured", 0), read_annotations(annotations)

    def pictures() -> Iterator[KnownPicture]:
        for record in records:
            try:
                found = picture_event(record, terms)
            except NotTaken:
                continue
            assert found.event.truth is not None
            yield KnownPicture(found.data, found.event.truth.objects, is_depth_known(found.event.graph))

    return pictures()


def stored(uri: str, options: dict[str, str] | None = None) -> Iterator[KnownPicture]:
    """The pictures of a dataset whose renderer knew what it drew. Raises NoDataset, RetryableError."""
    from dataset.reading.row_reader import batches
    from dataset.table.delta_table import Table

    table = Table.load(uri, options)  # now: models take long to load

    def pictures() -> Iterator[KnownPicture]:
        for batch in batches(table, ["image"]):
            for image in batch["image"].to_pylist():
                truth = read_packet(image["bytes"])
                if truth is not None:
                    yield KnownPicture(image["bytes"], truth.objects, True)

    return pictures()


def drawn(renderer: Renderer, planner: Planner) -> Iterator[KnownPicture]:
    """Pictures of every scene in turn, without end, of a renderer that knows what it draws. Raises UserError."""
    import asyncio

    number = 0
    while True:
        for scene in scene_kinds():
            graph = asyncio.run(planner.plan(make_seed(scene, number + 1), number))
            if not isinstance(graph, SpatialGraph):
                continue
            try:
                (drawing,) = renderer.render([graph], [number])
            except PermanentError:
                continue
            assert drawing.truth is not None
            yield KnownPicture(drawing.data, drawing.truth.objects, True)
        number += 1


def measure(pictures: Iterable[KnownPicture], eyes: Eyes, most: int) -> EyeScores:
    """Look at the first `most` pictures. Raises NothingKnown, RetryableError."""
    chosen = list(islice(pictures, most))
    if not chosen:
        raise NothingKnown("there is no picture whose contents are known")
    known = sorted({thing.category for picture in chosen for thing in picture.things})
    scores = EyeScores()
    for start in range(0, len(chosen), BATCH):
        _look(chosen[start : start + BATCH], start, known, eyes, scores)
    return scores


def _look(part: Sequence[KnownPicture], start: int, known: Sequence[str], eyes: Eyes, scores: EyeScores) -> None:
    images = [_opened(picture.data) for picture in part]
    there = [list(dict.fromkeys(thing.category for thing in picture.things)) for picture in part]
    asked = [[*names, *absent_labels(names, known, ABSENT, start + place)] for place, names in enumerate(there)]
    found = eyes.detector.detect(images, asked)
    for picture, image, labels, detections in zip(part, images, asked, found, strict=True):
        scores.add(picture.things, labels, detections, image.size)
    depths = [place for place, picture in enumerate(part) if picture.depth_known] if eyes.depth is not None else []
    if eyes.depth is not None and depths:
        for place, depth in zip(depths, eyes.depth.measure([images[place] for place in depths]), strict=True):
            scores.add_depths(part[place].things, depth)


def _opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as opened:
        return opened.convert("RGB")


def settings_of(scores: EyeScores) -> dict[str, float]:
    """The settings that follow, by name; without those for which too little was seen."""
    found = {
        "SKG_DETECTOR_FIRM": scores.firm(), "SKG_DETECTOR_WEAK": scores.weak(), "SKG_DEPTH_SPREADS": scores.spreads(),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def as_json(scores: EyeScores, names: Sequence[str]) -> dict[str, Any]:
    """All that was measured, as plain values."""
    labels = sorted(scores.things)
    return {
        "eyes": list(names),
        "pictures": scores.pictures,
        "things": scores.things.total(),
        "absent": scores.asked_absent,
        "thresholds": [_at(scores, step, None) for step in STEPS],
        "categories": {
            label: {"things": scores.things[label], "thresholds": [_at(scores, step, label) for step in STEPS]}
            for label in labels
        },
        "calibration": {
            "error": scores.calibration_error(),
            "bins": [{"detections": n, "score": score, "right": share} for n, score, share in scores.calibration()],
        },
        "depth": {
            "apart": scores.pairs["apart"],
            "level": scores.pairs["level"],
            "spreads": [_order(scores, factor) for factor in scores.apart],
        },
        "settings": settings_of(scores),
    }


def _at(scores: EyeScores, step: float, label: str | None) -> dict[str, float | None]:
    precision, recall = scores.rates(step, label)
    return {"threshold": step, "precision": precision, "recall": recall}


def _order(scores: EyeScores, factor: float) -> dict[str, float | int | None]:
    counts, level = scores.apart[factor], scores.pairs["level"]
    wrong = counts[False] / counts.total() if counts.total() else None
    ordered = scores.level[factor] / level if level else None
    return {"spreads": factor, "believed": counts.total(), "wrong": wrong, "level_ordered": ordered}


def lines_of(scores: EyeScores, names: Sequence[str], firm: float) -> Iterator[str]:
    """For people. `firm`: the threshold in effect, at which categories are listed."""
    things, absent = scores.things.total(), scores.asked_absent
    yield f"eyes       {', '.join(names)}"
    yield f"pictures   {scores.pictures} with {things} things; {absent} labels asked for that are not there"
    yield "threshold  precision  recall"
    for step in STEPS[::2]:
        yield f"{step:<9g}  {_percent(scores.rates(step)[0])}  {_percent(scores.rates(step)[1])}"
    yield f"category, from {firm:g} on: things, precision, recall"
    for label, count in scores.things.most_common(SHOWN_CATEGORIES):
        precision, recall = scores.rates(firm, label)
        yield f"  {label:<22} {count:5}  {_percent(precision)}  {_percent(recall)}"
    error = scores.calibration_error()
    yield f"calibration error  {'nothing was found' if error is None else format(error, '.3f')}"
    for count, score, share in scores.calibration():
        yield f"  score {score:.2f}: {share:.0%} right of {count}"
    yield from _depth_lines(scores)
    chosen = " ".join(f"{name}={value:g}" for name, value in settings_of(scores).items())
    yield f"to set     {chosen or 'nothing: too little was seen rightly'}"


def _depth_lines(scores: EyeScores) -> Iterator[str]:
    if not scores.pairs.total():
        return
    yield f"order of depths, {scores.pairs['apart']} pairs apart, {scores.pairs['level']} at one depth"
    yield "  spreads  believed  of these wrong  of those at one depth ordered"
    for factor in scores.apart:
        one = _order(scores, factor)
        yield f"  {factor:<7g}  {one['believed']:8}  {_percent(one['wrong']):>14}  {_percent(one['level_ordered'])}"


def _percent(share: float | int | None) -> str:
    return "       –" if share is None else f"{share:8.1%}"
