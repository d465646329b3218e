"""Limits of the tokens of one reply: their bounds, and what a person sets by stage.

In: numbers, texts such as `objects=2500,edges=3000`.  Out: the limit of a request.  Knows no server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.llm.contract import PLANNING_STAGES
from schemas.texts.written_text import shown, whole_number

LEAST_TOKENS, MOST_TOKENS = 16, 131_072
"""Bounds of a limit: a letter in a JSON object fits into the one, no server gives more than the other."""

ANSWER_TOKENS = 1024
"""Default limit of an answer in an evaluation: a letter needs ten tokens, and short thinking fits too; a picture and its
question have room beside it in a context of 4,096."""

GROWN_TOKENS = 8000
"""A cut answer is requested again with twice the tokens, up to this, unless a person set the limit."""


@dataclass(frozen=True)
class CallTokens:
    """What a person set: a limit for the replies of every stage, and limits by stage, which go first."""

    every: int | None = None
    by_stage: Mapping[str, int] = field(default_factory=dict)

    def set_for(self, stage: str) -> int | None:
        """The limit of a stage that was set, None for the prompt's own."""
        return self.by_stage.get(stage, self.every)


def parse_stage_tokens(text: str) -> dict[str, int]:
    """Stage of planning to limit, from `objects=2500,edges=3000`. Raises ValueError with the fault and what is valid."""
    limits: dict[str, int] = {}
    for part in (part.strip() for part in text.split(",")):
        if part:
            stage, limit = _pair(part)
            if limits.setdefault(stage, limit) != limit:
                raise ValueError(f"{stage} is given {limits[stage]} and {limit} tokens")
    return limits


def _pair(part: str) -> tuple[str, int]:
    stage, equals, text = (piece.strip() for piece in part.partition("="))
    if not equals:
        raise ValueError(f"{shown(part)} is not of the form STAGE=TOKENS; the stages are {', '.join(PLANNING_STAGES)}")
    if stage not in PLANNING_STAGES:
        raise ValueError(f"{shown(stage)} is no stage; there are {', '.join(PLANNING_STAGES)}")
    limit = whole_number(text)
    if limit is None or not LEAST_TOKENS <= limit <= MOST_TOKENS:
        raise ValueError(f"{shown(text)} is no limit of tokens for {stage}; give {LEAST_TOKENS} to {MOST_TOKENS:,}")
    return stage, limit
