"""Whether there is room directly to a side of a thing: on ground that is seen and free, or taken wherever it is tried."""

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import Scene
from schemas.pictures import SeenBody, SeenRoom
from spatial.questions import KINDS, Unanswerable, answer, ask, mirror, parse
from spatial.questions.object_names import NamedScene
from spatial.questions.views.shown_scenes import shown_scene
from spatial.verify import verify
from spatial.world.body_table import bodies
from tests.fakes.seen_twice import looking, seen_by

TEXT = "In the picture, is there room for something {} cm wide directly to the {} of the {}?"

OTHERS = frozenset(KINDS) - {"free_space"}


def at(x: float, y: float, size: tuple[float, float, float] = (0.5, 0.5, 0.6), heading: float = -90.0) -> SeenBody:
    return SeenBody(position=(x, y, size[2] / 2), size=size, heading=heading)


def scene_of(**things: SeenBody) -> Scene:
    """The things before a camera that looks along +y."""
    named = [(k, name.replace("_", " "), (), body) for k, (name, body) in enumerate(things.items())]
    return seen_by([looking((0.0, 0.0, 1.6), 0.0)], named)


def in_room(scene: Scene, left: float = -9.0, right: float = 9.0, back: float = 12.0) -> Scene:
    assert scene.world is not None
    room = SeenRoom(left=left, right=right, back=back)
    return scene.model_copy(update={"world": scene.world.model_copy(update={"room": room})})


TABLE = at(0.0, 6.0, (1.2, 0.8, 0.7))
FAR_OFF = at(0.5, 9.5)
"""Something behind all: ground beyond the last thing may be taken."""

ALONE = scene_of(table=TABLE, suitcase=FAR_OFF)
STOOL_BESIDE = scene_of(table=TABLE, stool=at(-1.05, 6.0), suitcase=FAR_OFF)
"""0.2 m are between the two."""
STOOL_AT_AN_END = scene_of(table=at(0.0, 6.0, (1.2, 2.4, 0.7)), stool=at(-1.05, 6.9), suitcase=at(0.5, 9.5))
TURNED = scene_of(
    table=at(0.2, 6.0, (1.2, 0.8, 0.7), -60.0), cabinet=at(-0.8, 6.1, (0.9, 1.8, 1.0), -110.0), suitcase=FAR_OFF
)
BOX_BEFORE = scene_of(table=TABLE, suitcase=FAR_OFF, cabinet=at(-0.6, 3.6, (0.5, 0.5, 0.9)))


@pytest.mark.parametrize(
    ("scene", "width", "side", "name", "said"),
    [
        (ALONE, 60, "left", "table", "yes"),
        (ALONE, 60, "right", "table", "yes"),
        (ALONE, 400, "left", "table", None),  # beyond the frame
        (ALONE, 60, "left", "suitcase", None),  # what is behind it is not known to be free
        (STOOL_BESIDE, 60, "left", "table", "no"),
        (STOOL_BESIDE, 60, "right", "stool", "no"),
        (STOOL_BESIDE, 60, "right", "table", "yes"),
        (STOOL_BESIDE, 60, "left", "stool", "yes"),
        (STOOL_BESIDE, 30, "left", "table", None),  # hardly
        (STOOL_AT_AN_END, 60, "left", "table", "yes"),  # beside its middle there is
        (STOOL_AT_AN_END, 120, "left", "table", None),  # there is not, but at its other end
        (TURNED, 60, "left", "table", "no"),
        (BOX_BEFORE, 60, "left", "table", None),  # the ground is hidden in part
        (BOX_BEFORE, 60, "right", "table", "yes"),
        (in_room(ALONE), 60, "left", "table", "yes"),
        (in_room(ALONE, left=-1.2), 60, "left", "table", None),
        (in_room(ALONE, back=7.2), 60, "left", "table", None),  # furniture may stand along the wall
    ],
)
def test_there_is_room_or_not_or_nobody_could_tell(scene: Scene, width: int, side: str, name: str, said: str | None):
    text = TEXT.format(width, side, name)
    try:
        assert answer(parse(text), scene).text == said
    except Unanswerable:
        assert said is None
    assert verify(text, None, scene).answer == said


@pytest.mark.parametrize(
    "text",
    [
        "Is there room for a chair 60 cm wide to the left of the table?",
        "Is there enough space for something 60 cm wide directly to the left of the table in the picture?",
        "Is there room for a suitcase 60 cm wide directly to the left of the table?",  # one is in the scene
        "Would a robot 60 cm wide fit to the left of the table?",
    ],
)
def test_the_verifier_reads_whatever_is_to_be_put_there(text: str):
    assert verify(text, None, ALONE).answer == "yes"
    assert verify(text, None, STOOL_BESIDE).answer in ("no", None)


