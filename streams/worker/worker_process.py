"""Processing a consumer group's records with a step, from the first connection to SIGTERM.

In: a role and what makes its step.  Out: a running process, or a Problem that says in one line why not.
The process serves its health first, then waits for the broker and its topics, then makes the step: stores, models.  Knows
no handler and no store.
"""

import logging
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from monitoring.logs import log
from monitoring.metrics import StageMetrics
from monitoring.otel_export import flush
from schemas.errors import RetryableError
from schemas.events import Stage
from streams.broker.client_id import client_id
from streams.broker.clients import Publisher
from streams.broker.connection import connection_of
from streams.broker.membership.consumer import GroupConsumer, GroupSettings
from streams.broker.reachability import kafka_at, probe
from streams.broker.topic_admin import NoTopic, TopicAdmin
from streams.errors import StepHung, Unreachable
from streams.settings import ProcessSettings
from streams.steps.dead_letters import DeadLetterBreaker
from streams.steps.handler_step import StepTools
from streams.steps.stage_counters import StageCounters
from streams.worker.loop import Consumer, TestHook, Worker
from streams.worker.outage_wait import ConnectionMonitor, Startup
from streams.worker.pipelining import Step
from streams.worker.process_lifetime import stop_on_signal
from streams.worker.record_buffer import BatchLimits

LEAVE_GROUP_S = 15.0
"""How long the last commit and leaving the group may take, with a broker that does not answer."""


@dataclass(frozen=True)
class Role:
    """A kind of worker: its stage, topics and group, and how many records one call of its step takes."""

    stage: Stage
    topics: tuple[str, ...]
    group: str
    limits: BatchLimits
    offset_reset: Literal["earliest", "none"] = "earliest"


MakeStep = Callable[[StepTools, Startup], Step]
"""Makes the step of a worker; waits for stores and models through `Startup`."""


def run_worker(role: Role, settings: ProcessSettings, start: Startup, make_step: MakeStep, test_hook: TestHook) -> None:
    """Process the role's records with the step until SIGTERM. Raises a Problem."""
    await_topics(settings, role.topics, start)
    metrics, connection = StageMetrics(role.stage), connection_of(settings)
    broker = kafka_at(connection)
    with closing(start.wait(lambda: Publisher(connection), broker)) as publisher:
        tools = StepTools(
            role.stage, publisher, StageCounters(metrics, DeadLetterBreaker(settings.dead_letter_share)), test_hook
        )
        worker = Worker(make_step(tools, start), _limits(role, settings), metrics, test_hook)
        group = replace(
            GroupSettings(connection, role.group, settings.kafka_session_s, role.offset_reset, client_id(role.stage)),
            instance=settings.kafka_instance,
        )
        consumer = start.wait(lambda: GroupConsumer(group, role.topics, worker.buffer), broker)
        worker.drain_s = settings.drain_s
        metrics.watch_calls(worker.call_seconds)
        stop_on_signal(worker.stop, settings.drain_s + LEAVE_GROUP_S)
        start.health.running(worker.is_alive, worker.is_ready)
        run_monitored(worker, consumer, ConnectionMonitor(start, broker, lambda: probe(connection)))


def run_monitored(worker: Worker, consumer: Consumer, monitor: ConnectionMonitor) -> None:
    """Process records while the connection is monitored. Raises Problem; a hung step ends the process, exit code 1."""
    kind = monitor.start.kind
    try:
        with monitor.watching(worker.is_connected, worker.stop):
            worker.run(consumer)
    except StepHung as problem:
        log(kind).error(str(problem))
        flush()
        logging.shutdown()
        os._exit(1)  # its thread would keep the interpreter from ending
    except RetryableError as failure:
        raise Unreachable(str(failure)) from failure


def _limits(role: Role, settings: ProcessSettings) -> BatchLimits:
    bound = role.limits.call_s if settings.call_s is None else settings.call_s
    return replace(role.limits, give_up_s=settings.give_up_s, call_s=bound)


def await_topics(settings: ProcessSettings, topics: tuple[str, ...], start: Startup) -> None:
    """Wait until the broker answers and has the topics. Raises Unreachable after `give_up_s`."""

    connection = connection_of(settings)

    def find_topic(topic: str) -> None:
        with TopicAdmin(connection) as admin:
            try:
                admin.topic_id(topic)
            except NoTopic as missing:
                raise RetryableError(str(missing), "broker") from missing

    start.wait(lambda: TopicAdmin(connection).close(), kafka_at(connection))
    for topic in topics:
        start.wait(partial(find_topic, topic), f"the topic {topic}")
