"""Carrying a consumer group's records through a step, from the first connection to SIGTERM.

In: a role and a step.  Out: a process that carries, or a Problem that says in one line why not.
Knows no handler and no store.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from monitoring.logs import log
from monitoring.metrics import StageMetrics
from schemas.events import Stage
from schemas.failures import TryLater
from streams.client_id import client_id
from streams.connection import connection_of
from streams.dead_letters import Limit
from streams.event_step import StepTools
from streams.inbox import Limits
from streams.kafka_door import Publisher
from streams.kafka_group import GroupConsumer, GroupSettings
from streams.metrics_server import serving
from streams.overlap import Step
from streams.problems import Refused, StepHung, Unreachable
from streams.reach import patiently, probe
from streams.settings import ProcessSettings
from streams.tally import Tally
from streams.topic_admin import TopicAdmin
from streams.worker import Reached, Worker


@dataclass(frozen=True)
class Role:
    """A kind of worker: its stage, topics and group, and how many records one call of its step takes."""

    stage: Stage
    topics: tuple[str, ...]
    group: str
    limits: Limits
    offset_reset: Literal["earliest", "none"] = "earliest"


def carry(role: Role, settings: ProcessSettings, make_step: Callable[[StepTools], Step], reached: Reached) -> None:
    """Carry the role's records through the step until SIGTERM. Raises a Problem."""
    for topic in role.topics:
        await_topic(settings, topic)
    metrics = StageMetrics(role.stage)
    connection, patience = connection_of(settings), settings.connect_timeout_s
    group = GroupSettings(connection, role.group, settings.kafka_session_s, role.offset_reset, client_id(role.stage))
    try:
        with closing(patiently(lambda: Publisher(connection), patience)) as publisher:
            tally = Tally(metrics, Limit(settings.dead_letter_share))
            worker = Worker(make_step(StepTools(role.stage, publisher, tally, reached)), role.limits, metrics, reached)
            consumer = patiently(lambda: GroupConsumer(group, role.topics, worker.inbox), patience)
            with serving(role.stage, settings, worker.alive):
                on_signals(worker.stop)
                worker.run(consumer)
    except StepHung as problem:
        log(role.stage).error(str(problem))
        logging.shutdown()
        os._exit(1)  # its thread would keep the interpreter from ending
    except TryLater as failure:
        raise Unreachable(str(failure)) from failure


def await_topic(settings: ProcessSettings, topic: str) -> None:
    """Wait until the broker answers and has the topic. Raises Unreachable."""

    def look() -> None:
        probe(connection_of(settings))
        with TopicAdmin(connection_of(settings)) as admin:
            try:
                admin.topic_id(topic)
            except Refused as error:
                raise TryLater(str(error)) from error

    patiently(look, settings.connect_timeout_s)


def on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on the first SIGTERM or SIGINT; a second one ends the process at once."""

    def first(*_: object) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        stop()

    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, first)
