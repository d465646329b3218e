"""Around the door: patience with busy servers, answers that are paid once, budgets and bills."""

import asyncio
import contextlib
import socket
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr, ValidationError

from monitoring.llm_metrics import LanguageMetrics
from schemas.errors import RetryableError
from schemas.events import SeedConcept
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import StoredObject
from schemas.llm.contract import Form, Reply, Request, Turn, answer_key, ledger
from streams.broker.reachability import ServiceAway
from streams.demo.llm_stub import StubResponse, serving
from streams.errors import Misconfigured
from streams.faust_app.seed_agent import REBALANCE_S
from streams.llm.answer_cache import CachedModel
from streams.llm.cost_report import CostReport
from streams.llm.endpoint import Endpoint
from streams.llm.factory import make_judge
from streams.llm.openai_client import Away, Busy, OpenAIClient
from streams.llm.prices import Prices, read_prices
from streams.llm.rate_limiter import ATTEMPTS, Clock, ConcurrencyLimit, RateLimitedModel
from streams.llm.token_budget import Budget
from streams.llm.usage import MeteredModel
from streams.settings import AgentSettings, ExamineSettings
from streams.steps.seed_step import RetryPolicy, SeedStep, SeedTools
from tests.fakes.events import make_graph, make_qa, make_rejection
from tests.fakes.models import ScriptedModel
from tests.fakes.steps import KeptMessagesLater, record_of, tally
from tests.fakes.store import InMemoryStore

REQUEST = Request("edges", "edges-1", (Turn("system", "s"), Turn("user", "{}")), Form("edges", {}))


class Time:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep, lambda: 1.0)


def _limit(most: int = 8, seen: list[float] | None = None) -> ConcurrencyLimit:
    return ConcurrencyLimit(most, lambda _, limit: (seen if seen is not None else []).append(limit))


def test_a_busy_server_is_asked_again_after_the_pause_that_it_named():
    time = Time()
    model = ScriptedModel([Busy("429", 7.0), "{}"])
    reply = asyncio.run(RateLimitedModel(model, _limit(), time.clock).complete(REQUEST))
    assert reply.text == "{}"
    assert time.slept[0] == pytest.approx(7.7)


def test_pauses_grow_while_a_server_fails_and_then_the_caller_takes_over():
    time = Time()
    with pytest.raises(RetryableError, match="tried 6 times") as caught:
        asyncio.run(RateLimitedModel(ScriptedModel([Busy("500")]), _limit(), time.clock).complete(REQUEST))
    assert not isinstance(caught.value, Busy)
    assert time.slept == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert ATTEMPTS == 6


def test_a_server_that_is_not_there_is_told_from_one_that_fails():
    model = RateLimitedModel(ScriptedModel([Away("tiny at http://host cannot be reached")]), _limit(), Time().clock)
    with pytest.raises(ServiceAway, match=r"cannot be reached \(tried 6 times\)") as caught:
        asyncio.run(model.complete(REQUEST))
    assert caught.value.service == "model"
    failing = RateLimitedModel(ScriptedModel([Away("not there"), Busy("500")]), _limit(), Time().clock)
    with pytest.raises(RetryableError) as caught_failing:
        asyncio.run(failing.complete(REQUEST))
    assert not isinstance(caught_failing.value, ServiceAway)


def test_all_requests_wait_while_the_server_asked_for_patience():
    time = Time()
    model = ScriptedModel([Busy("429", 5.0), "{}", "{}"])

    async def play() -> None:
        throttled = RateLimitedModel(model, _limit(), time.clock)
        await asyncio.gather(throttled.complete(REQUEST), throttled.complete(REQUEST))
        await throttled.complete(REQUEST)

    asyncio.run(play())
    assert time.now >= 5.0


