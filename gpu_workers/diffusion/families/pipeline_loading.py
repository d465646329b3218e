"""Published models as loaded pipelines, on their machine.

In: a folder, a loader of diffusers.  Out: a pipeline that is ready to draw.  Only safetensors are read.
"""

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.families.family_table import Family, Way
from gpu_workers.diffusion.model_components import Machine, bound_words, compiled_network, trained_side
from gpu_workers.diffusion.weight_files import Source, index_of
from gpu_workers.model_shelf.model_loading import Loading, require_weights
from gpu_workers.model_shelf.read_files import UNUSED_PARTS
from schemas.errors import UserError

FITTING = ("cross_attention_dim", "joint_attention_dim")
"""Of a network's configuration, what a second one has in common: the width of the text that both read."""


@dataclass(frozen=True)
class Model:
    """A folder of weights, their source, and the machine on which they run."""

    folder: Path
    source: Source
    machine: Machine


def diffusers_class(name: str) -> Any:
    """A class of diffusers. Raises UserError where the installed version has none of that name, MissingExtra."""
    library = lazy_imports.diffusers()
    if not hasattr(library, name):
        raise UserError(f"diffusers {library.__version__} has no {name}: install a later version")
    return getattr(library, name)


def load_pipeline(model: Model, way: Way, net: Any = None) -> Any:
    """The pipeline of a way over the model's parts and a second network. Raises UserError, MissingExtra."""
    return ready_pipeline(diffusers_class(way.pipeline), model, {} if net is None else {"controlnet": net})


def check_fit(net: Model, model: Model, family: Family) -> None:
    """Raises UserError for a second network that was made for networks of other sizes, as one of SD1.5 with SDXL."""
    own, other = _config(net.folder), _config(model.folder / family.network)
    for name in FITTING:
        wide, needed = own.get(name), other.get(name)
        if wide != needed and type(wide) is type(needed):
            raise UserError(
                f"{net.source.model} is for another model than {model.source.model}: {name} {wide}, where it has {needed}"
            )


def _config(folder: Path) -> Mapping[str, Any]:
    """A network's configuration; empty where there is none that can be read, which is said when it is loaded."""
    try:
        found = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def load_net(model: Model, kind: str) -> Any:
    """The second network of that class. Raises UserError, MissingExtra."""
    net = read_model(diffusers_class(kind), model)
    require_weights(model.source.model, net)
    return net.to(model.machine.device)


def sharing(pipeline: Any, way: Way, net: Any = None) -> Any:
    """Another class of pipelines over the parts of one that is loaded, in its number format."""
    parts = {} if net is None else {"controlnet": net}
    made = diffusers_class(way.pipeline).from_pipe(pipeline, torch_dtype=pipeline.dtype, **parts)
    made.set_progress_bar_config(disable=True)
    return made


def ready_pipeline(loader: Any, model: Model, parts: Mapping[str, Any] | None = None) -> Any:
    """A pipeline on its machine, without progress bar. Raises UserError for a folder that the loader cannot read."""
    pipeline = read_model(loader, model, **_left_out(loader, model.folder), **(parts or {}))
    pipeline.set_progress_bar_config(disable=True)
    require_parts(model.source.model, pipeline)
    _bound_texts(pipeline)
    pipeline.to(model.machine.device)
    part = "unet" if getattr(pipeline, "unet", None) is not None else "transformer"
    setattr(pipeline, part, compiled_network(getattr(pipeline, part), model.machine))
    return pipeline


def _bound_texts(pipeline: Any) -> None:
    """Bound the texts of every encoder of CLIP; some pipelines remember the bound of their first tokenizer."""
    for name, encoder in pipeline.components.items():
        tokenizer = getattr(pipeline, name.replace("text_encoder", "tokenizer"), None)
        if name.startswith("text_encoder") and encoder is not None and tokenizer is not None:
            bound_words(tokenizer, encoder)
    told, first = getattr(pipeline, "tokenizer_max_length", None), getattr(pipeline, "tokenizer", None)
    if told is not None and first is not None:
        pipeline.tokenizer_max_length = min(told, first.model_max_length)


def require_parts(name: str, pipeline: Any) -> None:
    """Raises UserError for a pipeline whose networks have not all of their weights."""
    for part in pipeline.components.values():
        if isinstance(part, lazy_imports.torch().nn.Module):
            require_weights(name, part)


def _left_out(loader: Any, folder: Path) -> dict[str, Any]:
    """Arguments that leave out parts which no picture needs, and which are not fetched: a safety checker, which blackens
    pictures in silence, and what reads pictures for it and for adapters."""
    taken = inspect.signature(loader.__init__).parameters
    found: dict[str, Any] = {name: None for name in UNUSED_PARTS if name in index_of(folder) and name in taken}
    return {**found, "requires_safety_checker": False} if "safety_checker" in found else found


def read_model(loader: Any, model: Model, **parts: Any) -> Any:
    """A network or pipeline in safetensors. Raises UserError for a folder that cannot be read."""
    dtype = getattr(lazy_imports.torch(), model.machine.dtype)
    copy = {} if model.source.variant is None else {"variant": model.source.variant}
    with Loading(model.source.model, model.folder):
        return loader.from_pretrained(model.folder, use_safetensors=True, torch_dtype=dtype, **copy, **parts)


def side_of(family: Family, pipeline: Any) -> int:
    """The longer side in pixels at which a model was trained. Raises UserError for one that does not say it."""
    if family.side is not None:
        return family.side
    return trained_side(getattr(pipeline, family.network).config) * int(pipeline.vae_scale_factor)
