"""What an answer states, and when it was stated before, by the type of query.

In: a `QuestionReading`.  Out: `STATES` change its facts, `KNOWN` judge by them.
What a description says is in its claims (`turn_entailment`).
A type of query that is not here states nothing and is known only where the same was asked before.
"""

import json
from collections.abc import Callable, Hashable, Mapping

from dataset.quality.metric_entailment import METRIC_KNOWN, METRIC_STATES
from dataset.quality.question_reading import QuestionReading
from dataset.quality.stated_facts import COURSES, ENDS, ORDERS

SIZE, NUMBER = "size", "number"
"""The orders of sizes in the picture and of numbers, the larger one first."""

SIDES = {"left": "left_of", "right": "right_of"}

DISTANCE = "distance"
"""The order of distances; a distance is the set of the two things between which it is."""


def _state_exists(reading: QuestionReading) -> None:
    without = reading.query.get("without")
    if without is None:
        reading.facts.state_presence(reading.query["category"], reading.yes)
    elif reading.yes:
        reading.facts.state_presence(reading.query["category"], True)
        reading.facts.state_presence(without, False)


def _knows_exists(reading: QuestionReading) -> bool:
    seen, without = reading.facts.presence(reading.query["category"]), reading.query.get("without")
    if without is None:
        return seen is not None
    other = reading.facts.presence(without)
    return seen is False or other is True or (seen is True and other is False)


def _state_count(reading: QuestionReading) -> None:
    category, whole = reading.query["category"], "anchor" not in reading.query
    reading.facts.state_presence(category, seen=not whole or reading.answer != "0")
    if whole:
        reading.facts.known["count", category] = reading.answer


def _knows_count(reading: QuestionReading) -> bool:
    category = reading.query["category"]
    if "anchor" in reading.query:
        return False
    return ("count", category) in reading.facts.known or reading.facts.presence(category) is False


def _state_attribute(reading: QuestionReading) -> None:
    if "subject" in reading.refs:
        reading.facts.known["value", reading.query.get("family"), reading.refs["subject"]] = reading.answer


def _knows_attribute(reading: QuestionReading) -> bool:
    return ("value", reading.query.get("family"), reading.refs.get("subject")) in reading.facts.known


def _state_place(reading: QuestionReading) -> None:
    if "subject" in reading.refs:
        reading.facts.state_place(reading.refs["subject"], reading.query["place"], reading.yes)


def _knows_place(reading: QuestionReading) -> bool:
    return "subject" in reading.refs and reading.facts.is_place_decided(reading.refs["subject"], reading.query["place"])


def _state_direction(reading: QuestionReading) -> None:
    pair, predicate = reading.pair("subject", "object"), reading.query["predicate"]
    if pair is not None and (reading.yes or predicate in ORDERS):  # one of two comes first
        reading.state_relation(predicate, *(pair if reading.yes else pair[::-1]))


def _knows_direction(reading: QuestionReading) -> bool:
    pair, axis = reading.pair("subject", "object"), ORDERS.get(reading.query["predicate"])
    return pair is not None and axis is not None and reading.facts.is_ordered(axis[0], *pair)


def _state_bearing(reading: QuestionReading) -> None:
    pair = reading.pair("subject", "object")
    if pair is not None:
        for predicate in reading.bearings():
            reading.state_relation(predicate, *pair)


def _knows_bearing(reading: QuestionReading) -> bool:
    pair = reading.pair("subject", "object")
    axes = [ORDERS[predicate][0] for predicate in reading.bearings()]
    return pair is not None and bool(axes) and all(reading.facts.is_ordered(axis, *pair) for axis in axes)


def _three(reading: QuestionReading) -> list[tuple[int, int]]:
    """The pairs of three things as they should come, from the left, the top or the viewer."""
    names = ["first", "second", "third"]
    if not set(names) <= reading.refs.keys():
        return []
    one, two, three = (reading.refs[name] for name in names)
    pairs = [(one, two), (two, three), (one, three)]
    return [(b, a) for a, b in pairs] if COURSES[reading.query["course"]][1] else pairs


def _state_order(reading: QuestionReading) -> None:
    for first, second in _three(reading) if reading.yes else ():
        reading.facts.state_order(COURSES[reading.query["course"]][0], first, [second])


