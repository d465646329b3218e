"""Checks a row's questions: each answer must be entailed, and each question belong to the row's split.

In: a row and its scene.  Out: faults.  Answers come from `spatial.verify`.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from dataset.audit.content_ids import digest
from dataset.audit.fault_kinds import Fault
from dataset.audit.questions.certificate_check import certificate_faults
from dataset.audit.questions.parsed_questions import DOMAINS, OPEN, UNSURE, ParsedQuestion, parse_question
from dataset.audit.questions.plugin_question_check import plugin_faults
from dataset.audit.questions.split_membership import home_split, split_keys
from dataset.audit.solid.view_check import shown_row
from dataset.audit.tar_rows import Row
from schemas.events import Scene
from schemas.texts.written_text import whole_number
from spatial.verify import verify
from spatial.verify.answers.order_answers import JOINED, plain_name
from spatial.verify.answers.unknown_answers import CANNOT
from spatial.verify.lexicon import family
from spatial.verify.referents import NotProven
from spatial.verify.shown_pictures import as_shown

_LENGTH = re.compile(r"(\d+(?:\.\d+)?) m")
_AREA = re.compile(r"(\d+) m²")

APART = 1.3
"""Least ratio of two lengths among the choices."""

AREAS_APART = 1.5
"""Of two areas."""

MANY = {
    "how_far": 4, "known_far": 4, "floor_area": 4, "row_order": 4, "known_side": 3, "half_seen": 2,
    "moved_sideways": 2, "moved_along": 2,
}  # fmt: skip
"""How many choices a form has in any scene."""

NAMED_FROM = {
    "nearest_camera": 0, "taller": 0, "odd": 1, "falls_with": 1, "supported_by": 1, "hides": 1, "passes": 2,
}  # fmt: skip
"""Forms whose choices are the things that the words name, from this one on."""


def question_faults(row: Row, scene: Scene) -> Iterator[Fault]:
    """The faults of the questions of a row."""
    one = row["sample_id"]
    texts = Counter(
        (" ".join(question["question"].casefold().split()), *(question.get("views") or ())) for question in row["questions"]
    )
    for (text, *_), count in texts.items():
        if count > 1:
            yield Fault("duplicate_question", one, text)
    if not row["questions"]:
        yield Fault("unreadable_row", one, "there is no question")
    told = {question["question"] for question in row["questions"] if question["answer"] != CANNOT}
    for question in row["questions"]:
        if question["answer"] == CANNOT and question.get("views") and question["question"] not in told:
            yield Fault("missing_twin", one, question["question"])
    for question in row["questions"]:
        for kind, detail in _question_faults(question, row, scene):
            yield Fault(kind, one, f"{question['question']!r}: {detail}")


def _question_faults(question: dict[str, Any], row: Row, scene: Scene) -> Iterator[tuple[str, str]]:
    text, answer, choices = question["question"], question["answer"], question["choices"]
    views = question.get("views") or []
    verdict = verify(text, choices, scene, answer, views)
    try:
        row, scene = shown_row(row, views), as_shown(scene, views)
    except (NotProven, LookupError) as reason:
        yield "question_views", f"pictures {views} of {len(scene.views) + 1}: {reason}"
        return
    if not verdict.entailed:
        yield "answer", f"{answer!r} is said, nothing is entailed: {verdict.reason}"
    elif verdict.answer != answer:
        yield "answer", f"{answer!r} is said, {verdict.answer!r} is entailed"
    if question["id"] != digest("question", row["sample_id"], text, *([views] if views else [])):
        yield "question_id", f"{question['id']} does not follow from the text"
    parsed = parse_question(text, scene, answer, choices)
    if parsed is None:
        yield from plugin_faults(question, row, scene)
    yield from (("choices", detail) for detail in _choice_faults(choices, answer, parsed))
    if parsed is not None and not _are_shown(views, parsed):
        yield "question_views", f"pictures {views} are shown with a question of kind {parsed.plain_kind}"
    if parsed is not None and question["kind"] != parsed.kind:
        yield "question_kind", f"{question['kind']} is said, {parsed.kind} is asked"
    found = split_keys(parsed, answer) if parsed is not None and verdict.answer == answer else None
    if found is not None and home_split(found) != row["split"]:
        yield "question_split", f"belongs to {home_split(found) or 'no split'}, not to {row['split']}"
    yield from (("question_objects", detail) for detail in _object_faults(question, parsed))
    yield from (("certificate", detail) for detail in certificate_faults(question, row, parsed))


def _are_shown(views: Sequence[int], parsed: ParsedQuestion) -> bool:
    """Whether a question of the form shows so many pictures: one of the further ones alone where it may not tell."""
    if parsed.plain_kind == "view_change":
        return len(views) == 2
    return not views or (parsed.form.ask in UNSURE and len(views) == 1 and views[0] > 0)


def _choice_faults(choices: list[str], answer: str, parsed: ParsedQuestion | None) -> Iterator[str]:
    if parsed is not None and parsed.form.ask in OPEN:
        if choices:
            yield f"{choices} of a question that has none"
        return
    plain = [" ".join(choice.casefold().split()) for choice in choices]
    if choices.count(answer) != 1 or len(set(plain)) < max(2, len(plain)):
        yield f"{answer!r} among {choices}"
        return
    if parsed is None:
        return
    yield from (f"{low} and {high} are too close to tell apart" for low, high in _too_close(choices))
    if parsed.form.ask in UNSURE and CANNOT not in choices:
        yield f"none of {choices} is that it cannot be known"
    many = _how_many(parsed)
    if many is not None and len(choices) != many:
        yield f"{choices} are {len(choices)}, and such a question has {many}"
    strange = [choice for choice in choices if not _is_possible_answer(choice, parsed)]
    if strange:
        yield f"{', '.join(map(repr, strange))} is no answer that {parsed.kind} can have here"


def _how_many(parsed: ParsedQuestion) -> int | None:
    """How many choices a question of the form always has; None where scenes differ in that."""
    form = parsed.form
    if form.ask in NAMED_FROM:
        return len(form.refs) - NAMED_FROM[form.ask]
    domain = DOMAINS.get(ALIKE.get(form.ask, parsed.plain_kind))
    return len(domain) if domain is not None else MANY.get(form.ask)


def _is_order(choice: str, parsed: ParsedQuestion) -> bool:
    names = [plain_name(parsed.reader, words) for words in parsed.form.refs]
    return sorted(choice.split(JOINED)) == sorted(names)


def _is_listed(choice: str, parsed: ParsedQuestion) -> bool:
    return choice in [plain_name(parsed.reader, words) for words in parsed.form.refs[1:]]


def _is_passed(choice: str, parsed: ParsedQuestion) -> bool:
    return choice in [plain_name(parsed.reader, words) for words in parsed.form.refs[2:]]


def _is_covering(choice: str, parsed: ParsedQuestion) -> bool:
    return choice in ("yes", "no") if parsed.form.ask == "half_seen" else _is_listed(choice, parsed)


def _is_named(choice: str, parsed: ParsedQuestion) -> bool:
    return choice in [plain_name(parsed.reader, words) for words in parsed.form.refs]


def _is_length(choice: str, _parsed: ParsedQuestion) -> bool:
    return _LENGTH.fullmatch(choice) is not None


def _is_area(choice: str, _parsed: ParsedQuestion) -> bool:
    return _AREA.fullmatch(choice) is not None


def _too_close(choices: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Lengths of which the larger one is less than 30 % more, areas of which it is less than half more."""
    for form, apart in ((_LENGTH, APART), (_AREA, AREAS_APART)):
        found = sorted((float(choice.split()[0]), choice) for choice in choices if form.fullmatch(choice))
        yield from ((low, high) for (a, low), (b, high) in pairwise(found) if b < a * apart)


