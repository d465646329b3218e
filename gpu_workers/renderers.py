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

from gpu_workers.diffusion.setting_readers import settings_of, unread, variable
from schemas.errors import UserError, require_extras
from schemas.interfaces import Renderer
from schemas.plugins import PluginTable
from spatial.knowledge.renderer_capabilities import RendererCapabilities, any_words, pictures_only

GROUP = "skg.renderers"
"""Entry points of further renderers."""

DEFAULT_RENDERER = "collage"
"""Needs no model and no GPU."""

MODEL_SETTING, STRUCTURE_SETTING = "render_model", "render_structure"

TINY = "tiny"
"""The name of the test kit's models."""

DRAWING = ("render_", "solid_")
"""How settings of drawing begin."""

ALWAYS_READ = ("render_group", "render_linger_s", "render_batch", "solid_python")
"""Of these, what the worker reads for every renderer, and where something is on this machine."""


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


def _solids_only(name: str) -> RendererCapabilities:
    from spatial.world.solid_capabilities import solids_only  # settings read this table in every process

    return solids_only(name)


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
    from gpu_workers.solid.blender_interpreter import interpreter_of

    interpreter_of(given)


def _check_diffusion(name: str, given: Mapping[str, Any]) -> None:
    from gpu_workers.diffusion.config_check import check_at_hand
    from gpu_workers.diffusion.diffusion_config import diffusion_config

    if given[MODEL_SETTING] is not None:
        check_at_hand(diffusion_config(name, given))
    require_extras("gpu")


def _make_diffusion(name: str, given: Mapping[str, Any]) -> Renderer:
    from gpu_workers.diffusion.diffusion_config import diffusion_config
    from gpu_workers.diffusion.model_registry import make_renderer

    renderer: Renderer = make_renderer(diffusion_config(name, given))
    return renderer


def _make_photo(given: Mapping[str, Any]) -> Renderer:
    from gpu_workers.diffusion.diffusion_config import diffusion_config
    from gpu_workers.diffusion.model_registry import make_renderer
    from gpu_workers.photo.photographs import FromStructures
    from gpu_workers.photo.structure_sources import structure_source

    structures = structure_source(RENDERERS[_structure_row(given)].make(given))
    renderer: Renderer = make_renderer(diffusion_config("photo", given), FromStructures(structures))
    return renderer


def _check_photo(given: Mapping[str, Any]) -> None:
    row = _structure_row(given)
    RENDERERS[row].check(given)
    if row == DEFAULT_RENDERER:
        _check_sprites(given)
    _check_diffusion("photo", given)


def _check_sprites(given: Mapping[str, Any]) -> None:
    from gpu_workers.collage.sprites.fetch import default_sprites_dir

    folder: Path = given["sprites_dir"] or default_sprites_dir()
    if not folder.is_dir():
        raise UserError(f"there are no sprites in {folder}: `python -m gpu_workers.collage.sprites.fetch` fetches them")


def _structure_row(given: Mapping[str, Any]) -> str:
    """The name of the renderer whose pictures are drawn over. Raises UserError."""
    return require_structure(given[STRUCTURE_SETTING])


def require_structure(name: str) -> str:
    """The name, of a renderer that can be drawn over. Raises UserError for one that does not know what it drew."""
    knowing = [each for each, spec in _BUILT_IN.items() if spec.knows_truth]
    if name not in knowing:
        raise UserError(f"SKG_RENDER_STRUCTURE is {name!r}; there are: {', '.join(knowing)}")
    return name


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
    "text2image": "a stock text-to-image pipeline of a family of models: positions are in the prompt alone",
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
        _solids_only,
        _SOLID_SETTINGS,
        _make_solid,
        knows_truth=True,
        takes_minutes=True,
        check=_check_solid,
    ),
    "photo": RendererSpec(
        "photographs over the pictures of a renderer that knows what it draws",
        any_words,
        (*settings_of("photo"), *_COLLAGE_SETTINGS, *_SOLID_SETTINGS),
        _make_photo,
        structured=True,
        check=_check_photo,
    ),
    **{
        name: RendererSpec(
            meaning, any_words, settings_of(name), partial(_make_diffusion, name), check=partial(_check_diffusion, name)
        )
        for name, meaning in _DIFFUSION.items()
    },
}

RENDERERS = PluginTable(GROUP, _BUILT_IN, RendererSpec)
"""By the name in SKG_RENDERER."""


def drawn_with(renderer: str, structure: str) -> tuple[str, ...]:
    """A renderer, and the one over whose pictures it draws, where it draws over any."""
    return (renderer, structure) if renderer in RENDERERS and RENDERERS[renderer].structured else (renderer,)


def refuse_ignored(renderer: str, given: Mapping[str, Any], usual: Mapping[str, Any]) -> None:
    """Raises UserError for a setting that was set and that a renderer would not read, with what reads it.

    `given`: values of all settings of drawing, whichever renderer reads them; `usual`: what they are where nobody says
    anything.  It is the same question before a stage, a demo, and in `skg doctor`.
    """
    changed = {name: given[name] for name in usual if _is_of_drawing(name) and given[name] != usual[name]}
    spec = RENDERERS[renderer]
    for name in changed:
        if name not in spec.settings:
            raise UserError(f"the renderer {renderer} would ignore {variable(name)}: {_readers(name)} would read it")
    if spec.structured:
        _refuse_other_structures(changed, given)
    own = {name: given[name] for name in spec.settings if name in given}
    for fault in unread(changed, own, lambda model: model == TINY or Path(model).is_dir()):
        raise UserError(fault)


def _is_of_drawing(name: str) -> bool:
    return name.startswith(DRAWING) and name not in ALWAYS_READ


def _readers(name: str) -> str:
    return ", ".join(renderer for renderer, spec in RENDERERS.items() if name in spec.settings) or "no renderer"


def _refuse_other_structures(changed: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raises UserError for settings of a renderer whose pictures are not drawn over."""
    chosen = _structure_row(given)
    for other, spec in _BUILT_IN.items():
        if spec.knows_truth and other != chosen:
            for name in changed.keys() & set(spec.settings):
                raise UserError(f"{variable(name)} counts with SKG_RENDER_STRUCTURE={other}, and it is {chosen}")


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
