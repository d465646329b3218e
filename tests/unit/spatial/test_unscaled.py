"""Scenes without a scale: how far bare shapes on plain ground are apart is known only beside a thing of known size."""

from collections import Counter
from functools import cache
from random import Random

import numpy as np
import pytest

from dataset.audit.questions.parsed_questions import parse_question
from schemas.events import Question, Scene, SeedOptions
from schemas.graph import SpatialGraph
from schemas.pictures import SeenBody
from spatial.knowledge.knowledge_base import categories
from spatial.questions import KINDS, Unanswerable, answer, ask, parse
from spatial.questions.certain_facts import View
from spatial.questions.rules.metric_facts import is_measurable
from spatial.questions.rules.unknown_rules import UNKNOWN
from spatial.verify import verify
from spatial.verify.answers.metric_answers import WITHOUT_SIZE
from spatial.world.footprints import body_corners
from spatial.world.pinhole import as_pinhole
from spatial.world.unscaled import FACTORS, at_any_scale, is_of_any_size, scaled
from spatial.world.views.further_views import further_cameras
from tests.fakes.worlds import body, furnished, usual
from tools.fit_answer_odds import graph_in_metres, scene_in_metres

FAR = "In the picture, how far is the cube from the cone, in metres, from centre to centre, if the picture tells?"
HOW_FAR = "How far is the cube from the cone, in metres, from centre to centre?"
FITS = "In the picture, would something 60 cm wide fit between the cube and the cone?"

TILTED = (1.0, 0.0, 0.0, 0.0, 0.96, -0.28, 0.0, 0.28, 0.96)
"""Body axes to world of a thing that leans back."""

SHAPES = {"cube": body(0, 0), "cone": body(3, 0), "red sphere": body(0, 3)}
CONCEPTS = ("shapes", "geometric solids", "geometric bodies", "simple shapes", "bare shapes", "geometric primitives")


def plain(scene: Scene) -> Scene:
    assert scene.world is not None
    return scene.model_copy(update={"world": scene.world.model_copy(update={"plain": True})})


BARE = plain(furnished(SHAPES))
WITH_CHAIR = plain(furnished({**SHAPES, "chair": usual("chair", -2, 2)}))
CHAIR_HARDLY_SEEN = plain(furnished({**SHAPES, "chair": usual("chair", -2, 2)}, visible={"chair": 0.2}))


@pytest.mark.parametrize(
    ("scene", "said", "reason"),
    [
        (BARE, UNKNOWN, "no_scale"),
        (WITH_CHAIR, "3.0 m", ""),
        (furnished(SHAPES), "3.0 m", ""),  # in a room, on a meadow: these are of known size
        (CHAIR_HARDLY_SEEN, None, ""),
    ],
    ids=["bare shapes", "with a chair", "in surroundings", "a chair that is hardly seen"],
)
def test_a_distance_is_known_only_where_something_of_known_size_is_seen(scene: Scene, said: str | None, reason: str):
    try:
        found = answer(parse(FAR), scene)
        assert (found.text, found.reason) == (said, reason)
    except Unanswerable:
        assert said is None
    assert verify(FAR, None, scene).answer == said
    parsed = parse_question(FAR, scene)
    assert said is None or (parsed is not None and parsed.reason == reason)


@pytest.mark.parametrize("text", [HOW_FAR, FITS])
def test_nothing_in_metres_is_asked_or_believed_without_a_scale(text: str):
    assert verify(text, None, WITH_CHAIR).answer is not None
    assert answer(parse(text), WITH_CHAIR).text == verify(text, None, WITH_CHAIR).answer
    for scene in (BARE, CHAIR_HARDLY_SEEN):
        assert verify(text, None, scene).answer is None
        with pytest.raises(Unanswerable):
            answer(parse(text), scene)


def test_writer_and_verifier_name_the_same_things_of_any_size():
    assert {name for name, one in categories().items() if one.any_size} == WITHOUT_SIZE
    assert not is_of_any_size("no such thing")


MUCH_TOO_LOW = body(2, 2, size=(0.36, 0.36, 0.31))
A_SHORT_BUS = body(2, 20, size=(2.0, 8.0, 2.4))
MEASURED = {"distance_metric", "free_space", "room_size"}


