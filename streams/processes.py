"""The composition root: builds each kind of process from its settings and runs it until SIGTERM.

In: settings, and hooks of the tests.  Out: a process that carries, or a Problem that says in one line why not.
Handlers, renderers and clients are imported in the process that needs them.
"""

import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from monitoring.logs import set_up
from monitoring.metrics import StageMetrics
from schemas.doors import ObjectStore, Planner, Renderer, Sink
from schemas.events import Stage
from schemas.failures import TryLater
from schemas.ids import content_id
from schemas.topics import GRAPHS, IMAGES, QA, REJECTIONS, SEEDS
from streams import pixels, topic_admin
from streams import store as s3
from streams.by_topic import ByTopic
from streams.carrying import Role, await_topic, carry, on_signals
from streams.dead_letters import Limit
from streams.event_step import EventStep, StepTools
from streams.inbox import Limits
from streams.metrics_server import serving
from streams.overlap import Step
from streams.problems import Unreachable
from streams.settings import (
    AgentSettings,
    ExamineSettings,
    ProcessSettings,
    RenderSettings,
    StoreSettings,
    WriterSettings,
)
from streams.sink_step import SinkStep
from streams.tally import Tally
from streams.worker import Reached, ignore

if TYPE_CHECKING:
    from streams.faust_app import SeedApp  # Faust itself is imported by the agents alone
    from streams.language.wiring import LanguageAgents


CALLS_A_STEP = 4
"""Calls of a diffusion renderer in one step: what one has drawn is stored while the next one draws."""


def _as_it_is(store: ObjectStore) -> ObjectStore:
    return store


def _sink_as_it_is(sink: Sink) -> Sink:
    return sink


@dataclass(frozen=True)
class Hooks:
    """Where tests look in: `reached` hears of steps, the others replace or wrap a part."""

    reached: Reached = ignore
    store: Callable[[ObjectStore], ObjectStore] = _as_it_is
    sink: Callable[[Sink], Sink] = _sink_as_it_is
    planner: Planner | None = None
    renderer: Renderer | None = None


PRODUCTION = Hooks()


def run_agents(settings: AgentSettings, hooks: Hooks = PRODUCTION) -> None:
    """Plan graphs for seeds until SIGTERM. Raises a Problem."""
    from streams import faust_door

    _begin("agents", settings)
    await_topic(settings, SEEDS)
    app = _seed_app(settings, hooks)
    try:
        with serving("agents", settings, lambda: not app.crashed):
            faust_door.run(app, on_signals)
    except TryLater as failure:
        raise Unreachable(str(failure)) from failure


def agents_app(settings: AgentSettings) -> "SeedApp":
    """The agents as a Faust application that serves its own metrics, for Faust's command line."""
    app = _seed_app(settings, PRODUCTION)

    async def serve() -> None:
        app.add_context(serving("agents", settings, lambda: not app.crashed))

    app.task(serve)
    return app


def run_render(settings: RenderSettings, hooks: Hooks = PRODUCTION) -> None:
    """Draw pictures of graphs until SIGTERM. Raises a Problem."""
    from gpu_workers.render import RenderHandler

    _begin("render", settings)
    renderer = hooks.renderer or renderer_of(settings)
    batch, several = settings.render_batch, 1 if settings.renderer == "collage" else CALLS_A_STEP
    handler = RenderHandler(renderer, _store(settings, settings.connect_timeout_s, hooks), batch)
    role = Role("render", (GRAPHS,), settings.render_group, Limits(several * batch, settings.render_linger_s, held=3))
    carry(role, settings, lambda tools: EventStep(handler, tools), hooks.reached)


def run_examine(settings: ExamineSettings, hooks: Hooks = PRODUCTION) -> None:
    """Check pictures and write questions until SIGTERM. Raises a Problem."""
    from gpu_workers.examine import ExamineHandler, Witnesses

    _begin("examine", settings)
    store = s3.connect(settings, settings.connect_timeout_s)
    notes = _notes(settings, settings.connect_timeout_s, hooks)
    judge = None
    if settings.mllm_url is not None:
        from streams.language import wiring

        judge = wiring.judge_of(settings, notes, store.link)
    witnesses = Witnesses(pixels.eyes_of(settings), judge)
    handler = ExamineHandler(hooks.store(store), notes, witnesses, pixels.publishable(pixels.policy_of(settings)))
    role = Role("examine", (IMAGES,), settings.examine_group, Limits(settings.examine_batch, held=3))
    carry(role, settings, lambda tools: EventStep(handler, tools), hooks.reached)


