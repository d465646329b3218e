"""`skg balance`: the process around the balance agent.

In: settings and a file of targets.  Out: seeds until SIGTERM, or a Problem that says in one line why not.
"""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import yaml
from pydantic import ValidationError

from agents.targets import Targets, targets_of
from monitoring.logs import log, set_up
from monitoring.metrics import PRODUCED
from schemas.failures import TryLater, UserError
from schemas.topics import QA, REJECTIONS, SEEDS
from streams.balance import SOURCE, Steering, said
from streams.kafka_door import Publisher, Reader
from streams.metrics_server import serving
from streams.problems import Unreachable
from streams.processes import await_topic, on_signals
from streams.reach import patiently
from streams.settings import BalanceSettings

POLL_S = 0.5
DECIDE_EVERY_S = 5.0
"""Between two decisions: outcomes of the last one begin to arrive within seconds."""

SILENT_S = 60.0
"""A loop that has not come round for this long is stuck."""


class BadTargets(UserError):
    """The file of targets cannot be used; the message says why."""


def read_targets(path: Path) -> Targets:
    """The targets of a YAML file. Raises BadTargets."""
    try:
        return targets_of(yaml.safe_load(path.read_text("utf-8")))
    except OSError as error:
        raise BadTargets(f"{path}: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadTargets(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BadTargets(f"{path}: {where + ': ' if where else ''}{fault['msg']}") from error


def run_balance(settings: BalanceSettings, clock: Callable[[], float] = time.monotonic) -> None:
    """Publish seeds for what lacks until SIGTERM. Raises a Problem."""
    set_up(settings.log_format, SOURCE)
    targets = read_targets(settings.balance_targets)
    for topic in (SEEDS, QA, REJECTIONS):
        await_topic(settings, topic)
    bootstrap, stopping, round_at = settings.kafka_bootstrap, threading.Event(), [clock()]
    try:
        with (
            closing(patiently(lambda: Publisher(bootstrap), settings.connect_timeout_s)) as publisher,
            serving(SOURCE, settings, lambda: clock() - round_at[0] < SILENT_S),
        ):
            on_signals(stopping.set)
            steering = Steering(targets, publisher)
            _recall(bootstrap, steering, clock)
            _steer(bootstrap, steering, stopping, lambda: round_at.__setitem__(0, clock()) or round_at[0])
    except TryLater as failure:
        raise Unreachable(str(failure)) from failure


def _recall(bootstrap: str, steering: Steering, clock: Callable[[], float]) -> None:
    """What was asked for before."""
    with closing(Reader(bootstrap, [SEEDS])) as reader:
        while not reader.at_end():
            steering.recall(reader.poll(POLL_S), clock())


def _steer(bootstrap: str, steering: Steering, stopping: threading.Event, tick: Callable[[], float]) -> None:
    caught_up, decide_at = False, 0.0
    with closing(Reader(bootstrap, [QA, REJECTIONS])) as reader:
        while not stopping.is_set():
            records = reader.poll(POLL_S)
            steering.hear(records)
            now = tick()
            caught_up = caught_up or (not records and reader.at_end())
            if caught_up and now >= decide_at:
                decide_at = now + DECIDE_EVERY_S
                _decide(steering, now)


def _decide(steering: Steering, now: float) -> None:
    try:
        seeds = steering.act(now)
    except TryLater as failure:
        log(SOURCE).warning("seeds were not acknowledged; trying again", why=str(failure))
        return
    PRODUCED.labels(SOURCE, SEEDS).inc(len(seeds))
    if seeds:
        log(SOURCE).info("asked for what lacks", wishes=said(seeds), lacking=steering.balance.lacking())
