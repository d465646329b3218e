"""One run: undisturbed first, then with everything going wrong, then the accounting, then a replay of what failed.

In: a plan and a folder.  Out: a report with a table and a line for every fault found.  Leaves no process behind.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streams.operations.seed_publisher import publish_seeds
from streams.operations.seeds import requests_of
from tests.chaos.accounting import Balance, Evidence, Request, Undisturbed, balance, missing_after_replay
from tests.chaos.comings import Comings
from tests.chaos.evidence import gathered, letters_of, rejections_of, rows_of, twins_of
from tests.chaos.feeder import Feeder
from tests.chaos.outages import Outages
from tests.chaos.plan import PAUSE_S, Plan
from tests.chaos.poison import mark
from tests.chaos.supervisor import REPOSITORY, Supervisor
from tests.chaos.table import table
from tests.chaos.world import World

TICK_S = 0.1
COMMAND_S = 90
UNDISTURBED_S = 40.0
"""With nothing going wrong, standing still for this long is the end."""


@dataclass(frozen=True)
class Report:
    """`faults` is empty when every promise held."""

    table: str
    faults: list[str]


def say(text: str) -> None:
    """One line with the time."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def undisturbed(plan: Plan, folder: Path) -> Undisturbed:
    """What becomes of each request in a run in which nothing happens."""
    with _world(folder) as (world, supervisor):
        supervisor.environment = world.environment(folder / "no-poison.json")
        publish_seeds(world.kafka, list(plan.seeds))
        open_requests = _settle(supervisor, lambda: _open(world, requests_of(plan.seeds)), UNDISTURBED_S, plan.most_s)
        supervisor.stop()
        wrong = [*supervisor.ends, *supervisor.bad_stops, *sorted(map(str, open_requests))]
        if wrong:
            raise AssertionError(f"not even an undisturbed run ends well (logs in {folder}): {wrong[:9]}")
        return Undisturbed(dict(rows_of(world.uri)), twins_of(world.uri, world.view))


