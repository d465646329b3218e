"""What an answer about a scene in metres states, and when it was stated before.

In: a `QuestionReading`.  Out: as in `entailment_rules`.
"""

from collections.abc import Callable, Mapping

from dataset.quality.question_reading import QuestionReading

HEIGHT, CAMERA, LENGTH = "height", "camera", "length"
"""The orders of real heights, the taller first, and of distances from the camera; and lengths between two things."""


def _state_taller(reading: QuestionReading) -> None:
    pair = reading.pair("first", "second")
    if pair is not None and reading.thing in pair:
        reading.facts.state_order(HEIGHT, reading.thing, [one for one in pair if one != reading.thing])


def _knows_taller(reading: QuestionReading) -> bool:
    pair = reading.pair("first", "second")
    return pair is not None and reading.facts.is_ordered(HEIGHT, *pair)


def _state_nearest(reading: QuestionReading) -> None:
    if reading.thing is not None:
        reading.facts.state_order(CAMERA, reading.thing, [one for one in reading.listed if one != reading.thing])


def _knows_nearest(reading: QuestionReading) -> bool:
    """Whether each of the others is known to be farther than one of the list."""
    others = [one for one in reading.listed if one != reading.thing]
    farther = [any(reading.facts.is_before(CAMERA, two, one) for two in reading.listed) for one in others]
    return bool(others) and all(farther)


def _state_length(reading: QuestionReading) -> None:
    pair = reading.pair("subject", "object")
    if pair is not None:
        reading.facts.known[LENGTH, frozenset(pair)] = reading.answer


def _knows_length(reading: QuestionReading) -> bool:
    pair = reading.pair("subject", "object")
    return pair is not None and (LENGTH, frozenset(pair)) in reading.facts.known


def _state_hiding(reading: QuestionReading) -> None:
    """What hides part of a thing is nearer."""
    anchor = reading.refs.get("anchor")
    if reading.thing is not None and anchor is not None:
        reading.facts.state_order(CAMERA, reading.thing, [anchor])
        reading.state_relation("in_front_of", reading.thing, anchor)


def _state_open_length(reading: QuestionReading) -> None:
    if reading.answer.endswith(" m"):
        reading.facts.state_presence(reading.query["category"], seen=True)


METRIC_STATES: Mapping[str, Callable[[QuestionReading], None]] = {
    "taller": _state_taller, "nearest_camera": _state_nearest, "how_far": _state_length,
    "hides": _state_hiding, "known_far": _state_open_length,
}  # fmt: skip

METRIC_KNOWN: Mapping[str, Callable[[QuestionReading], bool]] = {
    "taller": _knows_taller, "nearest_camera": _knows_nearest, "how_far": _knows_length,
}  # fmt: skip
