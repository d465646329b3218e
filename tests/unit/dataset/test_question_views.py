"""A fact that a sample asks in several forms is one fact: its page says which questions follow from those above them."""

import json
from typing import Any

from dataset.gallery.views.question_views import said_before

CAT, DOG = {"category": "cat"}, {"category": "dog"}
ROW: dict[str, Any] = {
    "sample_id": "s", "split": "train", "provenance": "{}", "views": None, "relations": [],
    "objects": [{"id": number, "category": name, "box": box, "depth": 0.5, "attributes": [], "visible": 1.0}
                for number, (name, box) in enumerate((("cat", [10, 100, 40, 40]), ("dog", [300, 110, 60, 80])))],
}  # fmt: skip


def asked(name: str, text: str, answer: str, query: dict[str, Any]) -> dict[str, Any]:
    references = [{"text": f"the {one['category']}", "object": number} for number, one in enumerate((CAT, DOG))]
    proof = json.dumps({"query": query, "references": references, "premises": []})
    return {"id": name, "question": text, "answer": answer, "kind": "any", "choices": [], "objects": [0, 1],
            "certificate": proof}  # fmt: skip


SIDE = asked("side", "On which side of the dog is the cat?", "left", {"op": "side", "subject": CAT, "object": DOG})
IS_LEFT = asked(
    "left", "Is the cat to the left of the dog?", "yes",
    {"op": "directed", "subject": CAT, "predicate": "left_of", "object": DOG},
)  # fmt: skip


def test_the_later_of_two_forms_of_a_fact_is_said_before_whichever_it_is():
    assert said_before(ROW, [SIDE, IS_LEFT]) == {"left"}
    assert said_before(ROW, [IS_LEFT, SIDE]) == {"side"}
    assert said_before(ROW, [SIDE]) == frozenset()


def test_of_a_proof_that_is_of_another_form_nothing_is_said():
    odd = {**SIDE, "id": "odd", "certificate": json.dumps({"query": {"op": "side", "subject": 3}, "references": [None]})}
    for certificate in ("", "[]", "null", odd["certificate"]):
        assert "odd" not in said_before(ROW, [IS_LEFT, {**odd, "certificate": certificate}])