def _is_number_of_list(choice: str, parsed: ParsedQuestion) -> bool:
    number = whole_number(choice)
    return number is not None and number < len(parsed.form.refs)


def _is_open_answer(choice: str, parsed: ParsedQuestion) -> bool:
    if choice == CANNOT:
        return True
    if parsed.form.ask == "known_far":
        return _is_length(choice, parsed)
    return choice in ("left", "right") if parsed.form.ask == "known_side" else _is_name(choice, parsed)


def _is_sentence(choice: str, parsed: ParsedQuestion) -> bool:
    return choice in [statement.text for statement in parsed.statements]


def _is_name(choice: str, parsed: ParsedQuestion) -> bool:
    try:
        return parsed.named(choice) >= 0
    except LookupError:
        return False


def _is_change(choice: str, parsed: ParsedQuestion) -> bool:
    if parsed.form.ask == "same_box":
        return any(json.dumps(list(thing.box)) == choice for thing in parsed.reader.scene.objects)
    ways = {"moved_sideways": ("left", "right"), "moved_along": ("forward", "backward")}
    return choice in ways[parsed.form.ask] if parsed.form.ask in ways else _is_name(choice, parsed)


_CHOICES: Mapping[str, Callable[[str, ParsedQuestion], bool]] = {
    "row_order": _is_order, "odd_one_out": _is_listed, "count_where": _is_number_of_list, "unanswerable": _is_open_answer,
    "false_description": _is_sentence, "camera_distance": _is_named, "real_size": _is_named, "support_chain": _is_listed,
    "distance_metric": _is_length, "occlusion": _is_covering, "path": _is_passed, "room_size": _is_area,
    "view_change": _is_change,
}  # fmt: skip
"""Whether a choice may answer a question of the kind."""


ALIKE = {"box_side": "direction_open", "is_between": "direction_yes_no"}
"""Forms that have the choices of another kind."""


def _is_possible_answer(choice: str, parsed: ParsedQuestion) -> bool:
    """Whether a choice has the form of an answer to the question."""
    domain = DOMAINS.get(ALIKE.get(parsed.form.ask, parsed.plain_kind))
    if domain is not None:
        return choice in domain
    if parsed.plain_kind in _CHOICES:
        return _CHOICES[parsed.plain_kind](choice, parsed)
    if parsed.plain_kind == "count":
        return choice.isdecimal()
    if parsed.plain_kind == "attribute":
        return family(choice) == (parsed.form.word or "orientation")
    return _is_name(choice, parsed)


def _object_faults(question: dict[str, Any], parsed: ParsedQuestion | None) -> Iterator[str]:
    try:
        about = set(question["objects"]) if parsed is None else parsed.about(question["answer"])
    except (NotProven, LookupError):
        return  # a fault of the answer
    if set(question["objects"]) != about:
        yield f"objects {question['objects']} are said, {sorted(about)} are meant"
