"""What is concluded from looks at the line: shares of what services leave, growth, and the cost of changes of members."""

import subprocess
import sys
import time
from collections import Counter

import pytest

from tests.bench import age, efficiency, growth, scaling
from tests.bench.efficiency import CORES, Rate
from tests.bench.growth import Look
from tests.bench.real_line import resident_mb, spent_s


def test_the_factory_is_compared_on_what_broker_and_store_leave():
    bare, made = Rate(100, 100, 10.0), Rate(100, 100, 12.5, broker_s=0.1 * CORES * 12.5, store_s=0.1 * CORES * 12.5)
    assert made.services_share == pytest.approx(0.2)
    assert made.efficiency(bare) == pytest.approx(1.0)
    named = {each.name: each for each in efficiency.figures("collage", {1: Rate(100, 100, 5.0), 2: bare}, made)}
    assert named["efficiency/collage/factory to loop in one process on what they leave"].value == pytest.approx(50)
    assert named["efficiency/collage/factory to loop in 2 processes on what they leave"].value == pytest.approx(100)
    assert named["efficiency/collage/processor time of the store"].value == pytest.approx(10)


def test_requests_are_divided_among_the_sample_seeds_and_differ_by_salt():
    seeds = efficiency.seeds_for("collage", 60, "x")
    assert sum(seed.count for seed in seeds) == 60
    assert max(Counter(seed.count for seed in seeds)) == 3
    assert not {seed.seed_id for seed in seeds} & {seed.seed_id for seed in efficiency.seeds_for("collage", 60, "y")}
    assert sum(seed.count for seed in efficiency.seeds_for("collage", 3, "x")) == 3


def test_growth_compares_the_last_stretch_with_the_first():
    looks = [
        Look(0, 2000, 0.0, (1.0, 2.0), (50.0, 60.0)),
        Look(1000, 3000, 1.0, (2.0, 3.0), (50.0, 60.0)),
        Look(10_000, 12_000, 11.0, (11.0, 21.0), (55.0, 90.0)),
    ]
    named = {each.name: each.value for each in growth.figures(looks)}
    assert named["growth/render/processor time an event, up to 1,000"] == pytest.approx(1.0)
    assert named["growth/render/time an event, last to first stretch"] == pytest.approx(1.0)
    assert named["growth/examine/time an event, last to first stretch"] == pytest.approx(2.0)
    assert named["growth/examine/memory, last to first stretch"] == pytest.approx(1.5)
    assert named["growth/events a second, up to 10,000"] == pytest.approx(900)


def test_a_change_of_members_costs_the_longest_pause_and_the_pictures_that_are_missing():
    apart = scaling.SLEEP_S / scaling.MEMBERS
    steady = [100 + n * apart for n in range(1, int(10 / apart))]
    pause, lost = scaling.cost_of_change(steady, 100, 110)
    assert pause == pytest.approx(apart)
    assert lost == pytest.approx(0, abs=0.5)
    paused = [each for each in steady if not 103 < each < 105]
    pause, lost = scaling.cost_of_change(paused, 100, 110)
    assert pause == pytest.approx(2, abs=0.1)
    assert lost == pytest.approx(2 * scaling.MEMBERS, abs=0.5)


def test_the_age_of_a_sample_is_told_stage_by_stage():
    moments = {"a": (0.0, 1.0, 3.0, 6.0, 10.0), "b": (0.0, 1.0, 3.0, 6.0, 12.0)}
    named = {each.name: each.value for each in age.figures(moments, 2.0, 2)}
    assert [named[f"age/{step}/p50"] for step in age.STEPS] == [1.0, 2.0, 3.0, 4.0]
    assert named["age/write/p99"] == 6.0
    assert named["age/seed to sample/p99"] == 12.0


def test_what_a_process_spends_counts_its_children_too():
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    parent = f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {burn!r}]); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        began = time.monotonic()
        assert spent_s(process.pid) >= 0.28
        assert resident_mb(process.pid) > 1
        assert time.monotonic() - began < 5
        process.communicate(b"\n")