def test_a_server_that_makes_requests_wait_is_named_in_the_log_without_a_flood():
    time, said = Time(), list[str]()
    throttled = RateLimitedModel(ScriptedModel([Busy("not reached")]), _limit(), time.clock, said.append)
    with pytest.raises(RetryableError):
        asyncio.run(throttled.complete(REQUEST))
    assert said == ["not reached"]
    with pytest.raises(RetryableError):
        asyncio.run(throttled.complete(REQUEST))
    with pytest.raises(RetryableError):
        asyncio.run(throttled.complete(REQUEST))
    assert time.now == pytest.approx(46.5)
    assert said == ["not reached"] * 2


def test_the_limit_halves_once_for_one_bad_moment_and_grows_back_with_good_answers():
    async def play() -> list[float]:
        limit, seen = ConcurrencyLimit(8, lambda *_: None), list[float]()
        epochs = [await limit.enter() for _ in range(4)]
        for epoch in epochs:
            await limit.leave(epoch, busy=True)
        seen.append(limit.now)
        await limit.leave(await limit.enter(), busy=True)
        seen.append(limit.now)
        for _ in range(40):
            await limit.leave(await limit.enter(), busy=False)
        seen.append(limit.now)
        for _ in range(10):
            await limit.leave(await limit.enter(), busy=True)
        seen.append(limit.now)
        return seen

    assert asyncio.run(play()) == [4.0, 2.0, 8.0, 1.0]


def test_no_more_requests_are_under_way_than_the_limit_says():
    most, under_way = 0, 0

    class Slow:
        name = "slow"

        async def complete(self, request: Request) -> Reply:
            nonlocal most, under_way
            under_way += 1
            most = max(most, under_way)
            for _ in range(3):
                await asyncio.sleep(0)
            under_way -= 1
            return Reply("{}", "done", "slow", 1, 1, 0.1)

    async def play() -> None:
        throttled = RateLimitedModel(Slow(), _limit(3), Time().clock)
        await asyncio.gather(*(throttled.complete(REQUEST) for _ in range(20)))

    asyncio.run(play())
    assert most == 3


def test_an_answer_is_paid_once_and_is_the_same_for_whoever_asks_again():
    store, hits = InMemoryStore(), Counter[str]()
    model = ScriptedModel(["first", "second"])

    def again() -> Reply:
        return asyncio.run(CachedModel(model, store, lambda stage: hits.update([stage])).complete(REQUEST))

    assert again() == again()
    assert len(model.requests) == 1
    assert hits == {"edges": 1}
    assert list(store.keys("language/answers/")) == [answer_key(REQUEST.key("scripted"))]


def test_those_who_ask_at_the_same_time_share_one_answer():
    model = ScriptedModel(["one", "two", "three"])

    async def play() -> list[Reply]:
        cached = CachedModel(model, InMemoryStore(), lambda _: None)
        return list(await asyncio.gather(*(cached.complete(REQUEST) for _ in range(3))))

    assert {reply.text for reply in asyncio.run(play())} == {"one"}
    assert len(model.requests) == 1


def test_the_second_of_two_processes_takes_what_the_first_one_stored():
    store = InMemoryStore()

    class Overtaken:
        """While it answers, another process stores its own answer."""

        name = "m"

        async def complete(self, request: Request) -> Reply:
            await CachedModel(ScriptedModel(["theirs"], "m"), store, lambda _: None).complete(request)
            return Reply("mine", "done", "m", 1, 1, 0.1)

    reply = asyncio.run(CachedModel(Overtaken(), store, lambda _: None).complete(REQUEST))
    assert reply.text == "theirs"


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'{"reply": {"text": "{}"}}', b'{"reply": 7}'])
def test_an_answer_that_is_spoilt_in_the_store_is_asked_for_anew(spoilt: bytes):
    store, model = InMemoryStore(), ScriptedModel(["whole"])
    store.put_if_absent(answer_key(REQUEST.key("scripted")), StoredObject(spoilt, "application/json"))
    assert asyncio.run(CachedModel(model, store, lambda _: None).complete(REQUEST)).text == "whole"


def test_a_limit_says_what_it_allows_before_the_first_call():
    said: list[tuple[int, float]] = []
    ConcurrencyLimit(8, lambda under_way, limit: said.append((under_way, limit)))
    assert said == [(0, 8.0)]


