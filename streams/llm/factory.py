"""Assembles a language model from its parts: client, rate limiter, metrics, cache.

In: settings, a store.  Out: a `LanguageModel`, and the planner or judge that uses it.
From the inside out: the client makes one request, `RateLimitedModel` retries, `MeteredModel` counts paid answers,
`CachedModel` reuses them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gpu_workers.renderers import capabilities_of
from monitoring.llm_metrics import LanguageMetrics
from monitoring.logs import log
from schemas.interfaces import ObjectStore, Planner
from schemas.llm.contract import PLANNING_STAGES, LanguageModel, Picture
from schemas.llm.token_limits import CallTokens
from streams.llm.answer_cache import CachedModel
from streams.llm.configured_endpoints import judge_endpoints, planner_endpoint
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
"""Validity of a presigned link to a picture: longer than a call with its retries."""

Link = Callable[[str, int], str]
"""From a key and seconds to a URL."""


@dataclass(frozen=True)
class Account:
    """Where a process records the cost of its models."""

    metrics: LanguageMetrics
    prices: Prices
    budget: Budget


def wrap_client(client: OpenAIClient, limit: ConcurrencyLimit, store: ObjectStore, account: Account) -> LanguageModel:
    """The client with everything around it. Clients of one process may share a limit."""
    metered = MeteredModel(RateLimitedModel(client, limit), account.metrics, account.prices, account.budget)
    model: LanguageModel = CachedModel(metered, store, account.metrics.hit)
    return model


@dataclass(frozen=True)
class LanguageAgents:
    """What the agents need of a language model: a planner, its budget, and how many graphs to plan at a time."""

    planner: Planner
    budget: Budget
    max_graphs: int


GRAPHS_PER_CALL = 4
"""Graphs planned at a time per concurrent call: graphs of a seed wait together for shared answers, and some are being
checked and laid out. The calls have a limit of their own."""


def make_language_agents(settings: AgentSettings, store: ObjectStore) -> LanguageAgents:
    """The planner that uses `SKG_LLM_URL`. Raises Misconfigured for a price list that cannot be read."""
    from agents.llm.llm_planner import LanguagePlanner
    from agents.llm.planning_job import Tools

    prices = read_prices(settings.llm_prices)
    metrics = LanguageMetrics("agents", ((stage, settings.llm_model) for stage in PLANNING_STAGES), prices.models)

    def spent(tokens: int) -> None:
        metrics.set_budget_spent()
        log("agents").warning(
            "the token budget is spent: no new graph is begun, seeds wait in the topic; a larger --max-tokens goes on",
            tokens=tokens,
            budget=settings.llm_max_tokens,
        )

    budget = Budget(settings.llm_max_tokens, spent)
    account = Account(metrics, prices, budget)
    client = OpenAIClient(planner_endpoint(settings))
    model = wrap_client(client, ConcurrencyLimit(settings.llm_in_flight, metrics.set_calls), store, account)
    tools = Tools(
        model,
        metrics,
        capabilities_of(settings.renderer, settings.view_share, settings.render_structure),
        settings.llm_temperature,
        settings.call_tokens,
        settings.llm_one_request,
    )
    planner: Planner = LanguagePlanner(tools, store)
    return LanguageAgents(planner, budget, GRAPHS_PER_CALL * settings.llm_in_flight)


def make_judge(settings: ExamineSettings, store: ObjectStore, link: Link) -> "PictureJudge":
    """The judge that uses `SKG_MLLM_URL`. Raises Misconfigured where a model would check itself without permission."""
    from gpu_workers.judge.interfaces import Models
    from gpu_workers.judge.picture_judge import LanguageJudge

    assert settings.mllm_url is not None
    author, checker = judge_endpoints(settings)
    prices = read_prices(settings.llm_prices)
    metrics = LanguageMetrics("examine", _judging(author.model, checker.model), prices.models)
    account = Account(metrics, prices, Budget(None, lambda _: None))
    limit = ConcurrencyLimit(settings.mllm_in_flight, metrics.set_calls)
    embedded = settings.mllm_images == "data"
    url_of = data_url if embedded else partial(_linked, link)
    first, other = (wrap_client(OpenAIClient(end, url_of), limit, store, account) for end in (author, checker))
    models = Models(first, other, metrics, CallTokens(settings.mllm_call_max_tokens), settings.mllm_one_request)
    judge: PictureJudge = LanguageJudge(models, LoopThread().run, settings.mllm_image_side if embedded else None)
    return judge


def _judging(author: str, checker: str) -> tuple[tuple[str, str], ...]:
    """Each stage of judging, and the model asked in it."""
    return ("filter", author), ("author", author), ("look", author), ("second", checker), ("check", checker)


def _linked(link: Link, picture: Picture) -> str:
    return link(picture.key, LINK_S)
