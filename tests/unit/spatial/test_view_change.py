"""Questions about two pictures of one scene: answers that a person sees, proven twice, and flipped when pictures are."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from schemas.events import Question, Scene
from schemas.pictures import SeenBody
from schemas.world import Camera
from spatial.questions import KINDS, ask, mirror, parse
from spatial.questions.answering import answer
from spatial.questions.object_names import NamedScene
from spatial.questions.views.shown_scenes import shown_scene
from spatial.questions.wording.referring_expressions import Unanswerable
from spatial.verify import verify
from tests.fakes.events import make_qa
from tests.fakes.seen_twice import looking, seen_by, seen_twice

SCENES = int(os.environ.get("SKG_VIEW_SCENES", "80"))
"""That the oracle judges here; many more where time does not matter."""

OTHERS = frozenset(KINDS) - {"view_change"}


FROM_FIRST = "From the first picture of the sofa to the second, did the camera move to the left or to the right?"
WHICH_BOX = "Which bounding box in the second picture shows the {} of the first, given as x, y, width and height in pixels?"


def at(x: float, y: float, size: tuple[float, float, float] = (0.5, 0.5, 0.6)) -> SeenBody:
    return SeenBody(position=(x, y, size[2] / 2), size=size, heading=90.0)


THINGS = [
    (0, "sofa", (), at(0.0, 6.0, (1.4, 0.6, 0.8))),
    (1, "cat", ("red",), at(-0.6, 4.0)),
    (2, "cat", ("blue",), at(0.5, 4.2)),
    (3, "lamp", (), at(1.6, 5.0)),
]
FRONT, LEFT, NEARER = looking((0, 0, 1.2), 0), looking((-1.5, 0.2, 1.2), -12), looking((0, 1.6, 1.2), 0)
AWAY, TURNED = looking((-1.0, 0.3, 1.2), 4), looking((0, 0, 1.2), 6)
ROOM = seen_by([FRONT, LEFT, NEARER, AWAY, TURNED], THINGS)
"""Picture 1 from the left, 2 from nearer, 3 from the left without the lamp, 4 from the same place, turned."""


def boxes(scene: Scene, picture: int) -> dict[str, list[int]]:
    objects = scene.objects if picture == 0 else scene.views[picture - 1].objects
    return {" ".join((*thing.attributes, thing.category)): list(thing.box) for thing in objects}


@pytest.mark.parametrize(
    ("text", "views", "wanted"),
    [
        (FROM_FIRST, (0, 1), "left"),
        (FROM_FIRST, (1, 0), "right"),
        ("Is the camera further to the left or further to the right in the second picture of the sofa than in the first?",
         (1, 0), "right"),
        ("From the first photo of the sofa to the second, did the camera go to the left or to the right?", (0, 4), None),
        ("From the first photo of the sofa to the second, did the camera go to the left or to the right?", (0, 2), None),
        ("Did the camera go forward or backward from the first image of the sofa to the second?", (0, 2), "forward"),
        ("Was the camera moved forward or backward between the first image of the sofa and the second?",
         (2, 0), "backward"),
        ("Did the camera go forward or backward from the first image of the sofa to the second?", (0, 1), None),
        ("Which of these is visible in the second picture of the sofa but not in the first?", (3, 0), "lamp"),
        ("What does the second picture of the sofa show that the first does not?", (3, 0), "lamp"),
        ("Which of these is visible in the second picture of the sofa but not in the first?", (0, 3), None),
        ("Which of these is visible in the second picture of the lamp but not in the first?", (3, 0), None),
        ("Which of these is visible in the second picture of the sofa but not in the first?", (0,), None),
        ("Which of these is visible in the second picture of the sofa but not in the first?", (), None),
        ("Which of these is visible in the second picture of the sofa but not in the first?", (7, 0), None),
    ],
)  # fmt: skip
def test_two_pictures_give_the_answer_or_leave_it_open(text: str, views: tuple[int, ...], wanted: str | None):
    assert verify(text, None, ROOM, views=views).answer == wanted
    assert written(text, views) == wanted


def test_a_further_camera_alone_does_not_make_two_pictures_of_a_question_about_the_image():
    scene = ROOM.model_copy(update={"views": ROOM.views[:1]})
    assert verify(FROM_FIRST, None, scene).answer is None
    assert verify(FROM_FIRST, None, scene, views=(0, 1)).answer == "left"


def written(text: str, views: tuple[int, ...], scene: Scene = ROOM) -> str | None:
    """The answer of the questions' writer."""
    try:
        return answer(parse(text), NamedScene(shown_scene(scene, views))).text
    except Unanswerable:
        return None


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0), (2, 1)])
@pytest.mark.parametrize("name", ["sofa", "red cat", "blue cat"])
def test_the_box_of_a_thing_is_the_one_in_the_second_picture(first: int, second: int, name: str):
    text = WHICH_BOX.format(name)
    choices = [json.dumps(box) for box in boxes(ROOM, second).values()]
    assert verify(text, choices, ROOM, views=(first, second)).answer == json.dumps(boxes(ROOM, second)[name])
    assert written(text, (first, second)) == json.dumps(boxes(ROOM, second)[name])


