"""What the picture does not tell: proven for each reason by writer and verifier alike, and no help to a blind guess."""

import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.audit.questions.certificate_check import certificate_faults
from dataset.audit.questions.parsed_questions import parse_question
from schemas.events import Question, Scene
from spatial.questions import Unanswerable, answer, ask, parse
from spatial.questions.counterfactuals import mirror
from spatial.questions.kind_table import KINDS
from spatial.questions.object_names import NamedScene
from spatial.questions.question_generation import _question_for, _Task
from spatial.questions.rules.unknown_rules import UNKNOWN
from spatial.splits import SPLITS
from spatial.verify import verify
from tests.fakes.rooms import room, thing
from tests.fakes.scenes import random_scene
from tests.fakes.seen_twice import turned_past
from tests.fakes.worlds import body, furnished, usual, with_random_world

KIND = "unanswerable"
OTHERS = frozenset(KINDS) - {KIND}

ROOM = room(
    thing("sofa", (10, 140, 60, 60), depth=5.0),
    thing("chair", (110, 190, 40, 50), "red", depth=4.0),
    thing("table", (180, 220, 60, 60), depth=3.0),
    thing("chair", (270, 260, 40, 60), "blue", depth=2.0),
    thing("cabinet", (330, 290, 60, 75), depth=1.0),
    excluded=("piano",),
)

ONE_CHAIR = room(thing("table", (200, 9, 20, 20)), thing("chair", (9, 9, 20, 20)))
A_PIANO = room(thing("table", (200, 9, 20, 20)), thing("piano", (9, 9, 20, 20)))
A_BED_BEHIND = room(thing("sofa", (9, 200, 50, 50), depth=1.0), thing("bed", (200, 99, 50, 50), depth=3.0))
A_LAMP_BESIDE = room(thing("cabinet", (9, 9, 20, 20)), thing("lamp", (200, 9, 20, 20)))

SIDE = "In the picture, on which side of the {} is the {}, if the picture tells?"
NEXT = "As the viewer sees it, which thing comes next {} the {}, if the picture tells?"


@pytest.mark.parametrize(
    ("text", "said", "reason"),
    [
        (SIDE.format("table", "piano"), UNKNOWN, "absent"),
        (SIDE.format("table", "green chair"), UNKNOWN, "absent"),
        (SIDE.format("table", "chair"), UNKNOWN, "several"),
        (SIDE.format("table", "red chair"), "left", ""),
        (SIDE.format("table", "cabinet"), "right", ""),
        (NEXT.format("to the right of", "cabinet"), UNKNOWN, "out_of_view"),
        (NEXT.format("to the left of", "cabinet"), "blue chair", ""),
        (NEXT.format("behind", "sofa"), UNKNOWN, "hidden"),
        (NEXT.format("behind", "red chair"), "sofa", ""),
        (SIDE.format("cabinet", "chair"), None, ""),  # both are on one side
        (SIDE.format("table", "lamp"), None, ""),  # nobody says that there is none
        (SIDE.format("chair", "table"), None, ""),  # no side of two chairs
    ],
)
def test_the_picture_tells_or_it_is_said_why_not(text: str, said: str | None, reason: str):
    try:
        found = answer(parse(text), ROOM)
        assert (found.text, found.reason) == (said, reason)
    except Unanswerable:
        assert said is None
    assert verify(text, None, ROOM).answer == said
    parsed = parse_question(text, ROOM)
    assert said is None or (parsed is not None and parsed.reason == reason)


FAR = "In the picture, how far is the {} from the {}, in metres, from centre to centre, if the picture tells?"


@pytest.mark.parametrize(
    ("text", "said", "reason"),
    [
        (FAR.format("dog", "sofa"), "3.0 m", ""),
        (FAR.format("piano", "sofa"), UNKNOWN, "absent"),
        (FAR.format("green cup", "sofa"), UNKNOWN, "absent"),
        (FAR.format("red cup", "sofa"), "5.0 m", ""),
        (FAR.format("cup", "sofa"), None, ""),  # which of the two?
        (FAR.format("lamp", "table"), None, ""),  # it stands on it
        (FAR.format("whale", "sofa"), None, ""),  # nobody says that there is none
    ],
)
def test_a_distance_is_told_or_it_is_said_why_not(text: str, said: str | None, reason: str):
    things = {
        "sofa": usual("sofa", 0, 3, z=0.25),
        "dog": body(0, 0),
        "table": usual("table", 2, 3),
        "lamp": body(2, 3, z=1, support=2),
    }
    scene = furnished({**things, "red cup": body(-5, 3), "blue cup": body(3, 0)}).model_copy(
        update={"excluded": ("piano",)}
    )
    try:
        found = answer(parse(text), scene)
        assert (found.text, found.reason) == (said, reason)
    except Unanswerable:
        assert said is None
    assert verify(text, None, scene).answer == said
    parsed = parse_question(text, scene)
    assert said is None or (parsed is not None and parsed.reason == reason)
    assert verify(text, None, ROOM).answer is None  # nothing is known in metres there


