"""What a ControlNet is shown of a structure, in the form in which published ones were trained.

In: a structure.  Out: a picture.  Depth is grey, white the nearest; edges are white on black; a segmentation has the
colours of the 150 classes of ADE20K (Zhou et al., "Scene Parsing through ADE20K Dataset", 2017): `ade20k_classes.json` has
them, with the categories of the knowledge base that each stands for.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from gpu_workers.photo.structure import SURFACES, Structure

Colour = tuple[int, int, int]

SNOW = "snow"
"""The one surface that is no class of ADE20K; what is under it is."""

UNKNOWN = "box"
"""The class of a category that neither the table nor its last word has."""


def depth_picture(structure: Structure) -> Image.Image:
    """Grey, the nearer the whiter."""
    grey = np.rint(255 * structure.nearness()).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def edge_picture(structure: Structure) -> Image.Image:
    """White lines on black."""
    return Image.fromarray(np.where(structure.edges, 255, 0).astype(np.uint8)).convert("RGB")


def segmentation_picture(structure: Structure) -> Image.Image:
    """Each object in the colour of its class, and what is around them in theirs."""
    classes, _ = _table()
    around = np.array([classes["earth" if name == SNOW else name] for name in SURFACES], np.uint8)
    things = np.array([(0, 0, 0), *(classes[class_of(word)] for word in structure.words)], np.uint8)
    numbers = np.minimum(structure.index, len(structure.words))
    return Image.fromarray(np.where((numbers > 0)[..., None], things[numbers], around[structure.surface]))


def class_of(category: str) -> str:
    """The class of ADE20K that a category is one of, else the one that its last word names, else UNKNOWN."""
    classes, known = _table()
    last = category.rsplit(maxsplit=1)[-1] if category.split() else category
    return known.get(category) or next((word for word in (category, last) if word in classes), UNKNOWN)


@cache
def _table() -> tuple[Mapping[str, Colour], Mapping[str, str]]:
    """Class to colour, and category to class."""
    read = json.loads(Path(__file__).with_name("ade20k_classes.json").read_text("utf-8"))
    classes = {name: (red, green, blue) for name, (red, green, blue) in read["classes"].items()}
    return classes, {word: name for name, words in read["categories"].items() for word in words}


CONDITION_PICTURES: Mapping[str, Callable[[Structure], Image.Image]] = {
    "depth": depth_picture,
    "canny": edge_picture,
    "segmentation": segmentation_picture,
}
"""By the name in SKG_RENDER_CONDITION."""
