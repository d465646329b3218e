"""The schemas of a judge's answers, with their enumerations, and the prompts that request them.

Declares only.  None of the reasons is about spatial relations: a judge cannot overrule geometry.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from schemas.llm.prompts import Prompt

Reason = Literal["blurry", "deformed", "unreadable_scene", "text_or_watermark", "missing_object", "extra_object"]
Facet = Literal["existence", "quantity", "attribute", "place", "relation", "distance", "reasoning"]

REASONS: dict[Reason, str] = {
    "blurry": "quality",
    "deformed": "quality",
    "unreadable_scene": "quality",
    "text_or_watermark": "quality",
    "missing_object": "missing_object",
    "extra_object": "extra_object",
}
"""Maps a judge's reason to the reason of the rejection, one of `schemas.reasons`."""

UNCLEAR = "unclear"


class Verdict(BaseModel):
    """Whether a picture is fit."""

    verdict: Literal["accept", "reject"]
    reasons: Annotated[list[Reason], Field(max_length=6)] = []


class Written(BaseModel):
    """A question that a model wrote."""

    facet: Facet
    question: Annotated[str, Field(min_length=1, max_length=400)]
    answer: Annotated[str, Field(min_length=1, max_length=100)]


class Authored(BaseModel):
    """Questions about one picture."""

    questions: Annotated[list[Written], Field(max_length=40)]


class Looked(Verdict):
    """Whether a picture is fit, and questions about one that is."""

    questions: Annotated[list[Written], Field(max_length=40)] = []


class Seen(BaseModel):
    """One of the choices of a numbered question."""

    number: int
    answer: Annotated[str, Field(max_length=100)]


class SecondLook(BaseModel):
    """What a second look saw."""

    answers: Annotated[list[Seen], Field(max_length=40)]


class Belief(BaseModel):
    """Whether a numbered question is believed."""

    number: int
    believed: bool


class Beliefs(BaseModel):
    """What a checker believes."""

    verdicts: Annotated[list[Belief], Field(max_length=40)]


_PACKAGE = "gpu_workers.judge"

PROMPTS = {
    prompt.stage: prompt
    for prompt in (
        Prompt(_PACKAGE, "filter", 1, Verdict, 300),
        Prompt(_PACKAGE, "author", 1, Authored, 2000),
        Prompt(_PACKAGE, "look", 1, Looked, 2300),
        Prompt(_PACKAGE, "second", 1, SecondLook, 800),
        Prompt(_PACKAGE, "check", 1, Beliefs, 800),
    )
}
