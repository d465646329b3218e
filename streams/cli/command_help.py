"""Registers commands: `skg --help` shows their whole line with the example; a mistyped one gets the list of all.

In: functions and families of them.  Out: a Typer application's commands.
"""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


class NamedCommands(TyperGroup):
    """A family that names its commands where one was asked for that it does not have, and none is near."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As Typer does, with the names in the error where no name is near."""
        try:
            return super().resolve_command(ctx, args)
        except typer.TyperException as error:
            said = str(getattr(error, "message", ""))
            if said and "Did you mean" not in said:
                names = ", ".join(self.list_commands(ctx))
                error.message = f"{said.rstrip('.')}; there are {names}"  # of a usage error
            raise


class PlainCommand(TyperCommand):
    """A command that says in plain words which values an option takes."""

    def make_context(self, *given: Any, **named: Any) -> Any:
        """As Click does, with the project's words for what Typer's validation found."""
        from pydantic import ValidationError

        from schemas.texts.fault_words import in_plain_words

        try:
            return super().make_context(*given, **named)
        except typer.BadParameter as error:
            if isinstance(error.__cause__, ValidationError):
                fault = error.__cause__.errors()[0]
                error.message = f"{in_plain_words(fault)} (got {fault['input']!r})"
            raise


def add(app: typer.Typer, name: str, function: Callable[..., None]) -> None:
    """Add a command whose docstring is one line that ends with an example."""
    app.command(name, cls=PlainCommand, short_help=" ".join((function.__doc__ or "").split()))(function)


def family_of(text: str) -> typer.Typer:
    """A family of commands; the text ends with an example."""
    return typer.Typer(help=text, short_help=text, no_args_is_help=True, rich_markup_mode=None, cls=NamedCommands)
