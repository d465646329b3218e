"""The metrics of language models: each declared once, with what it means and what to do about it.

Labels come from closed sets only: stages of `schemas.llm.contract`, kinds of tokens and outcomes named here, and the models
that a process is configured with (one to three).
"""

from collections.abc import Container, Iterable

from prometheus_client import Counter, Gauge, Histogram

from schemas.llm.contract import LAYOUT_FAULTS, QUESTION_DROPS

SECONDS_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
"""From a small local model to the hard timeout of a call."""

TOKENS = Counter(
    "skg_language_tokens_total",
    "Tokens that were paid, by kind: input or output. Cached answers pay nothing.",
    ["stage", "model", "kind"],
)
COST = Counter(
    "skg_language_cost_total",
    "Money for tokens, in the currency of the price list; absent for models without a price.",
    ["stage", "model"],
)
CALLS = Counter(
    "skg_language_calls_total",
    "Answers by outcome: answered, cut, refused, failed. Many failed: the server is failing; many cut: raise their limit.",
    ["stage", "outcome"],
)
CACHE_HITS = Counter(
    "skg_language_cache_hits_total", "Answers that were there already and cost nothing (redelivery, replay).", ["stage"]
)
SECONDS = Histogram(
    "skg_language_seconds",
    "Seconds of one call that was paid, waiting for a free slot excluded.",
    ["stage"],
    buckets=SECONDS_BUCKETS,
)
REPAIRS = Counter(
    "skg_language_repairs_total",
    "Answers that were returned with their fault and requested again. Many: improve the prompt.",
    ["stage"],
)
HINT_FAULTS = Counter(
    "skg_layout_hint_faults_total", "Faults of layouts that a model suggested, by kind; the solver repairs them.", ["kind"]
)
DROPPED = Counter(
    "skg_questions_dropped_total", "Questions of a model that were not admitted, by reason. They never reach a sample.",
    ["reason"],
)  # fmt: skip
IN_FLIGHT = Gauge("skg_language_in_flight_calls", "Calls under way at this moment.", ["role"])
LIMIT = Gauge(
    "skg_language_limit_calls",
    "Calls that may be under way; below its setting where the server was busy.",
    ["role"],
)
BUDGET_SPENT = Gauge(
    "skg_language_budget_spent",
    "1 when the token budget is used up and no new graph is begun: raise --max-tokens.",
    ["role"],
)

OUTCOMES = {"done": "answered", "cut": "cut", "refused": "refused"}


class LanguageMetrics:
    """The metrics of one process; `role` is its stage. Implements `schemas.llm.contract.Counts`.

    `asked`: a stage of `schemas.llm.contract` and the model asked in it; their series are there at zero from the start,
    those of money for the models that are `priced`.
    """

    def __init__(self, role: str, asked: Iterable[tuple[str, str]] = (), priced: Container[str] = ()) -> None:
        self._role = role
        for gauge in (IN_FLIGHT, LIMIT, BUDGET_SPENT):
            gauge.labels(role)
        for stage, model in asked:
            _begin_at_zero(stage, model)
            if model in priced:
                COST.labels(stage, model)
        if role == "agents":
            for kind in LAYOUT_FAULTS:
                HINT_FAULTS.labels(kind)
        if role == "examine":
            for reason in QUESTION_DROPS:
                DROPPED.labels(reason)

    def hit(self, stage: str) -> None:
        """An answer came from the cache."""
        CACHE_HITS.labels(stage).inc()

    def paid(self, stage: str, model: str, tokens: tuple[int, int], seconds: float) -> None:
        """An answer was paid: (input, output) tokens and seconds."""
        for kind, number in zip(("input", "output"), tokens, strict=True):
            TOKENS.labels(stage, model, kind).inc(number)
        SECONDS.labels(stage).observe(seconds)

    def cost(self, stage: str, model: str, money: float) -> None:
        """The cost of that answer."""
        COST.labels(stage, model).inc(money)

    def outcome(self, stage: str, finish: str) -> None:
        """How a call ended; `failed` for one without an answer."""
        CALLS.labels(stage, OUTCOMES.get(finish, "failed")).inc()

    def set_calls(self, under_way: int, limit: float) -> None:
        """Calls in flight, and their limit."""
        IN_FLIGHT.labels(self._role).set(under_way)
        LIMIT.labels(self._role).set(int(limit))

    def set_budget_spent(self) -> None:
        """The budget is spent."""
        BUDGET_SPENT.labels(self._role).set(1)

    def repaired(self, stage: str) -> None:
        """An answer was returned to the model with its fault."""
        REPAIRS.labels(stage).inc()

    def hint_fault(self, kind: str) -> None:
        """A suggested layout had a fault."""
        HINT_FAULTS.labels(kind).inc()

    def dropped(self, reason: str) -> None:
        """A question was dropped."""
        DROPPED.labels(reason).inc()


def _begin_at_zero(stage: str, model: str) -> None:
    for kind in ("input", "output"):
        TOKENS.labels(stage, model, kind)
    for outcome in (*OUTCOMES.values(), "failed"):
        CALLS.labels(stage, outcome)
    for metric in (CACHE_HITS, SECONDS, REPAIRS):
        metric.labels(stage)
