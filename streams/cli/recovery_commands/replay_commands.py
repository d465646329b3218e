"""`skg replay`: dead letters back to their original topics."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.events import STAGES
from schemas.reasons import DEAD_LETTER_REASONS
from schemas.topics import DEAD_LETTERS, REPLAYS, TOPICS
from streams.cli.arguments import moment
from streams.cli.command_help import add
from streams.cli.recovery_commands.rejection_filters import require_choice
from streams.errors import Misused

if TYPE_CHECKING:
    from streams.recovery.dead_letter_replay import ReplayResult
    from streams.recovery.dead_letter_selection import Letter, LetterFilter

ORIGINS = tuple(name for name in TOPICS if name not in (DEAD_LETTERS, REPLAYS))
"""The original topics of dead letters."""

EXIT_LEFT = 1
"""Exit code: some letters could not be sent."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "replay", replay)


def replay(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    stage: Annotated[list[str] | None, typer.Option(help=f"where they failed: {', '.join(STAGES)}")] = None,
    topic: Annotated[list[str] | None, typer.Option(help=f"where they came from: {', '.join(ORIGINS)}")] = None,
    reason: Annotated[list[str] | None, typer.Option(help=f"why: {', '.join(DEAD_LETTER_REASONS)}")] = None,
    since: Annotated[str | None, typer.Option(help="since then: a time (UTC), or how long ago, as in 2h")] = None,
    until: Annotated[str | None, typer.Option(help="before then: a time (UTC), or how long ago")] = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="these, by the key on skg.dead-letters")] = None,
    everything: Annotated[bool, typer.Option("--all", help="all that were not sent back before")] = False,
    again: Annotated[bool, typer.Option("--again", help="also those that were sent back before")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only print what would be sent, one line each")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object; with --dry-run one a letter")] = False,
) -> None:
    """Send dead letters back to where they came from, each once. Example: skg replay --reason missing_image --dry-run"""
    from streams.recovery.dead_letter_replay import preview
    from streams.recovery.dead_letter_replay import replay as send_back
    from streams.settings import KafkaSettings

    choice = _choice((stage, topic, reason, ids), (since, until), again)
    chosen = dict(zip(FILTERS, (stage, topic, reason, since, until, ids), strict=True))
    require_choice(chosen, everything, dry_run, "`skg replay --all --again` sends everything again" if again else "")
    if dry_run:
        done = preview(
            KafkaSettings(), choice, lambda letter: typer.echo(json.dumps(shown(letter)) if as_json else line(letter))
        )
        if not as_json:
            typer.echo(f"{done.sent} would be sent back{_left_out(done)}")
        return
    done = send_back(KafkaSettings(), choice)
    typer.echo(json.dumps(_counted(done)) if as_json else f"sent {done.sent} back{_left_out(done)}")
    for key in done.gone:
        typer.echo(f"{key}: not sent: too large to be kept, and no longer where it lay", err=True)
    for key in done.refused:
        typer.echo(f"{key}: not sent: the broker takes no message of its size on that topic", err=True)
    raise typer.Exit(EXIT_LEFT if done.gone or done.refused else 0)


FILTERS = ("--stage", "--topic", "--reason", "--since", "--until", "--id")


def shown(letter: "Letter") -> dict[str, object]:
    """A letter as JSON, without its bytes."""
    fields = letter.event.model_dump(mode="json", exclude={"key", "value", "headers"})
    return {"id": letter.key, "at": None if letter.at is None else letter.at.isoformat(), **fields}


def line(letter: "Letter") -> str:
    """A letter in one line."""
    event = letter.event
    request = "" if event.seed_id is None else f" request {event.seed_id}-{event.index}"
    before = f" sent back {event.replays}x before" if event.replays else ""
    return f"{letter.key} {event.stage} {event.reason}{request}{before}: {' '.join(event.error.split())}"


def _choice(
    words: tuple[list[str] | None, list[str] | None, list[str] | None, list[str] | None],
    times: tuple[str | None, str | None],
    again: bool,
) -> "LetterFilter":
    from streams.recovery.dead_letter_selection import LetterFilter

    stages, topics, reasons, ids = (tuple(values or ()) for values in words)
    known = (("--stage", stages, STAGES), ("--topic", topics, ORIGINS), ("--reason", reasons, tuple(DEAD_LETTER_REASONS)))
    for option, values, there in known:
        for value in values:
            if value not in there:
                raise Misused(f"{option} {value!r}: there are {', '.join(there)}")
    now = datetime.now(UTC)
    since, until = (None if text is None else moment(text, now) for text in times)
    if since is not None and until is not None and since >= until:
        raise Misused("--since is not before --until: nothing can fit")
    return LetterFilter(stages, topics, reasons, ids, since, until, again)


def _left_out(done: "ReplayResult") -> str:
    return f"; {done.sent_before} were sent back before (--again sends them again)" if done.sent_before else ""


def _counted(done: "ReplayResult") -> dict[str, object]:
    return {
        "sent": done.sent,
        "topics": done.topics,
        "sent_before": done.sent_before,
        "gone": done.gone,
        "refused": done.refused,
    }
