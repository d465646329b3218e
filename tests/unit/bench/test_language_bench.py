"""The language bench counts what was asked: calls of the reference program, calls a graph, efficiency."""

import pytest

from tests.bench.llm import Load, Planned, judged, measured_run, reference_rate, server


def test_a_run_says_how_busy_the_model_was_and_how_many_calls_a_graph_took():
    planned = Planned(100.0, [100 + n / 10 for n in range(1, 101)], 0.5)
    asked = [100 + n / 2 for n in range(40)]
    found = judged(Load("url", 2, 100), planned, asked, 1.0)
    assert found.graphs_per_minute == pytest.approx(600)
    assert found.efficiency == pytest.approx(1.0, abs=0.02)
    assert found.calls_per_graph == pytest.approx(0.4)
    assert found.cpu_ms_per_graph == pytest.approx(5)


@pytest.mark.thorough
def test_graphs_are_planned_against_the_stand_in_in_both_ways_and_the_reference_asks_one_thing_at_a_time():
    with server(0.02) as at:
        rate, calls = reference_rate(at.url, scenes=2, sets=3)
        assert calls == len(at.times()) == 1 + 2 * (2 + 3 * 2)
        assert rate < 60 * 6 / (calls * 0.02)
        apart, one = (measured_run(Load(at.url, 16, 16, together), at, 0.02) for together in (False, True))
    assert apart.calls_per_graph == 2.75
    assert one.calls_per_graph == 1.5
