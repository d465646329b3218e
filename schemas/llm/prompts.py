"""Requests to a model: the prompt of a stage in its version, and the input as JSON.

In: a prompt and JSON values.  Out: a `Request`.  Input never becomes part of the instructions: it is sent as JSON in a
separate turn, so that a concept or a context cannot inject instructions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel

from schemas.llm.answer_parsing import Words, strict_schema
from schemas.llm.contract import Form, Picture, Request, Turn
from schemas.llm.token_limits import CallTokens


@dataclass(frozen=True)
class Prompt:
    """A stage's prompt: the text `prompts/STAGE.txt` of a package, and the form of the answer.

    The version is raised whenever text or form change: it is part of the key of cached answers.
    """

    package: str
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
        return _text(self.package, self.stage)


@dataclass(frozen=True)
class PromptInput:
    """The input of a prompt: `given` is the JSON, `seed` selects one of many samples.

    `words` restricts fields of the answer; `distinct_fields` are two of them that never hold the same value in one object.
    """

    stage: str
    given: Mapping[str, object]
    seed: int = 0
    words: Mapping[str, Words] = field(default_factory=dict)
    picture: Picture | None = None
    distinct_fields: tuple[str, str] | None = None


def request_of(prompt: Prompt, prompt_input: PromptInput, temperature: float, call_tokens: CallTokens) -> Request:
    """The request. Absent and empty inputs are left out."""
    limit = call_tokens.set_for(prompt.stage)
    given = {name: value for name, value in prompt_input.given.items() if value not in (None, "", [], {})}
    return Request(
        stage=prompt.stage,
        prompt=prompt.name,
        turns=(Turn("system", prompt.text), Turn("user", json.dumps(given, ensure_ascii=False))),
        form=Form(prompt.stage, strict_schema(prompt.form, prompt_input.words, prompt_input.distinct_fields)),
        picture=prompt_input.picture,
        max_tokens=limit or prompt.max_tokens,
        may_grow=limit is None,
        temperature=temperature,
        seed=prompt_input.seed,
    )


@lru_cache(maxsize=32)
def _text(package: str, stage: str) -> str:
    return files(package).joinpath("prompts", f"{stage}.txt").read_text("utf-8").strip()
