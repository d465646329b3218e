"""What is proven and still not asked, since a careful person would dispute it."""

import json
import re

import pytest

from schemas.events import Question, Scene
from schemas.pictures import SeenRoom
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.questions import KINDS, answer, ask, parse
from spatial.verify import verify
from tests.fakes.rooms import room, thing
from tests.fakes.worlds import body, furnished, usual

ROW = room(
    thing("plant", (10, 100, 40, 200), depth=1.0),
    thing("cabinet", (120, 100, 60, 200), depth=1.0),
    thing("stool", (250, 160, 50, 140), "red", depth=1.0),
    thing("radio", (258, 120, 40, 40), depth=1.0),
    drawn=((3, "on", 2),),
)
SEEKING = ("furthest", "comes next", "leftmost thing", "rightmost thing", "nearest to", "closest to", "most object")


def in_scene(name: str) -> Scene:
    return ROW.model_copy(update={"scene": name})


def asked(scene: Scene, *kinds: str, seeds: int = 24) -> list[Question]:
    """What is asked, of these kinds alone if any are named."""
    others = frozenset(KINDS) - set(kinds) if kinds else frozenset()
    return [question for seed in range(seeds) for question in ask(scene, seed, without=others)]


def measured_in(scene: Scene, *kinds: str) -> list[str]:
    """What is asked of scenes that show the same: which lengths are kept depends on all of a scene's content."""
    drawn = [scene.model_copy(update={"excluded": (f"thing {number}",)}) for number in range(12)]
    return [each.question for one in drawn for each in asked(one, *kinds, seeds=2)]


def seeking(questions: list[Question]) -> list[str]:
    return [each.question for each in questions if any(word in each.question for word in SEEKING)]


def test_in_a_bathroom_nothing_is_searched_for_among_everything():
    """A bath, a basin and a lavatory are painted there, and are no objects."""
    assert not seeking(asked(in_scene("bathroom")))
    assert seeking(asked(in_scene("basement")))


def test_what_is_on_a_thing_is_asked_in_a_bathroom_as_well():
    found = [json.loads(each.certificate)["query"] for each in asked(in_scene("bathroom"), "selection")]
    assert found
    assert {query["predicate"] for query in found} <= {"on", "inside", "under"}


def test_what_comes_next_behind_the_farthest_thing_is_asked_in_rooms_alone():
    """Out of doors there are houses and hills."""
    found: dict[str, list[str]] = {"basement": [], "desert": []}
    for names in (("sofa", "car", "cabinet"), ("bench", "truck", "wardrobe"), ("table", "van", "desk")):  # some are kept
        row = [thing(name, (10 + 90 * k, 300 - 60 * k, 60, 80), depth=1.0 + k) for k, name in enumerate(names)]
        for name, questions in found.items():
            asked_there = asked(room(*row).model_copy(update={"scene": name}), "unanswerable")
            questions += [each.question for each in asked_there if "behind" in each.question and "tells" in each.question]
    assert found["basement"]
    assert not found["desert"]


def test_fixtures_are_elements_of_their_scene():
    assert all(set(kind.fixtures) <= set(kind.elements) for kind in scene_kinds().values())
    assert {"bath", "basin", "lavatory"} <= set(scene_kinds()["bathroom"].fixtures)


IN_METRES = furnished(
    {"chair": usual("chair", 0, 0, has_front=True), "sofa": usual("sofa", -2.5, 3), "table": usual("table", 2.5, 3)}
)


def test_in_metres_nothing_is_searched_for_among_everything_but_on_plain_ground():
    """Something stands along each wall, and far off in the open."""
    world = IN_METRES.world
    assert world is not None
    plain = IN_METRES.model_copy(update={"world": world.model_copy(update={"plain": True})})
    assert not seeking(asked(IN_METRES))
    assert seeking(asked(plain))


@pytest.mark.parametrize(("at", "is_asked"), [((1.5, 0.5), True), ((0.9, -2.0), False)], ids=["28° and more", "24°"])
def test_a_side_is_asked_where_it_is_plainly_aside(at: tuple[float, float], is_asked: bool):
    """It is proven from 20° on."""
    scene = furnished(
        {"dog": body(0, 0, has_front=True), "sofa": usual("sofa", -3, 3), "ball": body(*at, size=(0.2, 0.2, 0.2))}
    )
    text = "If you were the dog, would the ball be on your left or on your right?"
    assert verify(text, None, scene).answer == "left"
    found = [each.question for each in asked(scene, "object_frame")]
    assert any("ball" in each for each in found) is is_asked


@pytest.mark.parametrize("seen", [1.0, 0.8])
def test_what_is_hidden_in_part_is_not_measured(seen: float):
    """Its foot may be what is hidden, and then nobody knows where it stands or how high it is."""
    things = {"chair": usual("chair", 2, 0), "sofa": usual("sofa", -3, 1), "barrel": usual("barrel", 0, 1)}
    scene = furnished(things, visible={"barrel": seen})
    measured = measured_in(scene, "distance_metric", "real_size", "free_space")
    assert measured
    assert any("barrel" in each for each in measured) is (seen == 1.0)


def test_of_a_balloon_in_a_room_nothing_is_asked_that_depends_on_how_far_away_it_is():
    walls = SeenRoom(left=-4, right=4, back=6)
    for z, y, is_asked in ((1.6, 2.0, False), (1.6, 5.95, True), (0.55, 2.0, True)):
        things = {"balloon": usual("balloon", 0.5, y, z=z), "sofa": usual("sofa", -3, 4), "chair": usual("chair", 2.5, 4)}
        scene = furnished(things)
        assert scene.world is not None
        scene = scene.model_copy(update={"world": scene.world.model_copy(update={"room": walls})})
        lengths = measured_in(scene, "distance_metric")
        assert lengths
        assert any("balloon" in each for each in lengths) is is_asked
        far = "In the picture, how far is the balloon from the sofa, in metres, from centre to centre?"
        assert answer(parse(far), scene).text.endswith(" m"), "it is proven"


def _beside(*names: str) -> Scene:
    return room(*(thing(name, (20 + 120 * k, 200, 80, 80), depth=1.0 + k) for k, name in enumerate(names)))


@pytest.mark.parametrize(("part", "whole"), [("keyboard", "computer"), ("keyboard", "laptop"), ("pillow", "bed")])
def test_what_the_picture_of_another_thing_shows_as_well_is_neither_counted_nor_named(part: str, whole: str):
    """A computer's picture has a keyboard: who sees both counts two, and "the keyboard" may be either."""
    shown = _beside(part, whole, "cat", "chair")
    naming = [each for each in asked(shown) if re.search(rf"\b{part}s?\b", f"{each.question} {each.answer}")]
    assert {each.kind for each in naming} <= {"existence", "unanswerable"}
    assert all(json.loads(each.certificate)["query"].get("category") != part for each in naming if each.kind != "existence")
    apart = asked(_beside(part, "vase", "cat", "chair"))
    assert "count" in {each.kind for each in apart if part in each.question}


def test_things_that_are_like_each_other_are_named_and_not_counted():
    found = asked(_beside("chair", "stool", "cat", "vase"))
    assert any("stool" in each.question for each in found if each.kind == "direction_yes_no")
    counted = [json.loads(each.certificate)["query"] for each in found if each.kind in ("count", "compare_counts")]
    assert counted
    assert not [query for query in counted if {query["category"], query.get("than")} & {"chair", "stool"}]
