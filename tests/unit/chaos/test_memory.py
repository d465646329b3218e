"""Flat is what does not rise by more than a tenth after the warm-up."""

import pytest

from tests.soak.memory import Measured, judged


def _looks(rises: float) -> list[Measured]:
    return [Measured(n / 100, 50 + min(n, 20) + rises * max(0, n - 20) / 80) for n in range(101)]


def test_a_process_that_grows_only_while_it_warms_up_is_flat():
    assert judged(_looks(0.0)).flat
    assert judged(_looks(0.0)).growth == 0


def test_a_leak_is_no_flat_line():
    assert not judged(_looks(14.0)).flat


def test_too_few_measurements_say_nothing():
    with pytest.raises(ValueError, match="no measurement between 20% and 40%"):
        judged(_looks(0.0)[90:])