class Disturbed:
    """The run in which things go wrong."""

    def __init__(self, plan: Plan, folder: Path, wanted: Undisturbed) -> None:
        self._plan, self._folder, self._wanted = plan, folder, wanted
        self._poison = folder / "poison.json"
        self._told: Counter[str] = Counter()
        self._heavy: Set[Request] = frozenset()

    def run(self) -> Report:
        """Disturb, let it settle, judge; take the fault away, replay, judge again."""
        self._folder.mkdir(parents=True, exist_ok=True)
        mark(self._poison, self._plan.poison, PAUSE_S)
        with _world(self._folder) as (world, supervisor):
            supervisor.environment = world.environment(self._poison)
            outages = Outages(world, self._plan.random("outages"), (8.0, 30.0) if self._plan.long else (3.0, 5.0))
            self._disturb(world, supervisor, outages)
            say("calm: what is in hand ends")
            mark(self._poison, self._plan.poison, 0.0)
            began = time.monotonic()
            asked = requests_of(self._plan.seeds) | self._heavy
            _settle(supervisor, lambda: _open(world, asked), self._plan.settle_s, self._plan.most_s)
            evidence = self._evidence(world, asked)
            found = balance(evidence)
            say(f"ended after {time.monotonic() - began:.0f} s with {len(found.faults)} faults; now the replay")
            after = self._replayed(world, supervisor, evidence)
            supervisor.stop()
            faults = [*found.faults, *(f"after the replay: {line}" for line in after), *outages.failures]
            faults += [*supervisor.ends, *supervisor.bad_stops]
            return Report(self._table(supervisor, outages, found), faults)

    def _disturb(self, world: World, supervisor: Supervisor, outages: Outages) -> None:
        comings = Comings(supervisor, self._plan.random("comings"), dict(self._plan.most))
        feeder = Feeder(self._plan, world.view)
        began = time.monotonic()
        with feeder.feeding(), outages.going_on(say) as thread:
            while thread.is_alive():
                supervisor.watch()
                if time.monotonic() - began > self._plan.seconds:
                    outages.stopping.set()
                deed = comings.step(time.monotonic())
                if deed:
                    say(deed)
                time.sleep(TICK_S)
        self._heavy = feeder.heavy
        self._told.update(comings.told)
        self._told.update({"undecodable message": feeder.bad, "oversize result": len(feeder.heavy)})

    def _evidence(self, world: World, asked: Set[Request]) -> Evidence:
        return gathered(world.view, world.direct, world.uri, (asked, self._wanted))

    def _replayed(self, world: World, supervisor: Supervisor, before: Evidence) -> list[str]:
        """What is not as in an undisturbed run once the fault is gone and all dead letters were sent back."""
        self._poison.unlink()
        command = [sys.executable, "-m", "streams.cli", "replay", "--all"]
        done = subprocess.run(
            command, cwd=REPOSITORY, env=dict(supervisor.environment), capture_output=True, text=True,
            timeout=COMMAND_S, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            return [f"skg replay --all ended with {done.returncode}: {done.stderr.strip()[-300:]}"]
        say(f"replay: {done.stdout.strip()[-200:]}")
        _settle(supervisor, lambda: _lacking(world, self._wanted), self._plan.settle_s, self._plan.most_s)
        return missing_after_replay(self._evidence(world, before.asked))

    def _table(self, supervisor: Supervisor, outages: Outages, found: Balance) -> str:
        told = {**outages.told, **self._told}
        told |= {f"poison to {stage} (seeds)": len(ids) for stage, ids in self._plan.poison.items() if stage != "examine"}
        if outages.world.disk.lacking:
            told[f"disk full: left out, {outages.world.disk.lacking}"] = 0
        longest = max((max(each) for each in outages.recoveries.values()), default=0.0)
        counts = {
            "requests asked": found.accepted + found.rejected + found.dead + found.lost - found.twice,
            "accepted": found.accepted, "rejected": found.rejected, "dead letters": found.dead,
            "without a request": found.unnamed, "lost": found.lost, "twice": found.twice,
            "changed places with a twin": found.exchanged,
            "ended by themselves": len(supervisor.ends), "longest recovery": f"{longest:.1f} s",
        }  # fmt: skip
        return table(told, outages.recoveries, counts)


@contextmanager
def _world(folder: Path) -> Iterator[tuple[World, Supervisor]]:
    world = World(folder)
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor(logs, {})
    try:
        yield world, supervisor
    finally:
        supervisor.end()
        world.close()


def _open(world: World, asked: Set[Request]) -> set[object]:
    """What is still to come: requests without an outcome, and lag."""
    ended = {request for request, _ in [*rows_of(world.uri), *rejections_of(world.uri)]}
    letters = world.view.answering(lambda: letters_of(world.view))
    lags = world.view.answering(world.view.lags)
    if letters is None or lags is None:
        return {"the broker does not answer"}
    ended |= {request for letter in letters for request in letter.requests}
    return {*(asked - ended), *lags.items()}


def _lacking(world: World, wanted: Undisturbed) -> set[object]:
    """Samples that are neither there yet nor rejected, and lag."""
    lags = world.view.answering(world.view.lags)
    ended = {request for request, _ in [*rows_of(world.uri), *rejections_of(world.uri)]}
    return {*(wanted.samples.keys() - ended), *(["no answer"] if lags is None else lags.items())}


def _settle(supervisor: Supervisor, look: Callable[[], set[object]], patience_s: float, most_s: float) -> set[object]:
    """Wait until nothing is open, nothing has changed for so long, or all patience is over. What is still open."""
    began = changed = time.monotonic()
    last = look()
    while last and time.monotonic() - changed < patience_s and time.monotonic() - began < most_s:
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            supervisor.watch()
            time.sleep(TICK_S)
        now = look()
        if now != last:
            last, changed = now, time.monotonic()
    return last
