"""The adapters of transformers over tiny random weights: true loading, true processors, true shapes."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.model_shelf.model_check import PROCESSORS, checked
from gpu_workers.model_shelf.model_files import files_in
from gpu_workers.perception.depth_models import DEPTH_ESTIMATORS, METRIC, DepthEstimator, load_depth
from gpu_workers.perception.depth_order import anchored
from gpu_workers.perception.detection_filter import Thresholds, filter_detections
from gpu_workers.perception.grounding_dino import joined_labels, label_batches, run_grounding_dino
from gpu_workers.perception.loaded_models import LoadedModel, load
from gpu_workers.perception.vision_models import (
    DETECTOR_RUNNERS,
    MIN_SCORE,
    USUAL_THRESHOLDS,
    ZeroShotDetector,
    load_detector,
    owl_prompt,
)
from gpu_workers.tiny_models import tiny_detectors
from schemas.errors import RetryableError, UserError
from streams.adapters.vision_factories import detector_of
from streams.errors import Misconfigured
from streams.settings import VisionSettings
from tests.fakes.collage import Thing, make_scene

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")
tiny_depths = pytest.importorskip("tests.fakes.tiny_depths", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough
torch.set_num_threads(1)

PICTURES = [Image.effect_noise((64, 48), 90).convert("RGB"), Image.effect_noise((40, 80), 90).convert("RGB")]
LABELS = [["cat", "red cat", "dog"], ["soccer ball"]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("detectors")


@pytest.mark.parametrize("kind", ["owlv2", "grounding-dino"])
def test_a_detector_answers_for_each_picture_with_its_own_labels_and_boxes_in_pixels(models: Path, kind: str):
    detector = load_detector(tiny_detectors.build(models / kind, kind), f"tiny {kind}")
    together = detector.detect(PICTURES, LABELS)
    assert any(together), "random weights score around a half"
    for picture, labels, found in zip(PICTURES, LABELS, together, strict=True):
        for detection in found:
            assert detection.label in labels
            assert 0 < detection.score <= 1
            longest = max(picture.size)
            assert all(-longest <= value <= 2 * longest for value in detection.box)
    alone = [detector.detect([picture], [labels])[0] for picture, labels in zip(PICTURES, LABELS, strict=True)]
    for a, b in zip(together[0], alone[0], strict=True):
        assert a.label == b.label
        assert np.allclose(a.box, b.box, atol=0.5)


def test_what_is_seen_in_a_picture_does_not_depend_on_the_shapes_of_its_neighbours(models: Path):
    """Published processors keep a picture's shape, and pad those of a batch to the largest of it."""
    transformers = lazy_imports.transformers()
    folder = shutil.copytree(
        tiny_detectors.build(models / "grounding-dino", "grounding-dino"), models / "dino that keeps shapes"
    )
    processor = transformers.AutoProcessor.from_pretrained(folder)
    processor.image_processor = transformers.GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 96})
    processor.save_pretrained(folder)
    detector = load_detector(folder, "dino")
    for picture, labels, found in zip(PICTURES, LABELS, detector.detect(PICTURES, LABELS), strict=True):
        [alone] = detector.detect([picture], [labels])
        assert [each.label for each in found] == [each.label for each in alone]
        assert np.allclose([each.score for each in found], [each.score for each in alone], atol=1e-4)
        assert np.allclose([each.box for each in found], [each.box for each in alone], atol=1e-2)


