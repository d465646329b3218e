"""Questions in metres: what is nearest to the camera, how far apart, taller, on a thing's own left, faced, carried."""

import json
import math
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import Question, Scene
from schemas.pictures import SeenRoom
from spatial.questions import KINDS, Unanswerable, answer, ask, parse
from spatial.questions.certain_facts import View
from spatial.questions.kind_table import choices_for
from spatial.questions.object_names import NamedScene
from spatial.questions.question_generation import _question_for, _Task
from spatial.questions.rules.metric_facts import TALLER_SHARE, pinhole_of
from spatial.verify import verify
from spatial.verify.answers.floor_answers import REACHING_OUT
from spatial.world.body_table import bodies, chance_taller
from spatial.world.views.room_views import FLOORS_M2, far_corners
from tests.fakes.rooms import kitchen
from tests.fakes.scenes import random_scene
from tests.fakes.worlds import EYE, body, covers, furnished, usual, with_random_world

IN_METRES = tuple(kind for kind, row in KINDS.items() if row.in_metres and not row.in_views)

ROOM = furnished(
    {
        "dog": body(0, 0, has_front=True, size=(0.3, 0.8, 0.6)),  # looks at the camera: its left is the picture's right
        "ball": body(1.5, -0.3),
        "sofa": body(0, 3, size=(2.0, 0.9, 0.8), has_front=True),
        "table": body(-2, 0, size=(1.2, 0.8, 0.75)),
        "red cup": body(-2, 0, z=0.8, size=(0.1, 0.1, 0.1), support=3),
        "lamp": body(2.5, 3, size=(0.4, 0.4, 1.6)),
        "blue cup": body(2.5, 1, size=(0.1, 0.1, 0.13)),
        "chair": body(-2, 2.2, heading=-90, has_front=True),  # looks at the table
    }
)


def said(text: str, scene: Scene = ROOM) -> str | None:
    """The writer's answer, which the verifier must share."""
    try:
        found: str | None = answer(parse(text), scene).text
    except Unanswerable:
        found = None
    assert verify(text, None, scene).answer == found
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("In the picture, which of these is nearest to the camera: the sofa, the dog or the lamp?", "dog"),
        ("Which one is closest to the camera in the photo: the lamp, the red cup or the sofa?", "red cup"),
        ("Which of these is nearest to the camera in the picture: the dog, the ball or the sofa?", None),  # alike
        ("How far is the dog from the sofa, in metres, from centre to centre?", "3.0 m"),
        ("How many metres are there between the centres of the ball and the dog in the image?", "1.5 m"),
        ("How far is the red cup from the table, in metres, from centre to centre?", None),  # it lies on it
        ("In reality, which is taller: the lamp or the sofa?", "lamp"),
        ("Which of the two has the greater real height: the red cup or the blue cup?", "blue cup"),
        ("In reality, which is taller: the sofa or the table?", None),
        ("If you were the dog, would the ball be on your left or on your right?", "left"),
        ("Imagine that you are the dog: is the table on your left or on your right?", "right"),
        ("If you were the dog, would the sofa be on your left or on your right?", None),  # behind it
        ("If you were the table, would the dog be on your left or on your right?", None),  # it has no front
        ("Is the chair facing the table in the picture?", "yes"),
        ("Does the front of the chair point towards the lamp in the picture?", "no"),
        ("In the picture, does the dog face the table?", "no"),
        ("If you stood at the ball and looked towards the table, would the dog be on your left or on your right?", None),
        ("If you stood at the ball and looked towards the sofa, would the dog be on your left or on your right?", "left"),
        ("Seen from the sofa with the eyes on the dog, is the table on the left or on the right?", "right"),
        ("Seen from the sofa with the eyes on the dog, is the ball on the left or on the right?", "left"),
        ("Would something 80 cm wide fit between the lamp and the sofa in the picture?", "yes"),  # 1.3 m are free
        ("Would the gap between the lamp and the sofa take something 145 cm wide in the photo?", None),
        ("Would the free space between the lamp and the sofa take something 205 cm wide in the picture?", "no"),
        ("Would something 50 cm wide fit between the red cup and the sofa in the picture?", None),  # it is on a table
        ("Would something 80 cm wide fit between the ball and the table in the picture?", None),  # the dog is there
        ("Which of these would fall if the table were taken away: the red cup, the blue cup or the ball?", "red cup"),
        ("Without the sofa, which of these would fall: the red cup, the blue cup or the ball?", None),
    ],
)
def test_metres_give_the_answer_or_leave_it_open(text: str, wanted: str | None):
    assert said(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Walking straight from the sofa to the plant in the picture, which of these would you pass on your left: "
         "the ball or the lamp?", "lamp"),
        ("Walking straight from the sofa to the plant in the picture, which of these would you pass on your right: "
         "the ball or the lamp?", "ball"),
        ("Going straight from the plant to the sofa in the photo, which of these would you pass on your right: "
         "the ball or the lamp?", "lamp"),
        ("Walking straight from the sofa to the plant in the picture, which of these would you pass on your left: "
         "the ball or the dog?", None),  # the dog is too far away to be passed
        ("Walking straight from the sofa to the plant in the picture, which of these would you pass on your right: "
         "the chair, the ball or the lamp?", "ball"),  # the chair is behind the plant
        ("Walking straight from the sofa to the chair in the picture, which of these would you pass on your right: "
         "the ball or the lamp?", None),  # the plant is in the way
        ("Walking straight from the sofa to the plant in the picture, which of these would you pass on your left: "
         "the ball or the cup?", None),  # the cup is on the sofa
    ],
)  # fmt: skip
def test_what_is_passed_on_a_way_is_told_or_left_open(text: str, wanted: str | None):
    plan = furnished(
        {
            "sofa": body(0, 6), "plant": body(0, 0), "ball": body(-1.5, 3), "lamp": body(1.2, 2.5), "dog": body(5, 3),
            "chair": body(0, -2), "cup": body(0, 6, z=0.6, size=(0.1, 0.1, 0.1), support=0),
        }
    )  # fmt: skip
    assert said(text, plan) == wanted


