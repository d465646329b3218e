"""Zero-shot detectors of transformers, as they are published.

In: pictures and labels.  Out: detections.  Grounding DINO reads all labels as one text, OWLv2 each by
itself as "a photo of a …"; both give a score for every label, so that "red cat" is not hidden by a better "cat".
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.device_errors import raising_device_lost
from gpu_workers.model_shelf.model_loading import require_kind
from gpu_workers.perception.detection_filter import Thresholds
from gpu_workers.perception.grounding_dino import heads_of, joined_labels, label_batches, run_grounding_dino
from gpu_workers.perception.interfaces import Detection
from gpu_workers.perception.loaded_models import AUTO, LoadedModel, RawDetections, RunsDetector, load
from spatial.questions.wording.lexicon import indefinite

MIN_SCORE = 0.1
"""Detections below it are dropped unless lower ones are asked for; bounds the size of the result."""


def load_detector(folder: Path, name: str, dtype: str = AUTO) -> "ZeroShotDetector":
    """The detector in a folder. Raises UserError for one of an unknown kind, MissingExtra."""
    require_kind(folder, name, DETECTOR_RUNNERS, "detectors")
    transformers = lazy_imports.transformers()
    loaded = load(folder, name, transformers.AutoModelForZeroShotObjectDetection, transformers.AutoProcessor, dtype)
    return ZeroShotDetector(loaded, DETECTOR_RUNNERS[loaded.model.config.model_type])


def _run_owl(loaded: LoadedModel, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[RawDetections]:
    texts = [[owl_prompt(label) for label in asked] for asked in labels]
    inputs = loaded.processor(images=list(pictures), text=texts, truncation=True, return_tensors="pt")
    found = loaded.model(**loaded.taken(inputs))
    scores = found.logits.sigmoid()
    return [(scores[i, :, : len(asked)], found.pred_boxes[i]) for i, asked in enumerate(labels)]


def owl_prompt(label: str) -> str:
    """A label in the words that OWL-ViT and OWLv2 were trained on."""
    return f"a photo of {indefinite(label)}"


DETECTOR_RUNNERS: dict[str, RunsDetector] = {
    "grounding-dino": run_grounding_dino,
    "mm-grounding-dino": run_grounding_dino,
    "owlv2": _run_owl,
    "owlvit": _run_owl,
}
"""By the model type of transformers."""

USUAL_THRESHOLDS = {
    "grounding-dino": Thresholds(0.35, 0.2),
    "mm-grounding-dino": Thresholds(0.35, 0.2),
    "owlv2": Thresholds(0.25, 0.12),
    "owlvit": Thresholds(0.2, 0.1),
}
"""Of each kind, above what its authors' examples use, since an object that is not there costs more than one that is missed.
They were not measured on published weights: `skg eyes measure` does that."""


class ZeroShotDetector:
    """Implements `gpu_workers.perception.interfaces.Detector`."""

    def __init__(self, loaded: LoadedModel, run: RunsDetector, least: float = MIN_SCORE) -> None:
        self._loaded, self._run, self._least = loaded, run, least

    @property
    def name(self) -> str:
        """The model's name."""
        return self._loaded.name

    @property
    def usual(self) -> Thresholds:
        """The thresholds of its kind."""
        return USUAL_THRESHOLDS[self._loaded.model.config.model_type]

    def down_to(self, score: float) -> "ZeroShotDetector":
        """The same, whose detections reach down to a score where that is below MIN_SCORE."""
        return ZeroShotDetector(self._loaded, self._run, min(self._least, score))

    @raising_device_lost()
    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        """All detections from the least score on. Raises RetryableError where not even one picture fits, DeviceLost.

        A category whose name is longer than the model reads may be anywhere: its score is no number.  A description that is
        too long is not found.
        """
        read = [[label for label in asked if self._is_readable(label, asked)] for asked in labels]
        found = [
            [_anywhere(label, picture) for label in asked if label not in known and not heads_of(label, asked)]
            for picture, asked, known in zip(pictures, labels, read, strict=True)
        ]
        portions = [self._label_batches(asked) for asked in read]
        for turn in range(max((len(each) for each in portions), default=0)):
            jobs = [(number, each[turn]) for number, each in enumerate(portions) if turn < len(each)]
            for number, detections in zip((job[0] for job in jobs), self._run_batches(pictures, jobs), strict=True):
                found[number] += detections
        return found

    def _label_batches(self, labels: Sequence[str]) -> list[list[str]]:
        """The labels of a picture, in as many batches as the model needs."""
        if self._run is run_grounding_dino:
            return label_batches(self._loaded, labels)
        return [list(labels)] if labels else []

    def _is_readable(self, label: str, labels: Sequence[str]) -> bool:
        """Whether the model reads the whole label: of one that is cut it would look for something else."""
        is_joined = self._run is run_grounding_dino
        text = joined_labels([label, *heads_of(label, labels)]) if is_joined else owl_prompt(label)
        return len(self._loaded.processor.tokenizer(text)["input_ids"]) <= self._loaded.text_room

    def _run_batches(self, pictures: Sequence[Image.Image], jobs: Sequence[tuple[int, list[str]]]) -> list[list[Detection]]:
        """The detections of each batch of labels in its picture."""

        def run(batch: Sequence[tuple[int, list[str]]]) -> list[RawDetections]:
            with lazy_imports.torch().no_grad():
                return self._run(self._loaded, [pictures[number] for number, _ in batch], [names for _, names in batch])

        answers = zip(jobs, self._loaded.backoff.map(jobs, run), strict=True)
        return [list(self._detections(pictures[number].size, names, answer)) for (number, names), answer in answers]

    def _detections(self, size: tuple[int, int], names: Sequence[str], answer: RawDetections) -> Iterator[Detection]:
        scores, boxes = (np.asarray(part.float().cpu()) for part in answer)
        across, down = self._box_scale(size)
        for query, label in zip(*np.nonzero(scores >= self._least), strict=True):
            x, y, w, h = (float(value) for value in boxes[query])
            box = ((x - w / 2) * across, (y - h / 2) * down, w * across, h * down)
            yield Detection(names[label], box, float(scores[query, label]))

    def _box_scale(self, size: tuple[int, int]) -> tuple[int, int]:
        """The pixels for a box coordinate of 1.0: OWLv2 pads pictures to squares, at the right and at the bottom."""
        longest = max(size)
        return (longest, longest) if self._loaded.model.config.model_type == "owlv2" else size


def _anywhere(label: str, picture: Image.Image) -> Detection:
    """A detection that says nothing but that the label may be in the picture."""
    return Detection(label, (0.0, 0.0, float(picture.width), float(picture.height)), math.nan)