def test_a_robot_drives_between_two_things():
    scene = scene_of(sofa=at(-1.0, 6.0, (1.0, 0.8, 0.7)), table=at(0.8, 6.0, (0.8, 0.8, 0.7)))
    for width, said in ((60, "yes"), (150, "no")):
        text = f"Could a robot {width} cm wide drive between the sofa and the table in the picture?"
        assert verify(text, None, scene).answer == said


def test_nothing_without_its_own_place_on_the_ground_has_room_beside_it():
    scene = scene_of(table=TABLE, cup=at(0.0, 6.0, (0.1, 0.1, 0.1)), dog=at(2.0, 6.0), suitcase=FAR_OFF)
    assert scene.world is not None
    sofa, cup, *rest = scene.world.bodies
    raised = cup.model_copy(update={"support": 0, "position": (0.0, 6.0, 0.75)})
    scene = scene.model_copy(update={"world": scene.world.model_copy(update={"bodies": (sofa, raised, *rest)})})
    for name in ("cup", "dog"):  # a dog reaches farther above the ground than on it
        assert verify(TEXT.format(40, "right", name), None, scene).answer is None
        with pytest.raises(Unanswerable):
            answer(parse(TEXT.format(40, "right", name)), scene)
    assert verify(TEXT.format(40, "left", "table"), None, scene).answer == "yes"  # what it carries is not beside it


def test_the_twin_is_on_the_other_side():
    table, stool, chair = (bodies()[name].size for name in ("table", "stool", "chair"))
    gap = table[0] / 2 + 0.15 + stool[0] / 2
    scene = scene_of(table=at(0.0, 6.0, table), stool=at(-gap, 6.0, stool), chair=at(1.2, 9.5, chair))
    found = [q for seed in range(60) for q in ask(scene, seed, without=OTHERS) if "directly" in q.question]
    twins = [(question, twin) for question in found if (twin := mirror(question, scene)) is not None]
    assert twins
    for question, twin in twins:
        assert {question.answer, twin.answer} == {"yes", "no"}
        assert json.loads(twin.certificate)["query"]["predicate"] != json.loads(question.certificate)["query"]["predicate"]
        assert verify(twin.question, twin.choices, scene).answer == twin.answer


def random_floor(seed: int) -> Scene:
    rng = random.Random(f"floor {seed}")
    names = rng.sample(("table", "sofa", "stool", "cabinet", "suitcase", "bench", "desk"), rng.randint(2, 5))
    there = {
        name: at(
            rng.uniform(-2, 2), rng.uniform(4.5, 8), (rng.uniform(0.4, 1.4), rng.uniform(0.4, 1.0), rng.uniform(0.4, 1.2)),
            rng.choice((-90.0, 0.0, rng.uniform(-180, 180))),
        )
        for name in names
    }  # fmt: skip
    return scene_of(**there)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_writer_and_verifier_agree_and_what_has_room_has_it_for_what_is_narrower(seed: int):
    scene = random_floor(seed)
    for thing in scene.objects:
        for side in ("left", "right"):
            found = []
            for width in (40, 60, 80, 100):
                text = TEXT.format(width, side, thing.category)
                try:
                    said: str | None = answer(parse(text), scene).text
                except Unanswerable:
                    said = None
                assert verify(text, None, scene).answer == said, (text, said)
                found.append(said)
            known = [said for said in found if said is not None]
            assert known == sorted(known, reverse=True), found  # yes, then no


def test_from_a_further_camera_nobody_knows_whether_a_wall_is_there():
    named = [(k, name, (), body) for k, (name, body) in enumerate({"table": TABLE, "suitcase": FAR_OFF}.items())]
    scene = seen_by([looking((0.0, 0.0, 1.6), 0.0), looking((0.3, 0.0, 1.6), 0.0)], named)
    text = TEXT.format(60, "left", "table")
    assert verify(text, None, scene).answer == "yes"
    assert verify(text, None, scene, views=(1,)).answer is None
    with pytest.raises(Unanswerable):
        answer(parse(text), NamedScene(shown_scene(scene, (1,))))


def test_a_thing_that_is_itself_before_the_place_leaves_it_open():
    scene = scene_of(cabinet=at(1.6, 4.0, (0.5, 1.6, 1.2)), suitcase=at(-1.5, 9.5))
    assert verify(TEXT.format(60, "right", "cabinet"), None, scene).answer is None
    with pytest.raises(Unanswerable):
        answer(parse(TEXT.format(60, "right", "cabinet")), scene)


def test_the_margin_of_room_is_what_is_to_spare():
    found = answer(parse(TEXT.format(60, "left", "table")), ALONE)
    assert math.isclose(found.margin, 1 - 60 / 72, abs_tol=1e-6)
    found = answer(parse(TEXT.format(60, "left", "table")), STOOL_BESIDE)
    assert 0 < found.margin < 1
