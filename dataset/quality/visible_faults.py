"""Questions and relations that a person who looks at the picture would dispute, as far as the rows show it.

In: rows.  Out: measures whose goal is that there are none.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dataset.quality.measures import Measure, share_never
from dataset.quality.quality_rows import AskedQuestion, SampleRow

LEAST_SIDE = 16
"""Pixels: smaller things cannot be recognised in a picture of 512."""

PATTERNS = frozenset({"striped", "spotted", "checkered", "dotted", "floral", "patterned"})

NEARNESS = frozenset({"near", "next_to", "touching", "leaning_on", "props_up"})
CARRIED = frozenset({"on", "supports", "inside", "contains"})

MOST_DEPTH = 0.15
"""Depths go from 0 to 1 over the ground: things further apart are not near each other, however near they look. Where a
sample's range is wider, it is a share of that."""

DIGIT = 1e-6
"""What the last digits of floats may differ by."""

DEPTH = frozenset({"in_front_of", "behind"})


def tiny_things(rows: Iterable[SampleRow]) -> Measure:
    """The share of questions that are about a thing with a side below 16 pixels."""
    asked = [_is_tiny(row, question) for row in rows for question in row.questions]
    return share_never("tiny_things", sum(asked), len(asked))


def _is_tiny(row: SampleRow, question: AskedQuestion) -> bool:
    pictures = [row.seen_in(view) for view in question.views]
    return any(min(seen[n]["box"][2:]) < LEAST_SIDE for seen in pictures for n in question.objects if n in seen)


def patterned_colours(rows: Iterable[SampleRow]) -> Measure:
    """Of the things whose colour is asked for, or by whose colour one is meant, the share that have a pattern."""
    things = [_is_patterned(thing) for row in rows for question in row.questions for thing in _coloured(row, question)]
    return share_never("patterned_colours", sum(things), len(things))


def _is_patterned(thing: Mapping[str, Any]) -> bool:
    return bool(PATTERNS & set(thing["attributes"] or ()))


def _coloured(row: SampleRow, question: AskedQuestion) -> Iterator[Mapping[str, Any]]:
    """The things of a question whose colour matters, each once."""
    whole = question.query.get("family") == "colour"
    for number in dict.fromkeys(question.objects):
        thing = row.objects.get(number)
        if thing is not None and (
            whole or _is_identified_by_attribute(question.query, thing) or _is_answer(question, thing)
        ):
            yield thing


def _is_identified_by_attribute(part: Any, thing: Mapping[str, Any]) -> bool:
    """Whether a reference of the query narrows the thing's category by one of its attributes."""
    if isinstance(part, list):
        return any(_is_identified_by_attribute(each, thing) for each in part)
    if not isinstance(part, dict):
        return False
    narrowed = part.get("category") == thing["category"] and part.get("attribute") in (thing["attributes"] or ())
    return narrowed or any(_is_identified_by_attribute(each, thing) for each in part.values())


def _is_answer(question: AskedQuestion, thing: Mapping[str, Any]) -> bool:
    """Whether the answer is the thing by an attribute: "red cup"."""
    return any(question.answer == f"{value} {thing['category']}" for value in thing["attributes"] or ())


def near_apart_in_depth(rows: Iterable[SampleRow]) -> Measure:
    """Of the relations near, next to and touching, the share between things that are far apart in depth.

    One that carries or contains the other is no fault.
    """
    stated = [fault for row in rows for fault in _apart(row)]
    return share_never("near_apart_in_depth", sum(stated), len(stated))


def _apart(row: SampleRow) -> Iterator[bool]:
    depths = [thing["depth"] for thing in row.objects.values()]
    reach = MOST_DEPTH * max(1.0, max(depths) - min(depths)) + DIGIT if depths else 0.0
    carried = {frozenset((a, b)) for a, name, b in row.relations if name in CARRIED}
    for a, name, b in row.relations:
        if name in NEARNESS and b is not None and {a, b} <= row.objects.keys():
            apart = abs(row.objects[a]["depth"] - row.objects[b]["depth"]) > reach
            yield apart and frozenset((a, b)) not in carried


def same_category_against_perspective(rows: Iterable[SampleRow]) -> Measure:
    """Of the questions which of two of one category is nearer, the share where the nearer one is drawn lower in height."""
    asked = [fault for row in rows for question in row.questions for fault in _against_perspective(row, question)]
    return share_never("same_category_against_perspective", sum(asked), len(asked))


def _against_perspective(row: SampleRow, question: AskedQuestion) -> Iterator[bool]:
    if question.query.get("predicate") not in DEPTH or question.query.get("op") == "find":
        return
    things = [row.objects[each["object"]] for each in question.references if each.get("object") in row.objects]
    if len(things) == 2 and things[0]["category"] == things[1]["category"]:
        nearer, other = sorted(things, key=lambda thing: float(thing["depth"]))
        yield nearer["box"][3] < other["box"][3]