@pytest.mark.parametrize(
    ("beside", "is_known"),
    [
        ({"stool": MUCH_TOO_LOW}, False),  # whoever takes it for a usual one finds each length half as large again
        ({"stool": usual("stool", 2, 2)}, False),  # they differ too much in height
        ({"chair": usual("chair", 2, 2)}, True),
        ({"stool": MUCH_TOO_LOW, "chair": usual("chair", -2, 2)}, True),  # beside a chair the stool is seen to be low
        ({"bus": A_SHORT_BUS}, False),
        ({"bus": usual("bus", 2, 20)}, True),
        ({"dog": usual("dog", 2, 2)}, False),  # dogs are of many sizes
        ({"chair": usual("chair", 2, 2, z=3.0)}, False),  # it may be far or near
        ({"chair": usual("chair", 2, 2, rotation=TILTED)}, False),
    ],
)
def test_lengths_are_asked_where_things_in_view_are_about_as_large_as_usual(beside: dict[str, SeenBody], is_known: bool):
    others = frozenset(KINDS) - MEASURED - {"unanswerable"}
    for scene in (furnished({**SHAPES, **beside}), plain(furnished({**SHAPES, **beside}))):
        assert is_measurable(View(scene)) is is_known
        drawn = [scene.model_copy(update={"excluded": (f"thing {seed}",)}) for seed in range(12)]  # decides what is kept
        asked = [question for seed, each in enumerate(drawn) for question in ask(each, seed, without=others)]
        in_metres = [q for q in asked if q.kind in MEASURED or "metres" in q.question]
        assert bool(in_metres) is is_known, in_metres
        assert all(verify(q.question, q.choices, scene).answer == q.answer for q in in_metres)


def test_a_shape_is_no_measure():
    assert not is_measurable(View(BARE))
    assert not is_measurable(View(furnished(SHAPES)))


def planned(number: int) -> SpatialGraph | None:
    return graph_in_metres(CONCEPTS[number % len(CONCEPTS)], number)


@cache
def bare_graph() -> SpatialGraph:
    graph = planned(5)
    assert graph is not None
    assert all(is_of_any_size(thing.category) for thing in graph.objects)
    return graph


def test_a_scene_of_another_size_gives_the_same_picture():
    graph = bare_graph()
    assert graph.world is not None
    views = further_cameras(graph.world, graph.layout.canvas[0], Random(1))
    small = graph.world.model_copy(update={"views": views})
    large = scaled(small, 2.5)
    assert views
    for camera, other in zip((small.camera, *views), (large.camera, *large.views), strict=True):
        for one, twin in zip(small.bodies, large.bodies, strict=True):
            pixels, depth = as_pinhole(camera).project(body_corners(one)[0])
            again, farther = as_pinhole(other).project(body_corners(twin)[0])
            assert np.abs(pixels - again).max() < 0.2  # lengths are rounded to a tenth of a millimetre
            assert farther == pytest.approx(2.5 * depth, rel=1e-3)


def test_only_a_scene_of_bare_shapes_on_plain_ground_takes_another_size():
    graph = bare_graph()
    assert graph.world is not None
    names = [thing.category for thing in graph.objects]
    sizes = []
    for seed in range(40):
        layout, world = at_any_scale(graph.layout, graph.world, names, Random(seed))
        assert layout.boxes == graph.layout.boxes
        sizes.append(world.bodies[0].size[0] / graph.world.bodies[0].size[0])
    assert FACTORS[0] * 0.99 < min(sizes) < 0.5
    assert FACTORS[1] * 1.01 > max(sizes) > 2
    unchanged = graph.layout, graph.world
    assert at_any_scale(*unchanged, [*names[:-1], "chair"], Random(1)) == unchanged
    around = graph.world.model_copy(update={"space": graph.world.space.model_copy(update={"plain": False})})
    assert at_any_scale(graph.layout, around, names, Random(1)) == (graph.layout, around)


@pytest.mark.thorough
def test_that_it_cannot_be_known_is_right_as_often_as_a_blind_guess_finds_it():
    """Of questions about two bare shapes one in four, and their choices tell it no better."""
    few = SeedOptions(min_objects=2, max_objects=5)
    graphs = [graph for number in range(220) if (graph := graph_in_metres("shapes", number, few)) is not None]
    scenes = [scene_in_metres(graph) for graph in graphs]
    others = frozenset(KINDS) - {"unanswerable"}
    asked = [
        (all(is_of_any_size(thing.category) for thing in scene.objects), question)
        for number, scene in enumerate(scenes)
        for seed in range(14 * number, 14 * number + 14)  # what a seed draws it draws in every scene
        for question in ask(scene, seed, without=others)
        if is_about_shapes(question)
    ]
    found = Counter(question.answer == UNKNOWN for _, question in asked)
    assert found.total() > 150
    assert found[True] / found.total() == pytest.approx(0.25, abs=0.08)
    known, unknown = ([q for _, q in asked if (q.answer == UNKNOWN) is value] for value in (False, True))
    assert np.median(list(map(middle, unknown))) == pytest.approx(np.median(list(map(middle, known))), rel=0.5)


def is_about_shapes(question: Question) -> bool:
    named = [word for word in WITHOUT_SIZE if f"{word}" in question.question]
    return "metres" in question.question and len(named) == 2


def middle(question: Question) -> float:
    """The middle one of a question's lengths, metres."""
    lengths = [float(choice.split()[0]) for choice in question.choices if choice != UNKNOWN]
    return sorted(lengths)[1]
