"""One text about two pictures of a scene, of which one does not tell: proven for each by writer, verifier and audit."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from dataset.audit.questions.certificate_check import certificate_faults
from dataset.audit.questions.parsed_questions import parse_question
from dataset.audit.solid.view_check import shown_row
from schemas.events import Question, Scene
from schemas.pictures import SeenBody
from schemas.world import Camera
from spatial.questions import KINDS, Unanswerable, answer, ask, parse
from spatial.questions.object_names import NamedScene
from spatial.questions.rules.unknown_rules import UNKNOWN
from spatial.questions.views.shown_scenes import shown_scene
from spatial.verify import verify
from spatial.verify.shown_pictures import as_shown
from tests.fakes.rows_in_metres import row_of
from tests.fakes.seen_twice import looking, seen_by, turned_past

OTHERS = frozenset(KINDS) - {"unanswerable"}

SCENES = 500

SIDE = "In the picture, on which side of the sofa is the {}, if the picture tells?"
FAR = "In the picture, how far is the {} from the sofa, in metres, from centre to centre, if the picture tells?"

LEANING = tuple(np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], dtype=float).reshape(-1).tolist())


def at(x: float, y: float, size: tuple[float, float, float] = (0.4, 0.4, 0.6), **more: object) -> SeenBody:
    return SeenBody(position=(x, y, size[2] / 2), size=size, heading=90.0, **more)


THINGS = [
    (0, "sofa", (), at(0.9, 6.0, (1.4, 0.6, 0.8))),
    (1, "cat", ("red",), at(-0.9, 4.2)),
    (2, "lamp", (), at(1.6, 5.0)),
    (3, "chair", ("blue",), at(-1.2, 6.2)),
    (4, "bench", (), at(-1.9, 4.7, (0.3, 0.3, 1.2), rotation=LEANING)),
]
FRONT, PAST_THEM, AMONG_THEM = looking((0, 0, 1.2), 0), looking((1.2, 0.5, 1.2), -6), looking((-0.9, 5.7, 0.5), -78)


def with_hidden(scene: Scene, view: int, number: int) -> Scene:
    """The scene, of which a view shows nothing of a thing: something is before it."""
    seen = scene.views[view]
    kept = seen.model_copy(update={"objects": tuple(thing for thing in seen.objects if thing.id != number)})
    return scene.model_copy(update={"views": (*scene.views[:view], kept, *scene.views[view + 1 :])})


ROOM = with_hidden(seen_by([FRONT, PAST_THEM, AMONG_THEM], THINGS), 0, 2)
"""Picture 1 is turned past the cat and the bench, and the lamp is behind something there; 2 is taken from among them."""


def seen_in(scene: Scene, picture: int) -> set[str]:
    return {thing.category for thing in (scene.objects if picture == 0 else scene.views[picture - 1].objects)}


@pytest.mark.parametrize(
    ("text", "picture", "said", "reason"),
    [
        (SIDE.format("cat"), 0, "left", ""),
        (SIDE.format("cat"), 1, UNKNOWN, "out_of_view"),
        (SIDE.format("bench"), 1, UNKNOWN, "out_of_view"),  # it leans
        (SIDE.format("lamp"), 0, "right", ""),
        (SIDE.format("lamp"), 1, UNKNOWN, "hidden"),
        (SIDE.format("cat"), 2, UNKNOWN, "out_of_view"),  # it is behind the camera
        (SIDE.format("piano"), 1, None, ""),  # nobody says that there is none
        (FAR.format("cat"), 0, "2.5 m", ""),
        (FAR.format("cat"), 1, UNKNOWN, "out_of_view"),
        (FAR.format("lamp"), 1, UNKNOWN, "hidden"),
    ],
)
def test_a_picture_tells_or_it_is_said_why_not(text: str, picture: int, said: str | None, reason: str):
    views = (picture,) if picture else ()
    scene = NamedScene(shown_scene(ROOM, views) if views else ROOM)
    try:
        found = answer(parse(text), scene)
        assert (found.text, found.reason) == (said, reason)
    except Unanswerable:
        assert said is None
    assert verify(text, None, ROOM, views=views).answer == said
    parsed = parse_question(text, as_shown(ROOM, views))
    assert said is None or (parsed is not None and parsed.reason == reason)


def test_what_of_a_thing_is_cut_by_the_frame_is_neither_beside_it_nor_hidden():
    cut = seen_by([FRONT, looking((1.2, 0.5, 1.2), 3)], THINGS)
    assert "cat" in seen_in(cut, 1)  # a part of it is seen there
    hidden = with_hidden(cut, 0, 1)
    assert verify(SIDE.format("cat"), None, hidden, views=(1,)).answer is None
    with pytest.raises(Unanswerable):
        answer(parse(SIDE.format("cat")), NamedScene(shown_scene(hidden, (1,))))


@cache
def asked() -> tuple[tuple[Scene, tuple[Question, ...]], ...]:
    scenes = (turned_past(seed) for seed in range(SCENES))
    return tuple((scene, ask(scene, seed, without=OTHERS)) for seed, scene in enumerate(scenes))


def with_twins() -> Iterator[tuple[Scene, Question, Question]]:
    """Each question that a picture does not tell, with the one of the same text."""
    for scene, questions in asked():
        for blind in (each for each in questions if each.answer == UNKNOWN):
            [told] = [each for each in questions if each.question == blind.question and each is not blind]
            yield scene, blind, told


def test_each_question_that_cannot_be_answered_has_a_twin_of_the_same_text_that_can():
    found = list(with_twins())
    assert len(found) > SCENES // 20
    for scene, blind, told in found:
        assert told.answer != UNKNOWN
        assert told.views != blind.views
        assert told.id != blind.id
        assert json.loads(blind.certificate)["query"] == json.loads(told.certificate)["query"]
        assert UNKNOWN in told.choices
        for each in (blind, told):
            verdict = verify(each.question, each.choices, scene, views=each.views)
            assert verdict.answer == each.answer, (each, verdict)


def test_one_text_is_asked_in_a_sample_at_most():
    assert all(len({question.question for question in questions}) <= 1 for _, questions in asked())
    assert {len(questions) for _, questions in asked()} == {0, 1, 2}


def test_that_it_cannot_be_known_is_right_as_often_as_a_blind_guess_finds_it():
    gain, number = 0, 0
    for _, questions in asked():
        gain += sum(len(each.choices) * (each.answer == UNKNOWN) - 1 for each in questions)
        number += len(questions)
    assert number > SCENES // 5
    assert abs(gain) < 4 * 1.7 * number**0.5, (gain, number)


def test_a_side_and_a_distance_are_asked_and_each_side_is_right_about_as_often():
    told = Counter(told.answer for _, _, told in with_twins())
    assert sum(count for answer, count in told.items() if answer.endswith(" m")) > 3
    assert min(told["left"], told["right"]) * 4 > max(told["left"], told["right"])


def faults_of(question: dict[str, object], scene: Scene) -> list[str]:
    views = question["views"]
    parsed = parse_question(str(question["question"]), as_shown(scene, views))  # type: ignore[arg-type]
    return list(certificate_faults(question, shown_row(row_of(scene), views), parsed))  # type: ignore[arg-type]


def test_the_audit_refuses_a_certificate_with_another_reason_or_without_what_is_unseen():
    reasons = Counter[str]()
    for scene, blind, _ in with_twins():
        question = blind.model_dump(mode="json")
        assert faults_of(question, scene) == []
        proof = json.loads(blind.certificate)
        reasons[proof["reason"]] += 1
        for other in {"absent", "several", "out_of_view", "hidden", "no_scale", ""} - {proof["reason"]}:
            [fault] = faults_of({**question, "certificate": json.dumps({**proof, "reason": other})}, scene)
            assert "reason" in fault
        for name in ("unseen", "projection"):
            kept = [premise for premise in proof["premises"] if name not in premise]
            if len(kept) < len(proof["premises"]):
                assert faults_of({**question, "certificate": json.dumps({**proof, "premises": kept})}, scene)
        moved = [{**p, "position": [9.0, 9.0, 9.0]} if "unseen" in p else p for p in proof["premises"]]
        assert moved == proof["premises"] or faults_of(
            {**question, "certificate": json.dumps({**proof, "premises": moved})}, scene
        )
    assert reasons["out_of_view"] > SCENES // 40


BLUE_CAT = (5, "cat", ("blue",), at(0.5, 5.2))


@pytest.mark.parametrize(
    ("camera", "is_hidden", "said", "reason"),
    [
        (PAST_THEM, False, UNKNOWN, "out_of_view"),
        (FRONT, True, UNKNOWN, "hidden"),
        (looking((1.2, 0.5, 1.2), 3), True, None, ""),  # a part of it would be in the frame
    ],
    ids=["turned past it", "behind something", "cut by the frame"],
)
def test_a_coloured_thing_is_unseen_for_the_same_reasons_beside_another_of_its_kind(
    camera: Camera, is_hidden: bool, said: str | None, reason: str
):
    scene = seen_by([FRONT, camera], [*THINGS, BLUE_CAT])
    scene = with_hidden(scene, 0, 1) if is_hidden else scene
    assert "cat" in seen_in(scene, 1)
    text = SIDE.format("red cat")
    try:
        found = answer(parse(text), NamedScene(shown_scene(scene, (1,))))
        assert (found.text, found.reason) == (said, reason)
    except Unanswerable:
        assert said is None
    assert verify(text, None, scene, views=(1,)).answer == said
    parsed = parse_question(text, as_shown(scene, (1,)))
    assert said is None or (parsed is not None and parsed.reason == reason)
