"""Zero-shot detectors and depth estimators of transformers, as they are published.

In: pictures and words.  Out: detections and depth maps.  Grounding DINO reads all words as one text, OWLv2 each by itself;
both are asked for every label's own score, so that "red cat" does not hide behind "cat".
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.device_errors import device_watched
from gpu_workers.perception.grounding_dino import ask_grounding, in_portions
from gpu_workers.perception.interfaces import DepthMap, Detection
from gpu_workers.perception.loaded_models import Answer, Asks, Loaded, load
from schemas.errors import UserError

LEAST_SCORE = 0.1
"""Below it nothing is even doubtful; it bounds how much is handed on."""

METRIC = ("zoedepth", "depth_pro", "glpn")
"""Kinds of models that give metres. All others give disparity, which is larger for what is nearer."""


def load_detector(folder: Path, name: str) -> "ZeroShotDetector":
    """The detector in a folder. Raises UserError for one of an unknown kind, MissingExtra."""
    transformers = lazy_imports.transformers()
    loaded = load(folder, name, transformers.AutoModelForZeroShotObjectDetection, transformers.AutoProcessor)
    kind = loaded.model.config.model_type
    if kind not in ASKING:
        raise UserError(f"{name} is a {kind}; detectors are: {', '.join(ASKING)}")
    return ZeroShotDetector(loaded, ASKING[kind])


def load_depth(folder: Path, name: str) -> "DepthEstimator":
    """The depth estimator in a folder. Raises MissingExtra."""
    transformers = lazy_imports.transformers()
    return DepthEstimator(load(folder, name, transformers.AutoModelForDepthEstimation, transformers.AutoImageProcessor))


def _ask_owl(loaded: Loaded, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[Answer]:
    texts = [list(asked) for asked in labels]
    inputs = loaded.processor(images=list(pictures), text=texts, truncation=True, return_tensors="pt")
    found = loaded.model(**inputs.to(loaded.device))
    scores = found.logits.sigmoid()
    return [(scores[i, :, : len(asked)], found.pred_boxes[i]) for i, asked in enumerate(labels)]


ASKING: dict[str, Asks] = {
    "grounding-dino": ask_grounding,
    "mm-grounding-dino": ask_grounding,
    "owlv2": _ask_owl,
    "owlvit": _ask_owl,
}
"""How a kind of model is asked."""


class ZeroShotDetector:
    """Implements `gpu_workers.perception.interfaces.Detector`."""

    def __init__(self, loaded: Loaded, ask: Asks) -> None:
        self._loaded, self._ask = loaded, ask

    @property
    def name(self) -> str:
        """The model's name."""
        return self._loaded.name

    @device_watched()
    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        """All that scores at least LEAST_SCORE. Raises RetryableError where not even one picture fits, DeviceLost."""
        found: list[list[Detection]] = [[] for _ in pictures]
        portions = [self._portions(asked) for asked in labels]
        for turn in range(max((len(each) for each in portions), default=0)):
            jobs = [(number, each[turn]) for number, each in enumerate(portions) if turn < len(each)]
            for number, detections in zip((job[0] for job in jobs), self._answered(pictures, jobs), strict=True):
                found[number] += detections
        return found

    def _portions(self, labels: Sequence[str]) -> list[list[str]]:
        """The labels of a picture in as many lots as the model needs."""
        return in_portions(self._loaded, labels) if self._ask is ask_grounding else [list(labels)]

    def _answered(self, pictures: Sequence[Image.Image], jobs: Sequence[tuple[int, list[str]]]) -> list[list[Detection]]:
        """What is found of each lot in its picture."""

        def run(lot: Sequence[tuple[int, list[str]]]) -> list[Answer]:
            with lazy_imports.torch().no_grad():
                return self._ask(self._loaded, [pictures[number] for number, _ in lot], [names for _, names in lot])

        answers = zip(jobs, self._loaded.runs.over(jobs, run), strict=True)
        return [list(self._found(pictures[number].size, names, answer)) for (number, names), answer in answers]

    def _found(self, size: tuple[int, int], names: Sequence[str], answer: Answer) -> Iterator[Detection]:
        scores, boxes = (np.asarray(part.float().cpu()) for part in answer)
        across, down = self._reach(size)
        for query, label in zip(*np.nonzero(scores >= LEAST_SCORE), strict=True):
            x, y, w, h = (float(value) for value in boxes[query])
            box = ((x - w / 2) * across, (y - h / 2) * down, w * across, h * down)
            yield Detection(names[label], box, float(scores[query, label]))

    def _reach(self, size: tuple[int, int]) -> tuple[int, int]:
        """What a box's shares are of, in pixels: OWLv2 pads pictures to squares, at the right and at the bottom."""
        longest = max(size)
        return (longest, longest) if self._loaded.model.config.model_type == "owlv2" else size


class DepthEstimator:
    """Implements `gpu_workers.perception.interfaces.Depth`."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded

    @property
    def name(self) -> str:
        """The model's name."""
        return self._loaded.name

    def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        """A map a picture, at its size, smaller is nearer."""
        return self._loaded.runs.over(pictures, self._measured)

    def _measured(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        torch, loaded = lazy_imports.torch(), self._loaded
        with torch.no_grad():
            inputs = loaded.processor(images=list(pictures), return_tensors="pt").to(loaded.device)
            raw = loaded.model(**inputs).predicted_depth.float()
            maps = [
                torch.nn.functional.interpolate(each[None, None], picture.size[::-1], mode="bilinear")[0, 0]
                for each, picture in zip(raw, pictures, strict=True)
            ]
        sign = 1 if self._metric() else -1
        return [sign * np.asarray(each.cpu(), np.float32) for each in maps]

    def _metric(self) -> bool:
        config = self._loaded.model.config
        return config.model_type in METRIC or getattr(config, "depth_estimation_type", "relative") == "metric"
