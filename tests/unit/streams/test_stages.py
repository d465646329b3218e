"""One row a stage, and everything that repeats over the stages agrees with the rows."""

from dataclasses import replace
from pathlib import Path

import pytest
import typer
import yaml

from schemas.events import STAGES
from schemas.topics import DEAD_LETTERS, TOPICS
from streams.broker.group_state import READS
from streams.cli.root import build
from streams.settings import ALL, BalanceSettings, LagSettings
from streams.stages import STAGE_TABLE, faults, run_stage

VALUES = Path(__file__).parents[3] / "helm" / "skg-factory" / "values.yaml"
ROWS = tuple(STAGE_TABLE.values())


def test_every_stage_has_a_row_topics_and_a_group():
    assert faults(ROWS) == []
    assert tuple(STAGE_TABLE) == STAGES


def test_a_stage_without_a_row_is_an_error_that_names_the_file():
    (fault,) = faults(ROWS[:-1])
    assert "streams/stages.py has rows for agents, render, examine; schemas/events.py names" in fault


def test_a_row_with_settings_that_lack_its_group_is_an_error_that_names_the_file():
    (fault,) = faults((replace(ROWS[0], settings=BalanceSettings), *ROWS[1:]))
    assert fault == "BalanceSettings in streams/settings.py has no field agents_group"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_a_command_settings_in_the_list_and_a_component_in_the_chart(stage: str):
    assert stage in typer.main.get_command(build()).commands, "add it in streams/cli/process_commands.py"
    assert STAGE_TABLE[stage].settings in ALL, "add it in streams/settings.py"
    assert list(yaml.safe_load(VALUES.read_text("utf-8"))["stages"]) == list(STAGES), "edit helm/skg-factory/values.yaml"
    assert stage in LagSettings().groups


def test_what_a_stage_reads_and_writes_is_what_the_topics_say():
    assert STAGE_TABLE["render"].reads == READS["render"] == ("skg.graphs",)
    assert STAGE_TABLE["render"].writes == ("skg.images",)
    known = {*STAGES, "seed", "ingest", "balance", "replay", "requests"}
    for topic in TOPICS.values():
        assert {*topic.producer, *topic.consumer} <= known, f"{topic.name} in schemas/topics.py names no stage"
    assert TOPICS[DEAD_LETTERS].producer == STAGES


def test_only_what_the_command_line_says_replaces_a_setting():
    given = []
    table = {"render": replace(STAGE_TABLE["render"], run=given.append)}
    run_stage("render", {"render_batch": 7, "render_model": None}, table)
    (settings,) = given
    assert (settings.render_batch, settings.render_model) == (7, None)