def _knows_order(reading: QuestionReading) -> bool:
    axis, pairs = COURSES[reading.query["course"]][0], _three(reading)
    against = any(reading.facts.is_before(axis, second, first) for first, second in pairs)
    return against or (bool(pairs) and all(reading.facts.is_before(axis, first, second) for first, second in pairs))


def _distances(reading: QuestionReading) -> tuple[frozenset[int], frozenset[int]] | None:
    one, other = reading.pair("subject", "anchor"), reading.pair("other", "anchor")
    return None if one is None or other is None else (frozenset(one), frozenset(other))


def _state_closer(reading: QuestionReading) -> None:
    found = _distances(reading)
    if found is not None:
        first, second = found if reading.yes else found[::-1]
        reading.facts.state_order(DISTANCE, first, [second])


def _knows_closer(reading: QuestionReading) -> bool:
    found = _distances(reading)
    return found is not None and reading.facts.is_ordered(DISTANCE, *found)


def _state_nearest(reading: QuestionReading) -> None:
    thing, anchor = reading.thing, reading.refs.get("anchor")
    if thing is not None and anchor is not None:
        others = [frozenset((other, anchor)) for other in reading.everything if other not in {thing, anchor}]
        reading.facts.state_order(DISTANCE, frozenset((thing, anchor)), others)


def _knows_nearest(reading: QuestionReading) -> bool:
    thing, anchor = reading.thing, reading.refs.get("anchor")
    if thing is None or anchor is None or not reading.others:
        return False
    mine = frozenset((thing, anchor))
    return all(reading.facts.is_before(DISTANCE, mine, frozenset((other, anchor))) for other in reading.others)


def _state_end(reading: QuestionReading) -> None:
    if reading.thing is not None:
        reading.state_end(reading.query["extreme"], reading.thing, reading.everything)


def _knows_end(reading: QuestionReading) -> bool:
    axis, backwards = ENDS[reading.query["extreme"]]
    thing, others = reading.thing, reading.others
    if thing is None or not others:
        return False
    pairs = [(other, thing) if backwards else (thing, other) for other in others]
    return all(reading.facts.is_before(axis, *pair) for pair in pairs)


def _state_found(reading: QuestionReading) -> None:
    if reading.thing is not None and "anchor" in reading.refs:
        reading.state_relation(reading.query["predicate"], reading.thing, reading.refs["anchor"])


def _knows_found(reading: QuestionReading) -> bool:
    thing, anchor = reading.thing, reading.refs.get("anchor")
    return thing is not None and anchor is not None and reading.holds(reading.query["predicate"], thing, anchor)


def _state_row(reading: QuestionReading) -> None:
    for first, second in reading.in_order(reading.answer):
        reading.facts.state_order("across", first, [second])


def _knows_row(reading: QuestionReading) -> bool:
    """Whether every other order is against what is known."""
    return all(
        any(reading.facts.is_before("across", second, first) for first, second in reading.in_order(choice))
        for choice in reading.wrong_choices
    )


def _numbers(reading: QuestionReading) -> tuple[Hashable, Hashable]:
    """The two numbers that are compared, each by what is counted and where."""
    query, refs = reading.query, reading.refs
    if "than" in query:
        return query["category"], query["than"]
    predicate = query["predicate"]
    opposite = predicate if "other" in query else {"left_of": "right_of", "right_of": "left_of"}[predicate]
    places = (predicate, refs.get("anchor")), (opposite, refs.get("other", refs.get("anchor")))
    return (query["category"], *places[0]), (query["category"], *places[1])


def _state_comparison(reading: QuestionReading) -> None:
    more, fewer = _numbers(reading)[:: 1 if reading.yes else -1]
    reading.facts.state_order(NUMBER, more, [fewer])
    for category in filter(None, (reading.query["category"], reading.query.get("than"))):
        reading.facts.state_presence(category, seen=True)


def _knows_comparison(reading: QuestionReading) -> bool:
    compared = _numbers(reading)
    return reading.facts.is_ordered(NUMBER, *compared) or all(("count", each) in reading.facts.known for each in compared)