def test_a_failure_is_not_kept():
    model, store = ScriptedModel([RetryableError("down"), "{}"]), InMemoryStore()
    cached = CachedModel(model, store, lambda _: None)
    with pytest.raises(RetryableError):
        asyncio.run(cached.complete(REQUEST))
    assert asyncio.run(cached.complete(REQUEST)).text == "{}"


def test_a_spent_budget_begins_nothing_new_finishes_what_was_begun_and_says_so_once():
    said: list[int] = []
    begun: list[int] = []

    async def play() -> None:
        budget = Budget(10_000, said.append)

        async def graph(number: int) -> None:
            async with budget.graph_slot():
                begun.append(number)
                await asyncio.sleep(0)
                budget.spend(1500)

        waiting = [asyncio.create_task(graph(number)) for number in range(20)]
        for _ in range(200):
            await asyncio.sleep(0)
        assert sum(task.done() for task in waiting) == len(begun)
        for task in waiting:
            task.cancel()

    asyncio.run(play())
    assert len(begun) == 7
    assert said == [10_500]


def test_graphs_that_are_refused_early_and_cheaply_do_not_let_all_others_begin_at_once():
    begun: list[int] = []

    async def play() -> None:
        budget = Budget(10_000, lambda _: None)

        async def graph(number: int) -> None:
            async with budget.graph_slot():
                begun.append(number)
                budget.spend(10)
                if number:
                    await asyncio.Event().wait()  # all but the first are still under way

        waiting = [asyncio.create_task(graph(number)) for number in range(60)]
        for _ in range(200):
            await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(play())
    assert len(begun) <= 6


def test_no_budget_is_never_spent():
    budget = Budget(None, lambda _: None)
    budget.spend(10**12)
    assert not budget.is_spent


def test_tokens_seconds_and_money_are_counted_where_they_are_paid():
    def value(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    prices = Prices.model_validate({"models": {"priced": {"input": 1.0, "output": 3.0}}})
    budget = Budget(None, lambda _: None)
    model = ScriptedModel([Reply("{}", "done", "priced", 1000, 500, 2.0), RetryableError("down")], "priced")
    metered = MeteredModel(model, LanguageMetrics("agents"), prices, budget)
    before = value("skg_language_tokens_total", stage="edges", model="priced", kind="input")
    asyncio.run(metered.complete(REQUEST))
    with pytest.raises(RetryableError):
        asyncio.run(metered.complete(REQUEST))
    assert value("skg_language_tokens_total", stage="edges", model="priced", kind="input") - before == 1000
    assert value("skg_language_cost_total", stage="edges", model="priced") == pytest.approx(0.0025)
    assert value("skg_language_calls_total", stage="edges", outcome="failed") >= 1
    assert budget.tokens == 1500


def test_prices_come_from_a_small_file_and_models_without_one_cost_no_money(tmp_path: Path):
    path = tmp_path / "prices.yaml"
    path.write_text("currency: EUR\nmodels:\n  big: {input: 2.5, output: 10}\n")
    prices = read_prices(path)
    assert prices.currency == "EUR"
    assert prices.cost(Reply("", "done", "big", 1_000_000, 100_000, 1.0)) == pytest.approx(3.5)
    assert prices.cost(Reply("", "done", "small", 1_000_000, 100_000, 1.0)) is None
    assert read_prices(None).models == {}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "text", ["models: [1]", "models: {a: {input: -1, output: 2}}", ": :", "typo: 1", "currency: A\ncurrency: B", "[" * 5000]
)
def test_a_malformed_price_list_is_refused_in_one_line(tmp_path: Path, text: str):
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured) as caught:
        read_prices(path)
    assert "SKG_LLM_PRICES" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_ledger_names_stage_model_tokens_seconds_and_the_answer():
    text = ledger([("edges", Reply("{}", "done", "m", 10, 5, 0.5, "abc"))])
    assert text == ('[{"stage":"edges","model":"m","tokens_in":10,"tokens_out":5,"seconds":0.5,"answer":"abc"}]')


