"""The funnel as a flow: from seeds to the dataset, with what was lost on the way, and what each stage does now.

In: counts of the tables, the stages.  Out: plain values for a template.
Every request ends as a sample or as a loss, and stages run in sequence, so the tables alone tell what passed each stage.
"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from dataset.gallery.interfaces import FactoryView, StageView
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.reading.rejection_outcomes import DRAWN_AGAIN, ENDED
from schemas.events import STAGES

STATIONS = ("Seeds", "Graphs", "Pictures", "Examined", "Dataset")
"""What is between the stages: each stage turns one into the next."""

DOES = {
    "agents": "plan graphs",
    "render": "draws pictures",
    "examine": "judges pictures and asks questions",
    "write": "commits to the dataset",
}
"""What a stage does, in words."""

STATES = {
    "well": "well",
    "idle": "idle",
    "no_member": "missing",
    "stuck": "stuck",
    "no_topic": "no topic",
    "unknown": "not known",
    "": "not known",
}
"""The words for a stage's state."""

MINUTES = 60
NO_HOUR: Mapping[str, Sequence[int]] = {}
UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

Values = dict[str, Any]
Losses = Mapping[str, Sequence[tuple[str, int]]]
"""Of each stage its reasons with their counts."""


def losses_of(rejected: RejectionSearch) -> dict[str, Losses]:
    """By outcome and stage: why requests ended, and why pictures were drawn again."""
    found: dict[str, dict[str, list[tuple[str, int]]]] = {ENDED: {}, DRAWN_AGAIN: {}}
    sql = "SELECT outcome, stage, reason, count(*) FROM rows GROUP BY ALL ORDER BY 4 DESC, 3"
    for outcome, stage, reason, count in rejected.query(sql):
        if outcome in found:
            found[outcome].setdefault(stage, []).append((reason, count))
    return dict(found)


def flow(
    samples: int, losses: Mapping[str, Losses], stages: Sequence[StageView], hour: Mapping[str, Sequence[int]] = NO_HOUR
) -> list[Values]:
    """The stations in order; each but the last has the `stage` that comes after it, and what was lost there.

    `hour`: of each stage what passed it by minute, as the tables say; where they do not, what was watched is shown.
    """
    ended, again, seen = losses[ENDED], losses[DRAWN_AGAIN], {row.stage: row for row in stages}
    lost = [sum(count for _, count in ended.get(stage, ())) for stage in STAGES]
    counts = [samples + sum(lost[place:]) for place in range(len(STATIONS))]
    most = max(1, counts[0])
    return [
        {
            "name": name,
            "count": counts[place],
            "share": round(100 * counts[place] / most, 2),
            "stage": _stage(STAGES[place], seen, hour) if place < len(STAGES) else None,
            "lost": ended.get(STAGES[place], ()) if place < len(STAGES) else (),
            "again": again.get(STAGES[place], ()) if place < len(STAGES) else (),
        }
        for place, name in enumerate(STATIONS)
    ]


def _stage(name: str, seen: Mapping[str, StageView], hour: Mapping[str, Sequence[int]]) -> Values:
    row = seen.get(name, StageView(name))
    minutes = hour.get(name) or row.hour
    return {
        "name": name,
        "does": DOES[name],
        "state": STATES.get(row.state, row.state),
        "is_bad": bool(row.problems),
        "is_moving": bool(row.rate),
        "facts": list(_facts(row)),
        "hour": sparkline(minutes),
        "in_hour": sum(minutes),
        "minutes": len(minutes),
        "hour_oldest": duration(row.hour_oldest_s) if row.hour_oldest_s >= 1 else "",
    }


def _facts(row: StageView) -> list[tuple[str, str]]:
    """What a stage does now, as far as it is known."""
    found = [("a second", f"{row.rate:.1f}")] if row.rate is not None else []
    found += [("unread", unread(row))]
    if row.oldest_unread_s is not None and row.lag:
        found.append(("oldest", duration(row.oldest_unread_s)))
    if row.in_flight:
        found.append(("in flight", f"{row.in_flight:,}"))
    return [*found, ("processes", str(max(row.processes, row.members)))]


def unread(row: StageView) -> str:
    """How many events of a stage are unread; in words where the broker did not say."""
    return "not known" if row.lag is None or row.state in ("", "unknown") else f"{row.lag:,}"


def duration(seconds: float) -> str:
    """A time in its largest unit of which there are two: `90 s`, `3 min`."""
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= 2 * size), UNITS[-1])
    return f"{seconds / size:.0f} {unit}"


def sparkline(minutes: Sequence[int]) -> str:
    """The points of a line over the last hour, 60 wide and 20 high; empty where nothing was done."""
    most = max(minutes, default=0)
    if not most:
        return ""
    first = MINUTES - len(minutes)
    return " ".join(f"{first + place},{20 - 18 * count / most:.1f}" for place, count in enumerate(minutes))


def troubles(view: FactoryView) -> list[str]:
    """What is missing, stuck or away, in words."""
    return [*view.away, *(problem for row in view.stages for problem in row.problems)]


def is_at_rest(view: FactoryView) -> bool:
    """Whether nothing runs and nothing waits, as before the first start and after a demo: no fault, services or not."""
    return not any(row.processes or row.members or row.problems for row in view.stages)


def advice(view: FactoryView, samples: int, uri: str) -> list[tuple[str, str]]:
    """What to do where nothing runs or nothing is there yet, with a command that leads to the dataset at `uri`; nothing
    where the factory works."""
    if any(row.processes or row.members for row in view.stages):
        return []
    here = f"export SKG_DATASET_URI={shlex.quote(uri)}"
    stages = "skg agents & skg render & skg examine & skg write &"
    start = ("No stage runs. Start all four in a terminal, where `kill %1 %2 %3 %4` ends them:", f"{here}; {stages}")
    seed = ("Then publish a seed with the form below, or with", 'skg seed "street market" --count 20')
    services = (
        "This gallery keeps the addresses that it was started with. Stop it with Ctrl-C, start a broker and a store, and "
        "start it again:",
        f'{here}; eval "$(skg up)"; skg topics apply; skg gallery',
    )
    return [*([services] if view.away else []), start, *([] if samples else [seed])]
