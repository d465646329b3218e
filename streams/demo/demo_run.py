"""The demo from its first process to its last line.

In: seeds, a folder.  Out: exit code 0 when every request has an outcome and every accepted sample is stored.
All processes have ended when it returns, also after an error.
What takes long is begun first: services and stages start while this process imports what it watches them with, so this
module imports little.
"""

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from schemas.errors import UserError, require_extras
from schemas.events import SeedConcept
from schemas.texts.fault_words import counted
from spatial.knowledge.knowledge_files import SETTING, knowledge_folders
from streams.demo.demo_folder import Places, lock_folder
from streams.demo.demo_services import DemoServices, ProcessSupervisor
from streams.demo.llm_options import NAMES, NO_LLM, LlmOptions
from streams.demo.renderer_options import COLLAGE, RendererOptions
from streams.demo.signals import SignalFlag
from streams.secret_files import variable_of
from streams.services.local_services import is_up
from streams.setting_faults import require_all
from streams.settings import judging

if TYPE_CHECKING:
    from streams.demo.outcome_counts import OutcomeCounts

COMMIT_EVERY_S = "1.5"
"""Samples should appear in the dataset while the demo is watched."""


@dataclass(frozen=True)
class DemoOptions:
    """The options of a demo. `graphs`: in total, over the concepts of `seeds_file`; `llm`: its language model; `add`: to
    the dataset that an earlier demo left in the folder; `anyway`: also concepts of which nothing can come."""

    seeds_file: Path | None
    graphs: int | None
    out: Path
    keep: bool = False
    llm: LlmOptions = NO_LLM
    renderer: RendererOptions = COLLAGE
    add: bool = False
    anyway: bool = False


def run(show: DemoOptions) -> int:
    """Run to the end; the exit code. Raises UserError (BadSeeds, MissingExtra among them) and KeyboardInterrupt."""
    require_extras("local", "gallery", *(["llm"] if show.llm.choice else ()))
    show.llm.check()
    require_all(show.renderer.given())
    show.renderer.check()
    checked = checked_seeds(show)
    started = time.monotonic()
    places = Places(show.out.resolve())
    with lock_folder(places.out):
        before = require_unused(places, show)
        places.state.mkdir(exist_ok=True)
        with SignalFlag() as interrupts:
            try:
                outcomes = _produce(places, checked, show, interrupts)
            except KeyboardInterrupt:
                _say_stopped(places, show)
                raise
        from streams.demo.demo_summary import Counted, Result, write_up

        counted = Counted(len(before), len(places.stored() - before))
        return write_up(
            Result(places.out, places.dataset, places.state / "logs", outcomes, time.monotonic() - started, counted),
            Console(),
        )


def checked_seeds(show: DemoOptions) -> list[SeedConcept] | None:
    """The seeds of a file, None where samples are taken. Raises BadSeeds for what `skg seed` would refuse, and says what it
    would say."""
    if show.seeds_file is None:
        return None
    from streams.readings.concept_readings import faults_of, readings_by
    from streams.seed_files.seed_reading import read_seeds

    seeds, drawing = read_seeds(show.seeds_file), show.renderer.drawing()
    readings = readings_by(seeds, drawing.renderer, drawing.render_structure, show.llm.choice is not None)
    for line in readings.lines(all_of_them=False):
        Console(stderr=True).print(line, soft_wrap=True, markup=False, highlight=False)
    if not show.anyway:
        faults_of(readings, "nothing was started; --anyway starts it")
    return seeds


def _requested(checked: list[SeedConcept] | None, show: DemoOptions) -> list[SeedConcept]:
    """The seeds of the demo, samples where no file was given, with as many graphs in all as were asked for."""
    from streams.operations.seeds import OF_RENDERERS, SAMPLE_SEEDS, distribute_graphs
    from streams.seed_files.seed_reading import read_seeds

    seeds = checked or read_seeds(OF_RENDERERS.get(show.renderer.renderer, SAMPLE_SEEDS))
    return distribute_graphs(seeds, show.graphs) if show.graphs else seeds


def require_unused(places: Places, show: DemoOptions) -> frozenset[str]:
    """The samples that are in the folder. Raises UserError where there are any and none are to be added; a table without
    any, as an interrupted demo leaves it, is in nobody's way."""
    before = places.stored()
    if before and not show.add:
        there = f"{counted(len(before), 'sample')} at {show.out / 'dataset'}"
        raise UserError(f"there is a dataset of {there}: --add adds to it, --out names another folder")
    return before


def _say_stopped(places: Places, show: DemoOptions) -> None:
    """Say after an interruption what was stopped, and where the samples are that were finished."""
    stored = len(places.stored())
    where = f"{'is' if stored == 1 else 'are'} in {show.out / 'dataset'}"
    kept = f"{counted(stored, 'sample')} {where}; the same command with --add makes more"
    services = (
        "the stages; the broker and the store go on" if is_up(places.state) else "the stages, the broker and the store"
    )
    Console(stderr=True).print(f"stopped {services}; {kept if stored else 'no sample was finished'}", soft_wrap=True)


def _produce(
    places: Places, checked: list[SeedConcept] | None, show: DemoOptions, interrupts: SignalFlag
) -> "OutcomeCounts":
    began = time.monotonic()
    with ExitStack() as stack:
        models = {**show.renderer.environment(places.out), **show.llm.environment(stack)}

        def settings(services: Mapping[str, str]) -> dict[str, str]:
            return {**settings_of(places, services), **models}

        Console().print("starting the broker, the store and the stages …")
        services = DemoServices(places.out, places.state, stack, keep=show.keep)
        stages = ProcessSupervisor(places.state / "logs", settings(services.environment()))
        stack.callback(stages.stop)
        from streams.demo.demo_watch import DemoParts, watch

        return watch(DemoParts(places, services, stages, settings, began), _requested(checked, show), interrupts)


def settings_of(places: Places, services: Mapping[str, str]) -> dict[str, str]:
    """The stages' environment: this process's own, without SKG_ settings that would point elsewhere.

    The settings of judges and of what is in the dataset are kept; a model that judges pictures is chosen by `--llm`.
    """
    kept = {*judging(), variable_of("held_out_per_mille"), variable_of("dataset_depth"), variable_of("view_share")}
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SKG_") or (name in kept and not name.startswith(NAMES))
    }
    folders = ",".join(map(str, knowledge_folders()))  # absolute: each stage runs in a folder of its own
    return own | {
        **services,
        **({SETTING: folders} if folders else {}),
        "SKG_DATASET_URI": str(places.dataset),
        "SKG_STATE_DIR": str(places.state),
        "SKG_WRITE_EVERY_S": COMMIT_EVERY_S,
    }
