"""`skg rejections …`: what was rejected, why, and judging it again."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.arguments import folder, where
from streams.cli.command_help import add, family_of
from streams.cli.dataset_commands.snapshot_arguments import Uri
from streams.cli.recovery_commands.rejection_filters import (
    Concept,
    Ids,
    Reason,
    Since,
    Stage,
    Until,
    counted,
    found,
    require_choice,
    wanted,
)
from streams.errors import Misused

if TYPE_CHECKING:
    from schemas.codec import Message
    from streams.recovery.rejection_replay import Exported, RejectionReplay

FILTERS = ("--stage", "--reason", "--concept", "--since", "--until", "--id")

LISTED = 50
"""Lines in text output, unless more are requested."""

AsJson = Annotated[bool, typer.Option("--json", help="JSON, one object a line")]


def build() -> typer.Typer:
    """The family of commands."""
    text = "Look at rejections, export them, have them judged again. Example: skg rejections list --since 2h"
    app = family_of(text)
    add(app, "list", listing)
    add(app, "show", show)
    add(app, "export", export)
    add(app, "replay", replay)
    return app


def listing(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    stage: Stage = None,
    reason: Reason = None,
    concept: Concept = None,
    since: Since = None,
    until: Until = None,
    ids: Ids = None,
    limit: Annotated[int | None, typer.Option(help=f"the newest so many; default {LISTED}, else all", min=1)] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="a table for spreadsheets, with a header")] = False,
    uri: Uri = None,
) -> None:
    """Rejections, newest first. Example: skg rejections list --reason no_questions --since 7d"""
    from dataset.reading.rejection_csv import csv_lines
    from dataset.reading.rejection_story import as_summary_json, short

    if as_json and as_csv:
        raise Misused("give either --json or --csv")
    fitting = found(uri, wanted((stage, reason, concept, ids), (since, until)))
    shown = fitting[: limit or (None if as_json or as_csv else LISTED)]
    if as_csv:
        for line in csv_lines(as_summary_json(row) for row in shown):
            typer.echo(line, nl=False)
        return
    for row in shown:
        typer.echo(json.dumps(as_summary_json(row), ensure_ascii=False) if as_json else short(row))
    if not as_json:
        typer.echo(counted(fitting, len(shown)))


def show(
    rejection: Annotated[str, typer.Argument(metavar="ID", help="a rejection's id, or its first characters")],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
    uri: Uri = None,
) -> None:
    """Everything of one rejection, with the event that was judged. Example: skg rejections show 3fa9"""
    from dataset.reading.rejection_search import full_rows
    from dataset.reading.rejection_story import as_full_json, lines

    chosen = found(uri, wanted((None, None, None, [rejection]), (None, None)))
    for row in full_rows(*where(uri), chosen):
        typer.echo(json.dumps(as_full_json(row), ensure_ascii=False) if as_json else "\n".join(lines(row)))


def export(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    out: Annotated[Path, typer.Option(help="a folder that is empty or not there yet")],
    stage: Stage = None,
    reason: Reason = None,
    concept: Concept = None,
    since: Since = None,
    until: Until = None,
    ids: Ids = None,
    as_json: Annotated[bool, typer.Option("--json", help="what came of it as one JSON object")] = False,
    uri: Uri = None,
) -> None:
    """Write rejections and their pictures into a folder. Example: skg rejections export --out rejected --since 7d"""
    from dataset.reading.rejection_search import full_rows
    from streams.demo.left_store import LeftStore
    from streams.recovery.rejection_replay import export as write
    from streams.settings import StoreSettings
    from streams.storage.s3 import S3Store

    target = folder(out)
    chosen = found(uri, wanted((stage, reason, concept, ids), (since, until)))
    address, options = where(uri)
    settings = StoreSettings()
    with LeftStore(address, settings) as left:
        done = write(full_rows(address, options, chosen), lambda: S3Store(left.reached_by(settings)), target)
    _say_exported(done, target, as_json)


def replay(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    stage: Stage = None,
    reason: Reason = None,
    concept: Concept = None,
    since: Since = None,
    until: Until = None,
    ids: Ids = None,
    everything: Annotated[bool, typer.Option("--all", help="all that are their request's outcome")] = False,
    retried: Annotated[bool, typer.Option("--retried", help="also pictures that were drawn again since")] = False,
    superseded: Annotated[bool, typer.Option("--superseded", help="also what was judged otherwise since")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be published")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="what came of it as one JSON object")] = False,
    uri: Uri = None,
) -> None:
    """Publish judged events again, after a rule changed. Example: skg rejections replay --reason no_questions"""
    from dataset.reading.rejection_outcomes import DRAWN_AGAIN, ENDED, SUPERSEDED
    from dataset.reading.rejection_search import full_rows
    from streams.recovery.rejection_replay import RejectionReplay, judged_messages

    filters = wanted((stage, reason, concept, ids), (since, until))
    chosen_by = dict(zip(FILTERS, (stage, reason, concept, since, until, ids), strict=True))
    require_choice(chosen_by, everything, dry_run)
    outcomes = {ENDED, *((DRAWN_AGAIN,) if retried else ()), *((SUPERSEDED,) if superseded else ())}
    fitting = found(uri, filters)
    chosen = [row for row in fitting if ids or row["outcome"] in outcomes]
    done = RejectionReplay(left_out=len(fitting) - len(chosen))
    published = judged_messages(full_rows(*where(uri), chosen), done)
    if dry_run:
        for message in published:
            if not as_json:
                typer.echo(f"{message.topic} {(message.key or b'').decode()}")
    else:
        _publish(published, done)
    _say_replayed(done, dry_run, as_json)


def _publish(published: "Iterator[Message]", done: "RejectionReplay") -> None:
    from monitoring.otel_export import exporting
    from streams.broker.clients import open_publisher
    from streams.recovery.rejection_replay import SOURCE, send
    from streams.settings import KafkaSettings

    with closing(open_publisher(KafkaSettings())) as publisher, exporting(SOURCE):
        send(published, publisher.publish, done)


def _say_replayed(done: "RejectionReplay", dry_run: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**vars(done), "events": done.events, "dry_run": dry_run}))
        return
    topics = ", ".join(f"{count} to {topic}" for topic, count in sorted(done.topics.items())) or "none fits"
    typer.echo(f"{'would send' if dry_run else 'sent'} {_count(done.events, 'judged event')}: {topics}")
    if done.left_out:
        typer.echo(f"left out {done.left_out} that are no outcome any more; --retried and --superseded take them too")
    for one in done.unreadable:
        typer.echo(f"{one}: its judged event cannot be read", err=True)
    for one in done.too_large:
        typer.echo(f"{one}: the broker takes no message of this size", err=True)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _say_exported(done: "Exported", target: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**vars(done), "out": str(target)}))
        return
    typer.echo(f"{target}: {_count(done.rejections, 'rejection')}, {_count(done.pictures, 'picture')}")
    if done.gone or done.damaged:
        typer.echo(f"{len(done.gone)} pictures are gone, {len(done.damaged)} are not what was announced")
    for key in (*done.gone, *done.damaged):
        typer.echo(f"{key}: {'gone' if key in done.gone else 'not what was announced'}", err=True)
