"""Whether the parts of a pipeline belong together: widths and channels that two of them share, by their configurations.

In: a family, and a way to read a part's configuration.  Out: a sentence for each pair that does not fit.  Loads nothing.
Parts of different models in one folder are loaded without a word, and end in an error of a matrix's shape.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError

Config = Mapping[str, Any]
Reads = Callable[[str], Config | None]
"""The configuration of a part, by the part's name; None where there is none."""

PACKED = 4
"""Values of latents that a network of FLUX or Qwen-Image reads as one: two by two places."""


@dataclass(frozen=True)
class Fit:
    """A number of the network is the sum of those of other parts, times `factor`. Each is `part:name`."""

    families: tuple[str, ...]
    network: str
    others: tuple[str, ...]
    factor: int = 1


_UNETS = ("SD1.5", "SDXL", "SDXL refiner")
_FLUX = ("FLUX.1", "FLUX.1 Kontext", "FLUX.1 Fill")
_FLUX_2 = ("FLUX.2", "FLUX.2 klein")
_QWEN = ("Qwen-Image", "Qwen-Image-Edit", "Qwen-Image-Edit Plus")

FITS = (
    Fit(_UNETS, "unet:in_channels", ("vae:latent_channels",)),
    Fit(("SD1.5",), "unet:cross_attention_dim", ("text_encoder:hidden_size",)),
    Fit(("SDXL",), "unet:cross_attention_dim", ("text_encoder:hidden_size", "text_encoder_2:hidden_size")),
    Fit(("SDXL refiner",), "unet:cross_attention_dim", ("text_encoder_2:hidden_size",)),
    Fit(("SD3.5", "Z-Image", "Sana"), "transformer:in_channels", ("vae:latent_channels",)),
    Fit(("SD3.5",), "transformer:joint_attention_dim", ("text_encoder_3:d_model",)),
    Fit(("SD3.5",), "transformer:pooled_projection_dim", ("text_encoder:projection_dim", "text_encoder_2:projection_dim")),
    Fit(("FLUX.1", "FLUX.1 Kontext", *_FLUX_2), "transformer:in_channels", ("vae:latent_channels",), PACKED),
    Fit(_FLUX, "transformer:joint_attention_dim", ("text_encoder_2:d_model",)),
    Fit(_FLUX, "transformer:pooled_projection_dim", ("text_encoder:hidden_size",)),
    Fit(_QWEN, "transformer:in_channels", ("vae:z_dim",), PACKED),
    Fit(_QWEN, "transformer:joint_attention_dim", ("text_encoder:hidden_size",)),
    Fit(("Z-Image",), "transformer:cap_feat_dim", ("text_encoder:hidden_size",)),
    Fit(("Sana",), "transformer:caption_channels", ("text_encoder:hidden_size",)),
)


def misfits(family: str, config_of: Reads) -> Iterator[str]:
    """What does not fit, a sentence each. A number that a configuration does not give is not judged."""
    for fit in FITS:
        if family not in fit.families:
            continue
        own, others = _number(fit.network, config_of), [_number(each, config_of) for each in fit.others]
        given = [each for each in others if each is not None]
        if own is None or len(given) < len(others) or own == fit.factor * sum(given):
            continue
        told = " and ".join(f"{part} has {name} {each}" for part, name, each in _named(fit.others, given))
        part, name = fit.network.split(":")
        needed = f"{name} {own}, where {fit.factor * sum(given)} would fit"
        yield f"{part} has {needed}: {told}; they are of different models"


def check_parts(family: str, folder: Path, model: str) -> None:
    """Raises UserError for the pipeline in a folder whose parts do not belong together."""

    def config_of(part: str) -> Config | None:
        try:
            found = json.loads((folder / part / "config.json").read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return None  # what cannot be read is said when it is loaded
        return found if isinstance(found, dict) else None

    for misfit in misfits(family, config_of):
        raise UserError(f"{model} cannot be loaded: its {misfit}")


def _named(names: tuple[str, ...], values: list[int]) -> Iterator[tuple[str, str, int]]:
    for each, value in zip(names, values, strict=True):
        part, name = each.split(":")
        yield part, name, value


def _number(named: str, config_of: Reads) -> int | None:
    """A number of a part's configuration, or of the text's in that of a model of texts and pictures."""
    part, name = named.split(":")
    config = config_of(part) or {}
    inner = config.get("text_config")
    found = config.get(name, inner.get(name) if isinstance(inner, dict) else None)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
