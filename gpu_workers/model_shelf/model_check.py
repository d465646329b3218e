"""Whether a model fits, and what for: by its index, its configurations and the names and sizes of its files.

In: the files of a model.  Out: a `Verdict`: what it is, which settings take it, and every fault that would stop a stage.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gpu_workers.diffusion.families.family_table import FAMILIES, Family, net_class
from gpu_workers.diffusion.families.part_fit import misfits
from gpu_workers.diffusion.guidance.segmentation import SEGMENTERS
from gpu_workers.diffusion.setting_readers import GROUNDED, LOOPED_FAMILY, UNGROUNDED
from gpu_workers.diffusion.weight_files import licence_of
from gpu_workers.model_shelf.model_files import ModelFiles
from gpu_workers.model_shelf.read_files import (
    INDEX,
    MODULAR,
    VARIANTS,
    WEIGHTLESS,
    class_of,
    is_other_copy,
    is_variant,
    lacking_pieces,
    read_weights,
    used_parts,
)
from gpu_workers.perception.depth_models import DEPTH_ESTIMATORS
from gpu_workers.perception.vision_models import DETECTOR_RUNNERS

DETECTORS = tuple(DETECTOR_RUNNERS)
"""Model types of transformers."""

LOOKING = {"SKG_DETECTOR": DETECTORS, "SKG_DEPTH": DEPTH_ESTIMATORS, "SKG_RENDER_SEGMENTER": SEGMENTERS}
"""Model types of what is shown pictures, by the setting that names it."""

PROCESSORS = ("preprocessor_config.json", "processor_config.json")
"""How a picture is prepared for one: the file's name changed with the library."""

WORDS = ("tokenizer.json", "vocab.json", "vocab.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model")
"""Files of tokenizers that have their words."""

WITHOUT_WEIGHTS = ("Scheduler", "Tokenizer", "TokenizerFast", "Processor", "ImageProcessor", "FeatureExtractor")
"""How classes end that have no weights."""


@dataclass(frozen=True)
class Verdict:
    """`what` it is.  `fits`: settings that take it.  `faults`: why it cannot be loaded, empty where it can.

    `weights`: the files that are read, with their bytes.  `variants`: other copies that SKG_RENDER_VARIANT reads.
    """

    what: str
    fits: tuple[str, ...]
    faults: tuple[str, ...]
    weights: dict[str, int]
    variants: tuple[str, ...]
    licence: str


def checked(files: ModelFiles, variant: str | None = None) -> Verdict:
    """The verdict on a model, read as `variant` (SKG_RENDER_VARIANT) says. Raises UserError for an index or a configuration
    that cannot be read."""
    what, fits, faults = _recognised(files)
    used = used_parts(files.json_of(INDEX) or files.json_of(MODULAR)) if {INDEX, MODULAR} & files.sizes.keys() else None
    parts = None if used is None else [part.name for part in used]
    read = read_weights(files.sizes, files.json_of, variant)
    found = [
        *faults,
        *_part_faults(files, parts, read),
        *_file_faults(files, read, variant),
        *_pipeline_faults(files, parts),
    ]
    found += _processor_faults(files, fits)
    if variant is not None and not any(is_variant(name, variant) for name in read):
        found.append(f"no part has a copy of its weights as {variant}, which SKG_RENDER_VARIANT would read")
    return Verdict(
        what, () if found else fits, tuple(found), {name: files.sizes[name] for name in sorted(read)},
        tuple(variant for variant in VARIANTS[:2] if any(is_variant(name, variant) for name in files.sizes)),
        licence_of(files.place),
    )  # fmt: skip


def _recognised(files: ModelFiles) -> tuple[str, tuple[str, ...], list[str]]:
    """What it is, what it fits, and why it is nothing that a stage loads."""
    index = files.json_of(INDEX)
    if index is not None:
        return _pipeline(files, str(index.get("_class_name")))
    if MODULAR in files.sizes:
        return "a modular pipeline", ("SKG_RENDERER=flux3-boxes",), []
    config = files.json_of("config.json") or {}
    return _network(net_class(config), str(config.get("model_type", "")))


def _pipeline(files: ModelFiles, kind: str) -> tuple[str, tuple[str, ...], list[str]]:
    family = _family({"_class_name": kind}) if "GLIGEN" not in kind else None
    unet = files.json_of("unet/config.json") or {}
    if unet.get("attention_type") == "gated" or unet.get("use_gated_attention"):
        return f"a GLIGEN ({kind})", tuple(f"SKG_RENDERER={name}" for name in (*GROUNDED, *UNGROUNDED)), []
    if family is None:
        names = ", ".join(each.name for each in FAMILIES)
        return f"a {kind}", (), [f"no family of models has the pipeline {kind}; there are {names}"]
    looped = UNGROUNDED if family.name == LOOPED_FAMILY else ()
    refines = ("SKG_RENDER_REFINE",) if "image" in family.ways else ()
    fits = (*(f"SKG_RENDERER={name}" for name in (*looped, *_stock(family))), *refines)
    return f"{family.name} ({kind})", fits, []


