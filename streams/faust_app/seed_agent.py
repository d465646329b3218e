"""The Faust application that runs the agents' step over seeds.

In: settings and a step.  Out: a Faust application whose acknowledgements are in order.
Faust's own concurrency, exception and produce handling lose events; none of them is used here.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from functools import partial
from time import monotonic
from typing import Any

from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import (
    KafkaConnectionError,
)
from faust.auth import Credentials, OAuthCredentials, SASLCredentials, SSLCredentials
from faust.exceptions import ConsumerNotStarted
from faust.types import TP, EventT

from monitoring.logs import log
from monitoring.metrics import StageMetrics
from monitoring.otel_export import flush
from schemas.topics import SEEDS
from streams.broker.client_id import client_id
from streams.broker.connection import KafkaConnection, connection_of
from streams.broker.reachability import ServiceAway, kafka_at
from streams.broker.records import MAX_MESSAGE_BYTES, Partition, Record
from streams.errors import Problem, Unreachable
from streams.faust_app.application import CALL_S, LOOP_STUCK_S, PROBE_EVERY_S, NoTables, SeedApp
from streams.faust_app.faust_publisher import raw_topic
from streams.faust_app.ordered_ack import OrderedAck
from streams.settings import AgentSettings
from streams.worker import bounded_loop
from streams.worker.call_age import CallTimer

REBALANCE_S = 120.0
REQUEST_S = 150.0
"""Above the rebalance timeout: a join request waits for it."""

BUFFER = 32
"""Events that wait before the window. With more, a slow agent fetches nothing for so long that it leaves the group."""

METADATA_MS = 30_000
"""How long until new partitions of a topic are read."""

REPORT_EVERY_S = 30.0
"""Between two log lines about a broker that is unavailable."""

STOP_S = 15.0
"""How long Faust's own stop may take besides the seeds in flight."""

Handle = Callable[[Record], Coroutine[Any, Any, None]]


def new_app(settings: AgentSettings) -> SeedApp:
    """An application that is configured and not connected."""
    connection = connection_of(settings)
    app = SeedApp(
        settings.agents_group,
        broker=";".join(f"kafka://{host}:{port}" for host, port in connection.addresses),
        broker_credentials=_credentials(connection),
        broker_client_id=client_id("agents"),
        datadir=str(settings.state_dir / "faust"),
        processing_guarantee="at_least_once",
        key_serializer="raw",
        value_serializer="raw",
        stream_buffer_maxsize=BUFFER,
        stream_publish_on_commit=False,
        stream_wait_empty=True,
        broker_max_poll_records=BUFFER,
        broker_session_timeout=settings.kafka_session_s,
        broker_heartbeat_interval=settings.kafka_session_s / 4,
        broker_rebalance_timeout=max(REBALANCE_S, settings.kafka_session_s),
        broker_request_timeout=REQUEST_S,
        broker_commit_interval=1.0,
        consumer_metadata_max_age_ms=METADATA_MS,
        producer_metadata_max_age_ms=METADATA_MS,
        consumer_auto_offset_reset="earliest",
        producer_threaded=False,
        producer_acks=-1,
        producer_max_request_size=MAX_MESSAGE_BYTES,
        topic_allow_declare=False,
        topic_disable_leader=True,
        TableManager=NoTables,
        web_enabled=False,
        logging_config={"version": 1, "incremental": True},  # Faust's command would set up plain lines of its own
        loghandlers=logging.getLogger().handlers[:],
    )
    app.drain_s = settings.agents_drain_s
    app.call_s = settings.call_s or CALL_S
    app.connection = connection
    app.calls = CallTimer()
    return app


class _TokenOf(AbstractTokenProvider):  # type: ignore[misc] # aiokafka ships no types for it
    """Gives each login the current token of the file."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection

    async def token(self) -> str:
        """The current token; reading a file of some hundred bytes does not block noticeably."""
        return self._connection.token()


def _credentials(connection: KafkaConnection) -> Credentials | None:
    context = connection.context()
    if connection.by_token:
        return OAuthCredentials(oauth_cb=_TokenOf(connection), ssl_context=context)
    if connection.sasl:
        return SASLCredentials(
            username=connection.username,
            password=connection.password.get_secret_value(),
            ssl_context=context,
            mechanism=connection.mechanism,
        )
    return None if context is None else SSLCredentials(context=context)


def process_seeds(app: SeedApp, handle: Handle, limit: int, metrics: StageMetrics) -> None:
    """Let the application's agent run `handle` over the seeds, up to `limit` at a time, acknowledged in order."""
    window: OrderedAck[EventT[bytes]] = OrderedAck(
        limit=limit,
        partition_of=lambda event: event.message.tp,
        ack=_acknowledge,
        failed=lambda e: _stop(app, e),
        identity=lambda event: (event.message.tp, event.message.offset),
    )
    app.in_flight = lambda: window.in_flight
    app.show_waiting = metrics.set_waiting

    async def seeds(stream: Any) -> None:
        await window.run(stream.noack().events(), lambda event: handle(_record(event)))

    async def revoked(*arguments: Any, **_: Any) -> None:
        taken: set[TP] = arguments[1]
        window.drop(taken)

    async def ending(*_: Any, **__: Any) -> None:
        await window.cancel()

    async def gauge() -> None:
        app.loop_ran_at = monotonic()
        metrics.set_in_flight(window.in_flight)
        metrics.set_lag(_lag(app))

    app.agent(raw_topic(app, SEEDS), name="seeds")(seeds)
    app.timer(1.0)(gauge)
    app.on_partitions_revoked.connect(revoked, weak=False)
    app.on_before_shutdown.connect(ending, weak=False)
    app.task(partial(_watch, app))


