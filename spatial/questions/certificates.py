"""The certificate of an answer: JSON text with which a reader can check it.

In: a query, its answer, the scene.  Out: JSON with query, premises, rules, margin, references and difficulty.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any

from schemas.events import SeenObject
from schemas.predicate_names import ends
from schemas.world import Camera
from spatial.questions.answer_rules import Answer
from spatial.questions.certain_facts import View
from spatial.questions.question_kinds import (
    FitsBeside,
    FloorArea,
    HalfSeen,
    Hides,
    InMetres,
    InViews,
    KnownFar,
    KnownSide,
    NearestCamera,
    Query,
    references,
    to_json,
)
from spatial.questions.rules.unknown_rules import unseen_named
from spatial.questions.wording.realisation import realise_ref
from spatial.relations.relation_truth import members
from spatial.world.pinhole import as_pinhole


def certificate(view: View, query: Query, answer: Answer) -> str:
    """`premises` are boxes, depths, attributes and drawn relations as the scene states them, of a question in metres bodies
    too, and cameras (`projection`) where the rule reads them; of what is asked about and not seen (`unseen`) the body.
    Margins are shares of the canvas (of the depth range for depth, of the larger length or of a half turn in metres), 1
    where nothing is measured; `reason` is why the picture does not show it.
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
            "premises": [
                *premises(view, answer.used),
                *absent,
                *_in_metres(view, query, answer),
                *_of_first(view, query, answer),
                *_of_unseen(view, query),
            ],
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


def _in_metres(view: View, query: Query, answer: Answer) -> Iterator[dict[str, Any]]:
    """The bodies of these objects, the camera and the walls, where a question is about metres."""
    if not isinstance(query, InMetres) or view.scene.world is None:
        return
    yield from _bodies(view, query, answer.used)
    if isinstance(query, FloorArea | FitsBeside) and view.scene.world.room is not None:
        yield {"room": view.scene.world.room.model_dump(mode="json")}
    if isinstance(query, NearestCamera | FloorArea | FitsBeside):
        yield {"projection": _projection(view.scene.world.camera)}


def _bodies(view: View, query: Query, used: Collection[int]) -> Iterator[dict[str, Any]]:
    """What hides them only where the question is about that."""
    assert view.scene.world is not None
    for thing, body in zip(view.objects, view.scene.world.bodies, strict=True):
        if thing.id in used:
            unasked = None if isinstance(query, Hides | HalfSeen) else {"hidden_by"}
            yield {"object": thing.id, **_visible_share(thing, query), **body.model_dump(mode="json", exclude=unasked)}


def _of_first(view: View, query: Query, answer: Answer) -> Iterator[dict[str, Any]]:
    """What the first of two pictures shows of the objects, both cameras, and where in space is what is named."""
    if not isinstance(query, InViews) or view.scene.world is None:
        return
    for first in view.scene.views:
        for thing in first.objects:
            if thing.id in answer.used:
                yield {
                    "object": thing.id,
                    "category": thing.category,
                    "first_box": list(thing.box),
                    "first_depth": thing.depth,
                }
        yield {"first_projection": _projection(first.camera)}
    yield {"projection": _projection(view.scene.world.camera)}
    yield from _bodies(view, query, answer.referents)


def _of_unseen(view: View, query: Query) -> Iterator[dict[str, Any]]:
    """Where in space is what the words name and the picture does not show, and the camera."""
    if not isinstance(query, KnownSide | KnownFar) or view.scene.world is None:
        return
    there = unseen_named(view, query)
    for thing in there:
        body = thing.body.model_dump(mode="json", exclude={"hidden_by"})
        yield {"object": thing.id, "category": thing.category, "unseen": True, **body}
    if there:
        yield {"projection": _projection(view.scene.world.camera)}


def _projection(camera: Camera) -> dict[str, Any]:
    """A camera as the columns state it, its lens in pixels of its picture, and its centre in metres."""
    centre = [round(float(value), 6) for value in as_pinhole(camera).position]
    return {"position": centre, **camera.model_dump(mode="json")}


def _visible_share(thing: SeenObject, query: Query) -> dict[str, float]:
    return {"visible": thing.visible} if isinstance(query, HalfSeen) else {}
