"""The status as text: a table of the stages, below it the members of their groups and in red what is wrong.

In: the status of each stage.  Out: what rich prints.
"""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from streams.broker.client_id import has_ended
from streams.operations.status import StageStatus

BAD = "bold red"


def as_report(status: Mapping[str, StageStatus], away: Sequence[str] = ()) -> RenderableType:
    """Everything: the table, who is in the groups, and in red what is wrong; `away` are services that do not answer."""
    lines = [Text(f"  {_member_line(stage, row)}", style="dim") for stage, row in status.items() if row.members]
    wrong = [Text(problem, style=BAD) for row in status.values() for problem in row.problems]
    quiet = [stage for stage, row in status.items() if row.state == "idle"]
    idle = [Text(f"nothing to do, and no member: {', '.join(quiet)}", style="dim")] if quiet else []
    return Group(as_stages(status), *lines, *idle, *wrong, *(Text(line, style=BAD) for line in away))


def _member_line(stage: str, row: StageStatus) -> str:
    said = [
        f"{one.client_id or 'a member'}{f' at {one.host}' if one.host else ''}"
        f"{' (ended; the broker has not noticed yet)' if has_ended(one.client_id) else ''}"
        for one in row.members
    ]
    return f"{stage}: {', '.join(said)}"


def as_stages(status: Mapping[str, StageStatus]) -> RenderableType:
    """The table, and below it why requests were rejected."""
    why = [Text(f"  {stage}: {said}") for stage, row in status.items() if (said := _reasons(row))]
    return Group(as_table(status), *why)


def as_table(status: Mapping[str, StageStatus]) -> Table:
    """The table alone, within 80 columns. The reasons of rejections are listed below it."""
    rows = status.values()
    asked = any(row.state for row in rows)
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    table.add_column("stage", no_wrap=True)
    for name in ("processes", "done", "rejected", "dead", "in flight", "lag"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    for name in (*(("members", "oldest") if asked else ()), "rate/s"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    for stage, row in status.items():
        numbers = [row.processes, row.accepted, sum(row.rejected.values()), row.dead_letters, row.in_flight]
        cells = [*map(str, numbers), "?" if row.lag is None else str(row.lag)]
        if asked:
            cells += [str(len(row.members)) if row.group else "", _age(row.oldest_unread_s)]
        cells.append("" if row.rate is None else f"{row.rate:.1f}")
        table.add_row(stage, *cells, style=BAD if row.problems else None)
    return table


def _reasons(row: StageStatus) -> str:
    paid = [f"tokens {row.tokens}"] if row.tokens else []
    reasons = ", ".join([*paid, *([f"rejected {_listed(row.rejected)}"] if row.rejected else [])])
    if row.redrawn:
        reasons += f"{', ' if reasons else ''}drawn again: {_listed(row.redrawn)}"
    if row.lacking:
        reasons += f"{', ' if reasons else ''}lacks " + ", ".join(
            f"{axis} {share:.0%}" for axis, share in row.lacking.items()
        )
    return reasons + (f"{', ' if reasons else ''}token budget spent: no new graphs" if row.budget_spent else "")


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in counts.items())