def is_alive(app: SeedApp) -> bool:
    """Whether the event loop runs and no call of the planner exceeds its limit. True while the process starts."""
    turns = app.loop_ran_at is None or monotonic() - app.loop_ran_at < LOOP_STUCK_S
    return turns and not app.crashed and app.calls.oldest_s() < app.call_s


def is_ready(app: SeedApp) -> bool:
    """Whether the group is joined (assigned partitions, or none are left to assign) and the broker answers."""
    return app.loop_ran_at is not None and app.is_joined and app.away_since is None and not app.rebalancing


def run(app: SeedApp, stopping: Callable[[Callable[[], None]], None]) -> None:
    """Run until `stopping`'s callback is called. Raises what ended the agents."""
    bounded_loop.run(_run_app(app, stopping))


async def _run_app(app: SeedApp, stopping: Callable[[Callable[[], None]], None]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_signal() -> None:
        loop.call_soon_threadsafe(stop.set)

    stopping(on_signal)
    await _start_app(app)
    try:
        await app.wait_first(stop.wait())
    finally:
        await _stop_app(app)
    if app.crash_reason is not None:
        raise app.crash_reason


async def _start_app(app: SeedApp) -> None:
    """Start and connect. Raises ServiceAway for a broker that went away since its probe; nothing is in flight then."""
    try:
        await app.start()
    except (KafkaConnectionError, ConsumerNotStarted) as error:  # which one depends on which thread notices first
        await asyncio.wait({asyncio.ensure_future(app.stop())}, timeout=STOP_S)
        raise ServiceAway(f"Kafka at {app.connection} (SKG_KAFKA_BOOTSTRAP)", str(error)) from error


async def _stop_app(app: SeedApp) -> None:
    ending, until = asyncio.ensure_future(app.stop()), monotonic() + app.drain_s + STOP_S
    while not ending.done() and monotonic() < until and app.away_since is None:
        await asyncio.wait({ending}, timeout=0.2)
    while app.crashed and app.is_reading() and monotonic() < until and app.away_since is None:
        await asyncio.sleep(0.1)  # it would be a second member of the group beside the next application's
    if not ending.done():
        _log_unfinished(app)
        flush()
        logging.shutdown()
        # whatever hangs would also block the end of the event loop
        os._exit(1 if app.away_since is None or app.crashed else 0)


def _log_unfinished(app: SeedApp) -> None:
    """An end while the broker is unavailable is no error of this process: what is in flight will be delivered again."""
    if app.away_since is not None and not app.crashed:
        log("agents").info("stopped", during=f"waiting for {kafka_at(app.connection)}", in_hand=app.in_flight())
        return
    why = app.crash_reason or "Faust did not stop in time"
    log("agents").error(f"{why}; what is in flight will be delivered again", in_hand=app.in_flight())


async def _watch(app: SeedApp) -> None:
    """Probe the broker, and log when it does not answer."""
    reported_at = 0.0
    while True:
        app.loop_ran_at = monotonic()
        try:
            why = await app.probe_broker()
        except Problem as problem:  # seeds in flight are redelivered to a process that starts with corrected settings
            await app.crash(problem)
            return
        if why is None and app.away_since is not None:
            log("agents").info(f"Kafka at {app.connection} answers")
        if why is not None and monotonic() - reported_at > REPORT_EVERY_S:
            reported_at = monotonic()
            log("agents").warning(f"waiting for Kafka at {app.connection} (SKG_KAFKA_BOOTSTRAP): {why}")
        show_outage(app, why)
        app.away_since = None if why is None else app.away_since or monotonic()
        if why is None and not app.should_stop:
            await app.skip_expired()
        failure = _away_too_long(app, why) or _outside_too_long(app)
        if failure is not None:
            await app.crash(failure)
        await asyncio.sleep(PROBE_EVERY_S)


def show_outage(app: SeedApp, why: str | None) -> None:
    """Export that the broker is away; once it is back, that nothing is waited for. A wait for a model or a store stays."""
    if why is not None:
        app.show_waiting("broker")
    elif app.away_since is not None:
        app.show_waiting(None)


def _away_too_long(app: SeedApp, why: str | None) -> Unreachable | None:
    if app.away_since is None or app.give_up_s is None or monotonic() - app.away_since <= app.give_up_s:
        return None
    return Unreachable(f"cannot reach Kafka at {app.connection}: {why} (gave up after {app.give_up_s:.0f} s)")


def _outside_too_long(app: SeedApp) -> ServiceAway | None:
    """The broker answers, but the group does not admit this application: a new one may succeed."""
    inside = app.is_joined and not app.rebalancing
    if inside or app.away_since is not None or app.should_stop:
        app.outside_since = None
        return None
    app.outside_since = app.outside_since or monotonic()
    if monotonic() - app.outside_since <= app.rejoin_s + app.drain_s:
        return None
    log("agents").warning(f"Kafka at {app.connection} answers, but the group was not joined again: starting anew")
    return ServiceAway(kafka_at(app.connection), "it answers, but the group was not joined again")


async def _acknowledge(event: EventT[bytes]) -> None:
    event.ack()


def _stop(app: SeedApp, error: BaseException) -> None:
    app.add_future(app.crash(error))


def _record(event: EventT[bytes]) -> Record:
    message = event.message
    headers = tuple((name, bytes(value or b"")) for name, value in dict(message.headers or {}).items())
    return Record(Partition(message.topic, message.partition), message.offset, message.key, message.value, headers)


def _lag(app: SeedApp) -> int:
    """Events of the assigned partitions that are not committed; a partition without a known commit counts from 0."""
    consumer: Any = app.consumer
    ends, known = app.monitor.tp_end_offsets, consumer._committed_offset
    return sum(max(0, (ends.get(tp) or 0) - (known.get(tp) or 0)) for tp in app.assigned())
