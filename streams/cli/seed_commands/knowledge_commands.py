"""`skg knowledge …`: the words that a seed may use, listed and searched.

In: a kind of word and a search.  Out: a line an entry, or JSON, one object a line.
"""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from streams.cli.command_help import family_of
from streams.cli.failures import EXIT_FAILURE

_MEANINGS = {
    "scenes": "Places that a concept may name, with their other words and what belongs there.",
    "categories": "Things that a seed may require or exclude, with the attributes that they can have.",
    "relations": "Predicates with their families and the phrases that say them.",
    "families": "Families of relations, which a seed may weigh.",
    "attributes": "Colours, states, materials, patterns and orientations, with the things that can have them.",
}
_EXAMPLES = {"scenes": "kitchen", "categories": "cup", "relations": "left", "families": "depth", "attributes": "red"}

SHOWN = 8
"""Of a list of words in a line for people; --json has all."""


def build() -> typer.Typer:
    """The family of commands."""
    family = "The words that the factory knows. Example: skg knowledge categories cup"
    app = family_of(family)
    for kind, meaning in _MEANINGS.items():
        text = f"{meaning} Example: skg knowledge {kind} {_EXAMPLES[kind]}"
        app.command(kind, help=text, short_help=text)(_command(kind))
    return app


def _command(kind: str) -> Callable[..., None]:
    def run(
        search: Annotated[str, typer.Argument(help="only where this occurs in a name or another word for it")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="JSON, one object a line")] = False,
    ) -> None:
        from spatial.knowledge.vocabulary import entries, nearest

        found = entries(kind, search)
        for entry in found:
            typer.echo(json.dumps(entry, ensure_ascii=False) if as_json else _line(entry))
        if not found:
            alike = nearest(search, kind)
            typer.echo(f"skg: no {kind} with {search!r}{_or(alike)}", err=True)
            raise typer.Exit(EXIT_FAILURE)

    return run


def _or(alike: list[str]) -> str:
    return f"; there is {', '.join(map(repr, alike))}" if alike else ""


def _line(entry: Mapping[str, Any]) -> str:
    """A name, then what else is said of it."""
    return f"{entry['name']:<24} {'; '.join(filter(None, (_part(name, entry[name]) for name in entry if name != 'name')))}"


def _part(name: str, value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(_part(key, words) for key, words in value.items())
    if isinstance(value, list):
        more = [f"… {len(value) - SHOWN} more"] if len(value) > SHOWN else []
        return f"{name}: {', '.join(value[:SHOWN] + more)}" if value else ""
    if isinstance(value, bool):
        return "" if value else f"not {name}"
    return f"{name}: {value}" if value else ""