HIDDEN = furnished(
    {
        "sofa": body(0, 3, size=(2.0, 0.9, 0.8), hidden_by=covers({1: 0.3, 2: 0.002})),
        "dog": body(0, 1),
        "lamp": body(1, 1),
        "table": body(-2, 1, hidden_by=covers({1: 0.05})),
        "ball": body(2, 0, hidden_by=covers({2: 0.62})),
        "cup": body(0, 3, z=1, support=0, hidden_by=covers({})),
    },
    visible={"sofa": 0.69, "table": 0.95, "ball": 0.37},
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Which of these hides part of the sofa in the picture: the dog, the lamp or the table?", "dog"),
        ("In the photo, behind which of these is part of the sofa hidden: the ball, the dog or the lamp?", "dog"),
        ("Which of these hides part of the sofa in the picture: the dog, the lamp or the cup?", None),  # the cup is on it
        ("Which of these hides part of the table in the picture: the dog, the lamp or the sofa?", None),  # hardly any
        ("Which of these hides part of the ball in the picture: the dog, the cup or the sofa?", None),  # none of them
        ("Is less than half of the ball visible in the picture?", "yes"),
        ("Is the larger part of the sofa hidden in the picture?", "no"),
        ("Can less than half of the lamp be seen in the picture?", None),  # what hides it is not known
    ],
)
def test_what_hides_a_thing_gives_the_answer_or_leaves_it_open(text: str, wanted: str | None):
    assert said(text, HIDDEN) == wanted


def test_nothing_is_said_of_what_is_cut_by_the_frame():
    """More than half of it is not seen, and nothing hides that."""
    cut = furnished({"ball": body(0, 0, hidden_by=covers({})), "dog": body(1, 1)}, visible={"ball": 0.38})
    assert said("Is less than half of the ball visible in the picture?", cut) is None


TOWER = {
    "table": body(0, 0, size=(1.2, 0.8, 0.75)),
    "tray": body(0, 0, z=0.77, size=(0.5, 0.4, 0.04), support=0),
    "cup": body(0, 0, z=0.84, size=(0.1, 0.1, 0.1), support=1),
}


def test_what_rests_on_what_rests_on_a_thing_falls_with_it():
    tower = furnished({**TOWER, "ball": body(2, 0), "lamp": body(-2, 0)})
    text = "Which of these would fall if the table were taken away: the ball, the cup or the lamp?"
    assert said(text, tower) == "cup"
    assert answer(parse(text), tower).used == (0, 3, 2, 4, 1)  # the tray is part of the proof
    assert said(text.replace("lamp", "tray"), tower) is None  # two of them fall


