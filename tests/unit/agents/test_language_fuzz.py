"""Whatever a language model answers to whatever seed: a graph or a rejection that travels, or a failure word."""

import asyncio
import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.llm_planner import LanguagePlanner
from agents.llm.planning_job import Tools
from gpu_workers.renderers import capabilities_of
from schemas.bounds import MAX_PAYLOAD_BYTES
from schemas.codec import decode, encode
from schemas.errors import PermanentError, RetryableError
from schemas.events import SeedConcept, SeedOptions
from schemas.ids import make_seed
from schemas.llm.contract import Request
from schemas.topics import BY_EVENT
from spatial.knowledge.knowledge_base import scene_kinds
from streams.demo.llm_answers import ANSWERS
from tests.fakes.event_strategies import JSON, models
from tests.fakes.examples_count import examples
from tests.fakes.models import KeptCounts, ScriptedModel
from tests.fakes.seed_strategies import modest_options, seeds
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.thorough

HUGE: list[Any] = [10**400, -(10**30), 2**63, -1, 0, 1e308, -1e308, 0.1, float("nan"), float("inf")]
LONG: list[Any] = [
    "",
    " ",
    "x" * 5_000,
    "\x00",
    "\ud800",
    "\u200b",
    "🦩" * 100,
    [0] * 3_000,
    {str(n): n for n in range(500)},
]
DEEP = "[" * 3_000 + "]" * 3_000
TEXTS = [
    "",
    "null",
    "[]",
    "{}",
    "no",
    DEEP,
    '{"objects":' * 800,
    "```json\n{}\n```",
    '{"a":1}{"a":2}',
    "9" * 5_000,
    "\ufeff{}",
]
ODD = st.one_of(JSON, st.sampled_from(HUGE), st.sampled_from(LONG), st.none())

Draw = Callable[[st.SearchStrategy[Any]], Any]


def nudged(draw: Draw, answer: Any) -> Any:
    """The answer with something odd in one place: a value, an element that is missing or there twice, a key that is."""
    answer = copy.deepcopy(answer)
    places: list[tuple[Any, Any]] = []
    waiting = [answer]
    while waiting:
        inner = waiting.pop()
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner))) if isinstance(inner, list) else []
        places += [(inner, key) for key in keys]
        waiting += [inner[key] for key in keys]
    if not places:
        return draw(ODD)
    holder, key = draw(st.sampled_from(range(len(places))).map(places.__getitem__))
    match draw(st.sampled_from(["odd", "gone", "again"])):
        case "odd":
            holder[key] = draw(ODD)
        case "gone":
            del holder[key]
        case _ if isinstance(holder, list):
            holder += [copy.deepcopy(holder[key])] * draw(st.sampled_from([1, 40, 600]))
        case _:
            holder[f"{key} "] = holder[key]
    return answer


def said(draw: Draw, request: Request) -> Any:
    """A good answer, one that is nudged, JSON of any shape, or no JSON at all."""
    kind = draw(st.sampled_from(["good", "good", "nudged", "nudged", "nudged", "json", "text", "later"]))
    if kind == "later":
        return RetryableError("429")
    if kind == "text":
        return draw(st.sampled_from(TEXTS) | st.text(max_size=20))
    if kind == "json":
        return json.dumps(draw(ODD))
    good = ANSWERS[request.stage](json.JSONDecoder().raw_decode(request.turns[1].text)[0], Random(request.seed))
    return json.dumps(good if kind == "good" else nudged(draw, good))


@st.composite
def wishes(draw: Draw) -> SeedConcept:
    """Seeds for which the model is asked, where the others are mostly refused before."""
    options = draw(st.one_of(st.just(SeedOptions()), modest_options()))
    return make_seed(draw(st.sampled_from(tuple(scene_kinds()))), options=options)


def plan(draw: Draw, seed: SeedConcept, index: int, renderer: str) -> None:
    model, together = ScriptedModel(lambda request: said(draw, request)), draw(st.booleans())
    planner = LanguagePlanner(
        Tools(model, KeptCounts(), capabilities_of(renderer), 0.5, one_request=together), InMemoryStore()
    )
    try:
        made = asyncio.run(planner.plan(seed, index))
    except (RetryableError, PermanentError):
        return
    value = encode(made)
    assert len(value) <= MAX_PAYLOAD_BYTES
    assert decode(BY_EVENT[type(made)].name, value) == made


@examples(100)
@given(st.data(), st.one_of(wishes(), wishes(), seeds()), st.sampled_from([0, 7]), st.sampled_from(["collage", "gligen"]))
def test_any_answer_to_any_wish_ends_in_an_event_or_a_failure_word(
    data: st.DataObject, seed: SeedConcept, index: int, renderer: str
) -> None:
    plan(data.draw, seed, index, renderer)


@examples(50)
@given(st.data(), models(SeedConcept))
def test_any_answer_to_any_valid_seed_does_so_too(data: st.DataObject, seed: SeedConcept) -> None:
    plan(data.draw, seed, seed.first, "gligen")
