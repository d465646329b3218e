"""The door to Faust: the application that carries seeds through the agents' step.

In: settings and a step.  Out: a Faust application whose acknowledgements are in order.
Faust's own concurrency, exception and produce handling lose events; none of them is used here.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import faust
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faust.app import BootStrategy
from faust.exceptions import ProducerSendError
from faust.types import TP, EventT

from monitoring.logs import log
from monitoring.metrics import StageMetrics
from schemas.codec import Message
from schemas.failures import Never, TryLater
from schemas.topics import SEEDS, TOPICS
from streams.client_id import client_id
from streams.records import MAX_MESSAGE_BYTES, Partition, Record
from streams.settings import AgentSettings
from streams.window import OrderedWindow

REBALANCE_S = 120.0
REQUEST_S = 150.0
"""Above the rebalance timeout: a join request waits for it."""

BUFFER = 32
"""Events that wait before the window. More, and a slow agent fetches nothing for so long that it leaves the group."""

STOP_S = 15.0
"""How long Faust's own stop may take besides the seeds in hand."""

Handle = Callable[[Record], Coroutine[Any, Any, None]]


class _NoWebServer(BootStrategy):
    enable_web = False  # Faust's command line would open one whatever the settings say


class SeedApp(faust.App):
    """Faust's application with deadlines: a seed that hangs holds up neither a stop nor a rebalance for ever."""

    BootStrategy = _NoWebServer
    drain_s: float = 20.0

    async def _consumer_wait_empty(self, consumer: Any, logger: Any) -> None:
        # Faust's waiting swallows cancellation; left alone it ends with the consumer.
        self._waiting = asyncio.ensure_future(super()._consumer_wait_empty(consumer, logger))
        done, _ = await asyncio.wait({self._waiting}, timeout=self.drain_s)
        if not done:
            log("agents").warning("seeds in hand did not finish; they will be delivered again", waited_s=self.drain_s)

    def _create_directories(self) -> None:
        self.conf.datadir.mkdir(parents=True, exist_ok=True)
        super()._create_directories()


class FaustPublisher:
    """Publishes through the application's producer and waits for the acknowledgements."""

    def __init__(self, app: SeedApp) -> None:
        self._topics = {name: _raw_topic(app, name) for name in TOPICS}

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait. Raises Never for an oversize message, TryLater when the broker does not answer."""
        try:
            sent = [await self._topics[m.topic].send(key=m.key, value=m.value, headers=list(m.headers)) for m in messages]
            for acknowledged in sent:
                await acknowledged
        except MessageSizeTooLargeError as error:
            raise Never("oversize", str(error)) from error
        except (KafkaError, ProducerSendError) as error:
            raise TryLater(f"the broker did not acknowledge: {type(error).__name__}: {error}") from error


def new_app(settings: AgentSettings) -> SeedApp:
    """An application that is configured and not yet connected."""
    app = SeedApp(
        settings.agents_group,
        broker=";".join(f"kafka://{address}" for address in settings.kafka_bootstrap.split(",")),
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
        consumer_auto_offset_reset="earliest",
        producer_threaded=False,
        producer_acks=-1,
        producer_max_request_size=MAX_MESSAGE_BYTES,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )
    app.drain_s = settings.agents_drain_s
    return app


def carry_seeds(app: SeedApp, handle: Handle, limit: int, metrics: StageMetrics) -> None:
    """Let the application's agent run `handle` over the seeds, up to `limit` at a time, acknowledged in order."""
    window: OrderedWindow[EventT[bytes]] = OrderedWindow(
        limit=limit, partition_of=lambda event: event.message.tp, ack=_acknowledge, failed=lambda e: _stop(app, e)
    )

    async def seeds(stream: Any) -> None:
        await window.run(stream.noack().events(), lambda event: handle(_record(event)))

    async def revoked(*arguments: Any, **_: Any) -> None:
        taken: set[TP] = arguments[1]
        window.drop(taken)

    async def ending(*_: Any, **__: Any) -> None:
        await window.cancel()

    async def gauge() -> None:
        metrics.set_in_flight(window.in_hand)
        metrics.set_lag(_lag(app))

    app.agent(_raw_topic(app, SEEDS), name="seeds")(seeds)
    app.timer(1.0)(gauge)
    app.on_partitions_revoked.connect(revoked, weak=False)
    app.on_before_shutdown.connect(ending, weak=False)


def run(app: SeedApp, stopping: Callable[[Callable[[], None]], None]) -> None:
    """Carry until `stopping`'s callback is called. Raises what the agents could not get over."""
    asyncio.run(_live(app, stopping))


async def _live(app: SeedApp, stopping: Callable[[Callable[[], None]], None]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_signal() -> None:
        loop.call_soon_threadsafe(stop.set)

    stopping(on_signal)
    await app.start()
    try:
        await app.wait_first(stop.wait())
    finally:
        await _stopped(app)
    if app.crash_reason is not None:
        raise app.crash_reason


async def _stopped(app: SeedApp) -> None:
    done, _ = await asyncio.wait({asyncio.ensure_future(app.stop())}, timeout=app.drain_s + STOP_S)
    if not done:
        log("agents").error("Faust did not stop in time; what is in hand will be delivered again")
        logging.shutdown()
        os._exit(1)  # whatever hangs would hold up the end of the event loop too


def _raw_topic(app: SeedApp, name: str) -> Any:
    return app.topic(name, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes, allow_empty=True)


async def _acknowledge(event: EventT[bytes]) -> None:
    event.ack()


def _stop(app: SeedApp, error: BaseException) -> None:
    app.add_future(app.crash(error))


def _record(event: EventT[bytes]) -> Record:
    message = event.message
    headers = tuple((name, bytes(value or b"")) for name, value in dict(message.headers or {}).items())
    return Record(Partition(message.topic, message.partition), message.offset, message.key, message.value, headers)


def _lag(app: SeedApp) -> int:
    committed = app.monitor.tp_committed_offsets
    return sum(max(0, (end or 0) - committed.get(tp, 0)) for tp, end in app.monitor.tp_end_offsets.items())
