"""What the running processes say of themselves: per stage lag, in flight, accepted, rejected by reason, rate.

In: the process registry below the state folder, and each process's `/metrics`.  Out: frozen values, a table, JSON.
Does not ask the broker: a stage's own metrics know its lag on every kind of broker.
"""

import json
import os
import urllib.request
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from rich.table import Table

from schemas.events import STAGES

SCRAPE_TIMEOUT_S = 2.0

STEERING = "balance"
"""No stage of the flow: it need not run. What it has done are graphs asked for, in flight those without an outcome."""


@dataclass(frozen=True)
class StageStatus:
    """One stage, over all its processes. Counts are since the processes started; `rate` is accepted work a second.

    `rejected` are requests that ended, by reason; `redrawn` are pictures given up for another attempt, which did not.
    `tokens` were paid for language models; with `budget_spent` no new graph is begun.
    `lacking`: by axis the largest share that lacks of its target.
    """

    processes: int = 0
    consumed: int = 0
    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    redrawn: Mapping[str, int] = field(default_factory=dict)
    dead_letters: int = 0
    lag: int = 0
    in_flight: int = 0
    tokens: int = 0
    budget_spent: bool = False
    lacking: Mapping[str, float] = field(default_factory=dict)
    rate: float | None = None


Status = Mapping[str, StageStatus]
Sample = tuple[str, Mapping[str, str], float]


def collect(state_dir: Path) -> Status:
    """The status of every stage, of those processes that answer, and of the balance process where one runs."""
    parts: dict[str, list[list[Sample]]] = {stage: [] for stage in STAGES}
    for kind, port in registered(state_dir):
        samples = scrape(port)
        if samples is not None and kind in (*STAGES, STEERING):
            parts.setdefault(kind, []).append(samples)
    return {stage: _stage(found) for stage, found in parts.items()}


def registered(state_dir: Path) -> list[tuple[str, int]]:
    """(kind, metrics port) of the registered processes that are alive."""
    found = []
    for path in sorted((state_dir / "processes").glob("*.json")):
        try:
            entry = json.loads(path.read_text("utf-8"))
            os.kill(int(entry["pid"]), 0)
        except (OSError, ValueError, KeyError):
            continue  # a leftover of a killed process, or a file that is just being written
        found.append((str(entry["kind"]), int(entry["port"])))
    return found


def scrape(port: int) -> list[Sample] | None:
    """The samples of one process on this machine, None if it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=SCRAPE_TIMEOUT_S) as answer:
            text = answer.read().decode()
    except OSError:
        return None
    return [(s.name, s.labels, s.value) for family in text_string_to_metric_families(text) for s in family.samples]


def _stage(processes: list[list[Sample]]) -> StageStatus:
    samples = [sample for process in processes for sample in process]
    return StageStatus(
        processes=len(processes),
        consumed=_sum(samples, "skg_consumed_events_total"),
        accepted=_sum(samples, "skg_accepted_total"),
        rejected=_by_reason(samples, "skg_rejected_total"),
        redrawn=_by_reason(samples, "skg_redrawn_total"),
        dead_letters=_sum(samples, "skg_dead_letters_total"),
        lag=_sum(samples, "skg_consumer_lag_events"),
        in_flight=_sum(samples, "skg_in_flight_events"),
        tokens=_sum(samples, "skg_language_tokens_total"),
        lacking={
            labels["axis"]: round(value, 4) for name, labels, value in samples if name == "skg_lacking_share" and value
        },
        budget_spent=_sum(samples, "skg_language_budget_spent") > 0,
    )


def _by_reason(samples: Iterable[Sample], name: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for found, labels, value in samples:
        if found == name:
            counts[labels["reason"]] += int(value)
    return {reason: count for reason, count in sorted(counts.items()) if count}


def _sum(samples: Iterable[Sample], name: str) -> int:
    return int(sum(value for found, _, value in samples if found == name))


def with_rates(before: Status, now: Status, seconds: float) -> Status:
    """`now` with the accepted work a second since `before`. A restarted process counts from zero again."""
    rated = {}
    for stage, status in now.items():
        gained = max(0, status.accepted - before.get(stage, StageStatus()).accepted)
        rated[stage] = StageStatus(**{**asdict(status), "rate": round(gained / seconds, 2)})
    return rated


def as_json(status: Status) -> str:
    """One line of JSON: stage to its numbers."""
    return json.dumps({stage: asdict(values) for stage, values in status.items()})


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in counts.items())


def as_table(status: Status) -> Table:
    """For people."""
    table = Table(box=None, pad_edge=False)
    table.add_column("stage")
    for name in ("processes", "done", "rejected", "dead", "in flight", "lag", "rate/s"):
        table.add_column(name, justify="right")
    if any(row.tokens for row in status.values()):
        table.add_column("tokens", justify="right")
    table.add_column("rejected by reason")
    for stage, row in status.items():
        reasons = _listed(row.rejected)
        if row.redrawn:
            reasons += f"{', ' if reasons else ''}drawn again: {_listed(row.redrawn)}"
        if row.lacking:
            reasons += "lacks " + ", ".join(f"{axis} {share:.0%}" for axis, share in row.lacking.items())
        reasons += f"{', ' if reasons else ''}token budget spent: no new graphs" if row.budget_spent else ""
        rate = "" if row.rate is None else f"{row.rate:.1f}"
        numbers = (row.processes, row.accepted, sum(row.rejected.values()), row.dead_letters, row.in_flight, row.lag)
        spent = (str(row.tokens),) if any(other.tokens for other in status.values()) else ()
        table.add_row(stage, *map(str, numbers), rate, *spent, reasons)
    return table
