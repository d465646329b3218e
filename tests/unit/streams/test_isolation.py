"""A poison record is kept to itself; what is no fault of a record is not."""

import asyncio
from collections.abc import Callable

import pytest

from schemas.errors import DeviceLost, Fenced, PermanentError, RetryableError
from streams.steps.isolation import TRIES, isolated, isolated_async


class Call:
    """Raises the errors in turn, then returns `result`."""

    def __init__(self, *errors: BaseException, result: str = "done") -> None:
        self.errors, self.result, self.calls = list(errors), result, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.result


def run_async(call: Callable[[], str]) -> str | PermanentError:
    async def awaited() -> str:
        return call()

    return asyncio.run(isolated_async(awaited))


@pytest.fixture(params=[isolated, run_async], ids=["sync", "async"])
def isolate(request: pytest.FixtureRequest) -> Callable[[Callable[[], str]], str | PermanentError]:
    return request.param


def test_what_fails_now_and_then_is_tried_again(isolate) -> None:
    call = Call(ZeroDivisionError(), KeyError("x"))
    assert isolate(call) == "done"
    assert call.calls == 3


def test_what_fails_each_time_becomes_the_failure_of_its_record_and_tells_what_it_was(isolate) -> None:
    error = ZeroDivisionError("by zero")
    call = Call(*[ValueError("first")] * (TRIES - 1), error)
    failure = isolate(call)
    assert isinstance(failure, PermanentError)
    assert (failure.reason, str(failure), failure.attempts) == ("failed", "ZeroDivisionError: by zero", TRIES)
    assert failure.__cause__ is error
    assert call.calls == TRIES


@pytest.mark.parametrize(
    "error",
    [
        RetryableError("away"),
        PermanentError("oversize", "large"),
        Fenced("p"),
        DeviceLost("cuda"),
        MemoryError(),
        KeyboardInterrupt(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_said_on_purpose_or_is_of_the_process_passes_through_at_once(isolate, error: BaseException) -> None:
    call = Call(error)
    with pytest.raises(type(error)):
        isolate(call)
    assert call.calls == 1
