"""All measures of a dataset, as JSON, as lines of text and as a page.

In: rows.  Out: measures in a fixed order; `quality.json` and `index.html` in a folder.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from dataset.analysis.names_in_words import in_words
from dataset.quality.measures import Measure, MeasureJson
from dataset.quality.name_shortcuts import name_shortcuts
from dataset.quality.open_questions import blind_unknown, open_shares
from dataset.quality.quality_rows import SampleRow
from dataset.quality.split_shares import held_out_shares, kinds_missing, multi_hop_shares, size
from dataset.quality.turn_entailment import entailed_turns
from dataset.quality.visible_faults import (
    near_apart_in_depth,
    patterned_colours,
    same_category_against_perspective,
    tiny_things,
)
from dataset.quality.wording_checks import unnamed_view, wordings

MEANINGS: Mapping[str, str] = {
    "samples": "Samples that were measured.",
    "concepts": "Different concepts that they were asked for by.",
    "entailed_turns": "Answers that earlier turns of an exported conversation already tell, with one turn each.",
    "entailed_turns_many": "The same for conversations of many turns.",
    "shortcut": "How far above chance a classifier comes that sees the names in a question and their roles, no picture; "
    "the lower end of the interval is held to the goal.",
    "tiny_things": "Questions about a thing with a side below 16 pixels.",
    "patterned_colours": "Things with a pattern among those whose colour is asked or identifies them.",
    "near_apart_in_depth": "Things that are said to be near, next to or touching, and are far apart in depth.",
    "same_category_against_perspective": "Which of two of one category is nearer, asked where the nearer is drawn smaller.",
    "unnamed_view": "Questions about directions or depth that name neither the picture nor a viewer of it or in it.",
    "held_out_share": "Samples in this split.",
    "multi_hop_share": "Questions of this split for which a relation leads to the thing that is meant.",
    "kinds_missing": "Kinds of questions that the dataset has and this split lacks.",
    "unanswerable_share": "Questions of this split that leave open whether the picture tells.",
    "always_unknown": "How far above chance it is to say that it cannot be known, where that is a choice; the lower end of "
    "the interval is held to the goal.",
    "wordings": "Different shapes of the sentences of this kind.",
}
"""What a measure means, by the first part of its name."""

AT_LEAST = {"samples", "concepts", "held_out_share", "multi_hop_share", "wordings"}
"""Measures whose goal is a least value; of all others it is the most."""


def measure(rows: Sequence[SampleRow]) -> list[Measure]:
    """Every measure of the rows."""
    return [
        *size(rows),
        *entailed_turns(rows),
        *name_shortcuts(rows),
        tiny_things(rows),
        patterned_colours(rows),
        near_apart_in_depth(rows),
        same_category_against_perspective(rows),
        unnamed_view(rows),
        *held_out_shares(rows),
        *multi_hop_shares(rows),
        *kinds_missing(rows),
        *open_shares(rows),
        *blind_unknown(rows),
        *wordings(rows),
    ]


def as_json(measures: Sequence[Measure]) -> dict[str, MeasureJson]:
    """The measures by name."""
    return {found.name: found.as_json() for found in measures}


def _groups(measures: Sequence[Measure]) -> list[tuple[str, list[Measure]]]:
    """The measures of one first part of a name together, with what they mean."""
    groups = groupby(measures, key=lambda found: found.name.partition("/")[0])
    return [(MEANINGS[name], list(group)) for name, group in groups]


def meaning_of(found: Measure) -> str:
    """What a measure of the whole dataset means."""
    return MEANINGS[found.name]


def part_of(found: Measure) -> str:
    """What a measure is of, in words: a kind of question, a split, a way to test a shortcut."""
    return ", ".join(in_words(part) for part in found.name.split("/")[1:])


def goal_of(found: Measure) -> str:
    """The goal in words."""
    sign = "at least" if found.name.partition("/")[0] in AT_LEAST else "at most"
    return f"{sign} {found.goal:,g}"


def lines(measures: Sequence[Measure]) -> list[str]:
    """A table for people, a head and a line a measure."""
    width = max(len(found.name) for found in measures)
    head = f"{'measure':<{width}}  {'value':>8}  {'95 % interval':>18}  {'n':>7}  {'goal':<14}  verdict"
    return [head, *(_line(found, width) for found in measures)]


def _line(found: Measure, width: int) -> str:
    between = f"{number_of(found.low)} to {number_of(found.high)}" if found.low != found.high else ""
    value, verdict = number_of(found.value), "ok" if found.ok else "missed"
    return f"{found.name:<{width}}  {value:>8}  {between:>18}  {found.n:>7,}  {goal_of(found):<14}  {verdict}"


def number_of(value: float) -> str:
    """A count in full, a share in four digits."""
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 1 else f"{value:.4f}"


def write_report(measures: Sequence[Measure], uri: str, out: Path) -> Path:
    """Write both files and return the page. Needs jinja2."""
    from dataset.analysis.charts import LOOKS
    from dataset.analysis.page_templates import templates_in

    out.mkdir(parents=True, exist_ok=True)
    (out / "quality.json").write_text(json.dumps(as_json(measures), ensure_ascii=False, indent=1), "utf-8")
    words = {"goal_of": goal_of, "number_of": number_of, "meaning_of": meaning_of, "part_of": part_of}
    whole, parts = (
        [found for found in measures if "/" not in found.name],
        [found for found in measures if "/" in found.name],
    )
    page = out / "index.html"
    template = templates_in(Path(__file__).parent, LOOKS).get_template("quality.html")
    page.write_text(template.render(measures=measures, uri=uri, whole=whole, parts=_groups(parts), **words), "utf-8")
    return page