LAID = furnished(
    {
        **TOWER,
        "chair": body(2, 0),
        "cabinet": body(-2, 0),
        "broom": body(-2, 1, rotation=(1, 0, 0, 0, 0.96, -0.28, 0, 0.28, 0.96), support=4),
    }
)


@pytest.mark.parametrize(
    ("held", "listed", "wanted"),
    [
        ("tray", "the chair, the table or the cabinet", "table"),
        ("cup", "the chair, the tray or the cabinet", "tray"),
        ("cup", "the tray or the cabinet", "tray"),
        ("cup", "the chair, the tray or the table", None),  # the table carries it, too
        ("cup", "the table or the cabinet", None),  # by way of the tray
        ("tray", "the cup, the table or the cabinet", None),  # the cup rests on it
        ("chair", "the table or the cabinet", None),  # it stands on the floor
        ("broom", "the table or the cabinet", None),  # it leans, and stands on the floor as well
    ],
)
def test_what_a_thing_rests_on_is_what_touches_it_from_below_alone(held: str, listed: str, wanted: str | None):
    text = f"In the picture, which of these supports the {held}: {listed}?"
    assert said(text, LAID) == wanted


def test_nothing_is_known_in_metres_of_other_pictures():
    scene = NamedScene(kitchen())
    assert scene.scene.world is None
    assert not {question.kind for seed in range(40) for question in ask(scene, seed)} & set(IN_METRES)
    assert verify("How far is the table from the stove, in metres, from centre to centre?", None, kitchen()).answer is None
    assert "world" not in kitchen().model_dump(mode="json")


@pytest.mark.parametrize("kind", IN_METRES)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_writer_and_verifier_agree_on_any_scene(kind: str, seed: int):
    scene, rng = NamedScene(with_random_world(random_scene(seed), seed)), random.Random(seed)
    for _, (query, target) in zip(range(6), KINDS[kind].propose(scene, rng), strict=False):
        question = _question_for(_Task(scene, "", None), query, target, rng)
        if question is not None:
            assert question.kind == kind
            assert verify(question.question, question.choices, scene.scene).answer == target


def asked(kind: str, wanted: int) -> list[Question]:
    """Questions of one kind, of as many of a thousand scenes as it takes: paths are clear in one of eighty."""
    found: list[Question] = []
    for seed in range(1000):
        found += ask(with_random_world(random_scene(seed), seed), seed, without=frozenset(KINDS) - {kind})
        if len(found) >= wanted:
            break
    return found


@pytest.mark.parametrize("kind", sorted({*IN_METRES} - {"real_size"}))
def test_each_kind_is_asked_with_a_proof_in_metres(kind: str):
    found = asked(kind, 12)
    assert len(found) >= 5
    for question in found:
        premises = json.loads(question.certificate)["premises"]
        bodies = {premise["object"] for premise in premises if "position" in premise}
        assert bodies >= set(question.objects)
        reads_camera = kind in ("camera_distance", "room_size") or "directly" in question.question
        assert reads_camera is any("projection" in premise for premise in premises)
        assert kind == "free_space" or (kind == "room_size") is any("room" in premise for premise in premises)


def test_the_camera_is_a_premise_with_its_place_its_lens_and_how_it_is_turned():
    query = parse("In the picture, which of these is nearest to the camera: the sofa, the dog or the lamp?")
    question = _question_for(_Task(NamedScene(ROOM), "", None), query, "dog", random.Random(0))
    assert question is not None
    assert ROOM.world is not None
    camera = ROOM.world.camera.model_dump(mode="json")
    assert {"projection": {"position": list(EYE), **camera}} in json.loads(question.certificate)["premises"]
    assert camera.keys() == {"intrinsics", "world_to_camera"}


FLOOR = (
    "In the picture, roughly how many square metres of floor does the room with the sofa have"
    " between the camera and the far wall?"
)


def walled(left: float = -3.0, right: float = 4.0, back: float = 6.0) -> Scene:
    """The room with walls; the camera stands at y = -4 and sees half as far aside as ahead."""
    assert ROOM.world is not None
    room = SeenRoom(left=left, right=right, back=back)
    return ROOM.model_copy(update={"world": ROOM.world.model_copy(update={"room": room})})


HALL, SMALL = walled(), walled(left=-2.0, right=2.0, back=5.0)


