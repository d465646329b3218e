"""Runs the configured eyes over pictures whose contents are known, and says how well they see.

In: annotated pictures, stored samples, or a renderer that knows what it draws.  Out: `EyeScores`, and lines of text.
Stores and publishes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from gpu_workers.annotated_pictures import is_depth_known
from gpu_workers.perception.depth_order import SPREADS
from gpu_workers.perception.eye_scores import STEPS, Crowd, EyeScores, Orders, absent_labels
from gpu_workers.perception.interfaces import DepthModel, Detector
from gpu_workers.picture_metadata import read_packet
from schemas.errors import PermanentError, UserError
from schemas.events import SeenObject
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import Planner, Renderer
from spatial.knowledge.annotation_names import known_name
from spatial.knowledge.knowledge_base import scene_kinds

ABSENT = 3
"""Labels that are asked for of each picture and are not in it."""

BATCH = 16
"""Pictures looked at together."""

UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
"""What the decoder raises for a file that is cut or broken."""

SHOWN_SKIPPED = 10
"""Lines of pictures that were skipped, for people; JSON has all."""

SHOWN_CATEGORIES = 20
"""Lines of categories for people; JSON has all."""


@dataclass(frozen=True)
class KnownPicture:
    """A picture's file, what is in it, whether the depths say anything, and what it is called where it is known.

    `crowds`: where things of a category are that nobody told apart.
    """

    data: bytes
    things: tuple[SeenObject, ...]
    depth_known: bool
    name: str = ""
    crowds: tuple[Crowd, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A picture of which nothing was measured, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Eyes:
    """A detector, and maybe a depth estimator."""

    detector: Detector
    depth: DepthModel | None = None


class NothingKnown(UserError):
    """There is no picture whose contents are known."""


Pictures = Iterator[KnownPicture | Skipped]


def annotated(folder: Path, annotations: Path) -> Pictures:
    """The pictures of a file of annotations, and which of them cannot be used. Raises BadAnnotations."""
    from streams.ingest.annotation_files import read_annotations
    from streams.ingest.picture_events import NotTaken, Terms, picture_event

    terms, records = Terms(folder, "measured", 0), read_annotations(annotations)

    def pictures() -> Pictures:
        for record in records:
            try:
                found = picture_event(record, terms)
            except NotTaken as error:
                yield Skipped(record.file_name, str(error))
                continue
            assert found.event.truth is not None
            depth_known = is_depth_known(found.event.graph)
            crowds = tuple(
                (known_name(thing.category) or thing.category, thing.box) for thing in record.objects if thing.is_crowd
            )
            yield KnownPicture(found.data, found.event.truth.objects, depth_known, record.file_name, crowds)

    return pictures()


def stored(uri: str, options: dict[str, str] | None = None) -> Pictures:
    """The pictures of a dataset whose renderer knew what it drew, and the others. Raises NoDataset, RetryableError."""
    from dataset.reading.row_reader import batches
    from dataset.table.delta_table import Table

    table = Table.load(uri, options)  # now: models take long to load

    def pictures() -> Pictures:
        for batch in batches(table, ["sample_id", "image"]):
            for row in batch.to_pylist():
                data = row["image"]["bytes"]
                truth = read_packet(data)
                if truth is None:
                    yield Skipped(row["sample_id"], "its renderer did not know what it drew")
                else:
                    yield KnownPicture(data, truth.objects, True, row["sample_id"])

    return pictures()


def drawn(renderer: Renderer, planner: Planner) -> Pictures:
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
            except PermanentError as error:
                yield Skipped(f"{scene} {number}", str(error))
                continue
            assert drawing.truth is not None
            yield KnownPicture(drawing.data, drawing.truth.objects, True, f"{scene} {number}")
        number += 1


@dataclass(frozen=True)
class Measured:
    """What was counted, and the pictures among those that were looked for of which nothing was."""

    scores: EyeScores
    skipped: tuple[Skipped, ...]


def measure(pictures: Iterable[KnownPicture | Skipped], eyes: Eyes, most: int) -> Measured:
    """Look at the first `most` pictures that can be read. Raises NothingKnown, RetryableError."""
    chosen, skipped = list[KnownPicture](), list[Skipped]()
    for picture in pictures:
        if isinstance(picture, Skipped):
            skipped.append(picture)
        elif fault := _fault_of(picture.data):
            skipped.append(Skipped(picture.name, fault))
        else:
            chosen.append(picture)
        if len(chosen) == most:
            break
    if not chosen:
        raise NothingKnown(f"there is no picture whose contents are known{_said(skipped)}")
    known = sorted({thing.category for picture in chosen for thing in picture.things})
    scores = EyeScores()
    for start in range(0, len(chosen), BATCH):
        _look(chosen[start : start + BATCH], start, known, eyes, scores)
    return Measured(scores, tuple(skipped))


def _said(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    first = skipped[0]
    return f"; {len(skipped)} cannot be used, as {first.name}: {first.why}"


def _fault_of(data: bytes) -> str | None:
    """Why a picture cannot be read to its end; None where it can."""
    try:
        _opened(data)
    except UNREADABLE as error:
        return f"its file cannot be read: {error}"
    return None


def _look(part: Sequence[KnownPicture], start: int, known: Sequence[str], eyes: Eyes, scores: EyeScores) -> None:
    images = [_opened(picture.data) for picture in part]
    there = [list(dict.fromkeys(thing.category for thing in picture.things)) for picture in part]
    asked = [[*names, *absent_labels(names, known, ABSENT, start + place)] for place, names in enumerate(there)]
    found = eyes.detector.detect(images, asked)
    for picture, image, labels, detections in zip(part, images, asked, found, strict=True):
        scores.add(picture.things, labels, detections, image.size, picture.crowds)
    depths = [place for place, picture in enumerate(part) if picture.depth_known] if eyes.depth is not None else []
    if eyes.depth is not None and depths:
        for place, depth in zip(depths, eyes.depth.measure([images[place] for place in depths]), strict=True):
            scores.add_depths(part[place].things, depth)


def _opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as opened:
        return opened.convert("RGB")


def settings_of(scores: EyeScores) -> dict[str, float]:
    """The settings that follow, by name; without those for which too little was seen.

    The two of depths belong together: they were measured with each other.
    """
    share, spreads = scores.share(), scores.spreads()
    depth: dict[str, float | None] = {}
    if share is not None:
        depth = {"SKG_DEPTH_SHARE": share, "SKG_DEPTH_SPREADS": SPREADS}
    elif spreads is not None:
        depth = {"SKG_DEPTH_SHARE": 0.0, "SKG_DEPTH_SPREADS": spreads}
    found = {"SKG_DETECTOR_FIRM": scores.firm(), "SKG_DETECTOR_WEAK": scores.weak(), **depth}
    return {name: value for name, value in found.items() if value is not None}


def not_proposed(scores: EyeScores) -> dict[str, str]:
    """Why nothing is proposed for a setting, by its name."""
    names = {"SKG_DETECTOR_FIRM": "firm", "SKG_DETECTOR_WEAK": "weak", "SKG_DEPTH_SHARE": "depth"}
    found, lacking = settings_of(scores), scores.lacking()
    if not scores.pairs.total():
        names.pop("SKG_DEPTH_SHARE")  # no estimator, or no known depths: it was not asked
    return {
        name: lacking.get(what, "none of the values that were tried reaches the goals")
        for name, what in names.items() if name not in found
    }  # fmt: skip


def as_json(measured: Measured, names: Sequence[str]) -> dict[str, Any]:
    """All that was measured, as plain values."""
    scores = measured.scores
    labels = sorted(scores.things)
    return {
        "eyes": list(names),
        "pictures": scores.pictures,
        "skipped": [{"name": each.name, "why": each.why} for each in measured.skipped],
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
            "spreads": [{"spreads": each, **_order(scores, scores.spread, each)} for each in scores.spread.apart],
            "shares": [{"share": each, **_order(scores, scores.shared, each)} for each in scores.shared.apart],
        },
        "settings": settings_of(scores),
        "not_proposed": not_proposed(scores),
    }


def _at(scores: EyeScores, step: float, label: str | None) -> dict[str, float | None]:
    precision, recall = scores.rates(step, label)
    return {"threshold": step, "precision": precision, "recall": recall}


def _order(scores: EyeScores, orders: Orders, bound: float) -> dict[str, float | int | None]:
    counts, level = orders.apart[bound], scores.pairs["level"]
    wrong = counts[False] / counts.total() if counts.total() else None
    ordered = orders.level[bound] / level if level else None
    return {"believed": counts.total(), "wrong": wrong, "level_ordered": ordered}


def lines_of(measured: Measured, names: Sequence[str], firm: float) -> Iterator[str]:
    """For people. `firm`: the threshold in effect, at which categories are listed."""
    scores = measured.scores
    things, absent = scores.things.total(), scores.asked_absent
    yield f"eyes       {', '.join(names)}"
    yield f"pictures   {scores.pictures} with {things} things; {absent} labels asked for that are not there"
    yield from _skipped_lines(measured.skipped)
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
    yield f"to set     {chosen or 'nothing'}"
    yield from (f"           {name}: {why}" for name, why in not_proposed(scores).items())


def _skipped_lines(skipped: Sequence[Skipped]) -> Iterator[str]:
    if skipped:
        yield f"skipped    {len(skipped)} pictures, of which nothing was measured"
        yield from (f"  {each.name}: {each.why}" for each in skipped[:SHOWN_SKIPPED])
        if len(skipped) > SHOWN_SKIPPED:
            yield f"  and {len(skipped) - SHOWN_SKIPPED} others, which --json names"


def _depth_lines(scores: EyeScores) -> Iterator[str]:
    if not scores.pairs.total():
        return
    yield f"order of depths, {scores.pairs['apart']} pairs apart, {scores.pairs['level']} at one depth"
    yield f"  share of the depth, with {SPREADS:g} spreads  believed  of these wrong  of those at one depth ordered"
    yield from _order_lines(scores, scores.shared, 35)
    yield "  spreads alone  believed  of these wrong  of those at one depth ordered"
    yield from _order_lines(scores, scores.spread, 13)


def _order_lines(scores: EyeScores, orders: Orders, width: int) -> Iterator[str]:
    for bound in orders.apart:
        one = _order(scores, orders, bound)
        yield f"  {bound:<{width}g}  {one['believed']:8}  {_percent(one['wrong']):>14}  {_percent(one['level_ordered'])}"


def _percent(share: float | int | None) -> str:
    return "       –" if share is None else f"{share:8.1%}"
