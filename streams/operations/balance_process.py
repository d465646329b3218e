"""`skg balance`: the process around the balance agent.

In: settings and a file of targets.  Out: seeds until SIGTERM, or a Problem that says in one line why not.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from agents.balance_targets import Targets, targets_of
from agents.coverage_balance import AXES
from monitoring.logs import log
from monitoring.metrics import LACKING, StageMetrics
from schemas.errors import BadInput, RetryableError
from schemas.texts.fault_words import in_plain_words
from schemas.texts.strict_yaml import NotYaml, parse_yaml
from schemas.topics import DEAD_LETTERS, QA, REJECTIONS, SEEDS
from streams.broker.clients import Publisher, Reader
from streams.broker.connection import KafkaConnection, connection_of
from streams.broker.reachability import kafka_at, probe
from streams.broker.records import Record
from streams.operations.balance_controller import SOURCE, BalanceController, seed_lines
from streams.settings import BalanceSettings
from streams.worker.outage_wait import ConnectionMonitor
from streams.worker.process_lifetime import process, stop_on_signal
from streams.worker.worker_process import await_topics

POLL_S = 0.5
DECIDE_EVERY_S = 5.0
"""Time between two decisions: outcomes of the last one begin to arrive within seconds."""

OUTCOMES = (QA, REJECTIONS, DEAD_LETTERS)
"""The topics of outcomes."""

STUCK_AFTER_S = 60.0
"""A loop without an iteration for this long is stuck."""


class BadTargets(BadInput):
    """The file of targets cannot be used; the message says why."""


def read_targets(path: Path) -> Targets:
    """The targets of a YAML file. Raises BadTargets."""
    try:
        return targets_of(parse_yaml(path.read_text("utf-8-sig")))
    except OSError as error:
        raise BadTargets(f"{path}: {error.strerror or error} (SKG_BALANCE_TARGETS)") from error
    except UnicodeDecodeError as error:
        raise BadTargets(f"{path}: not UTF-8 text (byte {error.start})") from error
    except NotYaml as error:
        raise BadTargets(f"{path}: {error}") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BadTargets(f"{path}: {where + ': ' if where else ''}{in_plain_words(fault)}") from error


def run_balance(settings: BalanceSettings, clock: Callable[[], float] = time.monotonic) -> None:
    """Publish seeds for what lacks until SIGTERM. Raises a Problem."""
    targets = read_targets(settings.balance_targets)
    connection, stopping, looped_at = connection_of(settings), threading.Event(), [clock()]

    def tick() -> float:
        looped_at[0] = clock()
        return looped_at[0]

    with process(SOURCE, settings) as start:
        await_topics(settings, (SEEDS, *OUTCOMES), start)
        broker = kafka_at(connection)
        with closing(start.wait(lambda: Publisher(connection), broker)) as publisher:
            controller = BalanceController(targets, publisher)
            start.wait(lambda: _restore(connection, controller, clock), broker)
            reader = start.wait(lambda: Reader(connection, OUTCOMES), broker)
            stop_on_signal(stopping.set)
            start.health.running(lambda: clock() - looped_at[0] < STUCK_AFTER_S, reader.connected)
            monitor = ConnectionMonitor(start, broker, lambda: probe(connection))
            with closing(reader), monitor.watching(reader.connected, stopping.set):
                _run_loop(reader, _MeteredController(controller), stopping, tick)


def _restore(connection: KafkaConnection, controller: BalanceController, clock: Callable[[], float]) -> None:
    """Count the seeds that were published before."""
    with closing(Reader(connection, [SEEDS])) as reader:
        while not reader.at_end():
            controller.restore(reader.poll(POLL_S), clock())


class _MeteredController:
    """The agent with its metrics; logs when it starts or stops requesting."""

    def __init__(self, controller: BalanceController) -> None:
        self._controller = controller
        self._metrics = StageMetrics(SOURCE)
        self._state = ""

    def observe(self, records: Sequence[Record]) -> None:
        """Count outcomes."""
        self._controller.observe(records)
        self._metrics.consumed(len(records))

    def decide(self, now: float) -> None:
        """Request what is lacking, if anything is."""
        try:
            seeds = self._controller.publish_seeds(now)
        except RetryableError as failure:
            self._metrics.retried()
            log(SOURCE).warning("seeds were not acknowledged; trying again", why=str(failure))
            return
        self._metrics.produced(SEEDS, len(seeds))
        self._metrics.accepted(sum(seed.count for seed in seeds))
        balance, state = self._controller.balance, self._controller.state
        self._metrics.set_in_flight(balance.in_flight)
        lacking = balance.deficits()
        for axis in AXES:
            LACKING.labels(axis).set(max(lacking.get(axis, {}).values(), default=0.0))
        if seeds:
            log(SOURCE).info("asked for what lacks", wishes=seed_lines(seeds), lacking=lacking)
        if state != self._state:
            self._state = state
            log(SOURCE).info(state, samples=balance.samples, lacking=lacking, given_up=len(balance.given_up()))


def _run_loop(reader: Reader, controller: _MeteredController, stopping: threading.Event, tick: Callable[[], float]) -> None:
    caught_up, decide_at = False, 0.0
    while not stopping.is_set():
        records = reader.poll(POLL_S)
        controller.observe(records)
        now = tick()
        caught_up = caught_up or (not records and reader.at_end())
        if caught_up and now >= decide_at:
            decide_at = now + DECIDE_EVERY_S
            controller.decide(now)