@pytest.mark.parametrize(
    ("scene", "wanted"),
    [
        (HALL, "70 m²"),
        (walled(left=-4.0), "80 m²"),
        (walled(left=-5.0), None),  # that corner is at the border of the picture
        (walled(back=5.0), "63 m²"),
        (walled(back=-5.0), None),  # behind the camera
        (ROOM, None),  # its walls are not known
    ],
)
def test_a_floor_is_measured_from_the_camera_to_a_wall_of_which_both_corners_are_seen(scene: Scene, wanted: str | None):
    assert said(FLOOR, scene) == wanted


def test_a_corner_behind_a_thing_is_not_seen():
    corner = pinhole_of(View(HALL)).project(far_corners((-3.0, 4.0, 6.0)))[0][0]
    box = (int(corner[0]) - 5, int(corner[1]) - 5, 10, 10)
    first, *others = HALL.objects
    covered = HALL.model_copy(update={"objects": (first.model_copy(update={"box": box}), *others)})
    assert said(FLOOR, covered) is None


def test_the_right_floor_has_any_place_among_choices_of_which_each_is_a_floor_that_rooms_have():
    query, places = parse(FLOOR), set()
    for seed in range(60):
        choices = choices_for(NamedScene(SMALL), query, answer(query, SMALL), random.Random(seed))
        assert choices is not None
        values = sorted(float(choice.split()[0]) for choice in choices)
        assert all(high >= 1.5 * low for low, high in pairwise(values))
        assert min(values) >= FLOORS_M2[0] - 0.5
        assert max(values) <= FLOORS_M2[1] + 0.5
        places.add(values.index(36.0))
    assert places == {1, 2}


def test_the_right_length_has_any_place_among_choices_that_are_plainly_apart():
    places, query = list[int | None](), parse("How far is the dog from the sofa, in metres, from centre to centre?")
    for number in range(200):
        scene = NamedScene(ROOM.model_copy(update={"excluded": (f"thing {number}",)}))  # drawn by the scene's content
        choices = choices_for(scene, query, answer(query, scene), random.Random(number))
        if choices is None:
            places.append(None)
            continue
        values = sorted(float(choice.split()[0]) for choice in choices)
        assert len(values) == 4
        assert all(high >= 1.3 * low for low, high in pairwise(values))
        places.append(values.index(3.0))
    assert set(places) == {None, 0, 1, 2, 3}


def test_turning_everything_about_the_camera_changes_no_answer():
    """The same scene from another side of the world: distances, heights and own sides are as they were."""
    turn = math.radians(70)
    assert ROOM.world is not None
    turned = []
    for each in ROOM.world.bodies:
        dx, dy, z = each.position[0] - EYE[0], each.position[1] - EYE[1], each.position[2]
        x, y = EYE[0] + dx * math.cos(turn) - dy * math.sin(turn), EYE[1] + dx * math.sin(turn) + dy * math.cos(turn)
        heading = (each.heading + 70 + 180) % 360 - 180
        turned.append(each.model_copy(update={"position": (x, y, z), "heading": heading}))
    other = ROOM.model_copy(update={"world": ROOM.world.model_copy(update={"bodies": tuple(turned)})})
    for text in (
        "In the picture, which of these is nearest to the camera: the sofa, the dog or the lamp?",
        "How far is the dog from the sofa, in metres, from centre to centre?",
        "If you were the dog, would the ball be on your left or on your right?",
        "Is the chair facing the table in the picture?",
    ):
        assert said(text, other) == said(text)


def test_a_mirrored_world_changes_sides_and_nothing_else():
    assert ROOM.world is not None
    mirrored = [
        each.model_copy(update={"position": (-each.position[0], *each.position[1:]), "heading": 180 - each.heading})
        for each in ROOM.world.bodies
    ]
    other = ROOM.model_copy(update={"world": ROOM.world.model_copy(update={"bodies": tuple(mirrored)})})
    assert said("If you were the dog, would the ball be on your left or on your right?", other) == "right"
    assert said("Is the chair facing the table in the picture?", other) == "yes"
    assert said("How many metres are there between the centres of the ball and the dog in the image?", other) == "1.5 m"


def test_names_alone_tell_a_height_only_where_the_table_leaves_one_order():
    assert chance_taller("table", "mug", TALLER_SHARE) == 1
    assert chance_taller("mug", "table", TALLER_SHARE) == 0
    assert chance_taller("mug", "no such thing", TALLER_SHARE) == 0


