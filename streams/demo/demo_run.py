"""The demo from its first process to its last line.

In: seeds, a folder.  Out: exit code 0 when every request has an outcome and every accepted sample is stored.
All processes have ended when it returns, also after an error.
"""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from dataset.table.rejection_table import rejections_uri
from monitoring.otel_export import exporting
from schemas.errors import UserError, require_extras
from schemas.events import SeedConcept
from spatial.knowledge.knowledge_files import SETTING, knowledge_folders
from streams.broker.clients import Reader
from streams.broker.connection import connection_of
from streams.broker.topic_admin import apply
from streams.demo.demo_services import KEPT, local_kafka, local_services
from streams.demo.demo_summary import Counted, Result, write_up
from streams.demo.folder_lock import lock_folder
from streams.demo.live_display import Display
from streams.demo.llm_options import NAMES, NO_LLM, LlmOptions
from streams.demo.outcome_counts import ENDS, OutcomeCounts, TableIds
from streams.demo.process_supervisor import DemoFailed, ProcessSupervisor
from streams.demo.renderer_options import COLLAGE, RendererOptions
from streams.demo.signals import SignalFlag
from streams.operations.concept_readings import faults_of, readings_by
from streams.operations.seed_publisher import publish_seeds
from streams.operations.seeds import OF_RENDERERS, SAMPLE_SEEDS, distribute_graphs, requests_of
from streams.operations.stage_view import StageView, open_stage_view
from streams.operations.status import with_rates
from streams.secret_files import variable_of
from streams.seed_files.seed_reading import read_seeds
from streams.services.local_services import is_up
from streams.setting_faults import require_all
from streams.settings import KafkaSettings, StatusSettings, judging

STALL_S = 120.0
"""No outcome for this long while requests are open: something is broken, and waiting would hide it."""

SETTLED_S = 8.0
"""No outcome for this long after the token budget was spent: what was in flight has ended."""

COMMIT_EVERY_S = "1.5"
"""Samples should appear in the dataset while the demo is watched."""


@dataclass(frozen=True)
class Places:
    """The folders of the demo's output."""

    out: Path

    @property
    def dataset(self) -> Path:
        """The Delta table: the result for the user."""
        return self.out / "dataset"

    @property
    def has_table(self) -> bool:
        """Whether a demo has begun a table there, which may be empty."""
        return (self.dataset / "_delta_log").is_dir()

    def stored(self) -> frozenset[str]:
        """The ids of the samples there."""
        return TableIds(str(self.dataset)).all() if self.has_table else frozenset()

    @property
    def state(self) -> Path:
        """Process registry, the writer's index, logs."""
        return self.out / "state"


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
    seeds = checked_seeds(show)
    seeds = distribute_graphs(seeds, show.graphs) if show.graphs else seeds
    started = time.monotonic()
    places = Places(show.out.resolve())
    before = require_unused(places, show)
    with lock_folder(places.out):
        places.state.mkdir(exist_ok=True)
        with SignalFlag() as interrupts:
            try:
                outcomes = _produce(places, seeds, show, interrupts)
            except KeyboardInterrupt:
                _say_stopped(places, show)
                raise
        counted = Counted(len(before), len(places.stored() - before))
        return write_up(Result(places.out, places.dataset, outcomes, time.monotonic() - started, counted), Console())


def checked_seeds(show: DemoOptions) -> list[SeedConcept]:
    """The seeds of the demo. Raises BadSeeds for what `skg seed` would refuse, and says what it would say."""
    if show.seeds_file is None:
        return read_seeds(OF_RENDERERS.get(show.renderer.renderer, SAMPLE_SEEDS))
    seeds, drawing = read_seeds(show.seeds_file), show.renderer.drawing()
    readings = readings_by(seeds, drawing.renderer, drawing.render_structure, show.llm.choice is not None)
    for line in readings.lines(all_of_them=False):
        Console(stderr=True).print(line, soft_wrap=True, markup=False, highlight=False)
    if not show.anyway:
        faults_of(readings, "nothing was started; --anyway starts it")
    return seeds


