"""What a review says of a dataset: how much was looked at, how often reviewers agree, which kinds are disputed.

In: a dataset's address.  Out: numbers, with Wilson's interval where they are shares.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from dataset.evaluation.scores import Score, wilson
from dataset.review.verdict_table import Verdict, counting_verdicts
from dataset.table.delta_table import Options, Table
from schemas.texts.fault_words import counted

Report = dict[str, Any]


def review_of(uri: str, options: Options = None) -> Report | None:
    """The report, None where nobody reviewed the dataset. Raises NoDataset, RetryableError."""
    found = review_report(uri, options)
    return found if found["reviewers"] else None


def report_in_words(found: Report | None) -> str:
    """One line: how much was looked at, how often reviewers agree, and how much of it is disputed, in all and by kind."""
    if found is None:
        return "nobody reviewed it yet"
    said = ", ".join(counted(found[what], what.removesuffix("s")) for what in ("reviewers", "samples", "questions"))
    agreed = "" if found["agreement"] is None else f"; they agree in {_interval(found['agreement'])}"
    disputed = ", ".join(f"{kind} {_interval(score)}" for kind, score in found["disputed"].items())
    return said + agreed + (f"; disputed: {disputed}" if disputed else "")


def report_lines(found: Report) -> list[str]:
    """The report for people, shares with their 95 % intervals."""
    if not found["reviewers"]:
        return ["nobody reviewed it yet"]
    who, what = counted(found["reviewers"], "reviewer"), counted(found["samples"], "sample")
    lines = [f"{who} looked at {what} and {counted(found['questions'], 'question')}"]
    lines.append(f"flagged as a whole: {counted(found['flagged_samples'], 'sample')}")
    if found["reasons"]:
        lines.append(f"flagged for: {', '.join(f'{reason} {count}' for reason, count in found['reasons'].items())}")
    alone = "not known: nobody looked at what another one did"
    lines.append(f"they agree in: {alone if found['agreement'] is None else _interval(found['agreement'])}")
    lines += [f"disputed, {kind.replace('_', ' ')}: {_interval(score)}" for kind, score in found["disputed"].items()]
    return lines


def _interval(score: Score) -> str:
    return f"{score['accuracy']:.3f} ({score['low']:.3f} to {score['high']:.3f})"


def review_report(uri: str, options: Options = None) -> Report:
    """The review of the dataset at `uri`: `reviewers`, `samples`, `questions`, `flagged_samples`, `reasons`,
    `agreement` (of any two reviewers on the same thing), `disputed` (the share of reviewed questions that are flagged, by
    kind). Raises NoDataset, RetryableError."""
    verdicts = counting_verdicts(uri, options)
    of_questions = [each for each in verdicts if each.question_id is not None]
    kinds = _kinds(Table.load(uri, options), {str(each.question_id) for each in of_questions})
    return {
        "reviewers": len({each.reviewer for each in verdicts}),
        "samples": len({each.sample_id for each in verdicts}),
        "questions": len({each.question_id for each in of_questions}),
        "flagged_samples": len({v.sample_id for v in verdicts if v.question_id is None and v.verdict == "flag"}),
        "reasons": dict(Counter(str(each.reason) for each in verdicts if each.verdict == "flag").most_common()),
        "agreement": agreement(verdicts),
        "disputed": disputed(of_questions, kinds),
    }


def agreement(verdicts: Iterable[Verdict]) -> Score | None:
    """Of all pairs of reviewers who judged the same sample or question, how many say the same; None without a pair."""
    said: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for each in verdicts:
        said[each.sample_id, each.question_id].append(each.verdict)
    pairs = [a == b for words in said.values() for a, b in combinations(words, 2)]
    return wilson(sum(pairs), len(pairs)) if pairs else None


def disputed(verdicts: Iterable[Verdict], kinds: Mapping[str, str]) -> dict[str, Score]:
    """By kind, and in `all`, the share of reviewed questions that somebody flags; questions without a known kind are
    left out."""
    flagged: dict[str, bool] = {}
    for each in verdicts:
        question = each.question_id or ""
        if question in kinds:
            flagged[question] = flagged.get(question, False) or each.verdict == "flag"
    groups: dict[str, list[bool]] = defaultdict(list)
    for question, is_flagged in flagged.items():
        groups["all"].append(is_flagged)
        groups[kinds[question]].append(is_flagged)
    return {kind: wilson(sum(found), len(found)) for kind, found in sorted(groups.items())}


def _kinds(table: Table, wanted: set[str]) -> dict[str, str]:
    """The kinds of these questions by id."""
    found = table.query("SELECT questions FROM samples")["questions"].to_pylist() if wanted else []
    return {question["id"]: question["kind"] for row in found for question in row if question["id"] in wanted}
