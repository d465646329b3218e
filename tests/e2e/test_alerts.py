"""Alerts over a real factory: each part that is taken away raises its own alert in time, and no other; it clears.

A real Prometheus evaluates the rules, in which a minute lasts two seconds.
"""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.alerts.prometheus import Prometheus, watching
from tests.alerts.watched import KINDS, UNKNOWN, WatchedFactory, watched
from tests.fakes.carrier import SESSION_S
from tests.fakes.left_behind import sample_ids
from tests.fakes.wait import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

MINUTE_S = 2
FEED_S = 1.0
START_S = 60.0
"""On two busy cores; 15 s when they are free."""

SLACK_S = 15.0
"""Scrapes, evaluations, and what a process needs to notice, beyond the time of the rule."""


def raised_and_cleared(
    server: Prometheus, name: str, minutes: float, deed: Callable[[], None], undo: Callable[[], None]
) -> None:
    """The deed raises the alert within its minutes and some slack, and no other meanwhile; undoing it clears it."""
    before = server.firing()
    deed()
    until(lambda: server.firing(name), minutes * MINUTE_S + SLACK_S, f"{name} fires")
    assert {each for each, _ in server.firing() - before} == {name}
    undo()
    until(lambda: not server.firing(name), START_S, f"{name} clears")


def test_what_is_taken_away_raises_its_own_alert_and_no_other_and_it_clears(tmp_path: Path) -> None:
    with (
        watched(tmp_path, FEED_S, SKG_LAG_EVERY_S="0.5") as factory,
        watching(tmp_path / "prometheus", factory.ports.values(), MINUTE_S) as server,
    ):
        began = time.monotonic()
        until(lambda: sample_ids(factory.environment["SKG_DATASET_URI"]), START_S, "the first sample")
        until(lambda: len(server.query("skg_hung")) == len(factory.ports), START_S, "every process is scraped")
        assert server.firing() == set()
        raise_each(server, factory)
        until(lambda: not server.firing(), 15 * MINUTE_S + SLACK_S, "the dead letter is past")
        check_logs(factory)
        fired = server.fired(int(time.monotonic() - began))
        assert fired == {"SkgDeadLetters", "SkgNoMember", "SkgServiceAway", "SkgBrokerAway"}


def check_logs(factory: WatchedFactory) -> None:
    """Every line of every process is JSON and names its process; what became of single records is told with its place."""
    lines = [json.loads(line) | {"of": kind} for kind in KINDS for line in (factory.folder / f"{kind}.log").open()]
    assert {line["process"] == line["of"] for line in lines} == {True}
    assert {line["logger"].partition(".")[0] for line in lines} <= {"skg", "kafka"}, "no other library has anything to say"
    for event, reason in (
        ("a request was rejected", "unknown_concept"),
        ("a record became a dead letter", "undecodable"),
        ("a batch is tried again", "store"),
    ):
        found = [line for line in lines if line["event"] == event and line["reason"] == reason]
        assert found, event
        assert all({"request", "topic", "partition", "offset", "trace_id", "why"} <= set(line) for line in found)
        assert reason == "undecodable" or all(re.fullmatch("[0-9a-f]{32}", line["trace_id"]) for line in found)


def raise_each(server: Prometheus, factory: WatchedFactory) -> None:
    """One after the other; the dead letter's alert lasts through the others."""
    factory.poison()
    factory.ask(2, UNKNOWN)
    until(lambda: ("SkgDeadLetters", "render") in server.firing(), SLACK_S, "the first dead letter fires")
    raised_and_cleared(
        server, "SkgNoMember", 5 + SESSION_S / MINUTE_S, lambda: factory.kill("render"), lambda: factory.start("render")
    )
    raised_and_cleared(server, "SkgServiceAway", 2, factory.stop_store, factory.start_store)
    raised_and_cleared(server, "SkgBrokerAway", 2, factory.stop_broker, factory.start_broker)
