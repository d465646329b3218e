"""The one table of stages: its topics, its settings, and how its process is made.

In: a stage's name.  Out: its row.  Topics are in `schemas.topics`, names and their order in `schemas.events.Stage`; a stage
without a row, a topic or a group is an error at import that names the file to edit.
Imports no stage: each is imported by its maker, in the process that runs it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.events import STAGES, Stage
from streams.broker.group_state import READS, WRITES
from streams.settings import AgentSettings, ExamineSettings, LagSettings, ProcessSettings, RenderSettings, WriterSettings


@dataclass(frozen=True)
class StageSpec:
    """A stage: its command `skg NAME`, its label in metrics and its component in the chart are its name.

    Its consumer group is `NAME_group` of the class `settings`.  `run` processes records until SIGTERM; it raises a Problem.
    """

    name: Stage
    settings: type[ProcessSettings]
    run: Callable[[Any], None]

    @property
    def reads(self) -> tuple[str, ...]:
        """The topics that name it as a consumer."""
        return READS[self.name]

    @property
    def writes(self) -> tuple[str, ...]:
        """The topics that name it as a producer, except the dead letters."""
        return WRITES[self.name]


def _agents(settings: AgentSettings) -> None:
    from streams.composition import run_agents

    run_agents(settings)


def _render(settings: RenderSettings) -> None:
    from streams.composition import run_render

    run_render(settings)


def _examine(settings: ExamineSettings) -> None:
    from streams.composition import run_examine

    run_examine(settings)


def _write(settings: WriterSettings) -> None:
    from streams.composition import run_write

    run_write(settings)


_ROWS = (
    StageSpec("agents", AgentSettings, _agents),
    StageSpec("render", RenderSettings, _render),
    StageSpec("examine", ExamineSettings, _examine),
    StageSpec("write", WriterSettings, _write),
)
"""In the order of the flow."""


def faults(rows: Sequence[StageSpec]) -> list[str]:
    """What a table of stages lacks, each with the file to edit."""
    found = []
    names = tuple(row.name for row in rows)
    if names != STAGES:
        found.append(f"streams/stages.py has rows for {', '.join(names)}; schemas/events.py names {', '.join(STAGES)}")
    for row in rows:
        if not READS.get(row.name):
            found.append(f"no topic in schemas/topics.py names {row.name} as a consumer")
        for settings in (row.settings, LagSettings):
            if f"{row.name}_group" not in settings.model_fields:
                found.append(f"{settings.__name__} in streams/settings.py has no field {row.name}_group")
    return found


if faults(_ROWS):
    raise ImportError("; ".join(faults(_ROWS)))

STAGE_TABLE: Mapping[str, StageSpec] = {row.name: row for row in _ROWS}


def run_stage(stage: str, given: Mapping[str, object], table: Mapping[str, StageSpec] = STAGE_TABLE) -> None:
    """Run one process of a stage until SIGTERM. `given`: fields of its settings that the command line sets (None: not).

    Raises UserError for all wrong settings before anything is connected to."""
    from streams.setting_faults import sound_settings

    spec = table[stage]
    spec.run(sound_settings(spec.settings, given))
