"""Zero-shot detectors and depth estimators of transformers, as they are published.

In: pictures and words.  Out: detections and depth maps.  Grounding DINO reads all words as one text, OWLv2 each by itself;
both are asked for every label's own score, so that "red cat" does not hide behind "cat".
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gpu_workers.diffusion import door
from gpu_workers.diffusion.door import Tensor
from gpu_workers.eyes.seeing import DepthMap, Detection
from schemas.failures import UserError

LEAST_SCORE = 0.1
"""Below it nothing is even doubtful; it bounds how much is handed on."""

METRIC = ("zoedepth", "depth_pro", "glpn")
"""Kinds of models that give metres. All others give disparity, which is larger for what is nearer."""


@dataclass(frozen=True)
class Loaded:
    """A model with its processor, on a device."""

    name: str
    model: Any
    processor: Any
    device: str


def load_detector(folder: Path, name: str) -> "ZeroShotDetector":
    """The detector in a folder. Raises UserError for one of an unknown kind, MissingExtra."""
    transformers = door.transformers()
    loaded = _load(folder, name, transformers.AutoModelForZeroShotObjectDetection, transformers.AutoProcessor)
    kind = loaded.model.config.model_type
    if kind not in ASKING:
        raise UserError(f"{name} is a {kind}; detectors are: {', '.join(ASKING)}")
    return ZeroShotDetector(loaded, ASKING[kind])


def load_depth(folder: Path, name: str) -> "DepthEstimator":
    """The depth estimator in a folder. Raises MissingExtra."""
    transformers = door.transformers()
    return DepthEstimator(_load(folder, name, transformers.AutoModelForDepthEstimation, transformers.AutoImageProcessor))


def _load(folder: Path, name: str, model: Any, processor: Any) -> Loaded:
    device = door.best_device()
    try:
        made = model.from_pretrained(folder, use_safetensors=True).to(device).eval()
        return Loaded(name, made, processor.from_pretrained(folder), device)
    except (OSError, ValueError) as error:
        raise UserError(f"{name} cannot be loaded: {str(error).splitlines()[0]}") from error


Answer = tuple[Tensor, Tensor]
"""For one picture: scores (queries, labels), and boxes (queries, 4) as centre and size, in shares of `_reach`."""
Asks = Callable[[Loaded, Sequence[Image.Image], Sequence[Sequence[str]]], list[Answer]]


def _ask_grounding(loaded: Loaded, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[Answer]:
    torch = door.torch()
    texts = [_one_text(asked) for asked in labels]
    inputs = loaded.processor(images=list(pictures), text=texts, padding=True, truncation=True, return_tensors="pt")
    found = loaded.model(**inputs.to(loaded.device))
    answers = []
    for number, (asked, text) in enumerate(zip(labels, texts, strict=True)):
        spans = _spans(loaded.processor.tokenizer, asked, text)
        logits = found.logits[number].sigmoid()
        columns = [logits[:, places].mean(-1) if places else torch.zeros(len(logits)).to(logits) for places in spans]
        answers.append((torch.stack(columns, -1), found.pred_boxes[number]))
    return answers


def _one_text(labels: Sequence[str]) -> str:
    return ". ".join(label.casefold() for label in labels) + "."


def _spans(tokenizer: Any, labels: Sequence[str], text: str) -> list[list[int]]:
    """The places of each label's tokens in the text of all labels."""
    offsets = tokenizer(text, truncation=True, return_offsets_mapping=True)["offset_mapping"]
    spans, start = [], 0
    for label in labels:
        end = start + len(label)
        spans.append([i for i, (a, b) in enumerate(offsets) if a < b and a >= start and b <= end])
        start = end + len(". ")
    return spans


def _ask_owl(loaded: Loaded, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[Answer]:
    texts = [list(asked) for asked in labels]
    inputs = loaded.processor(images=list(pictures), text=texts, truncation=True, return_tensors="pt")
    found = loaded.model(**inputs.to(loaded.device))
    scores = found.logits.sigmoid()
    return [(scores[i, :, : len(asked)], found.pred_boxes[i]) for i, asked in enumerate(labels)]


ASKING: dict[str, Asks] = {
    "grounding-dino": _ask_grounding,
    "mm-grounding-dino": _ask_grounding,
    "owlv2": _ask_owl,
    "owlvit": _ask_owl,
}
"""How a kind of model is asked."""


class ZeroShotDetector:
    """Implements `gpu_workers.eyes.seeing.Detector`."""

    def __init__(self, loaded: Loaded, ask: Asks) -> None:
        self._loaded, self._ask = loaded, ask

    @property
    def name(self) -> str:
        """The model's name."""
        return self._loaded.name

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        """All that scores at least LEAST_SCORE."""
        with door.torch().no_grad():
            answers = self._ask(self._loaded, pictures, labels)
        asked = zip(pictures, labels, answers, strict=True)
        return [list(self._found(picture.size, names, answer)) for picture, names, answer in asked]

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
    """Implements `gpu_workers.eyes.seeing.Depth`."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded

    @property
    def name(self) -> str:
        """The model's name."""
        return self._loaded.name

    def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        """A map a picture, at its size, smaller is nearer."""
        torch, loaded = door.torch(), self._loaded
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
