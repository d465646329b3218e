"""An OpenAI-compatible endpoint as a model under evaluation.

In: questions with pictures.  Out: the model's replies, through the project's own client.
Stores no answers: `dataset.evaluation.answer_log` does.
"""

import hashlib
from dataclasses import dataclass

from dataset.evaluation.choice_reading import LETTERS
from dataset.evaluation.eval_items import EncodedPicture, Item
from dataset.evaluation.prompting import PROMPT, prompt
from schemas.llm.contract import Form, LanguageModel, Picture, Reply, Request, Turn
from streams.llm.endpoint import Endpoint
from streams.llm.openai_client import OpenAIClient
from streams.llm.rate_limiter import ConcurrencyLimit, RateLimitedModel


@dataclass(frozen=True)
class EndpointAnswerer:
    """Implements `dataset.evaluation.eval_run.Answerer`."""

    model: LanguageModel
    at_once: int
    max_tokens: int

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    async def answer(self, item: Item, seen: EncodedPicture) -> Reply:
        """The model's reply. Raises RetryableError, PermanentError, Refused."""
        return await self.model.complete(request_of(item, seen, self.max_tokens))


def endpoint_answerer(endpoint: Endpoint, at_once: int, max_tokens: int) -> EndpointAnswerer:
    """The model behind an endpoint, with a rate limiter. Make it inside a running event loop."""
    model = RateLimitedModel(OpenAIClient(endpoint), ConcurrencyLimit(at_once, lambda _, __: None), named_by="--url")
    return EndpointAnswerer(model, at_once, max_tokens)


def _answer_schema(answer: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": {"answer": answer}, "required": ["answer"], "additionalProperties": False}


def request_of(item: Item, seen: EncodedPicture, max_tokens: int) -> Request:
    """The question as a request for a letter, or for the numbers of a place, at temperature 0."""
    form = Form("choice", _answer_schema({"type": "string", "enum": list(LETTERS[: len(item.choices)])}))
    if item.region is not None:
        form = Form("place", _answer_schema({"type": "array", "items": {"type": "number"}}))
    turns, (first, *more) = (Turn("user", prompt(item)),), (_picture(each) for each in seen.all)
    return Request("evaluate", PROMPT, turns, form, first, max_tokens, temperature=0.0, more_pictures=tuple(more))


def _picture(seen: EncodedPicture) -> Picture:
    sha256 = hashlib.sha256(seen.data).hexdigest()
    return Picture(seen.data, seen.media_type, sha256, sha256)
