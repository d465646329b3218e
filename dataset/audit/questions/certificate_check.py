"""Checks a question's certificate against the question, the scene and the row.

In: a question, its row and its parsed form.  Out: descriptions of what is wrong.
A certificate is never trusted, only compared.
"""

import json
from collections.abc import Iterator
from typing import Any

from dataset.audit.box_relations import objects_of
from dataset.audit.questions.parsed_questions import ParsedQuestion
from dataset.audit.questions.proof_margins import margin_faults
from dataset.audit.questions.proof_premises import OF_BODY, is_place, is_projection, missing_premises
from dataset.audit.questions.stated_query import query_faults, rule_faults
from dataset.audit.tar_rows import Row
from spatial.verify.referents import NotProven

TOLERANCE = 1e-9
"""Depths pass through JSON and back."""

BODY = ("position", "size", "heading", "has_front", "support", "rotation", "hidden_by", "visible")
"""What a premise may say of an object in space."""

FROM_ELSEWHERE = {"camera", "projection", "room", "first_camera", "first_projection", "first_box"}
"""What a premise may say of cameras, of the room, and of the first of two pictures."""

FORMS = tuple(
    (set(least), {*least, *more})
    for least, more in (
        (("excluded",), ()),
        (("relation",), ("drawn",)),
        (("object", "category", "box", "depth", "attributes"), ()),
        (("object", *OF_BODY), ("rotation", "hidden_by", "visible")),
        (("room",), ()),
        (("camera",), ()),
        (("first_camera",), ()),
        (("projection",), ()),
        (("first_projection",), ()),
        (("object", "category", "first_box"), ("first_depth",)),
        (("object", "category", "unseen", *OF_BODY), ("rotation",)),
    )
)
"""What a premise has at least and at most."""

REQUIRED_FIELDS = ("query", "answer", "premises", "rules", "margin", "references", "difficulty")


def certificate_faults(question: dict[str, Any], row: Row, parsed: ParsedQuestion | None) -> Iterator[str]:
    """What is wrong with the certificate. `parsed` is None for a question that cannot be parsed."""
    try:
        proof = json.loads(question["certificate"])
    except (ValueError, RecursionError):
        yield "no JSON"
        return
    if not isinstance(proof, dict):
        yield "no JSON object"
        return
    missing = [name for name in REQUIRED_FIELDS if name not in proof]
    if missing:
        yield f"lacks {', '.join(missing)}"
        return
    if proof["answer"] != question["answer"]:
        yield f"proves {proof['answer']!r}"
    yield from _premise_faults(proof["premises"], question, row)
    if parsed is not None:
        yield from _strange_premises(proof["premises"])
        yield from missing_premises(proof["premises"], row, parsed, question["objects"])
        yield from query_faults(proof["query"], parsed.form, parsed.reader.nouns)
        yield from rule_faults(proof["rules"], parsed)
        yield from _reference_faults(proof["references"], parsed)
        yield from _difficulty_faults(proof, parsed)
        yield from margin_faults(proof["margin"], parsed, question["answer"], question["choices"])
        yield from _reason_faults(proof, parsed)
        yield from _claim_faults(proof.get("claims", []), parsed)


def _premise_faults(premises: list[Any], question: dict[str, Any], row: Row) -> Iterator[str]:
    for premise in premises:
        if not isinstance(premise, dict) or not _holds(premise, row):
            yield f"the premise {json.dumps(premise, ensure_ascii=False)} is not so"
    boxes = {premise["object"] for premise in premises if isinstance(premise, dict) and "box" in premise}
    unproven = sorted(set(question["objects"]) - boxes)
    if unproven:
        yield f"has no box of object {', '.join(map(str, unproven))}"


def _strange_premises(premises: list[Any]) -> Iterator[str]:
    """Premises of a form that there is not; questions of a distribution may have such."""
    for premise in (each for each in premises if isinstance(each, dict)):
        if not any(least <= premise.keys() <= most for least, most in FORMS):
            yield f"the premise {json.dumps(premise, ensure_ascii=False)} lacks something, or has more than one says"


