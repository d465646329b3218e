"""Alerts over a real factory: each part that is taken away raises its own alert in time, and no other; it clears.

A real Prometheus evaluates the rules, in which a minute lasts two seconds.
"""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitoring.dashboard import DASHBOARDS
from streams.demo.llm_answers import lifelike
from streams.demo.llm_stub import serving
from tests.alerts.prometheus import Prometheus, watching
from tests.alerts.watched import KINDS, UNKNOWN, WatchedFactory, watched
from tests.fakes.carrier import SESSION_S
from tests.fakes.left_behind import sample_ids
from tests.fakes.services import require
from tests.fakes.wait import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

MINUTE_S = 2
FEED_S = 1.0
START_S = 60.0
"""On two busy cores; 15 s when they are free."""

EMPTY = {
    "Utilisation", "Memory in use", "Power", "Faults",  # of NVIDIA's exporter
    "Lacking of the targets",  # of `skg balance`
    "Faults of suggested layouts a second", "Waits for",  # nothing to show where all is well
}  # fmt: skip
"""Panels without data in this factory."""

CALM_S = 6
"""Long enough for every process to have used each service again, since something is asked for every second."""

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
    waited = f"max_over_time(skg_waiting[{CALM_S}s]) == 1"  # a broken connection may be noticed only by its next use
    until(lambda: not server.query(waited), START_S, "no process waits any more")


def test_what_is_taken_away_raises_its_own_alert_and_no_other_and_it_clears(tmp_path: Path) -> None:
    require("prometheus")
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
        check_panels(server, factory)
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


def check_panels(server: Prometheus, factory: WatchedFactory) -> None:
    """Every panel has data, once language models plan and judge too."""
    with serving(lifelike) as stub:
        prices = factory.folder / "prices.yaml"
        prices.write_text("models: {stub: {input: 1, output: 2}}\n", "utf-8")
        models = {"SKG_LLM_URL": stub.url, "SKG_LLM_MODEL": "stub", "SKG_LLM_PRICES": str(prices)}
        judges = {"SKG_MLLM_URL": stub.url, "SKG_MLLM_MODEL": "stub", "SKG_MLLM_SAME_MODEL": "true"}
        factory.start("agents", **models)
        factory.start("examine", **judges, SKG_LLM_PRICES=str(prices))
        until(lambda: empty_panels(server) <= EMPTY, START_S, f"every panel has data: {empty_panels(server)}")


def empty_panels(server: Prometheus) -> set[str]:
    """The titles of panels without data, whatever is chosen."""
    every = {f'{label}=~"${label}"': f'{label}=~".*"' for label in ("namespace", "job", "stage", "instance")}
    empty = set()
    for _, rows in DASHBOARDS.values():
        for panel in (panel for row in rows for panel in row.panels):
            query = panel.query.replace("$__rate_interval", "30s")
            for chosen, everything in every.items():
                query = query.replace(chosen, everything)
            if not server.query(query):
                empty.add(panel.title)
    return empty


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
