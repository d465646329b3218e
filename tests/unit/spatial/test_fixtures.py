"""Scenes whose surroundings show things that are no objects: what is asked about everything in the picture is not asked."""

import pytest

from schemas.events import Scene
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.questions import Unanswerable, answer, ask, parse
from spatial.verify import verify
from spatial.verify.lexicon import word_table
from tests.fakes.rooms import room, thing

ROW = room(
    thing("plant", (10, 100, 40, 200), depth=1.0),
    thing("cabinet", (120, 100, 60, 200), depth=1.0),
    thing("stool", (250, 160, 50, 140), "red", depth=1.0),
)
LADEN = room(
    thing("plant", (10, 100, 40, 200), depth=1.0),
    thing("cabinet", (120, 100, 60, 200), depth=1.0),
    thing("radio", (130, 60, 40, 40), depth=1.0),
    drawn=((2, "on", 1),),
)
OPEN = {
    "What is furthest to the left in the picture?": "plant",
    "In the picture, what is to the left of the cabinet?": "plant",
    "In the picture, what is nearest to the red stool?": "cabinet",
    "In the picture, which thing is between the plant and the red stool?": "cabinet",
    "As the viewer sees it, which thing comes next to the left of the cabinet, if the picture tells?": "plant",
}
CLOSED = {
    "In the picture, what is on the cabinet?": "radio",
    "Is the plant to the left of the cabinet in the picture?": "yes",
}


def in_scene(name: str, scene: Scene = ROW) -> Scene:
    return scene.model_copy(update={"scene": name})


def said(text: str, scene: Scene) -> str | None:
    """The writer's answer, which the verifier must share."""
    try:
        found: str | None = answer(parse(text), scene).text
    except Unanswerable:
        found = None
    assert verify(text, None, scene).answer == found
    return found


@pytest.mark.parametrize("text", OPEN)
def test_nothing_is_said_about_all_things_where_a_bath_may_come_first(text: str):
    assert said(text, in_scene("bathroom")) is None
    assert said(text, in_scene("kitchen")) == OPEN[text]


@pytest.mark.parametrize("text", CLOSED)
def test_what_touches_a_thing_or_is_named_is_asked_in_a_bathroom_as_well(text: str):
    assert said(text, in_scene("bathroom", LADEN)) == said(text, in_scene("kitchen", LADEN)) == CLOSED[text]


def test_in_a_bathroom_no_question_seeks_among_everything():
    bathroom = [q.question for seed in range(60) for q in ask(in_scene("bathroom"), seed)]
    kitchen = [q.question for seed in range(60) for q in ask(in_scene("kitchen"), seed)]
    seeking = ("furthest", "comes next", "leftmost", "nearest to", "closest to", "most thing", "most object")
    assert not [text for text in bathroom if any(word in text for word in seeking)]
    assert [text for text in kitchen if any(word in text for word in seeking)]


def test_writer_and_verifier_name_the_same_furnished_scenes():
    furnished = {name for name, kind in scene_kinds().items() if kind.fixtures}
    assert furnished == set(word_table("furnished.json")["furnished"])
    assert "bathroom" in furnished
