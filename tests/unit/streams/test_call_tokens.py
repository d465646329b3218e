"""The limits of one reply that a person sets: read with care, kept by every request, named where they are too small."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from agents.llm.paraphrase_growth import PROMPT as PARAPHRASING
from agents.llm.planning_job import PROMPTS
from schemas.events import Rejection
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.llm.contract import PLANNING_STAGES
from schemas.llm.token_limits import CallTokens, parse_stage_tokens
from streams.cli.root import run
from streams.demo.llm_answers import good
from streams.demo.llm_stub import Script, StubRequest, StubResponse, serving
from streams.llm.factory import make_language_agents
from streams.settings import AgentSettings
from tests.fakes.store import InMemoryStore

NEEDED = 2500


def thinking_at(stage: str) -> Script:
    """A good model that needs so many tokens for a stage: it thinks first."""

    def says(asked: StubRequest) -> StubResponse:
        if asked.stage != stage or asked.body["max_tokens"] >= NEEDED:
            return good(asked)
        return StubResponse("<think>" + 4 * (asked.body["max_tokens"] - 2) * "m", finish="length")

    return says


def planned(script: Script, **settings: Any) -> tuple[SpatialGraph | Rejection, list[tuple[str, int]], list[Any]]:
    """The outcome of a seed, the limit of each request, the log."""
    with serving(script) as stub, capture_logs() as lines:
        made = make_language_agents(AgentSettings(llm_url=stub.url, llm_model="stub", **settings), InMemoryStore())
        outcome = asyncio.run(made.planner.plan(make_seed("kitchen"), 0))
        return outcome, [(asked.stage, asked.body["max_tokens"]) for asked in stub.asked], lines


def test_a_model_that_thinks_longer_than_a_stage_allows_is_rejected_with_stage_and_limit():
    outcome, asked, lines = planned(thinking_at("scenes"))
    assert isinstance(outcome, Rejection)
    assert outcome.detail.startswith("scenes: cut at 1599 tokens while thinking")
    assert (outcome.evidence["language_stage"], outcome.evidence["max_tokens"]) == ("scenes", 1600)
    assert asked == [("scenes", 400), ("scenes", 800), ("scenes", 1600)]
    cut = [line for line in lines if line["event"] == "a model's reply was cut"]
    assert [(line["stage"], line["max_tokens"]) for line in cut] == asked


@pytest.mark.parametrize("stage", ["scenes", "objects"])
@pytest.mark.parametrize(
    "limits", [{"llm_call_max_tokens": NEEDED}, {"llm_call_max_tokens": 99, "llm_call_max_tokens_by_stage": "{stage}=2500"}]
)
def test_it_plans_with_the_room_that_a_setting_gives_and_no_token_is_wasted(stage: str, limits: dict[str, Any]):
    settings = {name: value.format(stage=stage) if isinstance(value, str) else value for name, value in limits.items()}
    outcome, asked, lines = planned(thinking_at(stage), **settings)
    assert isinstance(outcome, SpatialGraph), outcome.detail
    assert dict(asked)[stage] == NEEDED
    assert [name for name, _ in asked].count(stage) == 1
    assert set(dict(asked).values()) <= {NEEDED, settings["llm_call_max_tokens"]}
    assert not [line for line in lines if line["event"] == "a model's reply was cut"]


def test_a_limit_that_a_person_set_is_never_exceeded():
    outcome, asked, lines = planned(thinking_at("objects"), llm_call_max_tokens_by_stage="objects=2499")
    assert isinstance(outcome, Rejection)
    assert outcome.detail.startswith("objects: cut at 2498 tokens while thinking")
    assert [limit for stage, limit in asked if stage == "objects"] == [2499] * 3
    assert [line["why"] for line in lines if "why" in line] == ["cut at 2498 tokens while thinking"], "said once"


def test_limits_are_given_by_stage_and_the_rest_has_the_limit_of_all():
    limits = CallTokens(3000, parse_stage_tokens(" objects=2500, ,edges=99 "))
    assert [limits.set_for(stage) for stage in ("objects", "edges", "layout")] == [2500, 99, 3000]
    assert CallTokens().set_for("objects") is None
    assert set(PLANNING_STAGES) == {*PROMPTS, PARAPHRASING.stage}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("object=2500", "'object' is no stage; there are scenes, objects, nodes, edges, layout, picture, phrases"),
        ("filter=2500", "'filter' is no stage"),
        ("2500", "'2500' is not of the form STAGE=TOKENS; the stages are scenes, objects"),
        ("objects=", "'' is no limit of tokens for objects; give 16 to 131,072"),
        ("objects=many", "'many' is no limit"),
        ("objects=15", "'15' is no limit"),
        ("objects=131073", "'131073' is no limit"),
        ("objects=-1", "'-1' is no limit"),
        ("objects=2500.5", "'2500.5' is no limit"),
        ("objects=\u0662", "is no limit"),
        ("objects=" + 5000 * "9", "is no limit"),
        ("objects=100,objects=200", "objects is given 100 and 200 tokens"),
    ],
)
def test_a_wrong_limit_of_a_stage_ends_the_agents_in_one_line(said: str, why: str, monkeypatch, capsys):
    with pytest.raises(ValueError, match=r"stage|limit|tokens") as raised:
        parse_stage_tokens(said)
    assert why in str(raised.value)
    monkeypatch.setenv("SKG_LLM_CALL_MAX_TOKENS_BY_STAGE", said)
    assert run(["agents"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("skg: SKG_LLM_CALL_MAX_TOKENS_BY_STAGE")
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("said", ["0", "15", "131073", "many", "2.5"])
@pytest.mark.parametrize(
    ("command", "name"), [("agents", "SKG_LLM_CALL_MAX_TOKENS"), ("examine", "SKG_MLLM_CALL_MAX_TOKENS")]
)
def test_a_wrong_limit_of_all_stages_ends_a_command_in_one_line(command: str, name: str, said: str, monkeypatch, capsys):
    with pytest.raises(ValidationError):
        AgentSettings.model_validate({"llm_call_max_tokens": said})
    monkeypatch.setenv(name, said)
    assert run([command]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"skg: {name}")
    assert len(told.splitlines()) == 1
