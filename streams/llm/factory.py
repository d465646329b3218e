"""Puts the parts around a model: client, patience, count, memory.

In: settings, a store.  Out: a `LanguageModel` that the rooms can be handed, and the planner or judge that speaks to it.
From the inside out: the client tries once, `RateLimitedModel` is patient, `MeteredModel` counts what is paid,
`CachedModel` pays once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gpu_workers.renderers import capabilities_of
from monitoring.llm_metrics import LanguageMetrics
from monitoring.logs import log
from schemas.interfaces import ObjectStore, Planner
from schemas.llm.contract import LanguageModel, Picture
from streams.errors import Refused
from streams.llm.answer_cache import CachedModel
from streams.llm.endpoint import Endpoint
from streams.llm.event_loop_thread import LoopThread
from streams.llm.openai_client import OpenAIClient, data_url
from streams.llm.prices import Prices, read_prices
from streams.llm.rate_limiter import ConcurrencyLimit, RateLimitedModel
from streams.llm.token_budget import Budget
from streams.llm.usage import MeteredModel
from streams.settings import AgentSettings, ExamineSettings

if TYPE_CHECKING:
    from gpu_workers.judge.interfaces import PictureJudge

LINK_S = 600
"""How long a presigned link to a picture holds: longer than a call with its retries."""

Link = Callable[[str, int], str]
"""From a key and seconds to a URL."""


@dataclass(frozen=True)
class Account:
    """Where a process writes down what its models cost."""

    metrics: LanguageMetrics
    prices: Prices
    budget: Budget


def around(door: OpenAIClient, limit: ConcurrencyLimit, store: ObjectStore, account: Account) -> LanguageModel:
    """The door with everything around it. Doors of one process may share a limit."""
    metered = MeteredModel(RateLimitedModel(door, limit), account.metrics, account.prices, account.budget)
    model: LanguageModel = CachedModel(metered, store, account.metrics.hit)
    return model


@dataclass(frozen=True)
class LanguageAgents:
    """What the agents need of a language model: a planner, its budget, and how many graphs to plan at a time."""

    planner: Planner
    budget: Budget
    at_once: int


GRAPHS_A_CALL = 4
"""Graphs planned at a time for each call that may be under way: graphs of a seed wait together for what they share, and
some are being checked and laid out. The calls are bounded by their own limit."""


def agents_of(settings: AgentSettings, store: ObjectStore) -> LanguageAgents:
    """The planner that speaks to `SKG_LLM_URL`. Raises Refused for a price list that cannot be read."""
    from agents.llm.llm_planner import LanguagePlanner

    assert settings.llm_url is not None
    metrics = LanguageMetrics("agents")

    def spent(tokens: int) -> None:
        metrics.set_budget_spent()
        log("agents").warning(
            "the token budget is spent: no new graph is begun, seeds wait in the topic; a larger --max-tokens goes on",
            tokens=tokens,
            budget=settings.llm_max_tokens,
        )

    budget = Budget(settings.llm_max_tokens, spent)
    account = Account(metrics, read_prices(settings.llm_prices), budget)
    endpoint = Endpoint(
        settings.llm_url, settings.llm_model, settings.llm_api_key.get_secret_value(), settings.llm_timeout_s
    )
    model = around(OpenAIClient(endpoint), ConcurrencyLimit(settings.llm_in_flight, metrics.set_calls), store, account)
    planner: Planner = LanguagePlanner(model, capabilities_of(settings.renderer), store, metrics, settings.llm_temperature)
    return LanguageAgents(planner, budget, GRAPHS_A_CALL * settings.llm_in_flight)


def judge_of(settings: ExamineSettings, store: ObjectStore, link: Link) -> "PictureJudge":
    """The judge that speaks to `SKG_MLLM_URL`. Raises Refused where a model would check itself without leave."""
    from gpu_workers.judge.interfaces import Models
    from gpu_workers.judge.picture_judge import LanguageJudge

    assert settings.mllm_url is not None
    metrics = LanguageMetrics("examine")
    account = Account(metrics, read_prices(settings.llm_prices), Budget(None, lambda _: None))
    limit = ConcurrencyLimit(settings.mllm_in_flight, metrics.set_calls)
    url_of = data_url if settings.mllm_images == "data" else partial(_linked, link)
    first, other = (around(OpenAIClient(end, url_of), limit, store, account) for end in _ends(settings))
    judge: PictureJudge = LanguageJudge(Models(first, other, metrics), LoopThread().run)
    return judge


def _ends(settings: ExamineSettings) -> tuple[Endpoint, Endpoint]:
    """The author's model and the checker's, which must be two unless it is said that one may do both."""
    key, timeout_s = settings.mllm_api_key.get_secret_value(), settings.mllm_timeout_s
    first = Endpoint(str(settings.mllm_url), settings.mllm_model, key, timeout_s)
    other = Endpoint(
        settings.mllm_check_url or first.url,
        settings.mllm_check_model or first.model,
        settings.mllm_check_api_key.get_secret_value() or key,
        timeout_s,
    )
    if (other.url, other.model) == (first.url, first.model) and not settings.mllm_same_model:
        raise Refused(
            f"{first.model} would check its own questions: set SKG_MLLM_CHECK_MODEL to another model, "
            "or SKG_MLLM_SAME_MODEL=true to allow it"
        )
    return first, other


def _linked(link: Link, picture: Picture) -> str:
    return link(picture.key, LINK_S)
