"""The demo's summary: what was accepted, what was rejected and why, and where the results are.

In: the outcomes.  Out: text, a gallery page, an exit code.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from schemas.texts.fault_words import counted
from streams.demo.outcome_counts import OutcomeCounts


@dataclass(frozen=True)
class Counted:
    """Samples in the dataset before the demo, and those that it added."""

    before: int
    added: int


@dataclass(frozen=True)
class Result:
    """The result of the demo; `seconds` from the first process to the last stopped; `logs`: the folder of its stages'."""

    out: Path
    dataset: Path
    logs: Path
    outcomes: OutcomeCounts
    seconds: float
    stored: Counted


def write_up(result: Result, console: Console) -> int:
    """Write the gallery, print the summary; 0 if every request has an outcome and there is no dead letter."""
    outcomes = result.outcomes
    totals = summary(outcomes, result.seconds)
    if outcomes.samples:
        from dataset.gallery import write_gallery

        page = write_gallery(str(result.dataset), result.out / "gallery", summary=_short(totals))
        stored = f"{result.dataset}: {samples_in(result.stored)}"
        totals = totals | {"dataset": stored, "gallery": f"{page}  (open it in a browser)"}
    if outcomes.dead_letters:
        totals |= {"logs": str(result.logs)}
    for label, text in totals.items():
        console.print(f"{label:<10} {text}", highlight=False, soft_wrap=True)
    return 1 if outcomes.open or outcomes.dead_letters else 0


def samples_in(stored: Counted) -> str:
    """How many samples there are now, and how many of them are new: the same request gives the same sample."""
    whole = counted(stored.before + stored.added, "sample")
    if not stored.before:
        return whole
    if not stored.added:
        return f"{whole}, all of them there before: the same requests give the same samples (a larger --graphs gives more)"
    return f"{whole}, {stored.added} of them new"


def _short(totals: Mapping[str, str]) -> dict[str, str]:
    """For the page, which counts questions itself and says names in words."""
    return {label: text.replace("_", " ") for label, text in totals.items() if label != "questions"}


def summary(outcomes: OutcomeCounts, seconds: float) -> dict[str, str]:
    """Label to text."""
    accepted = len(outcomes.samples)
    letters = outcomes.dead_letters
    dead = {"dead": f"{sum(letters.values())}{_listed(letters)}{_why(outcomes)}"} if letters else {}
    return {
        "accepted": f"{accepted} of {outcomes.requested}",
        "rejected": f"{len(outcomes.rejected)}{_listed(Counter(outcomes.rejected.values()))}",
        **({"retried": f"{len(outcomes.retried)} pictures, with other seeds"} if outcomes.retried else {}),
        **dead,
        **({"not begun": f"{outcomes.not_begun} (the token budget is spent)"} if outcomes.not_begun else {}),
        "questions": f"{sum(outcomes.kinds.values())}{_listed(outcomes.kinds)}",
        **_costs(outcomes),
        "time": f"{seconds:.1f} s, {accepted / seconds:.2f} samples/s",
    }


def _costs(outcomes: OutcomeCounts) -> dict[str, str]:
    """The cost of language models, rejected work included; empty if none was used."""
    bill, accepted = outcomes.costs, max(1, len(outcomes.samples))
    if not bill.answers:
        return {}
    total = sum(bill.tokens.values())
    each = f"{total / accepted:.0f} an accepted sample"
    spent = {"tokens": f"{total} in {bill.answers} answers{_listed(bill.tokens)}; {each}"}
    if bill.unpriced:
        return spent
    currency = bill.prices.currency
    return {**spent, "cost": f"{bill.money:.4f} {currency}, {bill.money / accepted:.6f} {currency} an accepted sample"}


def _why(outcomes: OutcomeCounts) -> str:
    why = outcomes.commonest_error
    return f", most often: {why}" if why else ""


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return f" ({', '.join(f'{name} {count}' for name, count in ordered)})" if counts else ""
