"""Rows for tests of the dataset's quality, made by hand: things, relations, and questions with their queries.

In: what a test cares about.  Out: rows as the table holds them, without pictures.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dataset.quality.quality_rows import SampleRow, row_of

Plain = dict[str, Any]

YES_NO = ("yes", "no")


def thing(category: str, box: Sequence[int] = (0, 0, 40, 40), depth: float = 0.5, *attributes: str) -> Plain:
    """An object; its id is its place in the row."""
    return {"category": category, "box": list(box), "depth": depth, "attributes": list(attributes), "visible": 1.0}


def asked(text: str, answer: str, query: Mapping[str, object], refs: Sequence[tuple[str, int]] = (), **more: Any) -> Plain:
    """A question; `refs` are the texts of its references with the objects that they mean."""
    references = [{"text": words, "object": number} for words, number in refs]
    return {
        "id": text,
        "question": text,
        "answer": answer,
        "kind": more.get("kind", "direction_yes_no"),
        "choices": list(more.get("choices", YES_NO)),
        "objects": list(more.get("objects", [number for _, number in refs])),
        "certificate": json.dumps({"query": query, "references": references}),
    }


def directed(subject: str, predicate: str, thing_named: str, answer: str, ids: tuple[int, int] = (0, 1)) -> Plain:
    """Whether one thing is in a direction from another."""
    words = {"left_of": "to the left of", "right_of": "to the right of"}.get(predicate, predicate)
    one, other = {"category": subject}, {"category": thing_named}
    query = {"op": "directed", "subject": one, "predicate": predicate, "object": other}
    refs = [(f"the {subject}", ids[0]), (f"the {thing_named}", ids[1])]
    return asked(f"In the picture, is the {subject} {words} the {thing_named}?", answer, query, refs)


def sample(
    things: Sequence[Plain], questions: Sequence[Plain], relations: Sequence[tuple[int, str, int]] = (), **more: Any
) -> SampleRow:
    """A sample of the training split, in a scene of its own unless `scene` names one."""
    number = more.get("number", 0)
    story = {"scene_hash": more.get("scene", f"scene {number}"), "graph": {"concept": more.get("concept", "a room")}}
    return row_of(
        {
            "sample_id": f"{number:032x}",
            "width": 512,
            "height": 512,
            "objects": [{"id": n, **each} for n, each in enumerate(things)],
            "relations": [{"subject": a, "predicate": p, "object": b, "drawn": False} for a, p, b in relations],
            "excluded": list(more.get("excluded", ())),
            "questions": list(questions),
            "split": more.get("split", "train"),
            "provenance": json.dumps(story),
        }
    )
