"""`skg dataset push`: a published copy of the dataset under a tag, in the Hugging Face layout."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.arguments import where
from streams.cli.command_help import add
from streams.cli.dataset_commands.snapshot_arguments import Split, Version, at, known

if TYPE_CHECKING:
    from dataset.exports import Source
    from dataset.publishing import Place

MB = 1e6


def extend(family: typer.Typer) -> None:
    """Add the command of `skg dataset`."""
    add(family, "push", push)


def push(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DATASET] PLACE",
            help="the table (default SKG_DATASET_URI), then where the copy goes: each a folder or s3://bucket/path",
        ),
    ] = None,
    table: Annotated[str | None, typer.Option("--uri", help="the table, as the first of two arguments")] = None,
    tag: Annotated[str | None, typer.Option(help="the copy's name; default version-N. A tag never changes")] = None,
    split: Split = None,
    version: Version = None,
    without_flagged: Annotated[bool, typer.Option("--without-flagged", help="leave out what reviewers flagged")] = False,
    licence: Annotated[
        str | None, typer.Option(help="of the whole, as in cc-by-4.0; default: mit where all pictures are, else other")
    ] = None,
    quality: Annotated[
        Path | None, typer.Option(help="a quality.json of `skg dataset quality`, for the card; default: measure now")
    ] = None,
    measure: Annotated[bool, typer.Option("--measure/--no-measure", help="measure quality for the card")] = True,
) -> None:
    """Publish a tagged copy with a card; the same command continues an interrupted one.

    Example: skg dataset push demo-out/dataset pub --tag v1
    """
    from dataset.publishing import PushRequest
    from dataset.publishing import push as publish

    uri, target = _addresses(list(paths or ()), table)
    place = _place(target)
    source = _source(uri, place, (tag, version, split), without_flagged)
    measured = _given(quality) if quality is not None else _measured(source) if measure else None
    name = tag or f"version-{source.table.version}"
    done = publish(PushRequest(source, name, datetime.now(UTC), measured, licence), place)
    size = sum(shard.bytes for shard in done.files.values()) / MB
    counts = ", ".join(f"{name} {rows:,}" for name, rows in done.rows.items())
    flagged = f"; {source.left_out}" if without_flagged else ""
    typer.echo(f"{place.address}: tag {done.tag} of version {done.origin.version}: {counts}; {size:,.1f} MB{flagged}")


EXAMPLE = "as in skg dataset push demo-out/dataset pub --tag v1"


def _addresses(paths: list[str], table: str | None) -> tuple[str | None, str]:
    """The table, None for that of the settings, and where the copy goes. Raises Misused."""
    from streams.errors import Misused

    given = [*([] if table is None else [table]), *paths]
    if not paths:
        raise Misused(f"say where the copy goes, {EXAMPLE}")
    if len(given) > 2:
        raise Misused("give the dataset and the place of the copy, or the place alone")
    return (given[0] if len(given) == 2 else None), given[-1]


def _place(text: str) -> "Place":
    from dataset.publishing import FolderPlace
    from streams.adapters.s3_place import s3_place
    from streams.cli.remedies import is_table
    from streams.errors import Misused
    from streams.settings import WriterSettings

    if "://" in text:
        settings = WriterSettings()
        return s3_place(settings, text, settings.connect_timeout_s)
    folder = Path(text)
    if is_table(folder) or any(is_table(parent) for parent in folder.absolute().parents):
        raise Misused(f"{text} is a dataset's own folder; say another one where the copy goes, {EXAMPLE}")
    return FolderPlace(folder)


def _source(
    uri: str | None, place: "Place", asked: tuple[str | None, str | None, str | None], without_flagged: bool
) -> "Source":
    """The snapshot: the one that was asked for, or that with which an interrupted push of the tag began."""
    from dataset.exports import Source
    from dataset.publishing import begun_version
    from dataset.review.verdict_table import Flagged, counting_verdicts

    tag, version, split = asked
    begun = None if tag is None else begun_version(place, tag)
    state = begun if version is None and begun is not None else at(version)
    source = Source.open(*where(uri), state, known(split))
    return source.without(Flagged.of(counting_verdicts(*where(uri)))) if without_flagged else source


def _given(file: Path) -> Mapping[str, Any]:
    from schemas.errors import BadInput

    try:
        found = json.loads(file.read_text("utf-8"))
        if not all({"value", "n", "low", "high", "ok"} <= one.keys() for one in found.values()):
            raise ValueError("a measure has value, n, low, high and ok")
    except OSError as error:
        raise BadInput(f"--quality {file}: {error.strerror or error}") from error
    except (ValueError, AttributeError) as error:
        raise BadInput(f"--quality {file}: no quality.json of `skg dataset quality` ({error})") from error
    return found  # type: ignore[no-any-return] # read from JSON


def _measured(source: "Source") -> Mapping[str, Any]:
    """The measures of what is published: of this version, without what is left out."""
    from dataset.quality.quality_report import as_json, measure
    from dataset.quality.quality_rows import ADDED_LATER, COLUMNS, row_of

    rows = (row for split in source.splits for row in source.rows(split, [*COLUMNS, *ADDED_LATER]))
    return as_json(measure([row_of(row) for row in rows]))
