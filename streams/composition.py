"""The composition root: builds each kind of process from its settings and runs it until SIGTERM.

In: settings, and test hooks.  Out: a running process, or a Problem that says in one line why not.
Handlers, renderers and clients are imported in the process that needs them.
"""

import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gpu_workers.renderers import capabilities_of
from monitoring.metrics import StageMetrics, expect_questions, expect_redrawn
from monitoring.otel_export import exporting
from schemas.errors import RetryableError, require_extras
from schemas.events import QAEvent, Rejection
from schemas.ids import content_id
from schemas.interfaces import ObjectStore, Planner, Renderer, Sink
from schemas.topics import QA, REJECTIONS
from streams.adapters import vision_factories
from streams.broker.connection import connection_of
from streams.broker.group_state import READS
from streams.broker.reachability import ServiceAway, kafka_at
from streams.broker.topic_admin import TopicAdmin
from streams.errors import Unreachable
from streams.operations.metrics_server import serving
from streams.settings import (
    AgentSettings,
    ExamineSettings,
    RenderSettings,
    StoreSettings,
    WriterSettings,
)
from streams.steps.dead_letters import DeadLetterBreaker
from streams.steps.handler_step import HandlerStep, StepTools
from streams.steps.sink_step import SinkStep
from streams.steps.stage_counters import StageCounters
from streams.storage import s3
from streams.worker.health import Health
from streams.worker.loop import TestHook, no_hook
from streams.worker.outage_wait import LOADING, Startup
from streams.worker.pipelining import Step
from streams.worker.process_lifetime import process, stop_on_signal
from streams.worker.record_buffer import BatchLimits
from streams.worker.topic_router import TopicRouter
from streams.worker.worker_process import Role, await_topics, run_worker

if TYPE_CHECKING:
    from gpu_workers.exam_policy import ObjectDetector
    from streams.faust_app.application import SeedApp  # Faust itself is imported by the agents alone
    from streams.llm.factory import LanguageAgents


CALL_S, MODEL_CALL_S, TABLE_CALL_S = 120.0, 900.0, 600.0
"""Limits of one call of a step, unless `SKG_CALL_S` is set: without a model the store's timeouts take the time; a diffusion
model or a judge processes several batches in minutes; a writer's first call may have to read the ids of a whole table."""

FAUST_END_S = 25.0
"""How long the agents may take to end besides the seeds in flight."""

CALLS_A_STEP = 4
"""Calls of a diffusion renderer in one step: the result of one is stored while the next one draws."""

FIRST_COMMIT_S = 0.2
"""How long the first samples that a writer takes wait for others: a dataset is seen to grow as soon as it can be."""

CALL, MODEL_CALL = 4, 16
"""Graphs in one call of a renderer where no setting says it; one with a model draws as many of them together as fit."""


def _meanwhile(work: Callable[[], object]) -> None:
    """Load what the first event would load, while the process joins its group: that is a wait of seconds."""
    threading.Thread(target=work, name="loading", daemon=True).start()


def _unchanged(store: ObjectStore) -> ObjectStore:
    return store


def _sink_unchanged(sink: Sink) -> Sink:
    return sink


@dataclass(frozen=True)
class Hooks:
    """Test hooks: `test_hook` is called at each step, the others replace or wrap a part."""

    test_hook: TestHook = no_hook
    store: Callable[[ObjectStore], ObjectStore] = _unchanged
    sink: Callable[[Sink], Sink] = _sink_unchanged
    planner: Planner | None = None
    renderer: Renderer | None = None
    detector: "ObjectDetector | None" = None


PRODUCTION = Hooks()


def run_agents(settings: AgentSettings, hooks: Hooks = PRODUCTION) -> None:
    """Plan graphs for seeds until SIGTERM. Raises a Problem."""
    with process("agents", settings) as start:
        await_topics(settings, READS["agents"], start)
        while not _run_faust(settings, hooks, start):
            await_topics(settings, READS["agents"], start)


def _run_faust(settings: AgentSettings, hooks: Hooks, start: Startup) -> bool:
    """Run Faust until SIGTERM. False: the broker went away before Faust had connected, or the group was not rejoined after
    it came back; an application starts only once."""
    from streams.faust_app import seed_agent

    app = _seed_app(settings, hooks, start)
    start.health.running(lambda: seed_agent.is_alive(app), lambda: seed_agent.is_ready(app))
    try:
        seed_agent.run(app, lambda stop: stop_on_signal(stop, settings.agents_drain_s + FAUST_END_S))
    except ServiceAway:
        stop_on_signal(lambda: sys.exit(0))  # nothing is in flight again
        return False
    except RetryableError as failure:
        raise Unreachable(str(failure)) from failure
    return True


