"""A row's questions: is each answer entailed, and may it be asked here.

In: a row and its scene.  Out: faults.  Answers are `spatial.verify`'s; a certificate is never believed, only compared.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from dataset.audit.faults import Fault
from dataset.audit.ids import digest
from dataset.audit.keys import home, keys
from dataset.audit.shards import Row
from schemas.events import Scene
from spatial.verify import verify

TOLERANCE = 1e-9
"""Depths pass through JSON and back."""


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
    if choices.count(answer) != 1 or len(set(choices)) < 2:
        yield "choices", f"{answer!r} among {choices}"
    verdict = verify(text, choices, scene)
    if not verdict.entailed:
        yield "answer", f"{answer!r} is said, nothing is entailed: {verdict.reason}"
    elif verdict.answer != answer:
        yield "answer", f"{answer!r} is said, {verdict.answer!r} is entailed"
    if question["id"] != digest("question", row["sample_id"], text):
        yield "question_id", f"{question['id']} does not follow from the text"
    known = {thing["id"] for thing in row["objects"]}
    if not set(question["objects"]) <= known:
        yield "certificate", f"objects {question['objects']} are not all in the row"
    found = keys(text, answer, scene) if verdict.answer == answer else None
    if found is not None and home(found) != row["split"]:
        yield "question_split", f"belongs to {home(found) or 'no split'}, not to {row['split']}"
    yield from (("certificate", detail) for detail in _of_certificate(question, row))


def _of_certificate(question: dict[str, Any], row: Row) -> Iterator[str]:
    try:
        proof = json.loads(question["certificate"])
    except ValueError:
        yield "no JSON"
        return
    if not isinstance(proof, dict):
        yield "no JSON object"
        return
    if proof.get("answer", question["answer"]) != question["answer"]:
        yield f"proves {proof['answer']!r}"
    premises = proof.get("premises", [])
    for premise in premises if isinstance(premises, list) else []:
        if isinstance(premise, dict) and not _stands(premise, row):
            yield f"the premise {json.dumps(premise, ensure_ascii=False)} is not so"


def _stands(premise: dict[str, Any], row: Row) -> bool:
    """Whether a premise states what the row states; forms that are not known here stand."""
    if "excluded" in premise:
        return premise["excluded"] in row["excluded"]
    if "relation" in premise:
        same = [r for r in row["relations"] if [r["subject"], r["predicate"], r["object"]] == premise["relation"]]
        return bool(same) and all(r["drawn"] or not premise.get("drawn") for r in same)
    if "object" not in premise:
        return True
    thing = next((thing for thing in row["objects"] if thing["id"] == premise["object"]), None)
    if thing is None:
        return False
    stated = {name: premise[name] for name in ("category", "box", "attributes") if name in premise}
    depth = premise.get("depth", thing["depth"])
    return all(thing[name] == value for name, value in stated.items()) and abs(depth - thing["depth"]) <= TOLERANCE
