"""Registers commands: `skg --help` shows their whole line with the example; a mistyped one gets what is near.

In: functions and families of them.  Out: a Typer application's commands.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

TABLE = "uri"
"""The parameter of a command that is a table's address: it is an argument, and `--uri` gives it too."""

AS_OPTION = "table"

OF_VERSIONS = ("version", "second_version")
"""The parameters by which a command reads an earlier version."""


class NamedCommands(TyperGroup):
    """A family that says what there is where a command was asked for that it does not have."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As Typer does; the error names families that have the command, else the nearest, else all commands."""
        try:
            return super().resolve_command(ctx, args)
        except typer.TyperException as error:
            said = str(getattr(error, "message", "")).rstrip(".")
            places = _near_places(args[0], ctx.find_root().command, not_near="Did you mean" in said) if args else []
            if places:
                error.message = f"{said.partition('. Did')[0]}; there is {' and '.join(f'`skg {one}`' for one in places)}"
            elif said and "Did you mean" not in said:
                error.message = f"{said}; there are {', '.join(self.list_commands(ctx))}"  # of a usage error
            raise


def _near_places(name: str, root: Any, not_near: bool) -> list[str]:
    """The commands of families that are called so, else (unless `not_near`) those that are called nearly so."""
    from schemas.texts.fault_words import nearest_words

    last = dict(_paths(root))
    near = [name] if name in last.values() or not_near else nearest_words(name, last.values())
    return [path for path, called in last.items() if called in near]


def _paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each command below one: its families with its name, and its name alone."""
    for name, inner in getattr(command, "commands", {}).items():
        yield " ".join((*path, name)), name
        yield from _paths(inner, (*path, name))


class PlainCommand(TyperCommand):
    """A command that says in plain words which values an option takes."""

    def __init__(self, *given: Any, **named: Any) -> None:
        """As Click does, with words for people in place of the types of lists."""
        super().__init__(*given, **named)
        for one in self.params:
            if getattr(one, "multiple", False) and one.metavar is None:
                one.metavar = "<text>…"

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

    def invoke(self, ctx: Any) -> Any:
        """As Click does; where the command can read an earlier version, a damaged table names the option for it."""
        from schemas.errors import Damaged

        try:
            return super().invoke(ctx)
        except Damaged as error:
            options = [opt for one in self.params if one.name in OF_VERSIONS for opt in one.opts]
            if error.earlier is not None and options:
                error.args = (f"{error} ({' or '.join(options)} {error.earlier} reads it)",)
            raise


def add(app: typer.Typer, name: str, function: Callable[..., None]) -> None:
    """Add a command whose docstring is one line that ends with an example."""
    help_line = " ".join((function.__doc__ or "").split())
    app.command(name, cls=PlainCommand, short_help=help_line)(_with_table_as_option(function))


def _with_table_as_option(function: Callable[..., None]) -> Callable[..., None]:
    """The same function, whose table's address is an argument or an option, as commands of other programs take it."""
    signature = inspect.signature(function)
    if TABLE not in signature.parameters:
        return function

    @functools.wraps(function)
    def called(**given: Any) -> None:
        option = given.pop(AS_OPTION)
        if option is not None and given[TABLE] is not None:
            raise typer.BadParameter(f"the table is given twice: {given[TABLE]} and --uri {option}")
        function(**given | ({TABLE: option} if option is not None else {}))

    kind = Annotated[str | None, typer.Option("--uri", help="the table, as the argument uri")]
    extra = inspect.Parameter(AS_OPTION, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
    called.__signature__ = signature.replace(  # type: ignore[attr-defined] # which Typer reads
        parameters=[
            *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in signature.parameters.values()), extra,
        ]
    )  # fmt: skip
    called.__annotations__ = {**function.__annotations__, AS_OPTION: kind}
    return called


def family_of(text: str) -> typer.Typer:
    """A family of commands; the text ends with an example."""
    return typer.Typer(help=text, short_help=text, no_args_is_help=True, rich_markup_mode=None, cls=NamedCommands)
