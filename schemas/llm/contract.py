"""The interface to language models: a Protocol, requests and replies.

In: a request that carries the schema of its answer.  Out: a reply with its costs.
Declares only: `streams` has the client, `agents` and `gpu_workers` send requests.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from schemas.errors import PermanentError
from schemas.graph import Relation
from schemas.ids import content_id

LANGUAGE_STAGES = {
    "scenes": "scenes from a concept",
    "objects": "the objects of a scene",
    "nodes": "sets of attributed objects",
    "edges": "relations between the objects of a set",
    "layout": "boxes, which are only hints",
    "picture": "relations and boxes of a set, by one request",
    "phrases": "other words for a question",
    "filter": "whether a picture is good enough",
    "look": "whether a picture is good enough, and questions about it, in one request",
    "author": "questions about a picture",
    "second": "attributes, looked at once more and independently",
    "check": "whether a question and its answer are believed",
}
"""The closed set of stages in which a model is asked; labels of metrics come from here."""

PLANNING_STAGES = ("scenes", "objects", "nodes", "edges", "layout", "picture", "phrases")
"""Those of the planning model; the others are the judges'."""

QUESTION_DROPS = {
    "not_parsed": "the words are no question of the grammar",
    "not_entailed": "the picture's geometry gives no safe answer",
    "wrong_answer": "the geometry gives another answer",
    "no_choices": "no plausible wrong choices are to be had, or the question gives its answer away",
    "not_verified": "the independent verifier does not prove it",
    "duplicate": "the same is asked already",
    "other_split": "it belongs to another split, where it would leak into training or testing",
    "too_many": "a picture has enough questions",
    "disagreed": "the second, independent look at an attribute saw something else",
    "not_believed": "the checking model does not believe it",
    "no_answer": "a model gave no usable answer even after its repair rounds",
}
"""Why a question that a model wrote does not reach a sample."""

LAYOUT_FAULTS = {
    "wrong_side": "a box is not where its relation says",
    "overlap": "boxes overlap though no relation allows it",
    "out_of_bounds": "a box leaves the canvas",
    "shared_box": "two objects have one box",
    "zero_size": "a box without a width or a height",
    "not_finite": "a number is none",
    "full_canvas": "a box is the whole canvas",
    "missing_object": "an object has no box",
    "unreadable": "the answer cannot be parsed",
    "unknown_object": "a box of an object that is not there",
}
"""What may be wrong with a layout that a model suggests; a metric's label."""

Role = Literal["system", "user", "assistant"]
Finish = Literal["done", "cut", "refused"]


@dataclass(frozen=True)
class Turn:
    """One message of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True)
class Picture:
    """A picture in a request: its bytes, and its key in the store for clients that send a link instead."""

    data: bytes
    media_type: str
    sha256: str
    key: str


@dataclass(frozen=True)
class Form:
    """The form of the answer: a name and a JSON Schema, for servers with constrained output."""

    name: str
    schema: Mapping[str, object]


@dataclass(frozen=True)
class Request:
    """One request to a model. `prompt` is the prompt's name and version, `seed` selects one of many samples.

    `may_grow`: after a cut reply it may be repeated with a larger limit.  `more_pictures` come after `picture`.
    """

    stage: str
    prompt: str
    turns: tuple[Turn, ...]
    form: Form
    picture: Picture | None = None
    max_tokens: int = 2000
    may_grow: bool = True
    temperature: float = 0.7
    seed: int = 0
    more_pictures: tuple[Picture, ...] = ()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture, in order."""
        return (*(() if self.picture is None else (self.picture,)), *self.more_pictures)

    def key(self, model: str) -> str:
        """The content key of the answer: prompt version, model, parameters and input, with the hashes of pictures."""
        turns = [[turn.role, turn.text] for turn in self.turns]
        parameters = [self.max_tokens, self.temperature, self.seed]
        seen: str | list[str] | None = self.picture.sha256 if self.picture else None
        if len(self.pictures) > 1:
            seen = [picture.sha256 for picture in self.pictures]
        return content_id("answer", self.prompt, model, parameters, turns, dict(self.form.schema), seen)


@dataclass(frozen=True)
class Reply:
    """A model's answer. `finish` is `cut` where it reached `max_tokens`; seconds and tokens are of the uncached call.

    `thoughts`: what the model thought, where the server keeps that apart from the text.
    """

    text: str
    finish: Finish
    model: str
    tokens_in: int
    tokens_out: int
    seconds: float
    key: str = ""
    thoughts: str = ""


ANSWERS = "language/answers/"
"""Prefix of cached answers in the object store."""


def answer_key(key: str) -> str:
    """The object key of an answer; the two-character folder spreads load over the store's prefixes."""
    return f"{ANSWERS}{key[:2]}/{key}.json"


class MalformedReply(PermanentError):
    """A server that has answered other requests sent no answer of the API to this one, however often it was asked."""

    def __init__(self, detail: str, attempts: int) -> None:
        super().__init__("failed", detail, attempts)


class LanguageModel(Protocol):
    """A client of one model."""

    @property
    def name(self) -> str:
        """The model's name, as it goes into keys and ledgers."""
        ...

    async def complete(self, request: Request) -> Reply:
        """One answer. Raises RetryableError for a passing failure, PermanentError for a request that no server accepts,
        MalformedReply."""
        ...


class Counts(Protocol):
    """Metrics of what happens to answers; labels come from closed sets."""

    def repaired(self, stage: str) -> None:
        """The model was shown its answer's fault and asked again."""
        ...

    def hint_fault(self, kind: str) -> None:
        """A layout hint had a fault of this kind."""
        ...

    def dropped(self, reason: str) -> None:
        """A question by the model was not accepted."""
        ...


@dataclass(frozen=True)
class Fault:
    """A fault of an answer: `text` is shown to the model, the rest goes into a rejection."""

    text: str
    gate: str = "language"
    reason: str = "bad_answer"
    conflict: tuple[Relation, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=dict)


def ledger(replies: Iterable[tuple[str, Reply]]) -> str:
    """JSON text of (stage, reply) pairs for provenance: tokens and seconds by stage and model.

    `answer` is the reply's key: an answer that several graphs share has the same key, and is paid once.
    """
    rows = [
        {
            "stage": stage,
            "model": reply.model,
            "tokens_in": reply.tokens_in,
            "tokens_out": reply.tokens_out,
            "seconds": reply.seconds,
            "answer": reply.key,
        }
        for stage, reply in replies
    ]
    return json.dumps(rows, separators=(",", ":"))


def ledger_totals(ledger: object) -> tuple[int, int, float, list[str]]:
    """Of a `ledger`'s JSON text the number of replies, their tokens, seconds and models; zeros for another text."""
    try:
        rows = json.loads(ledger) if isinstance(ledger, str) else []
    except ValueError:
        rows = []
    replies = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    tokens = sum(_number(row, "tokens_in") + _number(row, "tokens_out") for row in replies)
    seconds = sum(_number(row, "seconds") for row in replies)
    return len(replies), int(tokens), seconds, sorted({str(row.get("model")) for row in replies})


def _number(row: Mapping[str, object], name: str) -> float:
    value = row.get(name)
    return value if isinstance(value, int | float) else 0.0
