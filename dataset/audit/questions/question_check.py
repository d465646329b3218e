"""A row's questions: is each answer entailed, and may it be asked here.

In: a row and its scene.  Out: faults.  Answers are `spatial.verify`'s.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from dataset.audit.content_ids import digest
from dataset.audit.fault_kinds import Fault
from dataset.audit.questions.certificate_check import certificate_faults
from dataset.audit.questions.parsed_questions import DOMAINS, Reading, reading
from dataset.audit.questions.plugin_question_check import plugin_faults
from dataset.audit.questions.split_membership import home, keys
from dataset.audit.tar_rows import Row
from schemas.events import Scene
from spatial.verify import verify
from spatial.verify.lexicon import family
from spatial.verify.referents import NotProven


def question_faults(row: Row, scene: Scene) -> Iterator[Fault]:
    """What is wrong with the questions of a row."""
    one = row["sample_id"]
    texts = Counter(" ".join(question["question"].casefold().split()) for question in row["questions"])
    for text, count in texts.items():
        if count > 1:
            yield Fault("duplicate_question", one, text)
    if not row["questions"]:
        yield Fault("unreadable_row", one, "there is no question")
    for question in row["questions"]:
        for kind, detail in _of_question(question, row, scene):
            yield Fault(kind, one, f"{question['question']!r}: {detail}")


def _of_question(question: dict[str, Any], row: Row, scene: Scene) -> Iterator[tuple[str, str]]:
    text, answer, choices = question["question"], question["answer"], question["choices"]
    verdict = verify(text, choices, scene)
    if not verdict.entailed:
        yield "answer", f"{answer!r} is said, nothing is entailed: {verdict.reason}"
    elif verdict.answer != answer:
        yield "answer", f"{answer!r} is said, {verdict.answer!r} is entailed"
    if question["id"] != digest("question", row["sample_id"], text):
        yield "question_id", f"{question['id']} does not follow from the text"
    said = reading(text, scene)
    if said is None:
        yield from plugin_faults(question, row, scene)
    yield from (("choices", detail) for detail in _choices(choices, answer, said))
    if said is not None and question["kind"] != said.kind:
        yield "question_kind", f"{question['kind']} is said, {said.kind} is asked"
    found = keys(said, answer) if said is not None and verdict.answer == answer else None
    if found is not None and home(found) != row["split"]:
        yield "question_split", f"belongs to {home(found) or 'no split'}, not to {row['split']}"
    yield from (("question_objects", detail) for detail in _objects(question, said))
    yield from (("certificate", detail) for detail in certificate_faults(question, row, said))


def _choices(choices: list[str], answer: str, said: Reading | None) -> Iterator[str]:
    plain = [" ".join(choice.casefold().split()) for choice in choices]
    if choices.count(answer) != 1 or len(set(plain)) < max(2, len(plain)):
        yield f"{answer!r} among {choices}"
        return
    if said is None:
        return
    strange = [choice for choice in choices if not _could_be(choice, said)]
    if strange:
        yield f"{', '.join(map(repr, strange))} is no answer that {said.kind} can have here"


def _could_be(choice: str, said: Reading) -> bool:
    """Whether a choice is of the form that answers to the question have."""
    if said.kind in DOMAINS:
        return choice in DOMAINS[said.kind]
    if said.kind == "count":
        return choice.isdecimal()
    if said.kind == "attribute":
        return family(choice) == (said.form.word or "orientation")
    try:
        return said.named(choice) >= 0
    except LookupError:
        return False


def _objects(question: dict[str, Any], said: Reading | None) -> Iterator[str]:
    try:
        about = set(question["objects"]) if said is None else said.about(question["answer"])
    except (NotProven, LookupError):
        return  # a fault of the answer
    if set(question["objects"]) != about:
        yield f"objects {question['objects']} are said, {sorted(about)} are meant"