def agents_app(settings: AgentSettings) -> "SeedApp":
    """The agents as a Faust application that serves its own metrics, for Faust's command line."""
    from streams.faust_app import seed_agent

    health = Health()
    start = Startup("agents", settings.give_up_s, health)
    app = _seed_app(settings, PRODUCTION, start)
    app.await_broker = lambda: await_topics(settings, READS["agents"], start)
    health.running(lambda: seed_agent.is_alive(app), lambda: seed_agent.is_ready(app))

    async def serve() -> None:
        app.add_context(exporting("agents"))
        app.add_context(serving("agents", settings, health))

    app.task(serve)
    return app


def run_render(settings: RenderSettings, hooks: Hooks = PRODUCTION) -> None:
    """Draw pictures of graphs until SIGTERM. Raises a Problem."""

    def step(tools: StepTools, start: Startup) -> Step:
        from gpu_workers.render import RenderHandler

        store = _store(settings, hooks, start)
        start.report("loading models")
        renderer = hooks.renderer or start.wait(
            lambda: vision_factories.renderer_of(settings), "the models of the renderer", LOADING
        )
        handler = RenderHandler(renderer, store, at_once, settings.held_out_per_mille)
        return HandlerStep(handler, tools)

    spec = vision_factories.spec_of(settings.renderer)
    at_once = settings.render_batch or (MODEL_CALL if spec.has_model else CALL)
    batch = (settings.render_batch or CALL) * (CALLS_A_STEP if spec.has_model else 1)
    limits = BatchLimits(batch, settings.render_linger_s, max_batches=3, call_s=MODEL_CALL_S if spec.is_slow else CALL_S)
    with process("render", settings) as start:
        run_worker(Role("render", READS["render"], settings.render_group, limits), settings, start, step, hooks.test_hook)


def run_examine(settings: ExamineSettings, hooks: Hooks = PRODUCTION) -> None:
    """Check pictures and write questions until SIGTERM. Raises a Problem."""

    def step(tools: StepTools, start: Startup) -> Step:
        from gpu_workers.examine import ExamineHandler, Examiners

        store, notes = _bucket(settings, start), _notes(settings, hooks, start)
        start.report("loading models")
        judge = None
        if settings.mllm_url is not None:
            require_extras("llm")
            from streams.llm import factory

            judge = factory.make_judge(settings, notes, store.link)
        detector = hooks.detector or start.wait(
            lambda: vision_factories.detector_of(settings), "the models that look at pictures", LOADING
        )
        policy = vision_factories.publishable(vision_factories.policy_of(settings))
        handler = ExamineHandler(hooks.store(store), notes, Examiners(detector, judge), policy)
        _meanwhile(lambda: parsed("is there a cat?"))  # compiles every sentence of the grammar
        return HandlerStep(handler, tools)

    from gpu_workers.exam_policy import RETRIED_GATES
    from spatial.questions import check_kinds
    from spatial.questions.kind_table import KINDS
    from spatial.questions.wording.question_parsing import parsed

    check_kinds()
    expect_questions(KINDS)
    expect_redrawn("examine", RETRIED_GATES)
    looks = settings.detector is not None or settings.mllm_url is not None
    limits = BatchLimits(settings.examine_batch, max_batches=3, call_s=MODEL_CALL_S if looks else CALL_S)
    with process("examine", settings) as start:
        run_worker(
            Role("examine", READS["examine"], settings.examine_group, limits), settings, start, step, hooks.test_hook
        )


def run_write(settings: WriterSettings, hooks: Hooks = PRODUCTION) -> None:
    """Append accepted samples to the dataset, and rejections to their table, until SIGTERM. Raises a Problem."""
    limits = BatchLimits(settings.write_rows, settings.write_every_s, call_s=TABLE_CALL_S, first_linger_s=FIRST_COMMIT_S)
    role = Role("write", READS["write"], settings.write_group, limits, offset_reset="none")
    with process("write", settings) as start, ExitStack() as stack:

        def step(tools: StepTools, start: Startup) -> Step:
            from dataset.table.sample_writer import MAX_COMMIT_BYTES

            samples, rejections = _sinks(settings, hooks, start)
            admin = start.wait(lambda: TopicAdmin(connection_of(settings)), kafka_at(connection_of(settings)))
            ids = stack.enter_context(closing(admin)).topic_id
            kept = SinkStep(samples, tools, QA, ids, MAX_COMMIT_BYTES)
            return TopicRouter({QA: kept, REJECTIONS: SinkStep(rejections, tools, REJECTIONS, ids)})

        run_worker(role, settings, start, step, hooks.test_hook)


