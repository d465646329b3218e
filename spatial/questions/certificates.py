"""The certificate of an answer: JSON text with which a reader can check it.

In: a query, its answer, the scene.  Out: JSON with query, premises, rules, margin, references and difficulty.
"""

import json
from collections.abc import Collection
from typing import Any

from schemas.predicate_names import ends
from spatial.questions.answer_rules import Answer
from spatial.questions.certain_facts import View
from spatial.questions.question_kinds import Query, references, to_json
from spatial.questions.wording.realisation import realise_ref
from spatial.relations.relation_truth import members


def certificate(view: View, query: Query, answer: Answer) -> str:
    """`premises` are boxes, depths, attributes and drawn relations as the scene states them; margins are shares of the
    canvas (of the depth range for depth), 1 where nothing is measured; `reason` is why the picture does not show it.
    """
    absent = [
        {"excluded": name}
        for name in (getattr(query, f, None) for f in ("category", "without"))
        if name in view.scene.excluded
    ]
    named = [
        {"text": realise_ref(ref), "object": found} for ref, found in zip(references(query), answer.referents, strict=True)
    ]
    return json.dumps(
        {
            "query": to_json(query),
            "answer": answer.text,
            "premises": [*premises(view, answer.used), *absent],
            "rules": list(answer.rules),
            "margin": answer.margin,
            "references": named,
            "difficulty": {"hops": answer.hops, "margin": answer.margin},
            **({"reason": answer.reason} if answer.reason else {}),
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


def premises(view: View, used: Collection[int]) -> list[dict[str, Any]]:
    """The boxes, depths and attributes of these objects, and the drawn relations between them, as the scene states them."""
    boxes = [
        {"object": o.id, "category": o.category, "box": list(o.box), "depth": o.depth, "attributes": list(o.attributes)}
        for o in view.objects
        if o.id in used
    ]
    triples = [
        {"relation": [r.subject, r.predicate, *members(r)], "drawn": True}
        for r in view.scene.relations
        if r.drawn and r.object is not None and set(ends(r)) <= set(used)
    ]
    return [*boxes, *triples]
