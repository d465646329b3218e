"""Holds what `make test-unit` runs to its bound: a test that takes longer says which marker it wants.

In: each test's phases.  Out: a failure of a test that passed, took more than `MOST_CPU_S` and is not marked.
Processor time is measured, of this process and of those it waited for: a busy machine makes no test fail.
"""

import os
from collections.abc import Generator

import pytest

MOST_CPU_S = float(os.environ.get("SKG_TEST_CPU_S", "8"))
"""What no test takes that is not marked; most take some milliseconds. The first test of a module pays for its fixtures,
whichever that is, and processor time too is a good deal longer where two threads share a core."""

MARKERS = ("thorough", "slow")

_STARTED = pytest.StashKey[float]()


def used_s() -> float:
    """Processor time of this process and of the processes that it waited for."""
    return sum(os.times()[:4])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember when it began: what its fixtures cost is its own."""
    item.stash[_STARTED] = used_s()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test fail that passed, took too long and is not marked."""
    report = yield
    took = used_s() - item.stash.get(_STARTED, used_s())
    if report.when == "call" and report.passed and took > MOST_CPU_S and not any(map(item.get_closest_marker, MARKERS)):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} took {took:.1f} s of processor time, more than the {MOST_CPU_S:g} s of a unit test: "
            "make it faster, or mark it with @pytest.mark.thorough if that is its nature"
        )
    return report