def test_more_labels_than_a_text_holds_are_read_in_several_texts_and_each_is_asked_for(models: Path):
    detector = load_detector(tiny_detectors.build(models / "grounding-dino", "grounding-dino"), "tiny")
    many = [f"thing {chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(60)]
    found, few = detector.detect([PICTURES[0], PICTURES[0]], [many, ["cat"]])
    assert {each.label for each in found} == set(many)
    assert {each.label for each in few} == {"cat"}


@pytest.mark.parametrize("kind", ["owlv2", "grounding-dino"])
def test_of_a_label_that_is_longer_than_a_text_nothing_is_said_and_the_others_are_read(models: Path, kind: str):
    """Cut, a description would be that of another thing, and a category that is there would look absent."""
    detector = load_detector(tiny_detectors.build(models / kind, kind), "tiny")
    category, described = "thing " * 80 + "x", "very " * 300 + "red cat"
    [found], [usual] = (detector.detect(PICTURES[:1], [asked]) for asked in (["cat", described, category], ["cat"]))
    assert [each for each in found if each.label == "cat"] == usual
    [said] = [each for each in found if each.label != "cat"]
    assert (said.label, said.box) == (category, (0, 0, 64, 48))
    graph = make_scene("kitchen", [Thing("cat", (0, 0, 9, 9), 0.4)], excluded=("dog",))
    nowhere = filter_detections(graph, [replace(said, label="dog")], (64, 48), Thresholds())
    assert [each.label for each in nowhere.doubtful] == ["dog"], "it is not claimed to be absent"
    assert nowhere.firm == ()


def test_a_description_is_read_in_one_text_with_its_category(models: Path):
    loaded = load(tiny_detectors.build(models / "grounding-dino", "grounding-dino"), "tiny", *_classes())
    labels = ["cat", *(f"thing {chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(60)), "red cat"]
    portions = label_batches(loaded, labels)
    assert set(labels) == {label for portion in portions for label in portion}
    assert len(portions) > 1
    assert all("cat" in portion for portion in portions if "red cat" in portion)
    for portion in portions:
        assert len(loaded.processor.tokenizer(joined_labels(portion))["input_ids"]) <= loaded.model.config.max_text_len
    assert label_batches(loaded, ["cat", "red cat"]) == [["cat", "red cat"]]


def _classes():
    transformers = lazy_imports.transformers()
    return transformers.AutoModelForZeroShotObjectDetection, transformers.AutoProcessor


class Fixed:
    """A model with given logits: one query, one score a token."""

    def __init__(self, config: object, logits: object) -> None:
        self.config, self._logits = config, logits

    def __call__(self, **_: object) -> SimpleNamespace:
        return SimpleNamespace(logits=self._logits, pred_boxes=torch.tensor([[[0.5, 0.5, 0.5, 0.5]]]))


def test_a_description_is_as_sure_as_the_least_sure_of_its_words(models: Path):
    real = load(tiny_detectors.build(models / "grounding-dino", "grounding-dino"), "tiny", *_classes())
    labels = ["cat", "red cat", "soccer ball"]
    offsets = real.processor.tokenizer(joined_labels(labels), return_offsets_mapping=True)["offset_mapping"]
    sure = {"cat": 2.0, "red": -2.0, "soccer": 1.0, "ball": 3.0}
    logits = torch.full((1, 1, 256), -9.0)
    for place, (start, end) in enumerate(offsets):
        text = joined_labels(labels)
        word = text[text.rfind(" ", 0, start) + 1 :].split(" ")[0].rstrip(".") if end > start else ""
        if word in sure and text[start:end] != ".":
            logits[0, 0, place] = sure[word]
    fixed = replace(real, model=Fixed(real.model.config, logits))
    [(scores, _)] = run_grounding_dino(fixed, PICTURES[:1], [labels])
    cat, red_cat, ball = scores[0].tolist()
    sigmoid = torch.sigmoid(torch.tensor([2.0, -2.0, 1.0, 3.0])).tolist()
    assert cat == pytest.approx(sigmoid[0])
    assert red_cat == pytest.approx(sigmoid[1])
    assert sigmoid[2] < ball < sigmoid[3]


class Cramped:
    """A model on a device that holds `most` pictures; remembers how many it was given."""

    def __init__(self, model, most: int) -> None:
        self.config, self._model, self._most = model.config, model, most
        self.backoff: list[int] = []

    def __call__(self, **inputs):
        self.backoff.append(len(inputs["pixel_values"]))
        if self.backoff[-1] > self._most:
            raise torch.OutOfMemoryError("out of memory")
        return self._model(**inputs)


@pytest.mark.parametrize("kind", ["owlv2", "grounding-dino"])
def test_pictures_that_do_not_fit_into_memory_together_are_looked_at_in_halves(models: Path, kind: str):
    loaded = load(tiny_detectors.build(models / kind, kind), "tiny", *_classes())
    cramped = Cramped(loaded.model, 1)
    pictures, labels = PICTURES[:1] * 4, LABELS * 2
    calm = ZeroShotDetector(loaded, DETECTOR_RUNNERS[kind]).detect(pictures, labels)
    halved = ZeroShotDetector(replace(loaded, model=cramped), DETECTOR_RUNNERS[kind]).detect(pictures, labels)
    assert cramped.backoff == [4, 2, 1, 1, 1, 1]
    assert [[each.label for each in found] for found in calm] == [[each.label for each in found] for found in halved]


def test_depth_maps_are_made_in_halves_too(models: Path):
    loaded = _depth_model(models)
    cramped = Cramped(loaded.model, 2)
    calm = DepthEstimator(loaded).measure(PICTURES * 2)
    halved = DepthEstimator(replace(loaded, model=cramped)).measure(PICTURES * 2)
    assert cramped.backoff == [4, 2, 2]
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(calm, halved, strict=True))


def test_a_picture_that_does_not_fit_alone_is_tried_later(models: Path):
    loaded = load(tiny_detectors.build(models / "owlv2", "owlv2"), "tiny", *_classes())
    with pytest.raises(RetryableError):
        ZeroShotDetector(replace(loaded, model=Cramped(loaded.model, 0)), DETECTOR_RUNNERS["owlv2"]).detect(
            PICTURES, LABELS
        )


def _depth_model(models: Path) -> LoadedModel:
    transformers = lazy_imports.transformers()
    classes = transformers.AutoModelForDepthEstimation, transformers.AutoImageProcessor
    return load(tiny_detectors.build(models / "depth", "depth"), "tiny", *classes)


def test_metres_grow_with_distance_and_disparity_with_nearness(models: Path):
    loaded = _depth_model(models)
    [disparity] = DepthEstimator(loaded).measure(PICTURES[:1])
    loaded.model.config.depth_estimation_type = "metric"
    [metres] = DepthEstimator(loaded).measure(PICTURES[:1])
    assert np.allclose(anchored(metres), disparity)
    assert (np.argsort(metres, axis=None) == np.argsort(-disparity, axis=None)).mean() > 0.9, "turned around, and shifted"


def test_a_square_detector_counts_boxes_from_the_longer_side(models: Path):
    owl = load_detector(tiny_detectors.build(models / "owlv2", "owlv2"), "tiny")
    dino = load_detector(tiny_detectors.build(models / "grounding-dino", "grounding-dino"), "tiny")
    middle = (np.array([[0.9]]), np.array([[0.5, 0.5, 0.5, 0.5]]))
    answer = tuple(torch.from_numpy(part) for part in middle)
    assert [each.box for each in owl._detections((64, 48), ["cat"], answer)] == [(16.0, 16.0, 32.0, 32.0)]
    assert [each.box for each in dino._detections((64, 48), ["cat"], answer)] == [(16.0, 12.0, 32.0, 24.0)]


def test_a_blind_detector_walks_the_whole_path_and_finds_nothing(models: Path):
    detector = load_detector(tiny_detectors.build(models / "blind", "blind"), "blind")
    assert detector.detect(PICTURES, LABELS) == [[], []]


def test_depth_is_measured_at_the_pictures_size_and_smaller_is_nearer(models: Path):
    depth = load_depth(tiny_detectors.build(models / "depth", "depth"), "tiny depth")
    maps = depth.measure(PICTURES)
    assert [each.shape for each in maps] == [(48, 64), (80, 40)]
    assert all(each.max() <= 0 for each in maps), "disparity is turned around"


@pytest.mark.parametrize("kind", DEPTH_ESTIMATORS)
def test_pictures_of_any_shapes_are_measured_together_as_alone(models: Path, kind: str):
    """Most estimators keep a picture's shape, so that two shapes do not make one batch."""
    depth = load_depth(tiny_depths.build(models / f"{kind} of its own", kind), kind)
    together = depth.measure(PICTURES * 2)
    assert [each.shape for each in together] == [(48, 64), (80, 40)] * 2
    for place, picture in enumerate(PICTURES):
        [alone] = depth.measure([picture])
        assert np.allclose(together[place], alone, atol=1e-4)
        assert np.allclose(together[place + 2], alone, atol=1e-4)


class Bright:
    """A network that says what it is shown: of each place how bright it is."""

    def __init__(self, config: object, view: float | None) -> None:
        self.config, self._view = config, view

    def __call__(self, pixel_values: "torch.Tensor") -> SimpleNamespace:
        brightness = pixel_values.mean(1)
        view = None if self._view is None else torch.full((len(brightness),), self._view)
        return SimpleNamespace(predicted_depth=brightness - brightness.min() + 0.5, field_of_view=view)


@pytest.mark.parametrize("view", [None, 60.0])
@pytest.mark.parametrize("kind", DEPTH_ESTIMATORS)
def test_a_map_is_of_the_picture_alone_and_smaller_is_nearer_whatever_a_network_says(
    models: Path, kind: str, view: float | None
):
    """Zoe's network is shown a margin, too, and says metres, as GLPN's; Depth Pro's their inverse, others disparity."""
    loaded = load_depth(tiny_depths.build(models / f"{kind} of its own", kind), kind)._loaded
    picture = Image.new("RGB", (160, 96), "black")
    picture.paste("white", (8, 8, 48, 40))
    [seen] = DepthEstimator(replace(loaded, model=Bright(loaded.model.config, view))).measure([picture])
    is_disparity = kind == "depth_pro" or (
        kind not in METRIC and getattr(loaded.model.config, "depth_estimation_type", "relative") == "relative"
    )
    assert (seen[24, 28] < seen[80, 120]) == is_disparity
    rows, columns = np.nonzero(np.abs(seen - seen[80, 120]) > np.abs(seen - seen[24, 28]))
    edges = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert np.abs(np.array(edges) - (8, 8, 48, 40)).max() <= 4


@pytest.mark.parametrize(("load_it", "known"), [(load_depth, "depth_pro"), (load_detector, "owlv2")])
def test_another_kind_of_model_is_refused_with_those_there_are_before_its_weights_are_read(
    tmp_path: Path, load_it: Callable[[Path, str], object], known: str
):
    """Of a depth estimator of another kind nothing would be known of its values: heights of trees are larger upwards."""
    (tmp_path / "config.json").write_text('{"model_type": "chmv2"}', "utf-8")
    with pytest.raises(UserError, match=f"the model is a chmv2; .* are: .*{known}"):
        load_it(tmp_path, "the model")


def test_what_is_no_detector_is_named_in_one_line(models: Path, tmp_path: Path):
    with pytest.raises(UserError) as caught:
        load_detector(tmp_path, "an empty folder")
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="no tiny model"):
        tiny_detectors.build(tmp_path, "eagle")


@pytest.mark.parametrize("kind", ["owlv2", "grounding-dino"])
@pytest.mark.parametrize(("dtype", "off"), [("bfloat16", 0.2), ("float16", 0.03)])
def test_a_detector_in_half_precision_scores_about_the_same(models: Path, kind: str, dtype: str, off: float):
    """The tiny ones score every label alike, so that a rounded score might pass a threshold: all are compared."""
    folder = tiny_detectors.build(models / kind, kind)
    single, half = (load(folder, kind, *_classes(), each) for each in ("float32", dtype))
    assert half.model.dtype == getattr(torch, dtype)
    with torch.no_grad():
        one, other = (DETECTOR_RUNNERS[kind](loaded, PICTURES[:1], [["cat", "dog"]])[0][0] for loaded in (single, half))
    assert other.shape == one.shape
    assert (one - other.float()).abs().max() < off


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_depths_in_half_precision_are_about_the_same(models: Path, dtype: str):
    folder = tiny_detectors.build(models / "depth", "depth")
    [one], [other] = (load_depth(folder, "depth", each).measure(PICTURES[:1]) for each in ("float32", dtype))
    assert other.dtype == np.float32
    assert np.abs(one - other).max() <= 0.02 * np.abs(one).max() + 1e-3


def test_each_kind_has_thresholds_of_its_own_and_settings_come_first(models: Path):
    kinds = ("owlv2", "grounding-dino")
    usual = {kind: load_detector(tiny_detectors.build(models / kind, kind), kind).usual for kind in kinds}
    assert usual["owlv2"].firm < usual["grounding-dino"].firm
    assert set(USUAL_THRESHOLDS) == set(DETECTOR_RUNNERS)
    assert all(MIN_SCORE <= each.weak < each.firm for each in USUAL_THRESHOLDS.values())
    given = VisionSettings(detector=str(models / "owlv2"), detector_firm=0.6)
    eyes = detector_of(given)
    assert eyes is not None
    assert eyes._thresholds == Thresholds(0.6, usual["owlv2"].weak)  # type: ignore[attr-defined]
    with pytest.raises(Misconfigured, match=r"SKG_DETECTOR_WEAK \(0\.5\) is above SKG_DETECTOR_FIRM \(0\.25\)"):
        detector_of(VisionSettings(detector=str(models / "owlv2"), detector_weak=0.5))


def test_what_is_in_doubt_is_seen_however_low_its_threshold_is_set(models: Path):
    loaded = load(tiny_detectors.build(models / "owlv2", "owlv2"), "owlv2", *_classes())
    faint = torch.full((1, 1, 1), 0.06).logit()
    fixed = replace(loaded, model=Fixed(loaded.model.config, faint))
    usual = ZeroShotDetector(fixed, DETECTOR_RUNNERS["owlv2"])
    assert usual.detect(PICTURES[:1], [["cat"]]) == [[]]
    [[seen]] = usual.down_to(0.05).detect(PICTURES[:1], [["cat"]])
    assert seen.score == pytest.approx(0.06)
    assert usual.down_to(0.5).detect(PICTURES[:1], [["cat"]]) == [[]], "the thresholds tell firm from doubtful"
    eyes = detector_of(VisionSettings(detector=str(models / "owlv2"), detector_weak=0.05))
    assert eyes is not None
    assert eyes._detector._least == 0.05  # type: ignore[attr-defined]


def test_an_owl_is_asked_in_the_words_that_it_was_trained_on(models: Path):
    assert owl_prompt("cat") == "a photo of a cat"
    assert owl_prompt("open book") == "a photo of an open book"
    loaded = load(tiny_detectors.build(models / "owlv2", "owlv2"), "owlv2", *_classes())
    asked = list[object]()
    processor = loaded.processor

    def listening(**given: object) -> object:
        asked.append(given["text"])
        return processor(**given)

    with torch.no_grad():
        DETECTOR_RUNNERS["owlv2"](replace(loaded, processor=listening), PICTURES, LABELS)
    assert asked == [[["a photo of a cat", "a photo of a red cat", "a photo of a dog"], ["a photo of a soccer ball"]]]


@pytest.mark.parametrize("kind", tiny_detectors.KINDS)
def test_a_whole_model_of_eyes_fits_and_one_without_its_processor_does_not(models: Path, tmp_path: Path, kind: str):
    folder = tiny_detectors.build(models / kind, kind)
    assert checked(files_in(folder)).faults == ()
    bare = shutil.copytree(folder, tmp_path / "bare")
    for name in PROCESSORS:
        (bare / name).unlink(missing_ok=True)
    assert any("it has neither" in fault for fault in checked(files_in(bare)).faults)
