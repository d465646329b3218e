"""Checks a question of a plug-in's kind against the plug-in's verifier.

In: a question that the built-in grammar does not parse, its row and scene.  Out: faults, as kind and detail.
"""

import json
from collections.abc import Iterator
from typing import Any

from dataset.audit.questions.split_membership import Key, home_split
from dataset.audit.tar_rows import Row
from schemas.events import Scene
from spatial.verify.plugin_verifiers import Deduction, deduce_with_plugins
from spatial.verify.referents import NotProven


def plugin_faults(question: dict[str, Any], row: Row, scene: Scene) -> Iterator[tuple[str, str]]:
    """Faults other than of answer, choices and premises, which are checked for every kind alike."""
    try:
        understood = deduce_with_plugins(question["question"], scene)
    except NotProven:
        return  # the answer is not entailed, which is a fault of its own
    if understood is None:
        return
    kind, found = understood
    if question["kind"] != kind:
        yield "question_kind", f"{question['kind']} is said, {kind} is asked"
    split_keys = frozenset(Key(family, tuple(sorted(names))) for family, names in found.concerns)
    if home_split(split_keys) != row["split"]:
        yield "question_split", f"belongs to {home_split(split_keys) or 'no split'}, not to {row['split']}"
    if set(question["objects"]) != found.objects:
        yield "question_objects", f"objects {question['objects']} are said, {sorted(found.objects)} are meant"
    yield from (("certificate", detail) for detail in _certificate_faults(question, kind, found))


def _certificate_faults(question: dict[str, Any], kind: str, found: Deduction) -> Iterator[str]:
    try:
        proof = json.loads(question["certificate"])
        op, hops = proof["query"]["op"], proof["difficulty"]["hops"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return  # a fault that is found for every kind
    if op != kind:
        yield f"proves a question of another form: {op}, not {kind}"
    if hops != found.hops:
        yield f"{hops} hops are said, {found.hops} follow from the words"