def _holds(premise: dict[str, Any], row: Row) -> bool:
    """Whether a premise agrees with the row."""
    if "excluded" in premise:
        return premise["excluded"] in row["excluded"]
    if "relation" in premise:
        same = [r for r in row["relations"] if [r["subject"], r["predicate"], *objects_of(r)] == premise["relation"]]
        return bool(same) and all(premise.get("drawn", r["drawn"]) is r["drawn"] for r in same)
    if FROM_ELSEWHERE & premise.keys():
        return _holds_of_pictures(premise, row)
    among = row.get("unseen") or () if premise.get("unseen") is True else row["objects"]
    thing = next((thing for thing in among if thing["id"] == premise.get("object")), None)
    if thing is None:
        return False
    stated = {name: premise[name] for name in ("category", "box", *BODY) if name in premise}
    if any(thing.get(name) != value for name, value in stated.items()):
        return False
    depth = premise.get("depth", thing["depth"])  # attributes may have been added since: the stated ones still hold
    return set(premise.get("attributes", ())) <= set(thing["attributes"]) and abs(depth - thing["depth"]) <= TOLERANCE


def _holds_of_pictures(premise: dict[str, Any], row: Row) -> bool:
    """Whether a premise agrees with the picture's camera, with the room, or with the first of two pictures."""
    first = (row.get("views") or [{}])[0]
    if "room" in premise:
        return bool(premise["room"] == row.get("room"))
    for name, picture in (("", row), ("first_", first)):
        if f"{name}camera" in premise:
            return is_place(premise[f"{name}camera"], picture)
        if f"{name}projection" in premise:
            return is_projection(premise[f"{name}projection"], picture)
    thing = next((thing for thing in first.get("objects") or () if thing["id"] == premise.get("object")), None)
    if thing is None or (thing["category"], thing["box"]) != (premise.get("category"), premise["first_box"]):
        return False
    return bool(abs(premise.get("first_depth", thing["depth"]) - thing["depth"]) <= TOLERANCE)


def _reference_faults(references: list[dict[str, Any]], parsed: ParsedQuestion) -> Iterator[str]:
    try:
        meant = parsed.referents()
    except NotProven:
        return  # the answer is not entailed then, which is a fault of its own
    if [each["object"] for each in references] != meant:
        yield f"its references are objects {[each['object'] for each in references]}, the question's {meant}"
    for each in references:
        if _found(each["text"], parsed) != each["object"]:
            yield f"{each['text']!r} is not object {each['object']}"


def _reason_faults(proof: dict[str, Any], parsed: ParsedQuestion) -> Iterator[str]:
    try:
        reason = parsed.reason
    except NotProven:
        return  # the answer is not entailed then, which is a fault of its own
    if proof.get("reason", "") != reason:
        yield f"the reason why it cannot be known is {proof.get('reason', '')!r}, of the scene {reason!r}"


def _claim_faults(claims: list[Any], parsed: ParsedQuestion) -> Iterator[str]:
    """The claims against the sentences: the same ones in order, each of the same form and as true."""
    if len(claims) != len(parsed.statements):
        yield f"{len(claims)} claims are proven, {len(parsed.statements)} are made"
        return
    for claim, statement in zip(claims, parsed.statements, strict=True):
        try:
            holds, named = statement.holds, [statement.reader.resolve(words)[0].id for words in statement.form.refs]
        except NotProven:
            return  # the answer is not entailed then
        stated = (claim.get("sentence"), claim.get("said"), claim.get("holds"))
        if stated != (statement.text, statement.said, holds):
            yield f"the claim {json.dumps(claim, ensure_ascii=False)} is not that of {statement.text!r}"
        yield from query_faults(claim.get("query"), statement.form, statement.reader.nouns)
        references = claim.get("references", [])
        said, meant = [each["object"] for each in references], [_found(each["text"], parsed) for each in references]
        if not said == meant == named:
            yield f"the references of the claim {statement.text!r} are {references}, its words mean {named}"


def _found(words: str, parsed: ParsedQuestion) -> int | None:
    """The id of the object to which a phrase refers, None for none."""
    try:
        return parsed.meant(words)
    except (NotProven, LookupError):
        return None


def _difficulty_faults(proof: dict[str, Any], parsed: ParsedQuestion) -> Iterator[str]:
    if proof["difficulty"].get("hops") != parsed.hops:
        yield f"{proof['difficulty'].get('hops')} hops are said, {parsed.hops} follow from the words"
    if proof["difficulty"].get("margin") != proof["margin"]:
        yield f"the margin is {proof['margin']}, of the difficulty {proof['difficulty'].get('margin')}"
