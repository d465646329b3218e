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
    for line in lines(outcomes, result.seconds):
        console.print(line, highlight=False)
    if outcomes.samples:
        from dataset.gallery import write_gallery

        page = write_gallery(str(result.dataset), result.out / "gallery")
        console.print(f"dataset    {result.dataset}", highlight=False, soft_wrap=True)
        console.print(f"gallery    {page}  (open it in a browser)", highlight=False, soft_wrap=True)
    return 1 if outcomes.open or outcomes.dead else 0


def lines(outcomes: Outcomes, seconds: float) -> list[str]:
    """The summary's lines."""
    accepted = len(outcomes.samples)
    reasons = Counter(outcomes.rejected.values())
    return [
        f"accepted   {accepted} of {outcomes.requested}",
        f"rejected   {len(outcomes.rejected)}{_listed(reasons)}",
        *([f"dead       {sum(outcomes.dead.values())}{_listed(outcomes.dead)}"] if outcomes.dead else []),
        *([f"not begun  {outcomes.not_begun} (the token budget is spent)"] if outcomes.not_begun else []),
        f"questions  {sum(outcomes.kinds.values())}{_listed(outcomes.kinds)}",
        *_bill(outcomes),
        f"time       {seconds:.1f} s, {accepted / seconds:.2f} samples/s",
    ]


def _bill(outcomes: Outcomes) -> list[str]:
    """What language models cost, rejected work included; nothing where none was asked."""
    bill, accepted = outcomes.bill, max(1, len(outcomes.samples))
    if not bill.answers:
        return []
    total = sum(bill.tokens.values())
    spent = [
        f"tokens     {total} in {bill.answers} answers{_listed(bill.tokens)}; {total / accepted:.0f} an accepted sample"
    ]
    if bill.unpriced:
        return spent
    currency = bill.prices.currency
    return [*spent, f"cost       {bill.money:.4f} {currency}, {bill.money / accepted:.6f} {currency} an accepted sample"]


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return f" ({', '.join(f'{name} {count}' for name, count in ordered)})" if counts else ""
