"""Counts the cost of answers: tokens, seconds and money, where they are paid.

In: requests.  Out: the inner model's replies, unchanged; a log line where they are cut.
Sits below the cache, so cache hits are not counted.
"""

from monitoring.llm_metrics import LanguageMetrics
from monitoring.logs import log
from schemas.errors import PermanentError, RetryableError
from schemas.llm.contract import LanguageModel, Reply, Request
from schemas.llm.reply_reading import cut_of
from streams.llm.prices import Prices
from streams.llm.token_budget import Budget


class MeteredModel:
    """Implements `schemas.llm.contract.LanguageModel` around another one."""

    def __init__(self, inner: LanguageModel, metrics: LanguageMetrics, prices: Prices, budget: Budget) -> None:
        self._inner, self._metrics, self._prices, self._budget = inner, metrics, prices, budget
        self._cut_at: set[tuple[str, int]] = set()

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    async def complete(self, request: Request) -> Reply:
        """The inner model's reply, after counting it."""
        try:
            reply = await self._inner.complete(request)
        except (RetryableError, PermanentError):
            self._metrics.outcome(request.stage, "failed")
            raise
        self._metrics.outcome(request.stage, reply.finish)
        self._metrics.paid(request.stage, reply.model, (reply.tokens_in, reply.tokens_out), reply.seconds)
        self._budget.spend(reply.tokens_in + reply.tokens_out)
        money = self._prices.cost(reply)
        if money is not None:
            self._metrics.cost(request.stage, reply.model, money)
        if reply.finish == "cut":
            self._tell_cut(request, reply)
        return reply

    def _tell_cut(self, request: Request, reply: Reply) -> None:
        """Log that replies of a stage are cut, once for each limit; `skg_language_calls_total` counts them."""
        if (request.stage, request.max_tokens) not in self._cut_at:
            self._cut_at.add((request.stage, request.max_tokens))
            log("language").warning(
                "a model's reply was cut",
                stage=request.stage,
                model=self.name,
                why=cut_of(reply, request.max_tokens),
                max_tokens=request.max_tokens,
            )
