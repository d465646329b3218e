"""The answers of the simulated language model: sensible answers to the factory's prompts, and a share of bad ones.

In: a request.  Out: the same answer for the same request, so that a run can be repeated.
The bad ones are those of real models and servers; each kind must end in a repair or a rejection with a reason.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

from schemas.ids import derived_seed
from spatial.knowledge.knowledge_base import categories, find_scene
from streams.demo.llm_looks import LOOKS
from streams.demo.llm_stub import StubRequest, StubResponse

Given = Mapping[str, Any]

SPOILT = (
    # share, what happens; transient kinds happen at the first request only
    (0.04, "fenced"),
    (0.04, "malformed"),
    (0.03, "contradictory"),
    (0.02, "cut"),
    (0.015, "stubborn"),
    (0.01, "refusing"),
    (0.02, "busy"),
    (0.015, "failing"),
    (0.01, "reset"),
    (0.01, "slow"),
)
SLOW_S = 1.5
HINT_FAULTS = 0.3
"""Share of layouts with a fault; recorded layouts of a large model have about as many."""


def good(asked: StubRequest) -> StubResponse:
    """A sensible answer."""
    rng = Random(derived_seed("stub answer", asked.key))
    answer = {**ANSWERS, **LOOKS}.get(asked.stage)
    return StubResponse("{}" if answer is None else json.dumps(answer(asked.given, rng)))


def lifelike(asked: StubRequest) -> StubResponse:
    """Mostly good answers, and a share of each kind of bad one, chosen by the request."""
    says = good(asked)
    draw = Random(derived_seed("stub mood", asked.key)).random()
    for share, kind in SPOILT:
        if draw < share:
            return BAD[kind](asked, says)
        draw -= share
    return says


def delayed(script: Callable[[StubRequest], StubResponse], seconds: float) -> Callable[[StubRequest], StubResponse]:
    """The same script with a latency."""

    def slow(asked: StubRequest) -> StubResponse:
        says = script(asked)
        return replace(says, delay_s=says.delay_s + seconds)

    return slow


def _scenes(given: Given, rng: Random) -> Any:
    offered = given.get("may_use")
    match = find_scene(str(given.get("concept", "")))
    if match is None:
        return {"scenes": [str(given.get("concept", "nowhere"))]}
    others = [name for name in offered or () if set(name.split()) & set(match.scene.split()) and name != match.scene]
    return {"scenes": [match.scene, *rng.sample(others, min(1, len(others)))]}


def _objects(given: Given, rng: Random) -> Any:
    required = list(given.get("required", ()))
    offered = list(given.get("may_use") or ("chair", "table", "lamp", "cup", "dog", "box", "plant", "bag", "clock", "ball"))
    rest = [name for name in offered if name not in required and name not in given.get("excluded", ())]
    return {"objects": required + rng.sample(rest, min(len(rest), 24))}


def _nodes(given: Given, rng: Random) -> Any:
    return {"sets": [_set(given, rng) for _ in range(int(given.get("sets", 1)))]}


def _set(given: Given, rng: Random) -> Any:
    offered = {entry["name"]: entry for entry in given["objects"]}
    count = rng.randint(int(given["fewest"]), int(given["most"]))
    names = list(given.get("required", ()))
    for name in list(names):
        names += _carrier(offered[name], names, rng)
    free = [name for name, entry in offered.items() if "needs" not in entry]
    while len(names) < count:
        carried = [n for n, e in offered.items() if n not in names and set(e.get("needs", ())) & set(names)]
        fresh = [name for name in free if name not in names]
        pool = carried if carried and (rng.random() < 0.4 or not fresh) else fresh
        if not pool:
            break
        names.append(rng.choice(pool))
    return {"objects": [{"name": name, "attributes": _attributes(offered[name], rng)} for name in names]}


def _carrier(entry: Mapping[str, Any], names: Sequence[str], rng: Random) -> list[str]:
    needs = entry.get("needs")
    return [rng.choice(needs)] if needs and not set(needs) & set(names) else []


def _attributes(entry: Mapping[str, Any], rng: Random) -> list[str]:
    families = entry.get("may_be") or {}
    if not families or rng.random() < 0.4:
        return []
    return [rng.choice(families[rng.choice(sorted(families))])]


def _edges(given: Given, rng: Random) -> Any:
    """The objects that stand in a row, and those that are carried by another."""
    triples = []
    ways = {(pair["thing"], pair["holder"]): pair["ways"][0] for pair in given.get("may_hold", ())}
    settled = {end for a, _, b in given.get("required", ()) for end in (a, b)}
    standing = []
    for entry in given["objects"]:
        number = entry["number"]
        holders = [j for j in entry.get("needs", ()) if (number, j) in ways]
        if holders:
            holder = rng.choice(holders)
            triples.append({"subject": number, "relation": ways[number, holder], "object": holder})
        elif number not in settled:
            standing.append(number)
    rng.shuffle(standing)
    for a, b in pairwise(standing):
        triples.append(
            {"subject": a, "relation": "to the left of", "object": b}
            if rng.random() < 0.5
            else {"subject": b, "relation": "on the right of", "object": a}
        )
    places = [] if triples else [{"subject": 0, "place": rng.choice(("left", "right", "center"))}]
    return {"triples": triples, "places": places}


def _layout(given: Given, rng: Random) -> Any:
    """A row of boxes in the order required by left and right; sometimes with a fault."""
    width, height = given["canvas"]
    numbers = [entry["number"] for entry in given["objects"]]
    before = [(a, b) if p == "left_of" else (b, a) for a, p, b in given["relations"] if p in ("left_of", "right_of")]
    order = sorted(numbers, key=lambda i: (_depth(i, before), i))
    step = width / len(order)
    names = {entry["number"]: str(entry["is"]) for entry in given["objects"]}
    boxes = {i: _box(names[i], k * step, step, height) for k, i in enumerate(order)}
    if rng.random() < HINT_FAULTS:
        _spoil(boxes, order, rng)
    return {"boxes": [{"object": i, "box": [round(v, 1) for v in box]} for i, box in boxes.items()]}


def _picture(given: Given, rng: Random) -> Any:
    """Relations, and boxes that obey them and the required ones."""
    said = _edges(given, rng)
    sides = [
        [t["subject"], t["relation"].split()[-2] + "_of", t["object"]] for t in said["triples"] if "of" in t["relation"]
    ]
    return said | _layout({**given, "relations": [*(r for r in given.get("required", ()) if len(r) == 3), *sides]}, rng)


def _box(name: str, x: float, step: float, height: float) -> list[float]:
    """A box of an object's own shape in its column: on the ground, or overhead where it belongs there."""
    category = next((c for c in categories().values() if name.removesuffix(f" {c.name}") != name), None)
    aspect = 1.0 if category is None else category.aspect
    high = category is not None and category.rests_on[0] in ("wall", "ceiling", "air")
    wide = min(step * 0.8, height * 0.5 * aspect)
    tall = wide / aspect
    return [x + (step - wide) / 2, height * 0.08 if high else height * 0.88 - tall, wide, tall]


