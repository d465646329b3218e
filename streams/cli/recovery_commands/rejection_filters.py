"""Filters of rejections: `--stage --reason --concept --since --until --id`.

In: arguments of the command line.  Out: matching rows; Misused for an unknown value, with the valid ones.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.events import STAGES
from schemas.reasons import REASONS
from streams.cli import completions
from streams.cli.arguments import moment, where
from streams.errors import Misused

if TYPE_CHECKING:
    from dataset.reading.rejection_rows import Row
    from dataset.reading.rejection_search import RejectionFilter

Stage = Annotated[
    list[str] | None, typer.Option(help=f"only of this stage: {', '.join(STAGES)}", autocompletion=completions.stages)
]
Reason = Annotated[
    list[str] | None,
    typer.Option(help="only for this reason, as in no_questions", autocompletion=completions.rejection_reasons),
]
Concept = Annotated[list[str] | None, typer.Option(help="only of seeds or graphs of this concept")]
Since = Annotated[str | None, typer.Option(help="kept at this time or later: 2026-03-01T12:00 (UTC), or 2h, 7d ago")]
Until = Annotated[str | None, typer.Option(help="kept before this time: as --since")]
Ids = Annotated[list[str] | None, typer.Option("--id", help="only this one: a rejection's id, or its first characters")]

Given = tuple[list[str] | None, list[str] | None, list[str] | None, list[str] | None]
"""Stages, reasons, concepts and ids."""


def wanted(given: Given, times: tuple[str | None, str | None]) -> "RejectionFilter":
    """The filter. Raises Misused."""
    from dataset.reading.rejection_search import RejectionFilter

    stages, reasons, concepts, ids = (tuple(values or ()) for values in given)
    now = datetime.now(UTC)
    since, until = (None if text is None else moment(text, now) for text in times)
    if since is not None and until is not None and since >= until:
        raise Misused("--since is not before --until: nothing can fit")
    _among("--stage", stages, STAGES)
    _among("--reason", reasons, tuple(REASONS))
    return RejectionFilter(stages, reasons, concepts, since, until, ids)


def found(uri: str | None, choice: "RejectionFilter") -> "list[Row]":
    """The matching rows, newest first. Raises Misused for an id or a concept that no row has."""
    from dataset.reading.rejection_search import NotFound, find

    try:
        return find(*where(uri), choice)
    except NotFound as error:
        raise Misused(str(error)) from error


def require_choice(given: Mapping[str, object], everything: bool, dry_run: bool, hint: str = "") -> None:
    """Raise Misused unless it was said which ones to send, by options (`given`) or by --all, and not by both."""
    said = [option for option, value in given.items() if value]
    if everything and said:
        raise Misused(f"--all takes everything, and {' and '.join(said)} only some: give one of them")
    if not (everything or said or dry_run):
        *first, last = given
        choice = f"say which ones with {', '.join(first)} or {last}, or all with --all"
        raise Misused(f"{choice}: {hint}" if hint else choice)


def counted(rows: "Sequence[Row]", shown: int) -> str:
    """How many there are, by outcome."""
    outcomes = Counter(row["outcome"].replace("_", " ") for row in rows)
    said = ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))
    more = f" (the newest {shown} are shown; --limit N shows more)" if shown < len(rows) else ""
    return f"{len(rows)} rejection{'' if len(rows) == 1 else 's'}{': ' if said else ''}{said}{more}"


def _among(option: str, values: Sequence[str], known: Sequence[str]) -> None:
    for value in values:
        if value not in known:
            raise Misused(f"{option} {value!r}: there are {', '.join(known)}")