def _sinks(settings: WriterSettings, hooks: Hooks, start: Startup) -> tuple[Sink[QAEvent], Sink[Rejection]]:
    from dataset.table.rejection_table import RejectionsWriter
    from dataset.table.sample_writer import DatasetWriter, TableLocation
    from dataset.table.table_errors import require_writable

    store = _store(settings, hooks, start)
    uri, folder = settings.dataset_uri, index_dir(settings)
    options = s3.storage_options(settings, uri) if uri.startswith("s3://") else None
    require_writable(uri)
    place, share = TableLocation(uri, folder, options), settings.held_out_per_mille
    samples = DatasetWriter(place, store, share, depth_maps=settings.dataset_depth)
    start.wait(samples.check, f"the dataset at {uri} (SKG_DATASET_URI)")
    return hooks.sink(samples), RejectionsWriter(uri, folder / "rejections", options)


def index_dir(settings: WriterSettings) -> Path:
    """Where this machine keeps its cache of the ids that a table holds: one folder a table."""
    return settings.state_dir / "index" / content_id("table", settings.dataset_uri)[:16]


def _seed_app(settings: AgentSettings, hooks: Hooks, start: Startup) -> "SeedApp":
    from streams.faust_app import seed_agent
    from streams.faust_app.faust_publisher import FaustPublisher
    from streams.steps.seed_step import MODEL_RETRY_POLICY, RetryPolicy, SeedStep, SeedTools

    metrics = StageMetrics("agents")
    app = seed_agent.new_app(settings)
    app.give_up_s = settings.give_up_s
    metrics.watch_calls(app.calls.oldest_s)
    language = None if hooks.planner is not None or settings.llm_url is None else _language(settings, hooks, start)
    tools = SeedTools(
        hooks.planner or (_planner(settings) if language is None else language.planner),
        FaustPublisher(app),
        StageCounters(metrics, DeadLetterBreaker(settings.dead_letter_share)),
        RetryPolicy(give_up_s=settings.give_up_s),
        test_hook=hooks.test_hook,
        calls=app.calls,
    )
    seeds_at_once = settings.agents_in_flight
    if language is not None:
        retry_policy = replace(MODEL_RETRY_POLICY, give_up_s=settings.give_up_s)
        tools = replace(
            tools, max_graphs=language.max_graphs, graph_slot=language.budget.graph_slot, retry_policy=retry_policy
        )
        seeds_at_once = max(seeds_at_once, language.max_graphs)
    seed_agent.process_seeds(app, SeedStep(tools).handle, seeds_at_once, metrics)
    return app


def _language(settings: AgentSettings, hooks: Hooks, start: Startup) -> "LanguageAgents":
    require_extras("llm")
    from streams.llm import factory

    return factory.make_language_agents(settings, _notes(settings, hooks, start))


def _planner(settings: AgentSettings) -> Planner:
    from agents.concepts.concept_reading import read_concept
    from agents.planner import RulePlanner

    _meanwhile(lambda: read_concept("street market"))  # loads the knowledge
    planner: Planner = RulePlanner(capabilities_of(settings.renderer, settings.view_share, settings.render_structure))
    return planner


def _bucket(settings: StoreSettings, start: Startup) -> s3.S3Store:
    store = s3.S3Store(settings)
    start.wait(store.create_bucket, store.address)
    return store


def _store(settings: StoreSettings, hooks: Hooks, start: Startup) -> ObjectStore:
    return hooks.store(_bucket(settings, start))


def _notes(settings: StoreSettings, hooks: Hooks, start: Startup) -> ObjectStore:
    """A bucket beside the images': there every object is a picture that an event names, and nothing else."""
    bucket = settings.s3_notes_bucket or f"{settings.s3_bucket}-notes"
    return _store(settings.model_copy(update={"s3_bucket": bucket}), hooks, start)
