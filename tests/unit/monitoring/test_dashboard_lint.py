"""The rules of Grafana's dashboard linter, restated: what a dashboard needs so that it works wherever it is imported."""

import json
import re
from typing import Any

import pytest

from monitoring.dashboard import DASHBOARDS, dashboard

BROKER_WIDE = ("skg_group_",)
"""Series of the lag exporter: an instance of a stage does not select them."""

NOT_OURS = ("ALERTS", "DCGM_")
"""Of Prometheus itself, and of NVIDIA's exporter, whose job and instance are others."""

VARIABLES = {"namespace": ".*", "job": ".+", "stage": ".+", "instance": ".+"}


@pytest.fixture(params=DASHBOARDS)
def board(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each dashboard as Grafana reads it."""
    found: dict[str, Any] = json.loads(dashboard(request.param))
    return found


def _panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def _queries(board: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in _panels(board) for target in panel["targets"]]


def test_the_data_source_is_a_variable_that_every_panel_uses(board: dict[str, Any]):
    source = board["templating"]["list"][0]
    assert (source["name"], source["type"], source["query"], source["label"]) == (
        "datasource", "datasource", "prometheus", "Data source",
    )  # fmt: skip
    for panel in _panels(board):
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_namespace_job_stage_and_instance_are_variables_of_many_values_that_are_read_anew(board: dict[str, Any]):
    variables = {each["name"]: each for each in board["templating"]["list"][1:]}
    assert {name: each["allValue"] for name, each in variables.items()} == VARIABLES
    for name, each in variables.items():
        assert each["label"] == name.capitalize()
        assert each["datasource"]["uid"] == "${datasource}"
        assert (each["multi"], each["includeAll"], each["refresh"]) == (True, True, 2)
        assert re.fullmatch(r"label_values\(skg_build_info(\{.*\})?, " + name + r"\)", each["query"])


def test_every_panel_has_a_title_a_description_a_unit_and_a_query(board: dict[str, Any]):
    assert _panels(board)
    for panel in _panels(board):
        assert panel["title"]
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert len(panel["targets"]) == 1
    titles = [panel["title"] for panel in _panels(board)]
    assert len(titles) == len(set(titles))


def test_panels_stand_under_rows_and_none_over_another(board: dict[str, Any]):
    assert board["panels"][0]["type"] == "row"
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken
        taken |= cells


def test_rates_are_taken_over_the_interval_that_grafana_chooses(board: dict[str, Any]):
    for query in _queries(board):
        assert set(re.findall(r"\[([^\]]*)\]", query)) <= {"$__rate_interval"}, query


def test_counters_are_shown_as_rates(board: dict[str, Any]):
    for query in _queries(board):
        assert len(re.findall(r"\w+_(?:total|bucket)\{", query)) == len(re.findall(r"rate\(\w+_(?:total|bucket)\{", query))


def test_every_series_is_of_the_chosen_namespace_job_and_instance(board: dict[str, Any]):
    for query in _queries(board):
        for name, labels in re.findall(r"([A-Za-z_]\w+)\{([^}]*)\}", query):
            if name.startswith(NOT_OURS):
                continue
            wanted = ["namespace", "job"] + ([] if name.startswith(BROKER_WIDE) else ["instance"])
            assert all(f'{label}=~"${label}"' in labels for label in wanted), query


def test_nobody_edits_in_place_what_is_generated(board: dict[str, Any]):
    assert board["editable"] is False
    assert board["uid"] in DASHBOARDS
