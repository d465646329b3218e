"""The table at the end of a run.

In: counts.  Out: text.
"""

from collections.abc import Mapping, Sequence


def table(faults: Mapping[str, int], recoveries: Mapping[str, Sequence[float]], counts: Mapping[str, object]) -> str:
    """Faults injected by kind with the longest recovery, then what came of the requests."""
    width = max(map(len, [*faults, *counts]))
    lines = [f"{'fault':<{width}}  injected  longest recovery"]
    for kind, count in faults.items():
        longest = f"{max(recoveries[kind]):.1f} s" if recoveries.get(kind) else "-"
        lines.append(f"{kind:<{width}}  {count:>8}  {longest:>16}")
    lines.append("")
    lines += [f"{name:<{width}}  {value!s:>8}" for name, value in counts.items()]
    return "\n".join(lines)