def _judging(**settings: object) -> ExamineSettings:
    return ExamineSettings.model_validate({"mllm_url": "http://127.0.0.1:9/v1", "mllm_model": "a", **settings})


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"mllm_check_model": "a"},
        {"mllm_check_url": "http://127.0.0.1:9/v1"},
        {"mllm_check_url": "http://127.0.0.1:9/v1/", "mllm_check_model": "a\n"},
    ],
)
def test_a_model_that_would_check_itself_is_refused(settings: dict[str, object]):
    with pytest.raises(Misconfigured, match="would check its own questions"):
        make_judge(_judging(**settings), InMemoryStore(), lambda key, _: key)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "settings", [{"mllm_check_model": "b"}, {"mllm_same_model": True}, {"mllm_check_url": "http://127.0.0.1:10/v1"}]
)
def test_two_models_or_an_explicit_word_are_accepted(settings: dict[str, object]):
    assert make_judge(_judging(**settings), InMemoryStore(), lambda key, _: key)


def _row(answer: str, tokens: int) -> Reply:
    return Reply("{}", "done", "m", tokens, 0, 1.0, answer)


def test_a_bill_counts_each_answer_once_however_many_graphs_share_it_and_rejected_work_too():
    bill = CostReport(Prices.model_validate({"models": {"m": {"input": 1.0, "output": 1.0}}}))
    sample = make_qa()
    notes = {"ledger": ledger([("nodes", _row("shared", 100)), ("edges", _row("one", 50))])}
    graph = sample.graph.model_copy(update={"provenance": sample.graph.provenance.model_copy(update={"notes": notes})})
    bill.add(sample.model_copy(update={"graph": graph}))
    rejected = ledger([("nodes", _row("shared", 100)), ("edges", _row("two", 70))])
    bill.add(make_rejection().model_copy(update={"evidence": {"ledger": rejected}}))
    assert bill.tokens == {"nodes": 100, "edges": 120}
    assert bill.answers == 3
    assert bill.money == pytest.approx(220e-6)
    assert not bill.unpriced


def test_a_call_may_not_outlast_a_rebalance():
    with pytest.raises(ValidationError):
        AgentSettings(llm_timeout_s=REBALANCE_S)
    with pytest.raises(ValidationError):
        ExamineSettings(mllm_timeout_s=REBALANCE_S)


def test_keys_are_never_shown():
    settings = AgentSettings(llm_api_key=SecretStr("open sesame"))
    assert "sesame" not in repr(settings)
    assert "sesame" not in settings.model_dump_json()


class AwayUntil:
    """Plans by one call of a model over HTTP, which begins to serve once it was waited for so often."""

    def __init__(self, waits: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self._port = taken.getsockname()[1]
        self._left, self._opened = waits, contextlib.ExitStack()
        door = OpenAIClient(Endpoint(f"http://127.0.0.1:{self._port}/v1", "tiny", "", 2.0))
        self._model = RateLimitedModel(door, _limit(), Clock(sleep=self._wait))

    async def _wait(self, _: float) -> None:
        self._left -= 1
        if self._left == 0:
            self._opened.enter_context(serving(lambda _: StubResponse("{}"), port=self._port))

    async def plan(self, seed: SeedConcept, index: int) -> SpatialGraph:
        with self._opened if self._left <= 0 else contextlib.nullcontext():
            await self._model.complete(REQUEST)
        return make_graph(seed, index)


@pytest.mark.thorough
def test_a_model_that_is_away_for_longer_than_all_attempts_costs_no_graph():
    producer, policy = KeptMessagesLater(), RetryPolicy(attempts=2, longest_pause_s=0.001)
    planner = AwayUntil(3 * policy.attempts * ATTEMPTS)
    step = SeedStep(SeedTools(planner, producer, tally("agents"), policy))
    asyncio.run(step.handle(record_of(make_seed("a cat"))))
    (event,) = producer.events
    assert isinstance(event, SpatialGraph)
