"""How pictures a second grow with render workers, and what it costs that one joins, leaves or is restarted.

In: graphs on Apache Kafka, workers whose renderer sleeps, so that the carrying alone limits them.  Out: the rate of 1, 2, 4
and 8 workers over so many times that of one; the longest time without any picture while members change, and the work that
is lost by it, of members with and without a name of their own (SKG_KAFKA_INSTANCE).
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from schemas.codec import encode
from schemas.ids import content_id
from schemas.reference.examples import graph
from schemas.topics import GRAPHS, IMAGES
from tests.bench.figures import Figure
from tests.bench.real_line import Ends, Line, put_evenly, real_line

WORKERS = (1, 2, 4, 8)
SLEEP_S = 0.2
SETTLE_S, WINDOW_S, CHANGE_S = 5.0, 12.0, 10.0
"""After the last worker is ready; of a measurement; around a change of members: longer than a session."""

MEMBERS = 4
"""Workers while members change."""

EVENTS = 4_000
LINEAR, GOAL = "the renderer sleeps: carrying alone", "95 %"
READY_S = 60.0


def measured() -> Iterator[Figure]:
    """The rates, and what changes of members cost. Raises NotHere."""
    with tempfile.TemporaryDirectory() as name, real_line(Path(name)) as line, Ends(line.broker.bootstrap, IMAGES) as ends:
        put_evenly(line, GRAPHS, [_message(number) for number in range(EVENTS)])
        yield from _rates(line, ends)
        line.stop()
    for named in (False, True):
        with tempfile.TemporaryDirectory() as name, real_line(Path(name)) as line:
            put_evenly(line, GRAPHS, [_message(number) for number in range(EVENTS // 2)])
            yield from _changes(line, named)


def _rates(line: Line, ends: Ends) -> Iterator[Figure]:
    alone = 0.0
    for workers in WORKERS:
        while len(line.processes) < workers:
            _start(line)
        _settled(line)
        began, before = time.monotonic(), ends.count()
        _pass(line, WINDOW_S)
        pictures = ends.count() - before
        rate = pictures / (time.monotonic() - began)
        alone = alone or rate
        yield Figure(f"scaling/{workers} workers", rate, "pictures/s", pictures, LINEAR)
        yield Figure(f"scaling/{workers} workers, of linear", 100 * rate / workers / alone, "%", pictures, LINEAR, GOAL)


def _changes(line: Line, named: bool) -> Iterator[Figure]:
    """Of each change: the longest time without a picture, and how many seconds of one worker it cost."""
    for number in range(MEMBERS):
        _start(line, number if named else None)
    _settled(line)
    changes: list[tuple[str, Callable[[], object]]] = [
        ("is restarted", lambda: (line.stop(line.processes[:1]), _start(line, 0 if named else None))),
    ]
    if not named:
        changes = [("joins", lambda: _start(line)), ("leaves", lambda: line.stop(line.processes[-1:])), *changes]
    spans = []
    for what, change in changes:
        began = time.time()
        change()
        _pass(line, max(0.0, began + CHANGE_S - time.time()))
        spans.append((what, began, began + CHANGE_S))
        _settled(line)
    with Ends(line.broker.bootstrap, IMAGES) as ends:
        times = sorted(record.timestamp / 1000 for record in ends.records())
    kind = "named members" if named else "members without names"
    for what, begin, end in spans:
        pause, lost = cost_of_change(times, begin, end)
        held = int((end - begin) * MEMBERS / SLEEP_S)
        yield Figure(f"scaling/{kind}/one {what}/longest pause of all", pause, "s", held, "Kafka's rebalance")
        yield Figure(f"scaling/{kind}/one {what}/work lost", lost, "s", held, "start, join, pictures drawn twice")


def cost_of_change(times: Sequence[float], begin: float, end: float) -> tuple[float, float]:
    """The longest time without a picture between two times, and the seconds of one worker that are missing of `MEMBERS`."""
    inside = [each for each in times if begin <= each <= end]
    pause = max(b - a for a, b in pairwise([begin, *inside, end]))
    return pause, max(0.0, (end - begin) * MEMBERS - len(inside) * SLEEP_S)


def _start(line: Line, number: int | None = None) -> None:
    names = {} if number is None else {"SKG_KAFKA_INSTANCE": f"bench-{number}"}
    line.start("render", "tests.bench.sleeper", SKG_BENCH_SLEEP_S=str(SLEEP_S), SKG_RENDER_BATCH="1", **names)


def _settled(line: Line) -> None:
    """Wait until every worker serves, and then for the rebalances that their coming made."""
    entries = line.folder / "state" / "processes"
    ready = lambda: all((entries / f"render-{each.pid}.json").exists() for each in line.processes)  # noqa: E731
    line.wait(ready, READY_S, "every worker is ready")
    _pass(line, SETTLE_S)


def _pass(line: Line, seconds: float) -> None:
    """Let time pass while the workers work."""
    threading.Event().wait(seconds)
    line.check()


def _message(number: int) -> tuple[bytes, bytes]:
    each = graph().model_copy(update={"graph_id": content_id("scaling", number), "index": number})
    return each.graph_id.encode(), encode(each)