def test_heights_are_asked_of_things_that_may_have_either_order():
    name = max(bodies(), key=lambda each: bodies()[each].spread)
    assert 0 < chance_taller(name, name, TALLER_SHARE) < 0.5
    things = {
        f"red {name}": body(0, 0, size=(1, 1, 1)),
        f"blue {name}": body(2, 0, size=(0.7, 0.7, 0.7)),
        "mug": body(4, 0),
    }
    scene = NamedScene(furnished(things))
    found = {(query, said) for seed in range(20) for query, said in KINDS["real_size"].propose(scene, random.Random(seed))}
    assert {said for _, said in found} == {f"red {name}"}  # and of neither beside the mug
    assert len(found) == 2  # the taller one is named first, or last


def test_a_camera_among_the_things_is_not_taken_for_the_one_that_took_the_picture():
    things = {"camera": body(0, 0), "ball": body(1, 1), "sofa": body(0, 3), "table": body(-2, 5)}
    assert list(KINDS["camera_distance"].propose(NamedScene(furnished(things)), random.Random(0))) == []
    others = {**things, "lamp": body(2, 2)}
    del others["camera"]
    assert list(KINDS["camera_distance"].propose(NamedScene(furnished(others)), random.Random(0)))


def test_what_reaches_farther_above_the_ground_than_on_it_leaves_open_what_fits():
    """The head of a cow is no part of what stands in the way, and its box has it."""
    text = "In the picture, would something 60 cm wide fit between the {} and the cabinet?"
    for name, said in (("desk", "yes"), ("cow", None), ("tree", None)):
        scene = furnished(
            {
                name: usual(name, -5, 0),
                "cabinet": usual("cabinet", 0, 0),
                "sofa": usual("sofa", 0, 5),
                "stool": usual("stool", 2.8, 4),
            }
        )
        assert verify(text.format(name), None, scene).answer == said
        if said is None:
            with pytest.raises(Unanswerable):
                answer(parse(text.format(name)), scene)
    assert {name for name, kind in bodies().items() if kind.overhangs} == REACHING_OUT


def test_nobody_stands_at_a_table_and_looks_towards_what_is_on_it():
    seen = "In the picture, if you stood at the table and looked towards the bottle"
    text = f"{seen}, would the sofa be on your left or on your right?"
    apart = furnished({"table": body(0, 0), "bottle": body(0, 2), "sofa": body(-3, 1)})
    on_it = furnished({"table": body(0, 0), "bottle": body(0, 1, z=1, support=0), "sofa": body(-3, 1)})
    assert verify(text, None, apart).answer == answer(parse(text), apart).text == "left"
    assert verify(text, None, on_it).answer is None
    with pytest.raises(Unanswerable):
        answer(parse(text), on_it)


def test_what_looks_alike_from_both_sides_has_no_front_to_be_asked_about():
    alike = {"traffic barrier", "fence", "canoe", "railway carriage", "suitcase", "notebook", "backpack"}
    assert not [name for name in alike if bodies()[name].shows_front]
    assert [name for name in alike if bodies()[name].has_front], "they are still turned as things with a front are"


def test_nothing_in_metres_is_asked_about_what_is_in_the_air_out_of_doors():
    """A balloon without a shadow may be small and near or large and far."""
    texts = (
        "In the picture, how far is the balloon from the sofa, in metres, from centre to centre?",
        "In the picture, if you stood at the dog and looked towards the balloon, "
        "would the sofa be on your left or on your right?",
        "In the picture, which of these is nearest to the camera: the balloon, the sofa or the dog?",
    )
    for z, is_known in ((0.55, True), (1.5, False)):
        scene = furnished(
            {"balloon": usual("balloon", 0, 2, z=z), "sofa": usual("sofa", -3, 1), "dog": usual("dog", 0, -1.5)}
        )
        indoors = scene.model_copy(update={"world": scene.world.model_copy(update={"room": WALLS})})
        for text in texts:
            assert (verify(text, None, scene).answer is not None) is is_known, text
            assert verify(text, None, indoors).answer is not None, "it may hang on a wall there"
            if is_known:
                assert answer(parse(text), scene).text == verify(text, None, scene).answer
            else:
                with pytest.raises(Unanswerable):
                    answer(parse(text), scene)


WALLS = SeenRoom(left=-4, right=4, back=6)