def test_a_thing_that_the_words_single_out_in_one_picture_only_is_not_asked_about():
    text = WHICH_BOX.format("cat")
    assert verify(text, None, ROOM, views=(0, 1)).answer is None
    assert written(text, (0, 1)) is None


Pictures = Sequence[tuple[Camera, Sequence[dict[str, object]]]]


def pictures(scene: Scene) -> Pictures:
    assert scene.world is not None
    found = [(scene.world.camera, scene.objects), *((view.camera, view.objects) for view in scene.views)]
    return [(camera, [thing.model_dump() for thing in objects]) for camera, objects in found]


def eye(camera: Camera) -> np.ndarray:
    return np.linalg.inv(np.array(camera.world_to_camera).reshape(4, 4))[:3, 3]


def moved(one: Pictures, _text: str) -> np.ndarray:
    """The second camera's place before the first one: x right, y down, z forward."""
    return np.array(one[0][0].world_to_camera).reshape(4, 4) @ [*eye(one[1][0]), 1.0]


def named_in(text: str, things: Sequence[dict[str, object]]) -> dict[str, object]:
    words = {f" the {' '.join([*colour, str(thing['category'])])} ": thing for thing in things for colour in colours(thing)}
    plain = f" {re.sub(r'[^a-z ]', ' ', text.lower())} "
    return words[max((name for name in words if name in plain), key=len)]


def colours(thing: dict[str, object]) -> list[list[str]]:
    return [[], [str(word) for word in thing["attributes"]]]  # type: ignore[attr-defined]


def sideways(one: Pictures, text: str) -> str:
    return "right" if moved(one, text)[0] > 0 else "left"


def along(one: Pictures, text: str) -> str:
    return "forward" if moved(one, text)[2] > 0 else "backward"


def news(one: Pictures, _text: str) -> str:
    (new,) = {thing["id"] for thing in one[1][1]} - {thing["id"] for thing in one[0][1]}
    return next(str(thing["category"]) for thing in one[1][1] if thing["id"] == new)


def again(one: Pictures, text: str) -> str:
    before = named_in(text, one[0][1])
    return json.dumps(list(next(thing["box"] for thing in one[1][1] if thing["id"] == before["id"])))  # type: ignore[call-overload]


ORACLE: dict[str, Callable[[Pictures, str], str]] = {
    "sideways": sideways, "along": along, "only_second": news, "same_box": again,
}  # fmt: skip


def form_of(question: Question) -> str:
    query = json.loads(question.certificate)["query"]
    return str(query.get("axis", query["op"]))


@pytest.fixture(scope="module")
def asked() -> list[tuple[Scene, Question]]:
    scenes = [(seed, seen_twice(seed)) for seed in range(SCENES)]
    return [(scene, question) for seed, scene in scenes for question in ask(scene, seed, without=OTHERS)]