def _depth(i: int, before: Sequence[tuple[int, int]], limit: int = 12) -> int:
    """How many objects come before it."""
    ahead = [a for a, b in before if b == i]
    return 0 if not ahead or limit == 0 else 1 + max(_depth(a, before, limit - 1) for a in ahead)


def _spoil(boxes: dict[int, list[float]], order: Sequence[int], rng: Random) -> None:
    i, j = order[0], order[-1]
    match rng.randrange(5):
        case 0:
            boxes[i], boxes[j] = boxes[j], boxes[i]
        case 1:
            boxes[i] = list(boxes[j])
        case 2:
            boxes[i][0] -= 100
        case 3:
            boxes[i][2] = 0
        case 4:
            del boxes[i]


ANSWERS: dict[str, Callable[[Given, Random], Any]] = {
    "scenes": _scenes,
    "objects": _objects,
    "nodes": _nodes,
    "edges": _edges,
    "layout": _layout,
    "picture": _picture,
}


def fenced(_: StubRequest, says: StubResponse) -> StubResponse:
    """The answer in a code fence, with text around it."""
    return replace(says, text=f"Here you are:\n```json\n{says.text}\n```\nShall I make more?")


def malformed(asked: StubRequest, says: StubResponse) -> StubResponse:
    """Broken JSON, repaired when the fault is shown."""
    return says if asked.repairs else replace(says, text=says.text[: len(says.text) * 2 // 3] + ", oops")


def stubborn(_: StubRequest, says: StubResponse) -> StubResponse:
    """Text instead of JSON, however often it is corrected."""
    return replace(says, text="I think a picture like this speaks for itself.")


def contradictory(asked: StubRequest, says: StubResponse) -> StubResponse:
    """A relation and its opposite, repaired when the proof is shown; other stages answer well."""
    if asked.stage not in ("edges", "picture") or asked.repairs:
        return says
    said = json.loads(says.text)
    pairs = [t for t in said["triples"] if "of" in t["relation"]]
    back = [{**t, "subject": t["object"], "object": t["subject"]} for t in pairs[:1]]
    return replace(says, text=json.dumps({**said, "triples": said["triples"] + back}))


def cut(asked: StubRequest, says: StubResponse) -> StubResponse:
    """Cut off in the middle; complete with more tokens."""
    return says if asked.repairs else replace(says, text=says.text[: len(says.text) // 2], finish="length")


def refusing(_: StubRequest, __: StubResponse) -> StubResponse:
    """A refusal, marked as in the API."""
    return StubResponse(refusal="I cannot help with this picture.")


def _once(bad: StubResponse) -> Callable[[StubRequest, StubResponse], StubResponse]:
    def once(asked: StubRequest, says: StubResponse) -> StubResponse:
        return says if asked.time else bad

    return once


def slow(asked: StubRequest, says: StubResponse) -> StubResponse:
    """The first request takes long."""
    return says if asked.time else replace(says, delay_s=SLOW_S)


BAD: dict[str, Callable[[StubRequest, StubResponse], StubResponse]] = {
    "fenced": fenced,
    "malformed": malformed,
    "stubborn": stubborn,
    "contradictory": contradictory,
    "cut": cut,
    "refusing": refusing,
    "slow": slow,
    "busy": _once(StubResponse("too many requests", status=429, headers={"Retry-After": "0.3"})),
    "failing": _once(StubResponse("the model fell over", status=500)),
    "reset": _once(StubResponse(reset=True)),
}
