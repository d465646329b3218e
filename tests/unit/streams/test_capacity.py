"""`skg capacity`: its sums hold, and each figure says whether it was measured and where it is from."""

import json
from collections.abc import Sequence

import pytest

from gpu_workers.renderers import RENDERERS
from schemas.errors import BadInput
from schemas.topics import GRAPHS, TOPICS
from streams.cli.root import run
from streams.operations.capacity import FIGURES, Capacity, Wish, capacity, names_of


def result(found: Capacity, what: str) -> float:
    (line,) = [line for line in found.lines if line.what == what]
    return line.result


def test_every_figure_is_measured_or_an_estimate_and_has_a_source():
    table = json.loads(FIGURES.read_text("utf-8"))
    groups = [table["every"], *table["renderers"].values(), *table["gpus"].values()]
    for value, origin, source in [row for group in groups for row in group.values()]:
        assert value > 0
        assert origin in {"measured", "estimate"}
        assert len(source) > 20
        assert ("make " in source) or origin == "estimate", source


def test_renderers_with_figures_are_renderers():
    assert set(names_of("renderers")) <= set(RENDERERS)


@pytest.mark.parametrize("gpu", [None, *names_of("gpus")])
@pytest.mark.parametrize("renderer", names_of("renderers"))
def test_twice_the_samples_need_twice_the_work_and_every_figure_that_is_used_is_shown(renderer: str, gpu: str | None):
    one, two = capacity(Wish(1e6, renderer, gpu)), capacity(Wish(2e6, renderer, gpu))
    for what in ("graphs", "render: cores", "store and table", "broker's disks"):
        assert result(two, what) == pytest.approx(2 * result(one, what))
    assert len({figure.name for figure in one.figures}) == len(one.figures)
    assert {"accepted", "render_s", "core_busy"} <= {figure.name for figure in one.figures}


def test_the_sums_are_those_of_the_figures():
    found = capacity(Wish(1e6, "solid", "h100"))
    figure = {each.name: each.value for each in found.figures}
    graphs = 1e6 / figure["accepted"]
    assert result(found, "graphs") == pytest.approx(graphs)
    seconds, pictures = figure["trace_s"] / figure["traces_as_cores"], graphs * figure["drawn"]
    assert result(found, "GPUs (h100)") == pytest.approx(pictures * seconds / 86_400 / figure["gpu_busy"])
    assert result(found, "render: cores") == pytest.approx(pictures * figure["render_s"] / 86_400 / figure["core_busy"])


def test_a_gpu_takes_the_tracing_from_the_cores_and_a_measured_second_replaces_the_estimate():
    alone, helped = capacity(Wish(1e5, "solid")), capacity(Wish(1e5, "solid", "h200"))
    assert result(alone, "render: cores") > 5 * result(helped, "render: cores")
    assert not [line for line in alone.lines if "GPU" in line.what]
    measured = capacity(Wish(1e5, "solid", "h200", given={"gpu_seconds": 2.0}))
    assert result(measured, "GPUs (h200)") > result(helped, "GPUs (h200)")
    assert ("gpu_seconds", "given") in {(figure.name, figure.origin) for figure in measured.figures}
    assert "traces_as_cores" not in {figure.name for figure in measured.figures}


def test_a_stage_that_needs_more_processes_than_partitions_says_how_many_partitions():
    found = capacity(Wish(1e6, "solid"))
    assert result(found, "render: partitions") > TOPICS[GRAPHS].partitions
    assert not [line for line in capacity(Wish(1e4, "collage")).lines if "partitions" in line.what]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Wish(0, "collage"), "above 0"),
        (Wish(float("nan"), "collage"), "above 0"),
        (Wish(1, "oils"), "collage, gligen, solid"),
        (Wish(1, "solid", "abacus"), "a100, h100"),
    ],
)
def test_what_has_no_figures_is_refused_with_what_has(wish: Wish, why: str):
    with pytest.raises(BadInput, match=why):
        capacity(wish)


@pytest.mark.parametrize("more", [(), ("--json",), ("--llm", "--gpu-hour", "2")])
def test_the_command_shows_sums_and_sources(more: Sequence[str], capsys: pytest.CaptureFixture[str]):
    assert run(["capacity", "--samples-per-day", "1e6", "--renderer", "solid", "--gpu", "h100", *more]) == 0
    shown = capsys.readouterr().out
    for word in ("GPUs (h100)", "estimate", "measured", "make bench-solid"):
        assert word in shown
    if more == ("--json",):
        assert {line["what"] for line in json.loads(shown)["lines"]} >= {"graphs", "render: cores"}
    assert ("calls a second" in shown) == ("--llm" in more)
