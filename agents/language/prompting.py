"""Requests to a model: the prompt of a stage in its version, and the input as JSON.

In: a stage and JSON values.  Out: a `Request`.  Input never becomes part of the instructions: it travels as JSON in a
turn of its own, so that a concept or a context cannot speak for the factory.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel

from agents.language.forms import Boxes, NodeSets, Objects, Scenes, Triples
from schemas.answers import strict_schema
from schemas.language import Form, Request, Turn


@dataclass(frozen=True)
class Prompt:
    """A stage's prompt: its version is raised whenever text or form change, since answers are kept under it."""

    stage: str
    version: int
    form: type[BaseModel]
    max_tokens: int

    @property
    def name(self) -> str:
        """Name and version, as in `edges-1`."""
        return f"{self.stage}-{self.version}"

    @property
    def text(self) -> str:
        """The instructions."""
        return _text(self.stage)


PROMPTS = {
    prompt.stage: prompt
    for prompt in (
        Prompt("scenes", 1, Scenes, 400),
        Prompt("objects", 1, Objects, 800),
        Prompt("nodes", 1, NodeSets, 2000),
        Prompt("edges", 1, Triples, 1200),
        Prompt("layout", 1, Boxes, 1200),
    )
}


@dataclass(frozen=True)
class Asks:
    """What a stage asks: `given` is its input, `words` limits fields of the answer, `seed` picks one sample of many."""

    stage: str
    given: Mapping[str, object]
    seed: int = 0
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)


def request_of(asks: Asks, temperature: float) -> Request:
    """The request. Absent and empty inputs are left out."""
    prompt = PROMPTS[asks.stage]
    given = {name: value for name, value in asks.given.items() if value not in (None, "", [], {})}
    return Request(
        stage=prompt.stage,
        prompt=prompt.name,
        turns=(Turn("system", prompt.text), Turn("user", json.dumps(given, ensure_ascii=False))),
        form=Form(prompt.stage, strict_schema(prompt.form, asks.words)),
        max_tokens=prompt.max_tokens,
        temperature=temperature,
        seed=asks.seed,
    )


@lru_cache(maxsize=16)
def _text(stage: str) -> str:
    return files("agents.language").joinpath("prompts", f"{stage}.txt").read_text("utf-8").strip()
