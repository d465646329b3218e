"""The stand-in for a language model, on each of its bad days: over real HTTP, every answer ends in a true graph or in a
rejection with its reason.
"""

import asyncio
import urllib.request
from collections import Counter

import pytest

from agents.llm.llm_planner import LanguagePlanner
from agents.llm.planning_job import Tools
from gpu_workers.renderers import capabilities_of
from schemas.events import Rejection
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import draft_of
from streams.demo.llm_answers import BAD, SPOILT, good, lifelike
from streams.demo.llm_stub import Script, StubRequest, StubResponse, serving
from streams.llm.answer_cache import CachedModel
from streams.llm.endpoint import Endpoint
from streams.llm.openai_client import OpenAIClient
from streams.llm.rate_limiter import Clock, ConcurrencyLimit, RateLimitedModel
from tests.fakes.models import KeptCounts
from tests.fakes.store import InMemoryStore

TIMEOUT_S = 1.0
"""Below what a slow answer takes."""


async def _soon(_: float) -> None:
    await asyncio.sleep(0)


def _planned(script: Script, count: int = 3) -> tuple[list[SpatialGraph | Rejection], InMemoryStore, KeptCounts]:
    store, counts = InMemoryStore(), KeptCounts()

    async def play(url: str) -> list[SpatialGraph | Rejection]:
        patient = RateLimitedModel(
            OpenAIClient(Endpoint(url, "stub", "", TIMEOUT_S)), ConcurrencyLimit(4, lambda *_: None), Clock(sleep=_soon)
        )
        model = CachedModel(patient, store, lambda _: None)
        planner = LanguagePlanner(Tools(model, counts, capabilities_of("collage"), 0.8), store)
        return list(await asyncio.gather(*(planner.plan(make_seed("kitchen"), index) for index in range(count))))

    with serving(script) as stub:
        return asyncio.run(play(stub.url)), store, counts


@pytest.mark.thorough
@pytest.mark.parametrize("kind", BAD)
def test_each_bad_day_ends_in_true_graphs_or_in_rejections_with_the_raw_answer_kept(kind: str):
    def spoilt(asked: StubRequest) -> StubResponse:
        return BAD[kind](asked, good(asked)) if asked.stage == "edges" else good(asked)

    outcomes, store, counts = _planned(spoilt)
    expected = {"stubborn": "bad_answer", "refusing": "refused"}.get(kind)
    for outcome in outcomes:
        if expected is None:
            assert isinstance(outcome, SpatialGraph), outcome
            assert contradictions(draft_of(outcome)) is None
        else:
            assert isinstance(outcome, Rejection)
            assert (outcome.gate, outcome.reason) == ("language", expected)
            assert store.get(str(outcome.evidence["raw_answer"])) is not None
    if kind in ("malformed", "contradictory", "cut"):
        assert counts.repairs["edges"] >= 1


@pytest.mark.thorough
def test_lifelike_days_hold_some_of_each_kind_and_mostly_good_ones():
    kinds: Counter[str] = Counter()
    for number in range(4000):
        asked = StubRequest("layout", {"canvas": [512, 512], "objects": [{"number": 0, "is": "a dog"}], "relations": []},
                      "stub", number, 0, 0, {})  # fmt: skip
        says, usual = lifelike(asked), good(asked)
        kinds["good" if says == usual else "bad"] += 1
        assert lifelike(asked) == says
    share = sum(share for share, _ in SPOILT)
    assert abs(kinds["bad"] / 4000 - share) < 0.04
    assert {kind for _, kind in SPOILT} == set(BAD)


def test_the_stub_lists_its_model_and_refuses_what_is_no_json():
    with serving(good) as stub:
        with urllib.request.urlopen(f"{stub.url}/models") as answer:
            assert b'"stub"' in answer.read()
        request = urllib.request.Request(f"{stub.url}/chat/completions", b"no json", method="POST")
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(request)
