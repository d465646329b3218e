"""Which renderer draws in a demo, and what looks at its pictures.

In: the options of the command line, this process's own settings of models.  Out: settings for the demo's processes.
A tiny model comes with a detector that never finds anything: its pictures are noise, and every one is rejected.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import UserError

COLLAGE, TINY = "collage", "tiny"

PASSED_ON = ("SKG_RENDER_", "SKG_DETECTOR", "SKG_DEPTH", "SKG_RETRIES", "SKG_SALVAGE", "SKG_NSFW", "SKG_MODEL_CACHE")
"""Settings of one's own that a demo keeps when it draws with a model."""


@dataclass(frozen=True)
class Drawing:
    """A renderer and its model."""

    renderer: str = COLLAGE
    model: str | None = None

    def environment(self, out: Path) -> dict[str, str]:
        """The settings. Raises UserError where a renderer lacks its model, or eyes."""
        if self.renderer == COLLAGE:
            return {}
        own = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
        model = self.model or own.get("SKG_RENDER_MODEL")
        if model is None:
            raise UserError(f"the renderer {self.renderer} needs a model: --model FOLDER, or --model tiny")
        if model != TINY and "SKG_DETECTOR" not in own:
            raise UserError("pictures of a model need a detector: set SKG_DETECTOR to a folder or a hub's owner/name")
        return {
            "SKG_MODEL_CACHE": str(out / "models"),
            "SKG_DETECTOR": TINY,
            **own,
            "SKG_RENDERER": self.renderer,
            "SKG_RENDER_MODEL": model,
        }


PAINTED = Drawing()
"""The collage."""