def test_a_distance_that_is_not_known_has_lengths_beside_it_as_one_that_is():
    lengths = [q for seed in range(500) for q in ask(turned_past(seed), seed, without=OTHERS) if "metres" in q.question]
    assert {q.answer == UNKNOWN for q in lengths} == {True, False}
    for question in lengths:
        assert len(question.choices) == 4
        assert sorted(choice.endswith(" m") for choice in question.choices) == [False, True, True, True]


@pytest.mark.parametrize(
    ("text", "scene"),
    [
        (SIDE.format("table", "piano"), A_PIANO),
        (SIDE.format("table", "chair"), ONE_CHAIR),
        (NEXT.format("to the right of", "cabinet"), A_LAMP_BESIDE),
        (NEXT.format("behind", "sofa"), A_BED_BEHIND),
    ],
    ids=["absent", "several", "out_of_view", "hidden"],
)
def test_a_verifier_does_not_believe_that_it_cannot_be_known_where_it_can(text: str, scene: Scene):
    verdict = verify(text, None, scene)
    assert verdict.entailed
    assert verdict.answer != UNKNOWN


def test_a_doubtful_thing_proves_nothing():
    speck = room(thing("table", (200, 9, 20, 20)), thing("chair", (9, 9, 20, 20)), thing("chair", (300, 9, 5, 5)))
    hardly = room(
        thing("table", (200, 9, 20, 20)), thing("chair", (9, 9, 20, 20)), thing("chair", (300, 9, 20, 20), visible=0.2)
    )
    like_it = room(thing("table", (200, 9, 20, 20)), thing("chair", (9, 9, 20, 20), "maroon"))
    for scene, words in ((speck, "chair"), (hardly, "chair"), (like_it, "red chair")):
        assert not verify(SIDE.format("table", words), None, scene).entailed
        with pytest.raises(Unanswerable):
            answer(parse(SIDE.format("table", words)), scene)


def asked_of(scene: Scene, text: str) -> Question:
    """The question with this text, as the factory would ask it."""
    query = parse(text)
    named = NamedScene(scene)
    made = (
        _question_for(_Task(named, "", None), query, answer(query, named).text, random.Random(seed)) for seed in range(9)
    )
    return next(each for each in made if each is not None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SIDE.format("table", "piano"), "absent"),
        (SIDE.format("table", "chair"), "several"),
        (NEXT.format("to the right of", "cabinet"), "out_of_view"),
        (NEXT.format("behind", "sofa"), "hidden"),
    ],
)
def test_the_audit_refuses_a_certificate_with_another_reason(text: str, reason: str):
    question = asked_of(ROOM, text).model_dump(mode="json")
    row = {**ROOM.model_dump(mode="json"), "questions": [question]}
    parsed = parse_question(question["question"], ROOM)
    assert list(certificate_faults(question, row, parsed)) == []
    proof = json.loads(question["certificate"])
    assert proof["reason"] == reason
    for other in {"absent", "several", "out_of_view", "hidden", ""} - {reason}:
        question["certificate"] = json.dumps({**proof, "reason": other})
        [fault] = certificate_faults(question, row, parsed)
        assert "reason" in fault


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_writer_and_verifier_agree(seed: int):
    scene, rng = NamedScene(random_scene(seed)), random.Random(seed)
    for _, (query, target) in zip(range(8), KINDS[KIND].propose(scene, rng), strict=False):
        question = _question_for(_Task(scene, "", None), query, target, rng)
        if question is not None:
            assert question.kind == KIND
            assert UNKNOWN in question.choices
            assert verify(question.question, question.choices, scene.scene).answer == target


@pytest.mark.thorough
def test_it_is_right_as_often_as_a_blind_guess_and_in_each_split():
    gains, reasons = Counter[str](), Counter[str]()
    for seed in range(900):
        split = SPLITS[seed % 3]
        for question in ask(random_scene(seed), seed, split=split, without=OTHERS):
            gains[split] += len(question.choices) * (question.answer == UNKNOWN) - 1
            reasons[split] += 1
    assert min(reasons[split] for split in SPLITS) > 20
    for split in SPLITS:
        assert abs(gains[split]) < 4 * 1.7 * reasons[split] ** 0.5, (split, gains, reasons)


@pytest.mark.thorough
def test_at_most_one_in_ten_questions_leaves_open_whether_the_picture_tells():
    found = [[q.kind for q in ask(random_scene(seed), seed)] for seed in range(150)]
    assert max(kinds.count(KIND) for kinds in found) == 1
    assert sum(kinds.count(KIND) for kinds in found) <= 0.1 * sum(map(len, found))


def test_a_single_picture_of_a_scene_in_metres_leaves_nothing_open():
    scenes = (with_random_world(random_scene(seed), seed) for seed in range(40))
    assert not [question for seed, scene in enumerate(scenes) for question in ask(scene, seed, without=OTHERS)]


def test_the_twin_of_what_comes_next_is_on_the_other_side():
    question = asked_of(ROOM, NEXT.format("to the right of", "cabinet"))
    twin = mirror(question, ROOM)
    assert twin is not None
    assert twin.answer == "blue chair"
    assert "to the left of the cabinet" in twin.question
