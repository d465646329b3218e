"""Puts the parts around a model: client, patience, count, memory.

In: settings, a store.  Out: a `LanguageModel` that the rooms can be handed, and the planner or judge that speaks to it.
From the inside out: the client tries once, `Throttled` is patient, `Metered` counts what is paid, `Cached` pays once.
"""

from dataclasses import dataclass

from monitoring.language import LanguageMetrics
from monitoring.logs import log
from schemas.doors import ObjectStore, Planner
from schemas.language import LanguageModel
from streams.language.budget import Budget
from streams.language.cache import Cached
from streams.language.meter import Metered
from streams.language.openai_door import Endpoint, OpenAIDoor
from streams.language.prices import Prices, read_prices
from streams.language.throttle import Limit, Throttled
from streams.settings import AgentSettings


@dataclass(frozen=True)
class Account:
    """Where a process writes down what its models cost."""

    metrics: LanguageMetrics
    prices: Prices
    budget: Budget


def around(door: OpenAIDoor, limit: Limit, store: ObjectStore, account: Account) -> LanguageModel:
    """The door with everything around it. Doors of one process may share a limit."""
    metered = Metered(Throttled(door, limit), account.metrics, account.prices, account.budget)
    model: LanguageModel = Cached(metered, store, account.metrics.hit)
    return model


@dataclass(frozen=True)
class LanguageAgents:
    """What the agents need of a language model: a planner, its budget, and how many graphs to plan at a time."""

    planner: Planner
    budget: Budget
    at_once: int


MORE_GRAPHS_THAN_CALLS = 4
"""One graph in this many more than calls: some are being checked and laid out while others wait for the model."""


def agents_of(settings: AgentSettings, store: ObjectStore) -> LanguageAgents:
    """The planner that speaks to `SKG_LLM_URL`. Raises Refused for a price list that cannot be read."""
    from agents.language.planner import LanguagePlanner

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
    model = around(OpenAIDoor(endpoint), Limit(settings.llm_in_flight, metrics.set_calls), store, account)
    planner: Planner = LanguagePlanner(model, settings.renderer, store, metrics, settings.llm_temperature)
    at_once = settings.llm_in_flight + -(-settings.llm_in_flight // MORE_GRAPHS_THAN_CALLS)
    return LanguageAgents(planner, budget, at_once)
