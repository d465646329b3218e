"""A trivial step in other programs that make datasets, and in this factory: rows a second, start and memory.

In: SKG_BENCH_PEERS, names of peers; each is installed into an environment of its own in `.skg/peers`.  Out: of each the
rows a second once it runs, the seconds before, and its memory.  Theirs run in one process without a broker: what is in
flight is lost with it.  The factory's step takes each event from Apache Kafka and publishes it, acknowledged.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from schemas.topics import GRAPHS, IMAGES
from tests.bench.figures import Figure, NotHere
from tests.bench.growth import graph_messages
from tests.bench.real_line import Ends, put_evenly, real_line, resident_mb

LOOPS = Path(__file__).with_name("peer_loops")
ENVIRONMENTS = Path(".skg/peers")
UV = Path(sys.executable).with_name("uv")

SIZES = (5_000, 20_000)
"""Rows of two runs: the difference is what a row costs, the rest is the start."""

INSTALL_S, RUN_S = 600, 300
NO_BROKER = "in memory, no broker"


@dataclass(frozen=True)
class Peer:
    """A program: what to install, and how much that is."""

    packages: tuple[str, ...]
    loop: str
    note: str = NO_BROKER


PEERS: Mapping[str, Peer] = {
    "distilabel": Peer(("distilabel==1.5.3", "requests"), "distilabel_loop.py"),
    "datatrove": Peer(("datatrove==0.10.1", "orjson"), "datatrove_loop.py", "in memory, no broker; writes JSON lines"),
    "data-juicer": Peer(("py-data-juicer==1.6.1", "aiohttp"), "data_juicer_loop.py", "in memory; it installs 6 GB"),
}
WANTED = os.environ.get("SKG_BENCH_PEERS", "distilabel,datatrove")


@dataclass(frozen=True)
class Run:
    """Rows, seconds and megabytes of one run."""

    rows: int
    seconds: float
    megabytes: float


def measured(wanted: str = WANTED) -> Iterator[Figure]:
    """Each peer that can be installed here, and the factory's own step."""
    for name in filter(None, wanted.split(",")):
        if name not in PEERS:
            raise NotHere(f"SKG_BENCH_PEERS: there is no peer {name!r}; there are {', '.join(PEERS)}")
        try:
            runs = [run(name, PEERS[name], rows) for rows in SIZES]
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
            sys.stderr.write(f"peers/{name}: not measured here: {failure}\n")
            continue
        yield from figures(name, runs, PEERS[name].note)
    yield from figures("this factory, one step over Apache Kafka", _own(), "a broker that keeps it, acknowledged")


def figures(name: str, runs: list[Run], note: str) -> Iterator[Figure]:
    """What two runs of different size say."""
    small, large = runs
    each = max(1e-9, (large.seconds - small.seconds) / (large.rows - small.rows))
    yield Figure(f"peers/{name}/rows a second", 1 / each, "rows/s", large.rows - small.rows, note)
    yield Figure(f"peers/{name}/start", max(0.0, small.seconds - small.rows * each), "s", small.rows, note)
    yield Figure(f"peers/{name}/memory", large.megabytes, "MB", large.rows, note)


def run(name: str, peer: Peer, rows: int, environments: Path = ENVIRONMENTS) -> Run:
    """One run of a peer's loop, in an environment of its own that is made where it is missing.

    Raises CalledProcessError, TimeoutExpired.
    """
    python = (environments / name / "bin" / "python").absolute()
    if not python.exists():
        _called([str(UV), "venv", "--quiet", "--python", sys.executable, str(environments / name)], INSTALL_S)
        try:
            _called([str(UV), "pip", "install", "--quiet", "--python", str(python), *peer.packages], INSTALL_S)
        except subprocess.CalledProcessError:
            python.unlink()  # so that another run tries again
            raise
    with tempfile.TemporaryDirectory() as folder:
        said = _called([str(python), str(LOOPS / peer.loop), str(rows)], RUN_S, folder)
    found = json.loads(said.strip().splitlines()[-1])
    return Run(rows, found["seconds"], found["megabytes"])


def _called(command: list[str], within_s: float, folder: str | None = None) -> str:
    environment = os.environ | {"NO_COLOR": "1"} | ({} if folder is None else {"HOME": folder})
    done = subprocess.run(
        command, cwd=folder, env=environment, check=True, timeout=within_s, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout


def _own() -> list[Run]:
    """The step of a render process whose handler does next to nothing; its start is until its first event."""
    with tempfile.TemporaryDirectory() as name, real_line(Path(name)) as line, Ends(line.broker.bootstrap, IMAGES) as ends:
        put_evenly(line, GRAPHS, list(islice(graph_messages(), SIZES[-1])))
        began, runs = time.monotonic(), list[Run]()
        process = line.start("render", "tests.soak.driver")
        for rows in SIZES:
            line.wait(lambda rows=rows: ends.count() >= rows, RUN_S, f"{rows} events go through")  # type: ignore[misc]
            runs.append(Run(ends.count(), time.monotonic() - began, resident_mb(process.pid)))
        return runs
