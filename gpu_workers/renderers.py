"""The one table of renderers: what each can draw, which settings it takes, how it is made.

In: a renderer's name.  Out: its row; what it can draw, for planners.
Imports no renderer: `make` does, in the process that draws.  An installed distribution adds a
`RendererSpec` by an entry point of the group `skg.renderers`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from schemas.errors import UserError, require_extras
from schemas.interfaces import Renderer
from schemas.plugins import PluginTable
from spatial.knowledge.renderer_capabilities import RendererCapabilities, any_words, pictures_only
from spatial.world.solid_capabilities import solids_only

GROUP = "skg.renderers"
"""Entry points of further renderers."""

DEFAULT_RENDERER = "collage"
"""Needs no model and no GPU."""

MODEL_SETTING, STRUCTURE_SETTING = "render_model", "render_structure"


def _nothing_to_check(_given: Mapping[str, Any]) -> None:
    """What is needed comes with the package."""


@dataclass(frozen=True)
class RendererSpec:
    """A renderer. `settings` are fields of `streams.settings.RenderSettings`: `make` is given these and no others.

    `capabilities` returns, for its name, what planners may request; of one that is `structured` that is what the renderer
    in SKG_RENDER_STRUCTURE can draw, over whose pictures it draws.  `knows_truth`: its pictures carry their truth, so no
    detector is needed.  `takes_minutes`: a call is slow without a model too.  `check`
    raises UserError where something is missing, before anything starts.  `make` returns it ready to draw; it raises
    UserError and RetryableError.
    """

    meaning: str
    capabilities: Callable[[str], RendererCapabilities]
    settings: tuple[str, ...]
    make: Callable[[Mapping[str, Any]], Renderer]
    knows_truth: bool = False
    takes_minutes: bool = False
    structured: bool = False
    check: Callable[[Mapping[str, Any]], None] = _nothing_to_check

    @property
    def is_slow(self) -> bool:
        """Whether a call may take minutes."""
        return self.has_model or self.takes_minutes

    @property
    def has_model(self) -> bool:
        """Whether it draws with a model, named by a setting."""
        return MODEL_SETTING in self.settings


def _make_collage(given: Mapping[str, Any]) -> Renderer:
    from gpu_workers.collage import CollageRenderer
    from gpu_workers.collage.sprites.fetch import default_sprites_dir

    renderer: Renderer = CollageRenderer(given["sprites_dir"] or default_sprites_dir())
    return renderer


def _make_solid(given: Mapping[str, Any]) -> Renderer:
    from gpu_workers.solid.solid_renderer import solid_renderer

    renderer: Renderer = solid_renderer(given)
    return renderer


def _check_solid(given: Mapping[str, Any]) -> None:
    from gpu_workers.solid.solid_renderer import interpreter_of

    interpreter_of(given)


def _check_diffusion(_given: Mapping[str, Any]) -> None:
    require_extras("gpu")


def _make_diffusion(name: str, given: Mapping[str, Any]) -> Renderer:
    from gpu_workers.diffusion.model_registry import diffusion_config, make_renderer

    renderer: Renderer = make_renderer(diffusion_config(name, given))
    return renderer


def _make_photo(given: Mapping[str, Any]) -> Renderer:
    from gpu_workers.diffusion.model_registry import make_renderer, photo_config
    from gpu_workers.photo.photographs import FromStructures
    from gpu_workers.photo.structure_sources import structure_source

    structures = structure_source(RENDERERS[_structure_row(given)].make(given))
    renderer: Renderer = make_renderer(photo_config(given), FromStructures(structures))
    return renderer


def _check_photo(given: Mapping[str, Any]) -> None:
    row = _structure_row(given)
    RENDERERS[row].check(given)
    if row == DEFAULT_RENDERER:
        _check_sprites(given)
    _check_diffusion(given)


def _check_sprites(given: Mapping[str, Any]) -> None:
    from gpu_workers.collage.sprites.fetch import default_sprites_dir

    folder: Path = given["sprites_dir"] or default_sprites_dir()
    if not folder.is_dir():
        raise UserError(f"there are no sprites in {folder}: `python -m gpu_workers.collage.sprites.fetch` fetches them")


def _structure_row(given: Mapping[str, Any]) -> str:
    """The name of the renderer whose pictures are drawn over. Raises UserError for one that does not know what it drew."""
    name: str = given[STRUCTURE_SETTING]
    knowing = [each for each, spec in _BUILT_IN.items() if spec.knows_truth]
    if name not in knowing:
        raise UserError(f"SKG_RENDER_STRUCTURE is {name!r}; there are: {', '.join(knowing)}")
    return name


_MODEL_SETTINGS = (
    MODEL_SETTING, "render_revision", "render_controlnet", "render_controlnet_revision", "render_refine",
    "render_refine_revision", "render_refine_side", "render_steps", "render_guidance", "render_beta", "render_dtype",
    "render_scheduler", "render_guidance_from", "render_guidance_until", "render_compile", "render_compile_mode",
    "render_batch", "render_method", "render_segmenter", "render_segmenter_revision", "render_variant", "model_cache",
)  # fmt: skip

_PHOTO_SETTINGS = (
    STRUCTURE_SETTING, "render_condition", "render_condition_scale", "render_condition_from", "render_condition_until",
    "render_strength", "render_inpaint", "render_regional", "render_side",
)  # fmt: skip

_COLLAGE_SETTINGS = ("sprites_dir",)
_SOLID_SETTINGS = (
    "solid_python", "solid_side", "solid_samples", "solid_denoise", "solid_bounces", "solid_device", "solid_threads",
)  # fmt: skip

_DIFFUSION = {
    "gligen": "many layouts in one UNet batch, boxes through GLIGEN's layers",
    "gligen_guided": "the same, and the latents move until attention lies in the boxes",
    "lmd_plus": "the same, and each object is drawn alone first",
    "lmd": "as lmd_plus, without GLIGEN's layers",
    "boxdiff": "guidance of the attention alone, BoxDiff's energy",
    "backward": "guidance of the attention alone, the energy of layout guidance",
    "multidiffusion": "each box denoised by its own phrase, fused",
    "text": "the same loop without boxes",
    "text2image": "any text-to-image pipeline of diffusers",
    "controlnet": "the boxes as a picture for a ControlNet",
    "flux3-boxes": "FLUX.3's own boxes",
}
"""How each works is in `gpu_workers.diffusion.guidance_methods` and `gpu_workers.diffusion.model_registry`."""

_BUILT_IN = {
    DEFAULT_RENDERER: RendererSpec(
        "composes pictures of things on a painted backdrop",
        pictures_only,
        _COLLAGE_SETTINGS,
        _make_collage,
        knows_truth=True,
    ),
    "solid": RendererSpec(
        "path-traces things of real size in rooms and open places, in a Blender process of its own",
        solids_only,
        _SOLID_SETTINGS,
        _make_solid,
        knows_truth=True,
        takes_minutes=True,
        check=_check_solid,
    ),
    "photo": RendererSpec(
        "photographs over the pictures of a renderer that knows what it draws",
        any_words,
        (*_MODEL_SETTINGS, *_PHOTO_SETTINGS, *_COLLAGE_SETTINGS, *_SOLID_SETTINGS),
        _make_photo,
        structured=True,
        check=_check_photo,
    ),
    **{
        name: RendererSpec(meaning, any_words, _MODEL_SETTINGS, partial(_make_diffusion, name), check=_check_diffusion)
        for name, meaning in _DIFFUSION.items()
    },
}

RENDERERS = PluginTable(GROUP, _BUILT_IN, RendererSpec)
"""By the name in SKG_RENDERER."""


def drawn_with(renderer: str, structure: str) -> tuple[str, ...]:
    """A renderer, and the one over whose pictures it draws, where it draws over any."""
    return (renderer, structure) if renderer in RENDERERS and RENDERERS[renderer].structured else (renderer,)


def capabilities_of(renderer: str, view_share: float = 0.0, structure: str = DEFAULT_RENDERER) -> RendererCapabilities:
    """What a renderer can draw, by its name with or without a version (`collage`, `collage-1`), and of what share of its
    worlds further cameras are wanted.

    `structure`: the renderer over whose pictures one that is structured draws, those of one camera alone.
    One that is not in the table is assumed to draw any words: it may be installed only where pictures are drawn.
    """
    for name in (renderer, renderer.rpartition("-")[0]):
        if name in RENDERERS and RENDERERS[name].structured:
            return replace(capabilities_of(structure), renderer=renderer)
        if name in RENDERERS:
            return replace(RENDERERS[name].capabilities(renderer), view_share=view_share)
    return any_words(renderer)
