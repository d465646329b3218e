"""Commands that monitor the running factory: status, lag-exporter."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.command_help import add

if TYPE_CHECKING:
    from streams.operations.factory_state import FactoryWatch, Report

EVERY_S = 1.0
"""Between two reports: a rate needs an interval."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    add(app, "status", status)
    add(app, "lag-exporter", lag_exporter)


def status(
    watch: Annotated[bool, typer.Option("--watch", help="refresh until Ctrl-C")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one line of JSON (with --watch: one a second)")] = False,
) -> None:
    """Per stage: members, lag, what is wrong; exit 1 stuck, 2 no broker or store. Example: skg status --watch"""
    from contextlib import closing

    from streams.cli.arguments import console_of_output
    from streams.operations.factory_state import connect_factory_watch
    from streams.operations.status_table import as_report
    from streams.settings import StatusSettings

    with closing(connect_factory_watch(StatusSettings())) as factory:
        report = factory.report()
        if not report.away:
            report = _next(factory, report)
        if watch:
            _watch(factory, report, as_json)
    if as_json:
        _say(report)
    else:
        console_of_output().print(as_report(report.stages))
    for line, role in zip(report.away, report.services, strict=True):
        typer.secho(f"skg: {line}{_remedy(role)}", fg="red", err=True)
    raise typer.Exit(report.exit_code)


def _remedy(role: str) -> str:
    """What helps where a service does not answer; empty where nothing is known."""
    from streams.cli.remedies import for_service

    found = for_service(role)
    return f"; {found}" if found else ""


def _next(factory: "FactoryWatch", before: "Report") -> "Report":
    from dataclasses import replace

    from streams.operations.status import with_rates

    started = time.monotonic()
    time.sleep(EVERY_S)
    now = factory.report()
    return replace(now, stages=with_rates(before.stages, now.stages, time.monotonic() - started))


def _watch(factory: "FactoryWatch", report: "Report", as_json: bool) -> None:
    """Until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live

    from streams.operations.status_table import as_report

    if as_json:
        while True:
            _say(report)
            report = _next(factory, report)
    with Live(as_report(report.stages, report.away), console=Console(), auto_refresh=False) as live:
        while True:
            report = _next(factory, report)
            live.update(as_report(report.stages, report.away), refresh=True)


def _say(report: "Report") -> None:
    from streams.operations.status import as_json

    typer.echo(as_json(report.stages))


def lag_exporter() -> None:
    """Show the lag of every stage's group to Prometheus, until SIGTERM. Example: SKG_METRICS_PORT=9465 skg lag-exporter"""
    from streams.operations.lag_exporter import run_lag_exporter
    from streams.setting_faults import sound_settings
    from streams.settings import LagSettings

    run_lag_exporter(sound_settings(LagSettings))
