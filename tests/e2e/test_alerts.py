"""Alerts over a real factory: each part that is taken away raises its own alert in time, and no other; it clears.

A real Prometheus evaluates the rules, in which a minute lasts two seconds.
"""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from monitoring.dashboard import DASHBOARDS
from streams.demo.llm_answers import lifelike
from streams.demo.llm_stub import serving
from streams.services.ports import free_ports
from tests.alerts.devices import devices
from tests.alerts.prometheus import Prometheus, watching
from tests.alerts.watched import OF_A_RECORD, UNKNOWN, WatchedFactory, watched
from tests.fakes.carrier import SESSION_S
from tests.fakes.left_behind import sample_ids
from tests.fakes.services import require
from tests.fakes.wait import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

MINUTE_S = 2
FEED_S = 1.0
START_S = 60.0
"""On two busy cores; 15 s when they are free."""

CALM_S = 6
"""Long enough for every process to have used each service again, since something is asked for every second."""

SLACK_S = 15.0
"""Scrapes, evaluations, and what a process needs to notice, beyond the time of the rule."""


TARGETS = """\
scenes: {kitchen: 1, park: 1}
density: {2-3: 1, 4-6: 1}
relations: {direction: 1, depth: 1}
per_minute: 1
"""


def raised_and_cleared(
    server: Prometheus, name: str, minutes: float, deed: Callable[[], None], undo: Callable[[], None]
) -> set[str]:
    """The deed raises the alert within its minutes and some slack, and no other meanwhile; undoing it clears it.

    Out: the titles of panels without data while it fired.
    """
    before = server.firing()
    deed()
    until(lambda: server.firing(name), minutes * MINUTE_S + SLACK_S, f"{name} fires")
    assert {each for each, _ in server.firing() - before} == {name}
    empty = empty_panels(server)
    undo()
    until(lambda: not server.firing(name), START_S, f"{name} clears")
    waited = f"max_over_time(skg_waiting[{CALM_S}s]) == 1"  # a broken connection may be noticed only by its next use
    until(lambda: not server.query(waited), START_S, "no process waits any more")
    return empty


def test_what_is_taken_away_raises_its_own_alert_and_no_other_and_it_clears(tmp_path: Path) -> None:
    require("prometheus")
    (balance,) = free_ports(1)
    with (
        watched(tmp_path, FEED_S, SKG_LAG_EVERY_S="0.5") as factory,
        devices() as exporter,
        watching(tmp_path / "prometheus", [*factory.ports.values(), balance, exporter], MINUTE_S) as server,
    ):
        began = time.monotonic()
        until(lambda: sample_ids(factory.environment["SKG_DATASET_URI"]), START_S, "the first sample")
        until(lambda: len(server.query("skg_hung")) == len(factory.ports), START_S, "every process is scraped")
        assert server.firing() == set()
        empty = raise_each(server, factory)
        until(lambda: not server.firing(), 15 * MINUTE_S + SLACK_S, "the dead letter is past")
        check_logs(factory)
        fired = server.fired(int(time.monotonic() - began))
        begin_balance(factory, balance)
        check_panels(server, factory, empty)
        assert fired == {"SkgDeadLetters", "SkgNoMember", "SkgServiceAway", "SkgBrokerAway"}


def check_logs(factory: WatchedFactory) -> None:
    """Every line of every process is JSON and names its process; what became of single records is told with its place."""
    lines = factory.lines()
    assert {line["logger"].partition(".")[0] for line in lines} <= {"skg", "kafka"}, "no other library has anything to say"
    for event, reason in (
        ("a request was rejected", "unknown_concept"),
        ("a record became a dead letter", "undecodable"),
        ("a batch is tried again", "store"),
    ):
        found = [line for line in lines if line["event"] == event and line["reason"] == reason]
        assert found, event
        assert all(set(line) >= OF_A_RECORD for line in found)
        assert reason == "undecodable" or all(re.fullmatch("[0-9a-f]{32}", line["trace_id"]) for line in found)


def begin_balance(factory: WatchedFactory, port: int) -> None:
    """`skg balance`, which says what the dataset lacks."""
    targets = factory.folder / "targets.yaml"
    targets.write_text(TARGETS, "utf-8")
    factory.start_another("balance", "balance", SKG_METRICS_PORT=str(port), SKG_BALANCE_TARGETS=str(targets))


def check_panels(server: Prometheus, factory: WatchedFactory, empty: set[str]) -> None:
    """Every panel has data once language models plan and judge too, or had some while something was away."""
    with serving(lifelike) as stub:
        prices = factory.folder / "prices.yaml"
        prices.write_text("models: {stub: {input: 1, output: 2}}\n", "utf-8")
        models = {"SKG_LLM_URL": stub.url, "SKG_LLM_MODEL": "stub", "SKG_LLM_PRICES": str(prices)}
        judges = {"SKG_MLLM_URL": stub.url, "SKG_MLLM_MODEL": "stub", "SKG_MLLM_SAME_MODEL": "true"}
        factory.start("agents", **models)
        factory.start("examine", **judges, SKG_LLM_PRICES=str(prices))

        def all_have_shown() -> bool:
            empty.intersection_update(empty_panels(server))
            return not empty

        with suppress(AssertionError):
            until(all_have_shown, START_S)
        assert not empty, "these panels never had data"


def empty_panels(server: Prometheus) -> set[str]:
    """The titles of panels without data."""
    panels = [panel for _, rows in DASHBOARDS.values() for row in rows for panel in row.panels]
    return {panel.title for panel in panels if not server.shown(panel)}


def raise_each(server: Prometheus, factory: WatchedFactory) -> set[str]:
    """One after the other; the dead letter's alert lasts through the others. Out: the panels that had no data in any."""
    factory.poison()
    factory.ask(2, UNKNOWN)
    until(lambda: ("SkgDeadLetters", "render") in server.firing(), SLACK_S, "the first dead letter fires")
    killed = raised_and_cleared(
        server, "SkgNoMember", 5 + SESSION_S / MINUTE_S, lambda: factory.kill("render"), lambda: factory.start("render")
    )
    store = raised_and_cleared(server, "SkgServiceAway", 2, factory.stop_store, factory.start_store)
    broker = raised_and_cleared(server, "SkgBrokerAway", 2, factory.stop_broker, factory.start_broker)
    return killed & store & broker
