"""`skg dataset compact | vacuum`: care for the tables while they are read and written."""

import time
from typing import Annotated

import typer

from streams.cli.arguments import where
from streams.cli.command_help import add
from streams.cli.dataset_commands.snapshot_arguments import Uri


def extend(family: typer.Typer) -> None:
    """Add the commands of `skg dataset`."""
    add(family, "compact", compact)
    add(family, "vacuum", vacuum)


def compact(
    uri: Uri = None,
    every: Annotated[float | None, typer.Option(help="again and again, with this many seconds between", min=1)] = None,
) -> None:
    """Join small files while others read and write. Example: skg dataset compact --every 600"""
    from dataset.table import maintenance

    found, options = where(uri)
    while True:
        for table in _tables(found, options):
            done = maintenance.compact(table, options)
            typer.echo(f"{table}: {done.joined} files joined into {done.made}, version {done.version}")
        if every is None:
            return
        time.sleep(every)


def vacuum(
    uri: Uri = None,
    keep_hours: Annotated[int, typer.Option(help="keep what versions of the last hours need")] = 168,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only name the files")] = False,
    force: Annotated[bool, typer.Option("--force", help="allow less than a week: nobody reads earlier versions")] = False,
) -> None:
    """Delete files that no recent version needs. Example: skg dataset vacuum --dry-run"""
    from dataset.table import maintenance

    found, options = where(uri)
    for table in _tables(found, options):
        retention = maintenance.Retention(keep_hours, force)
        files = maintenance.vacuum(table, options, retention, dry_run)
        for file in files if dry_run else []:
            typer.echo(file)
        typer.echo(f"{table}: {len(files)} files {'to delete' if dry_run else 'deleted'}")


def _tables(uri: str, options: dict[str, str] | None) -> list[str]:
    """The dataset, and its rejections where there are any."""
    from dataset.table.delta_table import Table
    from dataset.table.rejection_table import rejections_uri
    from dataset.table.table_errors import NoDataset

    try:
        Table.load(rejections_uri(uri), options)
    except NoDataset:
        return [uri]
    return [uri, rejections_uri(uri)]