def run_write(settings: WriterSettings, hooks: Hooks = PRODUCTION) -> None:
    """Append accepted samples to the dataset, and rejections to their table, until SIGTERM. Raises a Problem."""
    from dataset.rejections import RejectionsWriter
    from dataset.writer import MAX_COMMIT_BYTES, DatasetWriter

    _begin("write", settings)
    store = _store(settings, settings.connect_timeout_s, hooks)
    uri, folder = settings.dataset_uri, index_dir(settings)
    options = s3.storage_options(settings) if uri.startswith("s3://") else None
    samples = hooks.sink(DatasetWriter(uri, store, folder, options))
    rejections = RejectionsWriter(uri, folder / "rejections", options)
    limits = Limits(settings.write_rows, settings.write_every_s)
    role = Role("write", (QA, REJECTIONS), settings.write_group, limits, offset_reset="none")
    await_topic(settings, QA)
    with closing(topic_admin.connect(settings)) as admin:

        def steps(tools: StepTools) -> Step:
            kept = SinkStep(samples, tools, QA, admin.topic_id, MAX_COMMIT_BYTES)
            return ByTopic({QA: kept, REJECTIONS: SinkStep(rejections, tools, REJECTIONS, admin.topic_id)})

        carry(role, settings, steps, hooks.reached)


def index_dir(settings: WriterSettings) -> Path:
    """Where this machine keeps its cache of the ids that a table holds: one folder a table."""
    return settings.state_dir / "index" / content_id("table", settings.dataset_uri)[:16]


def _begin(kind: Stage, settings: ProcessSettings) -> None:
    set_up(settings.log_format, kind)
    on_signals(lambda: sys.exit(0))  # while it connects nothing is in hand


def _seed_app(settings: AgentSettings, hooks: Hooks) -> "SeedApp":
    from streams import faust_door
    from streams.seed_step import WITH_MODELS, SeedStep, SeedTools

    metrics = StageMetrics("agents")
    app = faust_door.new_app(settings)
    language = None if hooks.planner is not None or settings.llm_url is None else _language(settings, hooks)
    tools = SeedTools(
        hooks.planner or (_planner(settings) if language is None else language.planner),
        faust_door.FaustPublisher(app),
        Tally(metrics, Limit(settings.dead_letter_share)),
        reached=hooks.reached,
        calls=app.calls,
    )
    seeds_at_once = settings.agents_in_flight
    if language is not None:
        tools = replace(tools, at_once=language.at_once, graph=language.budget.graph, patience=WITH_MODELS)
        seeds_at_once = max(seeds_at_once, language.at_once)
    faust_door.carry_seeds(app, SeedStep(tools).handle, seeds_at_once, metrics)
    return app


def _language(settings: AgentSettings, hooks: Hooks) -> "LanguageAgents":
    from streams.language import wiring

    return wiring.agents_of(settings, _notes(settings, settings.connect_timeout_s, hooks))


def _planner(settings: AgentSettings) -> Planner:
    from agents.planner import RulePlanner

    planner: Planner = RulePlanner(settings.renderer)
    return planner


def renderer_of(settings: RenderSettings) -> Renderer:
    """The renderer that the settings name, ready to draw. Raises UserError and TryLater."""
    if settings.renderer != "collage":
        return pixels.diffusion_of(settings)
    from gpu_workers.collage import CollageRenderer
    from gpu_workers.collage.fetch import default_sprites_dir

    renderer: Renderer = CollageRenderer(settings.sprites_dir or default_sprites_dir())
    return renderer


def _store(settings: StoreSettings, timeout_s: float, hooks: Hooks) -> ObjectStore:
    return hooks.store(s3.connect(settings, timeout_s))


def _notes(settings: StoreSettings, timeout_s: float, hooks: Hooks) -> ObjectStore:
    """A bucket beside the images': there every object is a picture that an event names, and nothing else."""
    bucket = settings.s3_notes_bucket or f"{settings.s3_bucket}-notes"
    return hooks.store(s3.connect(settings.model_copy(update={"s3_bucket": bucket}), timeout_s))