def require_unused(places: Places, show: DemoOptions) -> frozenset[str]:
    """The samples that are in the folder. Raises UserError where there are any and none are to be added; a table without
    any, as an interrupted demo leaves it, is in nobody's way."""
    before = places.stored()
    if before and not show.add:
        where = show.out / "dataset"
        raise UserError(
            f"there is a dataset of {len(before)} samples at {where}: --add adds to it, --out names another folder"
        )
    return before


def _say_stopped(places: Places, show: DemoOptions) -> None:
    """Say after an interruption what was stopped, and where the samples are that were finished."""
    stored = len(places.stored())
    kept = f"{stored} samples are in {show.out / 'dataset'}; the same command with --add makes more"
    services = (
        "the stages; the broker and the store go on" if is_up(places.state) else "the stages, the broker and the store"
    )
    Console(stderr=True).print(f"stopped {services}; {kept if stored else 'no sample was finished'}", soft_wrap=True)


def _produce(places: Places, seeds: Sequence[SeedConcept], show: DemoOptions, interrupts: SignalFlag) -> OutcomeCounts:
    with ExitStack() as stack, Display(Console()) as display:
        models = {**show.renderer.environment(places.out), **show.llm.environment(stack)}
        display.say("starting the broker and the store …")
        services = local_services(places.out, places.state, stack, keep=show.keep)
        kafka = local_kafka(services["SKG_KAFKA_BOOTSTRAP"])
        interrupts.check()
        apply(kafka)
        supervisor = ProcessSupervisor(places.state / "logs", {**settings_of(places, services), **models})
        stack.callback(supervisor.stop)
        display.say(f"publishing {sum(seed.count for seed in seeds)} requests of {len(seeds)} seeds …")
        with exporting("seed"):
            publish_seeds(kafka, seeds)
        outcomes = OutcomeCounts(requests_of(seeds))
        reader = stack.enter_context(closing(Reader(connection_of(kafka), ENDS)))
        stages = stack.enter_context(closing(open_stage_view(status_of(places, kafka), "demo")))
        _watch(_Monitored(places, supervisor, reader, outcomes, stages), display, interrupts)
        display.say(KEPT.format(state=places.state) if is_up(places.state) else "stopping …")
    return outcomes


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


def status_of(places: Places, kafka: KafkaSettings) -> StatusSettings:
    """The demo's settings for its stages: they have the default groups."""
    groups = {
        name: StatusSettings.model_fields[name].default for name in StatusSettings.model_fields if name.endswith("_group")
    }
    return StatusSettings(**kafka.model_dump(), state_dir=places.state, **groups)


@dataclass(frozen=True)
class _Monitored:
    """What the demo monitors: folders, processes, the topics with outcomes, the counted outcomes, the
    stages."""

    places: Places
    supervisor: ProcessSupervisor
    reader: Reader
    outcomes: OutcomeCounts
    stages: StageView


def _watch(watched: _Monitored, display: Display, interrupts: SignalFlag) -> None:
    places, supervisor, outcomes = watched.places, watched.supervisor, watched.outcomes
    stored = TableIds(str(places.dataset))
    refused = TableIds(rejections_uri(str(places.dataset)), "rejection_id")
    before, measured_at, moved_at = watched.stages(), time.monotonic(), time.monotonic()
    while outcomes.open or not (stored.holds(outcomes.samples.values()) and refused.holds(outcomes.rejections)):
        records = watched.reader.poll(0.5)
        outcomes.feed(records)
        interrupts.check()
        supervisor.check()
        now = time.monotonic()
        if records:
            moved_at = now
        elif before["agents"].budget_spent and now - moved_at > SETTLED_S:
            outcomes.set_budget_spent()
        elif now - moved_at > STALL_S:
            raise DemoFailed(
                f"nothing moved for {STALL_S:.0f} s with {len(outcomes.open)} requests open; logs: {supervisor.logs}"
            )
        if now - measured_at >= 1.0:
            status = watched.stages()
            now = time.monotonic()
            display.show(with_rates(before, status, now - measured_at), outcomes, stored.refresh())
            before, measured_at = status, now