def _family(index: Mapping[str, Any]) -> Family | None:
    """Of a pipeline's index; a GLIGEN's parts are those of Stable Diffusion."""
    kind = str(index.get("_class_name"))
    wanted = "StableDiffusionPipeline" if "GLIGEN" in kind else kind
    return next((each for each in FAMILIES if wanted in each.index), None)


def _pipeline_faults(files: ModelFiles, parts: list[str] | None) -> Iterator[str]:
    """What every pipeline has and its index does not name, and parts that are of different models."""
    family = _family(files.json_of(INDEX) or {})
    if not parts or family is None:
        return
    texts = [part for part in parts if part.startswith("text_encoder")]
    wanted = ["scheduler", "vae", family.network, *(part.replace("text_encoder", "tokenizer") for part in texts)]
    yield from (f"its index names no {part}, which {family.name} has" for part in wanted if part not in parts)
    if not texts:
        yield f"its index names no text_encoder, which {family.name} has"
    yield from misfits(family.name, lambda part: files.json_of(f"{part}/config.json"))


def _stock(family: Family) -> list[str]:
    """The renderers that draw with a stock pipeline of a family."""
    has = {"text2image": "text" in family.ways, "controlnet": bool(family.nets)}
    over = {"image", "edit", "inpaint", "control_image", "control_inpaint"} & family.ways.keys() or family.nets
    return [name for name, does in {**has, "photo": bool(over)}.items() if does]


def _network(kind: str, model_type: str) -> tuple[str, tuple[str, ...], list[str]]:
    taking = [family.name for family in FAMILIES if kind in family.nets]
    if taking:
        return f"a ControlNet ({kind})", (f"SKG_RENDER_CONTROLNET with {' or '.join(taking)}",), []
    for setting, known in LOOKING.items():
        if model_type in known:
            return f"a {model_type}", (setting,), []
    said, known_types = kind or model_type, ", ".join(each for known in LOOKING.values() for each in known)
    if not said:
        return "nothing that is known", (), ["it has no index and no configuration"]
    return f"a {said}", (), [f"a {said} is none of: a pipeline, a ControlNet of a family, {known_types}"]


def _processor_faults(files: ModelFiles, fits: tuple[str, ...]) -> Iterator[str]:
    """What is shown pictures without how they are prepared, or a detector without the words of its labels."""
    if not LOOKING.keys() & set(fits):
        return
    if not any(name in files.sizes for name in PROCESSORS):
        yield f"it has neither {' nor '.join(PROCESSORS)}"
    if "SKG_DETECTOR" in fits and not any(name in files.sizes for name in WORDS):
        yield f"it has no words: none of {', '.join(WORDS)}"


def _part_faults(files: ModelFiles, parts: list[str] | None, read: list[str]) -> Iterator[str]:
    """Parts of an index that are not there, or have no weights that are read."""
    index = files.json_of(INDEX) or files.json_of(MODULAR) or {}
    for part in parts or ():
        inside = [name for name in files.sizes if name.startswith(f"{part}/")]
        if not inside:
            yield f"its index names the part {part}, and there is no such folder"
        elif part.startswith(WEIGHTLESS) or class_of(index[part])[1].endswith(WITHOUT_WEIGHTS):
            yield from _weightless_faults(part, inside)
        else:
            yield from _model_faults(part, inside, read)
    if parts is None and not read:
        yield _without_safetensors("it", list(files.sizes))
    if parts == []:
        yield "its index names no parts"


def _weightless_faults(part: str, inside: list[str]) -> Iterator[str]:
    """A schedule without its configuration, a tokenizer without its words."""
    if part == "scheduler" and f"{part}/scheduler_config.json" not in inside:
        yield f"{part} has no scheduler_config.json"
    if part.startswith("tokenizer") and not any(name.rpartition("/")[2] in WORDS for name in inside):
        yield f"{part} has no words: none of {', '.join(WORDS)}"


def _model_faults(part: str, inside: list[str], read: list[str]) -> Iterator[str]:
    """A part with weights lacks its configuration or weights that are read."""
    if f"{part}/config.json" not in inside:
        yield f"{part} has no config.json"
    if not any(name.startswith(f"{part}/") for name in read):
        yield _without_safetensors(part, inside)


def _without_safetensors(what: str, inside: list[str]) -> str:
    pickled = [name for name in inside if name.endswith((".bin", ".ckpt", ".pt", ".pth"))]
    other = [name for name in inside if is_other_copy(name)]
    unread = sorted(name for name in inside if name.endswith(".safetensors"))
    if other:
        return f"of {what} there is only another copy, {other[0]}: set SKG_RENDER_VARIANT"
    if unread:
        return f"{what} has no safetensors of a name that is read, only {unread[0]}"
    return f"{what} has no safetensors{f', only pickles as {pickled[0]}, which are not read' if pickled else ''}"


def _file_faults(files: ModelFiles, read: list[str], variant: str | None) -> Iterator[str]:
    """Files that are cut, and pieces of weights that an index names and that are not there."""
    yield from (f"{name} is cut or no safetensors: fetch it again" for name in read if not files.is_whole(name))
    for index, lacking in lacking_pieces(files.sizes, files.json_of, variant).items():
        yield f"{index} names {lacking[0]}{f' and {len(lacking) - 1} others' if lacking[1:] else ''}, not there"
