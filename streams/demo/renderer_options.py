"""The renderer of a demo, and the models that look at its pictures.

In: the options of the command line, this process's own settings of models.  Out: settings for the demo's processes.
A tiny model comes with a detector that never finds anything: its pictures are noise, and every one is rejected.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gpu_workers.renderers import DEFAULT_RENDERER, RendererSpec
from schemas.errors import UserError
from streams.adapters.vision_factories import check_drawing, spec_of
from streams.secret_files import variable_of
from streams.settings import RenderSettings

TINY = "tiny"

PASSED_ON = ("SKG_RENDER_", "SKG_DETECTOR", "SKG_DEPTH", "SKG_RETRIES", "SKG_SALVAGE", "SKG_NSFW", "SKG_MODEL_CACHE")
"""Settings of the user that a demo keeps when it draws with a model."""


WAYS = {"SKG_RENDER_CONTROLNET", "SKG_RENDER_STRENGTH", "SKG_RENDER_INPAINT"}
"""What a model draws a photograph by; a tiny one gets a tiny ControlNet where none is named."""

PATHS = {name for name, field in RenderSettings.model_fields.items() if field.annotation == Path | None}
"""Settings whose value is a path."""


@dataclass(frozen=True)
class RendererOptions:
    """A renderer and its model."""

    renderer: str = DEFAULT_RENDERER
    model: str | None = None

    def check(self) -> None:
        """Raise UserError where a setting would be ignored, where what the renderer draws with is not installed, and where
        it lacks its model or what looks at its pictures."""
        check_drawing(self.drawing())
        self.environment(Path())

    def given(self) -> dict[str, object]:
        """The fields of settings that these options set. Raises UserError for no such renderer."""
        spec = spec_of(self.renderer)
        chosen: dict[str, object] = {"renderer": self.renderer}
        if spec.has_model and self.model is not None:
            chosen["render_model"] = self.model
        if self._is_conditioned_by_tiny(spec, self.model or os.environ.get("SKG_RENDER_MODEL"), os.environ):
            chosen["render_controlnet"] = TINY
        if self.model == TINY and not spec.knows_truth:
            chosen["detector"] = TINY
        return chosen

    def drawing(self) -> RenderSettings:
        """The settings of this process as its demo would draw with them. Raises UserError for no such renderer."""
        chosen = {name: value for name, value in self.given().items() if name in RenderSettings.model_fields}
        return RenderSettings().model_copy(update=chosen)

    @staticmethod
    def _is_conditioned_by_tiny(spec: RendererSpec, model: object, named: Mapping[str, str]) -> bool:
        """Whether a tiny model's photographs get a tiny ControlNet, since nothing else conditions them."""
        return model == TINY and spec.structured and not named.keys() & WAYS

    def environment(self, out: Path) -> dict[str, str]:
        """The settings. Raises UserError where a renderer lacks its model, or the detector."""
        spec = spec_of(self.renderer)
        chosen = {} if self.renderer == DEFAULT_RENDERER else {"SKG_RENDERER": self.renderer}
        if spec.knows_truth and not spec.has_model:
            return chosen | own_settings(spec)
        own = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
        model = self.model or own.get("SKG_RENDER_MODEL")
        if spec.has_model and model is None:
            raise UserError(f"the renderer {self.renderer} needs a model: --model FOLDER, or --model tiny")
        if model != TINY and not spec.knows_truth and "SKG_DETECTOR" not in own:
            raise UserError("pictures of a model need a detector: set SKG_DETECTOR to a folder or a hub's owner/name")
        detector = {"SKG_DETECTOR": TINY} if model == TINY else {}
        drawn_with = {} if model is None else {"SKG_RENDER_MODEL": model}
        if self._is_conditioned_by_tiny(spec, model, own):
            drawn_with["SKG_RENDER_CONTROLNET"] = TINY
        return {"SKG_MODEL_CACHE": str(out / "models"), **detector, **own, **own_settings(spec), **chosen, **drawn_with}


def own_settings(spec: RendererSpec) -> dict[str, str]:
    """The user's values of the settings in the renderer's row, paths made absolute: stages run in folders of their own."""
    given = {name: os.environ[variable_of(name)] for name in spec.settings if os.environ.get(variable_of(name))}
    return {variable_of(name): str(Path(value).absolute()) if name in PATHS else value for name, value in given.items()}


COLLAGE = RendererOptions()
"""The renderer that needs no model."""
