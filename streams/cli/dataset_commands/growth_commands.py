"""`skg dataset …`: the dataset's content, and new versions."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.arguments import where
from streams.cli.command_help import add, family_of
from streams.cli.dataset_commands import export_commands, maintenance_commands, push_command
from streams.cli.dataset_commands.snapshot_arguments import Split, Uri, Version, at, known

if TYPE_CHECKING:
    from collections.abc import Callable

    from dataset.analysis.info import Info
    from dataset.table.delta_table import Options


LABELS = {"held_out_per_mille": "held out"}
"""Labels of counts, where not their names."""


def build() -> typer.Typer:
    """The family of commands."""
    text = "Look at the dataset, follow, export and maintain it. Example: skg dataset info"
    app = family_of(text)
    add(app, "info", info)
    add(app, "files", files)
    add(app, "follow", follow)
    add(app, "diff", diff)
    export_commands.extend(app)
    push_command.extend(app)
    maintenance_commands.extend(app)
    return app


def info(
    uri: Uri = None,
    version: Version = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Rows, splits, kinds, rejections and growth over time. Example: skg dataset info demo-out/dataset"""
    from dataset.analysis.info import info as read

    found = _of_table(uri, lambda address, options: read(address, options, at(version)))
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else _in_words(found))


def _of_table(uri: str | None, read: "Callable[[str, Options], Info]") -> "Info":
    """What is read of the table at an address. Raises Misused where a published copy is there, which is no table."""
    from dataset.reading.published_copy import is_copy
    from dataset.table.table_errors import NoTable
    from streams.errors import Misused

    address, options = where(uri)
    try:
        return read(address, options)
    except NoTable:
        if not is_copy(address, options):
            raise
        ways = (
            f"`skg audit {address}` checks it, `skg dataset diff` compares it, docs/dataset.md says how `datasets` reads it"
        )
        raise Misused(f"{address} is a published copy, not a table: {ways}") from None


def _in_words(found: "Info") -> str:
    from dataset.analysis.history import growth_lines
    from dataset.review.review_report import report_in_words

    lines = []
    for name, value in found.items():
        if name == "growth":
            continue
        said = f"{value:,}" if isinstance(value, int) else str(value)
        if name == "review":
            said = report_in_words(found["review"])
        elif isinstance(value, dict):
            said = ", ".join(f"{word} {count:,}" for word, count in value.items()) or "none"
        if name == "held_out_per_mille":
            said = f"{value} scenes of 1,000 for validation, and as many for test"
        lines.append(f"{LABELS.get(name, name) + ':':<12}{said}")
    grown = growth_lines(found["growth"], found["rows"])
    head = f"{'from (UTC)':<16}  {'rows added':>12}  {'rows':>12}"
    return "\n".join([*lines, "", head, *grown] if grown else lines)


def files(uri: Uri = None, version: Version = None) -> None:
    """The Parquet files of a snapshot, one a line. Example: skg dataset files demo-out/dataset"""
    from dataset.reading.loading import files as read

    for path in read(*where(uri), at(version)):
        typer.echo(path)


def diff(
    first: Annotated[str, typer.Argument(help="a table: a folder or s3://bucket/path; or a pushed copy, as pub/v1")],
    second: Annotated[str, typer.Argument(help="another one, or the same with another version")],
    version: Annotated[str | None, typer.Option(help="state of the first: a version's number, or a time")] = None,
    second_version: Annotated[str | None, typer.Option(help="state of the second")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Samples and questions that only one of two datasets has. Example: skg dataset diff old new"""
    from dataset.analysis.difference import Snapshot, difference, in_lines
    from schemas.errors import NothingThere
    from streams.cli.remedies import for_missing_dataset
    from streams.errors import Misused

    sides = [Snapshot(*where(uri), at(state)) for uri, state in ((first, version), (second, second_version))]
    try:
        found = difference(*sides)
    except NothingThere as error:
        there = for_missing_dataset(error.address, or_copy=True)
        raise Misused(f"{error}{f'; {there}' if there else ''}") from None
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(in_lines(found)))


def follow(
    uri: Uri = None,
    after: Annotated[int | None, typer.Option(help="begin after this version; default: from now on", min=0)] = None,
    state: Annotated[Path | None, typer.Option(help="file that remembers the version reached, to go on from there")] = None,
    split: Split = None,
    once: Annotated[bool, typer.Option("--once", help="end when there is nothing new")] = False,
) -> None:
    """Each new version's rows as JSON lines, without pictures. Example: skg dataset follow --state seen.txt"""
    from dataset.reading.change_feed import FeedRequest
    from dataset.reading.change_feed import follow as rows_of
    from dataset.table.columns import TEXTS

    found, options = where(uri)
    if state is not None:
        after = _begun(state, found, options, after)
    request = FeedRequest(after, known(split), TEXTS)
    for grown in rows_of(found, request, options, wait=(lambda: False) if once else None):
        for row in grown.rows:
            typer.echo(json.dumps({"version": grown.version, **row}, ensure_ascii=False))
        if state is not None:
            _remember(state, grown.version)


def _begun(state: Path, uri: str, options: dict[str, str] | None, after: int | None) -> int:
    """The version to continue from. It is saved before any output, so that versions committed meanwhile are not lost."""
    from dataset.table.delta_table import Table
    from schemas.errors import UserError

    try:
        reached = _remembered(state)
        if reached is None:
            newest = Table.load(uri, options).version
            reached = newest if after is None else after
            if reached > newest:
                return reached  # refused by `follow`
        _remember(state, reached)
    except OSError as error:
        raise UserError(f"{state} cannot remember the version: {error.strerror or error}") from error
    return reached


def _remembered(state: Path) -> int | None:
    from schemas.errors import UserError
    from schemas.texts.written_text import whole_number

    if not state.exists():
        return None
    version = whole_number(state.read_bytes().decode("utf-8", "replace").strip())
    if version is None:
        raise UserError(f"{state} does not hold a version's number")
    return version


def _remember(state: Path, version: int) -> None:
    draft = state.with_name(state.name + ".new")
    draft.write_text(f"{version}\n", encoding="utf-8")
    draft.replace(state)
