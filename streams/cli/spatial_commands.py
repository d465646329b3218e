"""`skg spatial …`: the spatial knowledge as a filter over JSON lines.

In: one JSON object per line on stdin.  Out: one JSON object per line, in the same order; an error is a result too.
"""

import json
import sys
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from typing import Any

import typer

from schemas.texts.strict_json import parse_json
from streams.cli.command_help import family_of

_EXAMPLES = {
    "normalise": 'echo \'{"phrase": "on the left of, near"}\' | skg spatial normalise',
    "relate": 'echo \'{"a": [0,0,9,9], "b": [50,0,9,9], "canvas": [100,100]}\' | skg spatial relate',
    "check": "skg spatial check < graphs.jsonl",
    "solve": "skg spatial solve < graphs.jsonl",
    "ask": "skg spatial ask < scenes.jsonl",
    "verify": "skg spatial verify < questions.jsonl",
}
_MEANINGS = {
    "normalise": "Phrases to canonical predicates.",
    "relate": "The predicates that hold between two boxes, with margins.",
    "check": "Contradictions, violated relations and layout faults of graphs.",
    "solve": "Boxes and depths that satisfy graphs, or the relations that conflict.",
    "ask": "Questions about scenes, with answers and certificates.",
    "verify": "The answer that a scene entails for a question, derived anew.",
}


def build() -> typer.Typer:
    """The family of commands."""
    family = "The knowledge as filters over JSON lines. Example: skg spatial check < graphs.jsonl"
    app = family_of(family)
    for name, meaning in _MEANINGS.items():
        text = f"{meaning} Example: {_EXAMPLES[name]}"
        app.command(name, help=text, short_help=text)(_command(name))
    return app


def _command(name: str) -> Callable[[], None]:
    def run() -> None:
        from spatial.commands.jsonl_commands import COMMANDS

        pipe(COMMANDS[name])

    return run


def pipe(function: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
    """Apply `function` to every line of stdin; empty lines are skipped.

    Each result is flushed at once, for callers that wait for it before they send the next line.
    """
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):  # bytes that are not UTF-8 make a faulty line, and do not end the command
            stream.reconfigure(errors=errors)
    for line in sys.stdin:
        if line.strip():
            sys.stdout.write(answer(function, line) + "\n")
            sys.stdout.flush()


def answer(function: Callable[[Mapping[str, Any]], Mapping[str, Any]], line: str) -> str:
    """The result of one line, or its error."""
    try:
        request = parse_json(line)
        if not isinstance(request, dict):
            raise ValueError("a JSON object was expected")
        return json.dumps(function(request), ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        return json.dumps({"error": str(error) or type(error).__name__}, ensure_ascii=False)