def test_every_form_is_asked_of_pictures_in_both_orders(asked: list[tuple[Scene, Question]]):
    forms = Counter(form_of(question) for _, question in asked)
    assert forms.keys() == ORACLE.keys()
    assert min(forms.values()) >= SCENES / 25
    orders = Counter(question.views[0] < question.views[1] for _, question in asked)
    assert 0.35 < orders[True] / len(asked) < 0.65


def test_an_oracle_of_its_own_agrees_with_each_answer(asked: list[tuple[Scene, Question]]):
    for scene, question in asked:
        shown = [pictures(scene)[number] for number in question.views]
        assert ORACLE[form_of(question)](shown, question.question) == question.answer, question


def test_the_verifier_proves_each_answer_and_its_choices(asked: list[tuple[Scene, Question]]):
    for scene, question in asked:
        verdict = verify(question.question, question.choices, scene, views=question.views)
        assert verdict.answer == question.answer, (question, verdict.reason)


def test_no_answer_is_likelier_than_its_opposite(asked: list[tuple[Scene, Question]]):
    for answers in (("left", "right"), ("forward", "backward")):
        found = Counter(question.answer for _, question in asked if question.answer in answers)
        assert abs(found[answers[0]] - found[answers[1]]) <= 3 * sum(found.values()) ** 0.5


def test_exchanged_pictures_exchange_the_cameras_way(asked: list[tuple[Scene, Question]]):
    twins = [(question, mirror(question, scene)) for scene, question in asked if "axis" in question.certificate]
    assert twins
    for question, twin in twins:
        assert twin is not None
        assert twin.question == question.question
        assert twin.views == question.views[::-1]
        assert {twin.answer, question.answer} in ({"left", "right"}, {"forward", "backward"})
        assert twin.id != question.id


def test_a_certificate_has_both_cameras_and_both_boxes_and_depths_of_what_it_uses(asked: list[tuple[Scene, Question]]):
    for scene, question in asked:
        proof = json.loads(question.certificate)
        names = ("first_projection", "projection")
        cameras = {name: premise[name] for premise in proof["premises"] for name in names if name in premise}
        shown = [pictures(scene)[number][0] for number in question.views]
        for name, camera in zip(names, shown, strict=True):
            assert np.allclose(cameras[name].pop("position"), eye(camera), atol=1e-4)
            assert cameras[name] == camera.model_dump(mode="json")
        first_boxes = {premise["object"] for premise in proof["premises"] if {"first_box", "first_depth"} <= premise.keys()}
        assert set(question.objects[:1]) <= {premise["object"] for premise in proof["premises"] if "position" in premise}
        assert set(question.objects[:1]) <= first_boxes
        assert 0 < proof["margin"] <= 1


IN_SPACE = ("distance_metric", "real_size", "free_space", "viewpoint", "path", "object_frame", "facing")


def test_another_camera_gives_the_same_answers_in_metres():
    proven = 0
    for seed in range(SCENES // 2):
        scene = seen_twice(seed)
        for question in ask(scene, seed, without=frozenset(KINDS) - {*IN_SPACE}):
            for number in range(1, len(scene.views) + 1):
                verdict = verify(question.question, question.choices, scene, views=(number,))
                assert verdict.answer in (None, question.answer), question
                proven += verdict.entailed
    assert proven > SCENES // 2


def test_other_kinds_are_asked_of_the_image_alone_and_views_need_two_pictures():
    for seed in range(20):
        scene = seen_twice(seed)
        others = ask(scene, seed, without=frozenset({"view_change"}))
        assert all(not question.views for question in others if question.kind != "unanswerable")
        assert all(len(question.views) < 2 for question in others)
        assert not ask(scene.model_copy(update={"views": ()}), seed, without=OTHERS)
        assert all(len(set(question.views)) == 2 for question in ask(scene, seed, without=OTHERS))


def test_a_sample_refuses_a_question_about_a_picture_that_it_does_not_have():
    event = make_qa()
    question = event.questions[0].model_copy(update={"views": (0, 1)})
    with pytest.raises(ValueError, match="a question shows picture 1"):
        type(event).model_validate({**event.model_dump(), "questions": [question.model_dump()]})
