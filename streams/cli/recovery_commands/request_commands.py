"""`skg requests`: what became of everything that was asked for."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.topics import DAY_MS, IMAGES, SEEDS, TOPICS
from streams.cli.arguments import where
from streams.cli.command_help import add
from streams.cli.dataset_commands.snapshot_arguments import Uri

if TYPE_CHECKING:
    from streams.recovery.request_outcomes import RequestOutcome, Requests

EXIT_WITHOUT = 1

SEEDS_KEPT_DAYS, IMAGES_KEPT_DAYS = (TOPICS[name].retention_ms // DAY_MS for name in (SEEDS, IMAGES))


def register(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "requests", requests)


def requests(
    without_outcome: Annotated[bool, typer.Option("--without-outcome", help="list those that have none")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a request, then one of the counts")] = False,
    uri: Uri = None,
) -> None:
    """Every request and its outcome; exit 1 if any has none. Example: skg requests --without-outcome --json"""
    from streams.recovery.request_outcomes import NONE

    found, missing = _found(uri)
    for end in found.outcomes() if without_outcome or as_json else ():
        if end.outcome == NONE or not without_outcome:
            typer.echo(json.dumps(shown(end)) if as_json else line(end))
    counts = found.counts()
    totals: dict[str, object] = {
        "requests": counts.total() - counts["pending"] - counts["twice"],
        **counts,
        "since": None if found.since is None else found.since.isoformat(),
        "seeds_kept_days": SEEDS_KEPT_DAYS,
        "ingested_kept_days": IMAGES_KEPT_DAYS,
        "missing_tables": missing,
    }
    typer.echo(json.dumps(totals) if as_json else "\n".join(summary_lines(totals)))
    raise typer.Exit(EXIT_WITHOUT if counts[NONE] else 0)


def _found(uri: str | None) -> "tuple[Requests, list[str]]":
    """The requests with all that is known of them, and the tables that are not there."""
    from dataset.reading.rejection_outcomes import accepted_requests, rejected_requests
    from dataset.table.delta_table import Table
    from dataset.table.rejection_table import rejections_uri
    from dataset.table.table_errors import NoDataset
    from streams.broker.topic_reader import KafkaTopicSource
    from streams.recovery.request_outcomes import add_dead_letters, read_requests
    from streams.settings import KafkaSettings

    place, options = where(uri)
    source, missing = KafkaTopicSource(KafkaSettings()), [place, rejections_uri(place)]
    found = read_requests(source)
    add_dead_letters(found, source)
    with suppress(NoDataset):
        found.accepted(accepted_requests(Table.load(place, options)))
        missing.remove(place)
    with suppress(NoDataset):
        found.rejected(rejected_requests(Table.load(rejections_uri(place), options)))
        missing.remove(rejections_uri(place))
    return found, missing


def shown(end: "RequestOutcome") -> dict[str, object]:
    """A request as JSON."""
    seed_id, index = end.request
    at = None if end.asked_at is None else end.asked_at.isoformat()
    return {
        "seed_id": seed_id, "index": index, "outcome": end.outcome,
        "twice": end.twice, "pending": end.pending, "asked_at": at,
    }  # fmt: skip


def line(end: "RequestOutcome") -> str:
    """A request in one line."""
    at = "" if end.asked_at is None else f" asked for at {end.asked_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{end.request[0]}-{end.request[1]} {end.outcome}{at}{', sent back and pending' if end.pending else ''}"


def summary_lines(totals: dict[str, object]) -> list[str]:
    """The counts in words."""
    pending = f" ({totals['pending']} of them sent back as dead letters, not ended yet)" if totals["pending"] else ""
    twice = [f"{totals['twice']} have two outcomes"] if totals["twice"] else []
    oldest = f"since {totals['since']}, when the oldest request that is still on its topic was published"
    since = oldest if totals["since"] else "of no request at all"
    return [
        f"{totals['requests']} requests: {totals['accepted']} accepted, {totals['rejected']} rejected, "
        f"{totals['dead_letter']} dead letters, {totals['none']} without outcome{pending}",
        *twice,
        f"known {since}; {SEEDS} keeps seeds for {SEEDS_KEPT_DAYS} days, {IMAGES} ingested pictures for {IMAGES_KEPT_DAYS}",
        *(f"there is no table at {uri}" for uri in totals["missing_tables"]),  # type: ignore[attr-defined] # a list
    ]
