"""An event loop ends, whatever its tasks make of being cancelled."""

import asyncio
import subprocess
import sys
import textwrap
import time

import pytest

from streams.worker import bounded_loop


async def _stubborn() -> None:
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue


def test_what_the_coroutine_returns_comes_back_and_its_tasks_end_first():
    ended: list[str] = []

    async def beside() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("beside")

    async def main() -> int:
        task = asyncio.create_task(beside())
        await asyncio.sleep(0)
        assert not task.done()
        return 7

    assert (bounded_loop.run(main()), ended) == (7, ["beside"])


def test_a_task_that_swallows_its_cancellation_does_not_hold_up_the_fault():
    kept: list[asyncio.Task[None]] = []

    async def main() -> None:
        kept.append(asyncio.create_task(_stubborn()))
        await asyncio.sleep(0)
        raise ValueError("a crash")

    begun = time.monotonic()
    with pytest.raises(ValueError, match="a crash"):
        bounded_loop.run(main(), clean_up_s=0.1)
    assert time.monotonic() - begun < 5


@pytest.mark.thorough
@pytest.mark.parametrize(("call", "code"), [("lambda arguments: 3", 3), ("lambda arguments: 1 / 0", 1)])
def test_a_command_that_is_done_ends_its_process_though_a_thread_hangs(call: str, code: int):
    program = f"""
        import threading
        from streams.cli import root
        threading.Thread(target=threading.Event().wait).start()
        root.END_S, root.run = 0.5, {call}
        root.main()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], check=False, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == code, done.stderr
