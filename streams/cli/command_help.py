"""Registers commands so that `skg --help` shows their whole line with the example."""

from collections.abc import Callable

import typer


def add(app: typer.Typer, name: str, function: Callable[..., None]) -> None:
    """Add a command whose docstring is one line that ends with an example."""
    app.command(name, short_help=" ".join((function.__doc__ or "").split()))(function)