def _state_size(reading: QuestionReading) -> None:
    pair = reading.pair("subject", "object")
    if pair is not None:
        larger, smaller = pair if reading.yes else pair[::-1]
        reading.facts.state_order(SIZE, larger, [smaller])


def _knows_size(reading: QuestionReading) -> bool:
    pair = reading.pair("subject", "object")
    return pair is not None and reading.facts.is_ordered(SIZE, *pair)


def _sides(reading: QuestionReading) -> list[bool | None]:
    """Of each thing of a list whether it is known to be on the side, None where it is not known."""
    predicate, anchor = reading.query["predicate"], reading.refs.get("anchor")
    if anchor is None:
        return []
    other = {"left_of": "right_of", "right_of": "left_of"}[predicate]
    return [
        True if reading.holds(predicate, each, anchor) else False if reading.holds(other, each, anchor) else None
        for each in reading.listed
    ]


def _state_many(reading: QuestionReading) -> None:
    """All or none of them are on the side; of other numbers nothing follows for one of them."""
    predicate, anchor = reading.query["predicate"], reading.refs.get("anchor")
    if anchor is None or reading.answer not in {"0", str(len(reading.listed))}:
        return
    for each in reading.listed:
        reading.state_relation(predicate, *((each, anchor) if reading.answer != "0" else (anchor, each)))


def _knows_many(reading: QuestionReading) -> bool:
    sides = _sides(reading)
    least, most = sides.count(True), len(sides) - sides.count(False)
    return bool(sides) and not any(least <= int(choice) <= most for choice in reading.wrong_choices)


def _state_odd(reading: QuestionReading) -> None:
    predicate, anchor, odd = reading.query["predicate"], reading.refs.get("anchor"), reading.thing
    if anchor is not None and odd is not None:
        for each in reading.listed:
            reading.state_relation(predicate, *((anchor, each) if each == odd else (each, anchor)))


def _knows_odd(reading: QuestionReading) -> bool:
    sides = _sides(reading)
    return False in sides or (bool(sides) and sides.count(None) == 1)


def _state_location(reading: QuestionReading) -> None:
    if "subject" in reading.refs:
        reading.facts.state_location(reading.refs["subject"], json.loads(reading.answer))


def _knows_location(reading: QuestionReading) -> bool:
    return "subject" in reading.refs and reading.facts.is_located(reading.refs["subject"])


def _state_content(reading: QuestionReading) -> None:
    if reading.thing is not None:
        reading.facts.state_location(reading.thing, reading.query["box"])


def _knows_content(reading: QuestionReading) -> bool:
    return reading.thing is not None and reading.facts.is_located(reading.thing)


def _state_boxed_side(reading: QuestionReading) -> None:
    pair = reading.boxed_pair()
    if pair is not None:
        reading.facts.state_location(pair[0], reading.query["box"])
        for predicate in reading.bearings():
            reading.state_relation(predicate, *pair)


def _knows_boxed_side(reading: QuestionReading) -> bool:
    pair = reading.boxed_pair()
    return pair is not None and reading.facts.is_ordered("across", *pair)


def _around(reading: QuestionReading, middle: int | None) -> list[tuple[int, int]]:
    """Both orders of the two with something between them, as they would be with this thing in the middle."""
    pair = reading.pair("first", "second")
    return (
        []
        if pair is None or middle is None
        else [(pair[0], middle), (middle, pair[1]), (pair[1], middle), (middle, pair[0])]
    )


def _is_in_between(reading: QuestionReading, middle: int) -> bool:
    """Whether one of the two orders with this thing in the middle is known."""
    links = [reading.facts.is_before("across", *link) for link in _around(reading, middle)]
    return all(links[:2]) or all(links[2:])


def _is_outside(reading: QuestionReading, thing: int) -> bool:
    """Whether it is known to be on one side of both."""
    pair = reading.pair("first", "second") or ()
    before = [reading.facts.is_before("across", thing, end) for end in pair]
    after = [reading.facts.is_before("across", end, thing) for end in pair]
    return bool(pair) and (all(before) or all(after))


