"""`python -m tests.soak [--real]`: very many events through render and examine, and how their memory grows.

In: SKG_SOAK_EVENTS (100,000).  With --real the real agents, renderer and examiner work for SKG_SOAK_REAL_S seconds (3600).
Out: resident memory over time for each process, events a second; exit code 1 where memory rises by more than a tenth.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from schemas.codec import encode
from schemas.events import STAGES, SeedOptions
from schemas.ids import content_id, make_seed
from schemas.reference.examples import graph
from schemas.topics import GRAPHS, QA, REJECTIONS, SEEDS, key_of
from streams.broker.topic_admin import apply
from streams.settings import KafkaSettings
from tests.chaos.broker_view import BrokerView
from tests.chaos.supervisor import REPOSITORY, die_with_me, environment_with, last_words
from tests.fakes.left_behind import services_environment
from tests.fakes.services import start
from tests.soak.memory import Measured, judged

EVENTS, REAL_S = 100_000, 3600.0
AT_ONCE = 1000
AHEAD = 3_000
"""Events that wait in the topic at most: what a consumer fetches ahead is then the same from the start."""

LOOK_S = 1.0
SEEDS_AT_ONCE = 20
CONCEPTS = ("street market", "kitchen", "living room", "park", "desk")

Done = dict[str, list[Measured]]


def main(real: bool) -> int:
    """One run. The exit code."""
    folder = Path(tempfile.mkdtemp(prefix="skg-soak-"))
    with ExitStack() as stack:
        broker = stack.enter_context(start("apache", folder / "broker"))
        store = stack.enter_context(start("minio", folder / "store")).settings()
        apply(KafkaSettings(kafka_bootstrap=broker.bootstrap))
        environment = environment_with(**services_environment(broker.bootstrap, store, folder)) | {"SKG_LOG_FORMAT": "json"}
        kinds = STAGES if real else ("render", "examine")
        processes = {kind: _started(kind, real, environment, folder) for kind in kinds}
        for process in processes.values():
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
        view = BrokerView(broker.bootstrap)
        began = time.monotonic()
        looks, events = (_real if real else _trivial)(view, processes)
        seconds = time.monotonic() - began
    return _told(looks, events, seconds, folder)


def _started(kind: str, real: bool, environment: Mapping[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    module = ["streams.cli", kind] if real else ["tests.soak.driver", kind]
    with (folder / f"{kind}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *module], cwd=REPOSITORY, env=dict(environment), stdout=log, stderr=log,
            preexec_fn=die_with_me,  # noqa: PLW1509 # it calls prctl alone
        )  # fmt: skip


def _trivial(view: BrokerView, processes: Mapping[str, "subprocess.Popen[bytes]"]) -> tuple[Done, int]:
    wanted = int(os.environ.get("SKG_SOAK_EVENTS") or EVENTS)
    looks: Done = {kind: [] for kind in processes}
    messages, sent, done = _graphs(wanted), 0, 0
    while done < wanted:
        if sent < wanted and sent - done < AHEAD:
            batch = list(islice(messages, AT_ONCE))
            view.put(batch)
            sent += len(batch)
        done = view.ends(QA)
        _look(looks, processes, done / wanted)
        time.sleep(min(LOOK_S, wanted / 4000))
    return looks, wanted


def _real(view: BrokerView, processes: Mapping[str, "subprocess.Popen[bytes]"]) -> tuple[Done, int]:
    seconds = float(os.environ.get("SKG_SOAK_REAL_S") or REAL_S)
    looks: Done = {kind: [] for kind in processes}
    began, asked, done = time.monotonic(), 0, 0
    while (past := time.monotonic() - began) < seconds:
        done = view.ends(QA, REJECTIONS)
        if asked - done < 10 * SEEDS_AT_ONCE:
            salts = [SeedOptions(salt=f"soak {asked} {n}") for n in range(SEEDS_AT_ONCE)]
            seeds = [make_seed(CONCEPTS[n % len(CONCEPTS)], 5, options=salt) for n, salt in enumerate(salts)]
            view.put([(SEEDS, key_of(seed).encode(), encode(seed)) for seed in seeds])
            asked += 5 * SEEDS_AT_ONCE
        _look(looks, processes, past / seconds)
        time.sleep(LOOK_S)
    return looks, done


def _graphs(count: int) -> Iterator[tuple[str, bytes, bytes]]:
    plain = graph()
    for number in range(count):
        each = plain.model_copy(update={"graph_id": content_id("soak", number), "index": number})
        yield GRAPHS, each.graph_id.encode(), encode(each)


def _look(looks: Done, processes: Mapping[str, "subprocess.Popen[bytes]"], share: float) -> None:
    for kind, process in processes.items():
        if process.poll() is not None:
            raise AssertionError(f"{kind} ended by itself with {process.returncode}")
        looks[kind].append(Measured(share, resident_mb(process.pid)))


def resident_mb(pid: int) -> float:
    """What the kernel says of a process."""
    fields = Path(f"/proc/{pid}/status").read_text("utf-8").partition("VmRSS:")[2].split()
    return int(fields[0]) / 1024


def _told(looks: Done, events: int, seconds: float, folder: Path) -> int:
    memories = {kind: judged(each) for kind, each in looks.items()}
    lines = [f"{events} events in {seconds:.0f} s: {events / seconds:.0f} a second; resident MB by share of the work"]
    lines.append(
        f"{'process':<10}{'start':>8}" + "".join(f"{share:>8}" for share in ("-40 %", "-60 %", "-80 %", "-100 %", "growth"))
    )
    for kind, memory in memories.items():
        windows = "".join(f"{megabytes:>8.1f}" for megabytes in memory.windows)
        lines.append(f"{kind:<10}{looks[kind][0].megabytes:>8.1f}{windows}{memory.growth:>8.1%}")
    risen = [kind for kind, memory in memories.items() if not memory.flat]
    lines += [f"FAULT: the memory of {kind} rises; last words: {last_words(folder / f'{kind}.log')}" for kind in risen]
    print("\n".join(lines))  # noqa: T201 - the command's result
    return 1 if risen else 0


if __name__ == "__main__":
    sys.exit(main("--real" in sys.argv[1:]))
