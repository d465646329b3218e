"""A stop that was asked for is not forgotten, whoever swallows the exception; asked twice, it is one stop."""

import contextlib
import os
import signal

import pytest

from streams.demo.signals import SignalFlag


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_swallowed_interrupt_is_raised_again_at_the_next_check(number: signal.Signals):
    before = signal.getsignal(number)
    with SignalFlag() as interrupts:
        interrupts.check()
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), number)
            signal.sigtimedwait([], 1.0)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
        os.kill(os.getpid(), number)  # a second one does not break the way out
        signal.sigtimedwait([], 0.01)
    assert signal.getsignal(number) is before
