"""Published models by task: what each is for, its licence as its authors state it, and what is known of its size.

In: a task.  Out: rows of `listed_models.json`.
None of them was run here: where no folder was at hand and no source gives it, a revision, a size or a need of memory is
not known, and nothing is guessed.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from gpu_workers.diffusion.setting_readers import GROUNDED, UNGROUNDED

Task = Literal["base", "gligen", "controlnet", "detector", "depth", "judge"]

TASKS: tuple[Task, ...] = get_args(Task)

TABLE = Path(__file__).with_suffix(".json")

GROUPS = {"@boxes": GROUNDED, "@loop": UNGROUNDED}
"""In the table: renderers that need GLIGEN's layers, and those with a loop of their own that do not."""


@dataclass(frozen=True)
class ListedModel:
    """A row. `setting`: the variable that names it.  `fits`: renderers; `family`: of `family_table`; `kind`: model type.

    `condition`: what a ControlNet was trained on.  `terms`: they must be accepted at the hub.  `revision`: 40 hex digits.
    `size_gb`, `memory_gb`: of the files, and on a GPU; `source` says from where.  `licence_source`: where the licence was
    read.  None is not known.
    """

    task: Task
    model: str
    setting: str
    fits: tuple[str, ...] = ()
    family: str | None = None
    kind: str | None = None
    condition: str | None = None
    licence: str | None = None
    licence_source: str = ""
    terms: bool = False
    revision: str | None = None
    size_gb: float | None = None
    memory_gb: float | None = None
    source: str = ""
    note: str = ""

    @property
    def use(self) -> str:
        """What it is used for, in words."""
        what = self.family or self.kind or ""
        return f"{what}, {self.condition}" if self.condition else what

    @property
    def files(self) -> str:
        """Which of its files are fetched."""
        if self.task == "judge":
            return "none: its server has them"
        return "the parts of its index" if self.task in ("base", "gligen") else "configuration and safetensors"


@cache
def listed_models() -> tuple[ListedModel, ...]:
    """Every row, by task."""
    rows: list[dict[str, Any]] = json.loads(TABLE.read_text("utf-8"))
    return tuple(ListedModel(**{**row, "fits": _expanded(row.get("fits", ()))}) for row in rows)


def _expanded(names: list[str]) -> tuple[str, ...]:
    return tuple(each for name in names for each in GROUPS.get(name, (name,)))