def _state_in_between(reading: QuestionReading) -> None:
    """Either order is taken as known, which counts what a reader could conclude with any further order of two of them."""
    middle = reading.refs.get("subject") if reading.query["op"] == "is_between" else reading.thing
    if reading.query["op"] == "between" or reading.yes:
        for first, second in _around(reading, middle):
            reading.facts.state_order("across", first, [second])


def _knows_is_between(reading: QuestionReading) -> bool:
    subject = reading.refs.get("subject")
    return subject is not None and (_is_in_between(reading, subject) or _is_outside(reading, subject))


def _knows_between(reading: QuestionReading) -> bool:
    thing, others = reading.thing, reading.others
    found = thing is not None and _is_in_between(reading, thing)
    return found or (bool(others) and all(_is_outside(reading, other) for other in others))


def _state_open_side(reading: QuestionReading) -> None:
    subject, anchor = reading.subject, reading.refs.get("object")
    if reading.answer not in SIDES:
        return
    reading.facts.state_presence(reading.query["category"], seen=True)
    if subject is not None and anchor is not None:
        reading.state_relation(SIDES[reading.answer], subject, anchor)


def _knows_open_side(reading: QuestionReading) -> bool:
    subject, anchor = reading.subject, reading.refs.get("object")
    if "attribute" not in reading.query and reading.facts.presence(reading.query["category"]) is False:
        return True
    return subject is not None and anchor is not None and reading.facts.is_ordered("across", subject, anchor)


def _state_next(reading: QuestionReading) -> None:
    anchor, predicate = reading.refs.get("anchor"), reading.query["predicate"]
    if anchor is None:
        return
    if reading.thing is not None:
        reading.state_relation(predicate, reading.thing, anchor)
    else:
        for each in reading.everything:
            reading.state_relation(predicate, anchor, each)


def _knows_next(reading: QuestionReading) -> bool:
    """Whether all others of the choices are known to be on the other side."""
    anchor, predicate = reading.refs.get("anchor"), reading.query["predicate"]
    if anchor is None or not reading.others:
        return False
    return all(reading.holds(predicate, anchor, each) for each in reading.others)


def _state_carried(reading: QuestionReading) -> None:
    pair = reading.pair("subject", "object")
    if pair is not None and reading.yes:
        reading.state_relation(reading.query["predicate"], *pair)


def _knows_carried(reading: QuestionReading) -> bool:
    pair = reading.pair("subject", "object")
    return pair is not None and reading.holds(reading.query["predicate"], *pair)


STATES: Mapping[str, Callable[[QuestionReading], None]] = {
    "exists": _state_exists, "count": _state_count, "attribute": _state_attribute, "in_place": _state_place,
    "directed": _state_direction, "deeper": _state_direction, "side": _state_bearing, "bearing": _state_bearing,
    "in_order": _state_order, "closer": _state_closer, "nearest": _state_nearest, "outermost": _state_end,
    "locate": _state_location, "boxed": _state_content, "box_side": _state_boxed_side,
    "find": _state_found, "row_order": _state_row, "compare_counts": _state_comparison,
    "larger": _state_size, "count_where": _state_many, "odd_one_out": _state_odd,
    "between": _state_in_between, "is_between": _state_in_between,
    "known_side": _state_open_side, "known_next": _state_next, "carried": _state_carried, **METRIC_STATES,
}  # fmt: skip

KNOWN: Mapping[str, Callable[[QuestionReading], bool]] = {
    "exists": _knows_exists, "count": _knows_count, "attribute": _knows_attribute, "in_place": _knows_place,
    "directed": _knows_direction, "deeper": _knows_direction, "side": _knows_bearing, "bearing": _knows_bearing,
    "in_order": _knows_order, "closer": _knows_closer, "nearest": _knows_nearest, "outermost": _knows_end,
    "locate": _knows_location, "boxed": _knows_content, "box_side": _knows_boxed_side,
    "find": _knows_found, "row_order": _knows_row, "compare_counts": _knows_comparison,
    "larger": _knows_size, "count_where": _knows_many, "odd_one_out": _knows_odd,
    "between": _knows_between, "is_between": _knows_is_between,
    "known_side": _knows_open_side, "known_next": _knows_next, "carried": _knows_carried, **METRIC_KNOWN,
}  # fmt: skip
