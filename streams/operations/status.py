"""The metrics of the running processes: per stage lag, in flight, accepted, rejected by reason, rate.

In: the process registry below the state folder, each process's `/metrics` and `/healthz`.  Out: frozen values, JSON.
Asks no broker: what one knows is put beside this in `streams.operations.factory_state`.
"""

import json
import os
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from schemas.events import STAGES
from streams.broker.group_state import Member

__all__ = ["StageStatus", "Status", "as_json", "collect", "registered", "scrape", "with_rates"]

SCRAPE_TIMEOUT_S = 2.0

BALANCE = "balance"
"""Not a stage of the flow: it need not run. Its output are requested graphs; in flight are those without an outcome."""


@dataclass(frozen=True)
class StageStatus:
    """One stage, over all its processes. Counts are since the processes started; `rate` is accepted work per second.

    `rejected` are requests that ended, by reason; `redrawn` are pictures given up for another attempt, which did not.
    `tokens` were paid for language models; with `budget_spent` no new graph is begun.
    `lacking`: by axis the largest share that is missing from its target. `hung` processes report that they are stuck.
    From the broker are `lag` (None: unavailable), `group`, `members` and `oldest_unread_s`, the age of the oldest unread
    event. `state` is one of `streams.operations.factory_state.STATES`, `problems` say what is wrong.
    """

    processes: int = 0
    consumed: int = 0
    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    redrawn: Mapping[str, int] = field(default_factory=dict)
    dead_letters: int = 0
    lag: int | None = 0
    in_flight: int = 0
    tokens: int = 0
    budget_spent: bool = False
    lacking: Mapping[str, float] = field(default_factory=dict)
    rate: float | None = None
    hung: int = 0
    group: str = ""
    members: tuple[Member, ...] = ()
    oldest_unread_s: float | None = None
    state: str = ""
    problems: tuple[str, ...] = ()


Status = Mapping[str, StageStatus]
Sample = tuple[str, Mapping[str, str], float]


def collect(state_dir: Path) -> Status:
    """The status of every stage, from the processes that answer, and of the balance process if one runs."""
    parts: dict[str, list[list[Sample]]] = {stage: [] for stage in STAGES}
    hung: Counter[str] = Counter()
    for kind, port in registered(state_dir):
        samples = scrape(port)
        if samples is not None and kind in (*STAGES, BALANCE):
            parts.setdefault(kind, []).append(samples)
            hung[kind] += is_hung(port)
    return {stage: replace(_stage(found), hung=hung[stage]) for stage, found in parts.items()}


def registered(state_dir: Path) -> list[tuple[str, int]]:
    """(kind, metrics port) of the registered processes that are alive."""
    found = []
    for path in sorted((state_dir / "processes").glob("*.json")):
        try:
            entry = json.loads(path.read_text("utf-8"))
            os.kill(int(entry["pid"]), 0)
        except (OSError, ValueError, KeyError):
            continue  # left by a killed process, or a file that is being written
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


def is_hung(port: int) -> bool:
    """Whether a process reports that it is not alive. False if it does not answer."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=SCRAPE_TIMEOUT_S).close()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code == 503
    except OSError:
        pass
    return False


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
    """`now` with the accepted work per second since `before`. A restarted process counts from zero again."""
    rated = {}
    for stage, status in now.items():
        gained = max(0, status.accepted - before.get(stage, StageStatus()).accepted)
        rated[stage] = replace(status, rate=round(gained / seconds, 2))
    return rated


def as_json(status: Status) -> str:
    """One line of JSON: stage to its numbers."""
    return json.dumps({stage: asdict(values) for stage, values in status.items()})
