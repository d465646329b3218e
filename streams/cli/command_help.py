"""How a command gets into the list of `skg --help`: with its whole line and its example, never cut short."""

from collections.abc import Callable

import typer


def add(app: typer.Typer, name: str, function: Callable[..., None]) -> None:
    """Add a command whose docstring is one line that ends with an example."""
    app.command(name, short_help=" ".join((function.__doc__ or "").split()))(function)
