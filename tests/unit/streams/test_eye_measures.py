"""Eyes are measured on annotated pictures, on stored ones, and on pictures that are drawn for it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agents.planner import RulePlanner
from gpu_workers.collage import CollageRenderer
from gpu_workers.perception.interfaces import DepthMap, Detection
from gpu_workers.renderers import capabilities_of
from schemas.events import SeenObject
from streams.adapters.eye_measures import (
    Eyes,
    KnownPicture,
    NothingKnown,
    Pictures,
    Skipped,
    annotated,
    as_json,
    drawn,
    lines_of,
    measure,
    stored,
)
from streams.cli.root import run
from tests.fakes.boxed_bodies import BodyBoxesRenderer
from tests.fakes.coco_form import HEIGHT, WIDTH
from tests.fakes.collage import make_sprites
from tests.fakes.events import make_seed
from tests.fakes.line import Line, store_rows

pytestmark = pytest.mark.thorough


class TruthfulEyes:
    """Sees all that is asked for, surely, but for one label that it sees everywhere, and depths as the picture has them."""

    name = "truthful-1"

    def __init__(self, pictures: Sequence[KnownPicture], everywhere: str = "") -> None:
        self._truths = iter(pictures)
        self._depths = iter(pictures)
        self._everywhere = everywhere

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        return [self._found(next(self._truths), asked) for asked in labels]

    def _found(self, picture: KnownPicture, asked: Sequence[str]) -> list[Detection]:
        found = [Detection(thing.category, thing.box, 0.9) for thing in picture.things if thing.category in asked]
        return [*found, *(Detection(label, (0, 0, 9, 9), 0.8) for label in asked if label == self._everywhere)]

    def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        return [self._map(next(self._depths), picture.size) for picture in pictures]

    def _map(self, picture: KnownPicture, size: tuple[int, int]) -> DepthMap:
        depth = np.full(size[::-1], 99.0, np.float32)
        for thing in sorted(picture.things, key=lambda each: -each.depth):
            x, y, w, h = thing.box
            depth[y : y + h, x : x + w] = thing.depth
        return depth


def of_eyes(pictures: Sequence[KnownPicture], everywhere: str = "") -> Eyes:
    eyes = TruthfulEyes(pictures, everywhere)
    return Eyes(eyes, eyes)


def known(pictures: Pictures, count: int) -> list[KnownPicture]:
    return list(islice((each for each in pictures if isinstance(each, KnownPicture)), count))


@pytest.fixture(scope="module")
def collages(tmp_path_factory: pytest.TempPathFactory) -> list[KnownPicture]:
    renderer = CollageRenderer(make_sprites(tmp_path_factory.mktemp("sprites")))
    return known(drawn(renderer, RulePlanner(capabilities_of("collage"))), 40)


def test_eyes_that_see_what_is_there_have_all_of_it_right(collages: list[KnownPicture]):
    measured = measure(collages, of_eyes(collages), 40)
    scores = measured.scores
    assert scores.pictures == 40
    assert scores.asked_absent > 80
    assert scores.rates(0.5) == (1.0, 1.0)
    assert scores.firm() == 0.1
    found = as_json(measured, ["truthful-1"])
    assert found["settings"]["SKG_DETECTOR_FIRM"] == 0.1
    assert found["depth"]["apart"] > 20
    json.dumps(found)


def test_a_label_that_is_seen_everywhere_is_told_by_its_category(collages: list[KnownPicture]):
    [worst, *_] = sorted({thing.category for picture in collages for thing in picture.things})
    found = as_json(measure(collages, of_eyes(collages, worst), 40), ["truthful-1"])
    at = {step["threshold"]: step for step in found["categories"][worst]["thresholds"]}
    assert at[0.5]["precision"] < 0.6
    assert at[0.85]["precision"] in (1.0, None)
    others = [each for name, each in found["categories"].items() if name != worst]
    assert all(step["precision"] in (1.0, None) for each in others for step in each["thresholds"])


def test_lines_say_what_was_measured_and_what_to_set(collages: list[KnownPicture]):
    text = "\n".join(lines_of(measure(collages, of_eyes(collages), 40), ["truthful-1"], 0.35))
    assert "pictures   40" in text
    assert "to set     SKG_DETECTOR_FIRM=0.1" in text
    assert "order of depths" in text
    assert "nan" not in text


def test_scenes_in_metres_are_drawn_for_it_as_well():
    pictures = known(drawn(BodyBoxesRenderer(128), RulePlanner(capabilities_of("solid"))), 3)
    assert all(picture.depth_known for picture in pictures)
    assert measure(pictures, of_eyes(pictures), 3).scores.pictures == 3


def test_stored_pictures_whose_renderer_knew_are_taken_from_a_dataset(tmp_path: Path):
    line = Line(CollageRenderer(make_sprites(tmp_path / "sprites")))
    samples = line.samples([make_seed("kitchen", 3)])
    pictures = [each for each in stored(store_rows(str(tmp_path / "dataset"), samples)) if isinstance(each, KnownPicture)]
    assert [picture.name for picture in pictures] == [sample.event.sample_id for sample in samples]
    assert len(pictures) == len(samples)
    assert [len(each.things) for each in pictures] == [len(sample.event.graph.objects) for sample in samples]


def test_annotated_pictures_have_no_depths_unless_someone_annotated_them(tmp_path: Path):
    pixels = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "one.png")
    boxes = [{"category": "cat", "box": [10, 10, 60, 60]}, {"category": "dog", "box": [120, 30, 70, 70]}]
    lines = [
        {"image": "one.png", "objects": boxes},
        {"image": "one.png", "objects": [box | {"depth": number + 1.0} for number, box in enumerate(boxes)]},
        {"image": "gone.png", "objects": boxes},
    ]
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    [*found, gone] = annotated(tmp_path, file)
    assert gone == Skipped("gone.png", "there is no such file")
    found = [picture for picture in found if isinstance(picture, KnownPicture)]
    assert [picture.depth_known for picture in found] == [False, True]
    assert [[thing.category for thing in picture.things] for picture in found] == [["cat", "dog"]] * 2
    scores = measure(found, of_eyes([*found, *found]), 9).scores
    assert scores.rates(0.5) == (1.0, 1.0)


def test_detections_in_a_crowd_of_cocos_form_are_neither_right_nor_wrong(tmp_path: Path):
    """The person in the crowd is sure to be one of it; a dog there is wrong, and so is a person elsewhere."""
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)).save(tmp_path / "one.png")
    boxes = [(1, [0, 0, 190, 100], 1), (2, [20, 120, 60, 60], 0)]
    annotations = [
        {"id": number, "image_id": 0, "category_id": kind, "bbox": box, "area": box[2] * box[3], "iscrowd": crowd}
        for number, (kind, box, crowd) in enumerate(boxes)
    ]
    content = {
        "images": [{"id": 0, "file_name": "one.png", "width": 200, "height": 200}],
        "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "dog"}], "annotations": annotations,
    }  # fmt: skip
    file = tmp_path / "coco.json"
    file.write_text(json.dumps(content), "utf-8")
    people = [Detection("person", (10.0 + 35 * number, 20.0, 20.0, 60.0), 0.9) for number in range(5)]
    elsewhere = [Detection("person", (100.0, 120.0, 20.0, 60.0), 0.9), Detection("dog", (10.0, 20.0, 20.0, 60.0), 0.9)]
    pictures = list(annotated(tmp_path, file))
    right = Detection("dog", (20.0, 120.0, 60.0, 60.0), 0.9)
    assert measure(pictures, Eyes(Always([*people, right])), 1).scores.rates(0.5) == (1.0, 1.0)
    assert measure(pictures, Eyes(Always([*people, right, *elsewhere])), 1).scores.rates(0.5) == (1 / 3, 1.0)


class Always:
    """Sees the same in every picture."""

    name = "always-1"

    def __init__(self, found: list[Detection]) -> None:
        self._found = found

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        return [self._found for _ in pictures]


def test_no_picture_at_all_is_said():
    with pytest.raises(NothingKnown, match="no picture"):
        measure([], of_eyes([]), 5)


def test_a_thing_without_depth_pairs_is_counted_by_boxes_alone():
    lone = KnownPicture(_png(), (SeenObject(id=0, category="cat", box=(1, 1, 20, 20), depth=1.0, visible=1.0),), True)
    measured = measure([lone], of_eyes([lone]), 1)
    assert not measured.scores.pairs.total()
    lines = list(lines_of(measured, ["x"], 0.3))
    assert not any("order of depths" in line for line in lines)
    assert lines[-3:] == [
        "to set     nothing", "           SKG_DETECTOR_FIRM: not enough pictures: 1 (1 detections of 60)",
        "           SKG_DETECTOR_WEAK: not enough pictures: 1 (1 things found of 150)",
    ]  # fmt: skip


def test_pictures_that_cannot_be_used_are_counted_and_named(collages: list[KnownPicture]):
    """One was not taken by its annotations, one is cut, one is no picture."""
    first, second = collages[:2]
    cut, text = replace(first, data=first.data[:2000], name="cut.webp"), replace(second, data=b"text", name="text.webp")
    measured = measure(
        [Skipped("gone.png", "there is no such file"), cut, first, text, second], of_eyes([first, second]), 2
    )
    assert measured.scores.pictures == 2
    assert [each.name for each in measured.skipped] == ["gone.png", "cut.webp", "text.webp"]
    assert [each["name"] for each in as_json(measured, [])["skipped"]] == ["gone.png", "cut.webp", "text.webp"]
    text_of = "\n".join(lines_of(measured, ["x"], 0.3))
    assert "skipped    3 pictures, of which nothing was measured" in text_of
    assert "  cut.webp: its file cannot be read: " in text_of
    with pytest.raises(NothingKnown, match=r"2 cannot be used, as cut\.webp: its file cannot be read"):
        measure([cut, text], of_eyes([]), 2)


def _png() -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name one source"),
        (["--images", "x"], "name one source"),
        (["--dataset", "x", "--drawn", "collage"], "name one source"),
        (["--drawn", "gligen"], "collage, solid do"),
        (["--drawn", "collage"], "set SKG_DETECTOR"),
    ],
)
def test_the_command_says_what_it_lacks(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("SKG_SPRITES_DIR", str(make_sprites(tmp_path)))
    monkeypatch.delenv("SKG_DETECTOR", raising=False)
    assert run(["eyes", "measure", *arguments]) in (1, 2)
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") <= 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"SKG_DETECTOR": "tiny", "SKG_DEPTH_SHARE": "0.2"}, "SKG_DEPTH_SHARE counts with SKG_DEPTH alone"),
        ({"SKG_DETECTOR": "someone/eyes"}, "SKG_DETECTOR_REVISION must give the commit"),
        ({"SKG_DETECTOR": "tiny", "SKG_DEPTH": "someone/depth"}, "SKG_DEPTH_REVISION must give the commit"),
    ],
)
def test_the_command_refuses_the_settings_of_eyes_that_examine_refuses(
    given: dict[str, str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert run(["eyes", "measure", "--drawn", "collage"]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") <= 2


Reads = Callable[[], str]


def test_the_command_measures_the_configured_eyes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    pytest.importorskip("torch", reason="the gpu extra is not installed")
    for name, value in {"SKG_DETECTOR": "tiny", "SKG_DEPTH": "tiny", "SKG_MODEL_CACHE": str(tmp_path / "models")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SKG_SPRITES_DIR", str(make_sprites(tmp_path / "sprites")))
    assert run(["eyes", "measure", "--drawn", "collage", "--count", "4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["eyes"] == ["tiny-blind", "tiny-depth"]
    assert found["pictures"] == 4
    assert all(step["recall"] == 0 for step in found["thresholds"]), "the tiny detector never finds anything"
    assert found["settings"] == {}
    assert all(why.startswith("not enough pictures: 4 (") for why in found["not_proposed"].values())
    assert run(["eyes", "measure", "--drawn", "collage", "--count", "2"]) == 0
    assert "nothing was found" in capsys.readouterr().out
