"""Prices of tokens.

In: a small YAML file.  Out: the cost of a reply; None for a model that the file does not name.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.llm.contract import Reply
from schemas.texts.strict_yaml import NotYaml, parse_yaml
from streams.errors import Misconfigured

PER = 1_000_000
"""Prices are per million tokens, as providers quote them."""


class Price(BaseModel):
    """Money per million tokens of a prompt (`input`) and of an answer (`output`)."""

    model_config = ConfigDict(extra="forbid")

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class Prices(BaseModel):
    """The file: `currency`, and `models` from name to price."""

    model_config = ConfigDict(extra="forbid")

    currency: str = "USD"
    models: Mapping[str, Price] = {}

    def cost(self, reply: Reply) -> float | None:
        """The cost of a reply, None where its model has no price."""
        price = self.models.get(reply.model)
        if price is None:
            return None
        return (reply.tokens_in * price.input + reply.tokens_out * price.output) / PER


def read_prices(path: Path | None) -> Prices:
    """The prices of a file; none at all without one. Raises Misconfigured for one that is missing or malformed."""
    if path is None:
        return Prices()
    try:
        return Prices.model_validate(parse_yaml(path.read_text("utf-8-sig")) or {})
    except OSError as error:
        raise Misconfigured(f"SKG_LLM_PRICES: {path}: {error.strerror or error}") from error
    except (NotYaml, ValidationError, UnicodeDecodeError) as error:
        raise Misconfigured(f"SKG_LLM_PRICES: {path} is no price list: {' '.join(str(error).split())[:300]}") from error
