"""The demo's last words: what was accepted, what was rejected and why, and where to look.

In: the outcomes.  Out: text, a gallery page, an exit code.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from streams.demo.outcomes import Outcomes


@dataclass(frozen=True)
class Result:
    """How the demo ended; `seconds` from the first process to the last stopped."""

    out: Path
    dataset: Path
    outcomes: Outcomes
    seconds: float


def write_up(result: Result, console: Console) -> int:
    """Write the gallery, print the summary; 0 if every request has an outcome and no message died."""
    outcomes = result.outcomes
    told = summary(outcomes, result.seconds)
    if outcomes.samples:
        from dataset.gallery import write_gallery

        page = write_gallery(str(result.dataset), result.out / "gallery", summary=told)
        told = told | {"dataset": str(result.dataset), "gallery": f"{page}  (open it in a browser)"}
    for label, text in told.items():
        console.print(f"{label:<10} {text}", highlight=False, soft_wrap=True)
    return 1 if outcomes.open or outcomes.dead else 0


def summary(outcomes: Outcomes, seconds: float) -> dict[str, str]:
    """Label to text."""
    accepted = len(outcomes.samples)
    dead = {"dead": f"{sum(outcomes.dead.values())}{_listed(outcomes.dead)}"} if outcomes.dead else {}
    return {
        "accepted": f"{accepted} of {outcomes.requested}",
        "rejected": f"{len(outcomes.rejected)}{_listed(Counter(outcomes.rejected.values()))}",
        **dead,
        "questions": f"{sum(outcomes.kinds.values())}{_listed(outcomes.kinds)}",
        "time": f"{seconds:.1f} s, {accepted / seconds:.2f} samples/s",
    }


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return f" ({', '.join(f'{name} {count}' for name, count in ordered)})" if counts else ""
