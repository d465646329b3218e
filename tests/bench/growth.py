"""Whether an event costs the same after very many: processor time an event, and resident memory, as events go by.

In: graphs (SKG_BENCH_EVENTS, numbers after which it looks) through render and examine whose handlers do next to nothing, on
Apache Kafka.  Out: of each stretch the processor time of an event and the usual memory (a single look meets what was just
fetched, 8 MB more or less); how far the last differs from the first.  Before the first stretch a warm-up fills buffers and
the interpreter's arenas.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from statistics import median

from schemas.codec import encode
from schemas.ids import content_id
from schemas.reference.examples import graph
from schemas.topics import GRAPHS, QA
from tests.bench.figures import Figure
from tests.bench.real_line import Ends, Line, put_evenly, real_line, resident_mb, spent_s

EVENTS = [int(each) for each in os.environ.get("SKG_BENCH_EVENTS", "1000,10000,100000").split(",")]
WARM, AT_ONCE, AHEAD = 2_000, 1_000, 3_000
"""Events before anything is measured, of one publication, and that wait in the topic at most: what a consumer fetches ahead
is then the same from the start."""

KINDS = ("render", "examine")
WITHIN_S = 900.0
FLAT = "at most 1.1"


@dataclass(frozen=True)
class Look:
    """At `mark`, after so many events: seconds by the clock, and of each process processor seconds and the median of its
    megabytes since the look before."""

    mark: int
    events: int
    at_s: float
    spent: tuple[float, ...]
    memory: tuple[float, ...]


def measured() -> Iterator[Figure]:
    """Time and memory of each stretch, and the growth. Raises NotHere."""
    with tempfile.TemporaryDirectory() as name, real_line(Path(name)) as line, Ends(line.broker.bootstrap, QA) as ends:
        for kind in KINDS:
            line.start(kind, "tests.soak.driver")
        yield from figures(_looks(line, ends))


def figures(looks: Sequence[Look]) -> Iterator[Figure]:
    """What is said of looks, the first of which is at the end of the warm-up."""
    costs: list[list[float]] = []
    for before, after in pairwise(looks):
        events, done = after.events - before.events, after.mark
        costs.append([1000 * (b - a) / events for a, b in zip(before.spent, after.spent, strict=True)])
        for kind, cost, megabytes in zip(KINDS, costs[-1], after.memory, strict=True):
            yield Figure(f"growth/{kind}/processor time an event, up to {done:,}", cost, "ms", events, "codec and client")
            yield Figure(f"growth/{kind}/resident memory after {done:,}", megabytes, "MB", events, "libraries")
        rate = events / (after.at_s - before.at_s)
        yield Figure(f"growth/events a second, up to {done:,}", rate, "events/s", events, "one core a process, Python")
    last = looks[-1].mark
    for number, kind in enumerate(KINDS):
        slower, larger = costs[-1][number] / costs[0][number], looks[-1].memory[number] / looks[1].memory[number]
        yield Figure(f"growth/{kind}/time an event, last to first stretch", slower, "times as much", last, "", FLAT)
        yield Figure(f"growth/{kind}/memory, last to first stretch", larger, "times as much", last, "", FLAT)


def _looks(line: Line, ends: Ends) -> list[Look]:
    looks, messages, sent, done = list[Look](), graph_messages(), 0, 0
    memory = list[tuple[float, ...]]()

    def has_passed(enough: int) -> bool:
        memory.append(tuple(resident_mb(process.pid) for process in line.processes))
        return ends.count() >= enough

    marks = [WARM, *(WARM + each for each in EVENTS)]
    while marks:
        if sent < marks[-1] and sent - done < AHEAD:
            batch = list(islice(messages, min(AT_ONCE, marks[-1] - sent)))
            put_evenly(line, GRAPHS, batch)
            sent += len(batch)
        done = ends.count()
        if done >= marks[0]:
            spent = tuple(spent_s(process.pid) for process in line.processes)
            usual = tuple(median(each) for each in zip(*memory, strict=True))
            looks.append(Look(marks.pop(0) - WARM, done, time.monotonic(), spent, usual))
            memory.clear()
        else:
            enough = min(marks[0], sent - AHEAD + 1 if sent < marks[-1] else marks[0])
            line.wait(partial(has_passed, enough), WITHIN_S, "events go through")
    return looks


def graph_messages() -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of graphs that differ in nothing but their ids, without end."""
    plain, number = graph(), 0
    while True:
        each = plain.model_copy(update={"graph_id": content_id("growth", number), "index": number})
        yield each.graph_id.encode(), encode(each)
        number += 1
