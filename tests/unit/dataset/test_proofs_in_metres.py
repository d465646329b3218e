"""The audit of certificates in metres: nothing in them can be changed or left out, whatever form the question has."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from dataset.audit.questions.certificate_check import REQUIRED_FIELDS
from dataset.audit.questions.parsed_questions import IN_METRES, PROGRAMS
from dataset.audit.questions.parsed_questions import KINDS as FORM_KINDS
from dataset.audit.questions.proof_premises import OF_TWO
from dataset.audit.questions.question_check import question_faults
from schemas.events import Scene
from schemas.pictures import SeenRoom
from spatial.questions import KINDS, ask
from tests.fakes.rows_in_metres import row_of
from tests.fakes.scenes import random_scene
from tests.fakes.seen_twice import seen_twice, turned_past
from tests.fakes.worlds import with_random_world

pytestmark = pytest.mark.thorough

Row = dict[str, Any]
Proof = dict[str, Any]

EACH = 3
"""Questions of each form that are tried."""

LEAST_CHOICES = 2


def walled(seed: int) -> Scene:
    """A room of which the far corners may be seen."""
    rng = random.Random(seed)
    scene = with_random_world(random_scene(seed), seed)
    assert scene.world is not None
    walls = SeenRoom(left=-rng.uniform(1.5, 3), right=rng.uniform(1.5, 3), back=rng.uniform(5, 9))
    return scene.model_copy(update={"world": scene.world.model_copy(update={"room": walls})})


def scenes(program: str) -> Iterator[tuple[int, Scene]]:
    of_two = program in {PROGRAMS[ask] for ask in OF_TWO}
    for seed in range(1500):
        if program in UNTOLD:
            yield seed, turned_past(seed)
            continue
        open_scene = with_random_world(random_scene(seed), seed)
        yield seed, seen_twice(seed) if of_two else walled(seed) if seed % 2 else open_scene


UNTOLD = ("known_side", "known_far")
"""What another picture of the scene may not tell."""

KIND_OF = {PROGRAMS[ask]: kind for ask, kind in FORM_KINDS.items() if ask in (*IN_METRES, *OF_TWO, *UNTOLD)}


@pytest.fixture(scope="module", params=sorted(KIND_OF))
def asked(request: pytest.FixtureRequest) -> list[tuple[Scene, Row]]:
    """A few questions of one form, with their scenes."""
    found: list[tuple[Scene, Row]] = []
    for seed, scene in scenes(request.param):
        for question in ask(scene, seed, sample="s", without=frozenset(KINDS) - {KIND_OF[request.param]}):
            if json.loads(question.certificate)["query"]["op"] == request.param:
                found.append((scene, {**question.model_dump(mode="json"), "views": list(question.views)}))
        if len(found) >= EACH:
            break
    return found[:EACH]


def faults(scene: Scene, question: Row) -> list[str]:
    """What the audit says of a row that has this question alone, whatever its split and its twin are."""
    found = question_faults({**row_of(scene), "questions": [question]}, scene)
    return [f"{fault.kind}: {fault.detail}" for fault in found if fault.kind not in ("question_split", "missing_twin")]


def with_proof(question: Row, proof: Proof) -> Row:
    return {**question, "certificate": json.dumps(proof)}


def others(value: Any) -> Iterator[Any]:
    """Other values of the same kind, and none."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value + 0.5)
    elif isinstance(value, float):
        yield from (value + 0.01, value - 0.01, float("nan"))
    elif isinstance(value, str):
        yield from ("because", "")
    elif value is None:
        yield 0


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all that is neither a list nor an object."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, dict | list):
        yield path
    for key, each in inner:
        yield from leaves(each, (*path, key))


def at(proof: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        proof = proof[key]
    return proof


def changes(proof: Proof) -> Iterator[tuple[tuple[Any, ...], Proof]]:
    """The proof with one value changed, for each value, but ends of a relation: others may be related so, too."""
    for path in (each for each in leaves(proof) if "relation" not in each):
        for value in others(at(proof, path)):
            other = copy.deepcopy(proof)
            at(other, path[:-1])[path[-1]] = value
            yield (*path, value), other


def omissions(proof: Proof, objects: list[int]) -> Iterator[tuple[tuple[Any, ...], Proof]]:
    """The proof without a field, without a premise that is about what is asked, and without a field of such a one."""
    for name in proof.keys() & {*REQUIRED_FIELDS, "reason"}:
        yield (name,), {key: value for key, value in proof.items() if key != name}
    for name in proof["query"]:
        yield ("query", name), {**proof, "query": {key: value for key, value in proof["query"].items() if key != name}}
    used = [premise.get("object") for premise in proof["premises"]]
    for k, premise in enumerate(proof["premises"]):
        if "relation" in premise or "excluded" in premise or (used[k] is not None and used[k] not in objects):
            continue  # what else was looked at
        if "first_box" in premise and premise["object"] != objects[0]:
            continue
        before, after = proof["premises"][:k], proof["premises"][k + 1 :]
        yield ("premises", k), {**proof, "premises": [*before, *after]}
        for name in premise:
            less = {key: value for key, value in premise.items() if key != name}
            yield ("premises", k, name), {**proof, "premises": [*before, less, *after]}


@pytest.mark.parametrize("is_left_out", [False, True], ids=["changed", "left out"])
def test_nothing_that_a_certificate_says_can_be_changed_or_left_out(asked: list[tuple[Scene, Row]], is_left_out: bool):
    missed, tried = [], 0
    assert asked
    for scene, question in asked:
        assert faults(scene, question) == []
        proof = json.loads(question["certificate"])
        for what, other in omissions(proof, question["objects"]) if is_left_out else changes(proof):
            tried += 1
            try:
                found = faults(scene, with_proof(question, other))
            except (AttributeError, LookupError, TypeError, ValueError):
                found = ["unreadable_row"]  # as the audit says of it
            missed += [] if found else [(proof["query"]["op"], *what)]
    assert tried > 10 * len(asked)
    assert missed == []


def as_before(premise: Row) -> Row:
    """A premise in the form that it had when certificates said of cameras only where they are."""
    for name in ("projection", "first_projection"):
        if name in premise:
            return {name.replace("projection", "camera"): premise[name]["position"]}
    return {name: value for name, value in premise.items() if name != "first_depth"}


def test_a_certificate_of_before_says_where_cameras_are_and_no_more(asked: list[tuple[Scene, Row]]):
    """Rows keep the form that they were written in."""
    for scene, question in asked:
        proof = json.loads(question["certificate"])
        if any("unseen" in premise for premise in proof["premises"]):
            continue  # there were none
        old = [as_before(premise) for premise in proof["premises"]]
        if question["views"]:
            old = [premise for premise in old if "position" not in premise]
        assert faults(scene, with_proof(question, {**proof, "premises": old})) == []


def test_a_length_or_an_area_has_four_choices_and_a_list_all_of_its_things(asked: list[tuple[Scene, Row]]):
    for scene, question in asked:
        if question["kind"] == "view_change" and len(question["choices"]) > LEAST_CHOICES:
            continue  # as many as there are boxes or things that may be meant
        wrong = next(choice for choice in question["choices"] if choice != question["answer"])
        less = {**question, "choices": [choice for choice in question["choices"] if choice != wrong]}
        assert any(fault.startswith("choices: ") for fault in faults(scene, less)), question
