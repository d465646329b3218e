"""The adapters of transformers over tiny random weights: true loading, true processors, true shapes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpu_workers.eyes import tiny
from gpu_workers.eyes.models import load_depth, load_detector
from schemas.failures import UserError

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")
torch.set_num_threads(1)

PICTURES = [Image.effect_noise((64, 48), 90).convert("RGB"), Image.effect_noise((40, 80), 90).convert("RGB")]
LABELS = [["cat", "red cat", "dog"], ["soccer ball"]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("eyes")


@pytest.mark.parametrize("kind", ["owlv2", "grounding-dino"])
def test_a_detector_answers_for_each_picture_with_its_own_labels_and_boxes_in_pixels(models: Path, kind: str):
    detector = load_detector(tiny.build(models / kind, kind), f"tiny {kind}")
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


def test_a_blind_detector_walks_the_whole_path_and_finds_nothing(models: Path):
    detector = load_detector(tiny.build(models / "blind", "blind"), "blind")
    assert detector.detect(PICTURES, LABELS) == [[], []]


def test_depth_is_measured_at_the_pictures_size_and_smaller_is_nearer(models: Path):
    depth = load_depth(tiny.build(models / "depth", "depth"), "tiny depth")
    maps = depth.measure(PICTURES)
    assert [each.shape for each in maps] == [(48, 64), (80, 40)]
    assert all(each.max() <= 0 for each in maps), "disparity is turned around"


def test_what_is_no_detector_is_named_in_one_line(models: Path, tmp_path: Path):
    with pytest.raises(UserError) as caught:
        load_detector(tmp_path, "an empty folder")
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="no tiny model"):
        tiny.build(tmp_path, "eagle")
