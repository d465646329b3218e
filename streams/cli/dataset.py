"""`skg dataset …`: what has grown so far."""

import json
from typing import Annotated

import typer

from streams.cli.listing import add
from streams.cli.places import where as _where

Uri = Annotated[str | None, typer.Argument(help="the table: a folder or s3://bucket/path; default SKG_DATASET_URI")]


def build() -> typer.Typer:
    """The family of commands."""
    text = "Look at the dataset. Example: skg dataset info"
    app = typer.Typer(help=text, short_help=text, no_args_is_help=True)
    add(app, "info", info)
    add(app, "files", files)
    return app


def info(uri: Uri = None, as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False) -> None:
    """Rows, splits, versions and growth. Example: skg dataset info demo-out/dataset"""
    from dataset.info import info as read

    found = read(*_where(uri))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        typer.echo(f"{name}: {value}")


def files(uri: Uri = None) -> None:
    """The Parquet files of the current snapshot, one a line. Example: skg dataset files demo-out/dataset"""
    from dataset.loading import files as read

    for path in read(*_where(uri)):
        typer.echo(path)
