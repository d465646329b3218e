"""`skg ingest`: pictures that exist already, with people's annotations, go the way of drawn ones."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.command_help import add

if TYPE_CHECKING:
    from streams.ingest.annotated_objects import AnnotatedPicture
    from streams.ingest.ingest_run import Taken

SHOWN = 50
"""Lines about single pictures; a file may hold thousands."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "ingest", ingest)


def ingest(
    images: Annotated[Path, typer.Option(help="folder of the pictures: JPEG, PNG, WebP")],
    annotations: Annotated[Path, typer.Option(help="COCO's JSON, or JSON lines with image and objects")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be published, and publish nothing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a picture, then one of the counts")] = False,
) -> None:
    """Publish annotated pictures; exit 1 if none fits. Example: skg ingest --images val2017 --annotations instances.json"""
    from streams.errors import Misused
    from streams.ingest.annotation_files import read_annotations
    from streams.ingest.ingest_run import counts_of

    if not images.is_dir():
        raise Misused(f"--images {images}: there is no such folder")
    pictures = read_annotations(annotations)
    taken, shown = [], 0
    for one in _looked_over(pictures, images) if dry_run else _taken_in(pictures, images):
        taken.append(one)
        lines = [json.dumps(one.as_json())] if as_json else _lines(one)
        for line in lines if as_json or shown < SHOWN else ():
            typer.echo(line)
        shown += len(lines)
    counts = counts_of(taken)
    if as_json:
        typer.echo(json.dumps(counts))
    else:
        _sum_up(counts, shown, dry_run)
    raise typer.Exit(0 if counts["requests"] else 1)


def _lines(one: "Taken") -> list[str]:
    if one.why is not None:
        return [f"{one.file_name} ({one.record}): not taken: {one.why}"]
    return [f"{one.file_name} ({one.record}): left out: {'; '.join(one.left_out)}"] if one.left_out else []


def _sum_up(counts: dict[str, int], shown: int, dry_run: bool) -> None:
    if shown > SHOWN:
        typer.echo(f"… and {shown - SHOWN} lines more; --json tells all")
    typer.echo(
        f"{counts['records']} records: {counts['requests']} pictures {'would be ' if dry_run else ''}published "
        f"with {counts['objects']} objects, {counts['refused']} not taken; "
        f"of {counts['with_left_out']} something was left out"
    )


def _looked_over(pictures: "list[AnnotatedPicture]", images: Path) -> "Iterator[Taken]":
    from streams.ingest.ingest_run import look_over
    from streams.ingest.picture_events import Terms
    from streams.settings import IngestSettings

    settings = IngestSettings()
    return look_over(pictures, Terms(images, settings.s3_bucket, settings.held_out_per_mille))


def _taken_in(pictures: "list[AnnotatedPicture]", images: Path) -> "Iterator[Taken]":
    from monitoring.otel_export import exporting
    from streams.broker.clients import open_publisher
    from streams.ingest.ingest_run import take_in
    from streams.ingest.picture_events import Terms
    from streams.settings import IngestSettings
    from streams.steps.root_spans import publish_roots
    from streams.storage.s3 import connect

    settings = IngestSettings()
    with closing(open_publisher(settings)) as publisher, exporting("ingest"):
        store = connect(settings, settings.connect_timeout_s)
        terms = Terms(images, store.bucket, settings.held_out_per_mille)
        yield from take_in(pictures, terms, store, lambda events: publish_roots(publisher.publish, "ingest", events))
