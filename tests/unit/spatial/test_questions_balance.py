"""No shortcuts: ten thousand questions, and nothing in their words that tells the answer."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from agents.planner import RulePlanner
from gpu_workers.renderers import capabilities_of
from schemas.events import Question, Scene
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.questions import KINDS, ask
from tests.fakes.bag_of_words import guess
from tests.fakes.scenes import random_scene
from tests.fakes.worlds import with_random_world
from tools.fit_answer_odds import drawn_exactly

pytestmark = pytest.mark.thorough

QUESTIONS = 10_000
SLACK = 0.03
"""What a classifier may be above chance."""

NAMES = tuple(sorted(categories()))[:: len(categories()) // 66]
"""Few categories, so that a classifier sees each of them often."""


UNUSUAL = {"real_size", "facing"}
"""Kinds that hardly any scene of random things allows."""


def planned_scene(number: int) -> Scene:
    """The scene of a planned graph, as a renderer that draws exactly the layout would show it."""
    kinds = sorted(scene_kinds())
    graph = RulePlanner(capabilities_of("collage")).plan_now(make_seed(kinds[number % len(kinds)]), number // len(kinds))
    assert isinstance(graph, SpatialGraph)
    return drawn_exactly(graph)


def scene_in_metres(number: int) -> Scene:
    return with_random_world(random_scene(number, NAMES), number)


def collect(scene_of: Callable[[int], Scene], many: int = QUESTIONS) -> list[tuple[Question, ...]]:
    found: list[tuple[Question, ...]] = []
    while sum(map(len, found)) < many:
        found.append(ask(scene_of(len(found)), len(found)))
    return found


@pytest.fixture(scope="module", params=["random", "planned", "in metres"])
def asked(request: pytest.FixtureRequest) -> list[tuple[Question, ...]]:
    if request.param == "planned":
        return collect(planned_scene)
    found = collect(scene_in_metres if request.param == "in metres" else partial(random_scene, names=NAMES), QUESTIONS // 2)
    if request.param == "random":
        return found
    return [tuple(question for question in questions if KINDS[question.kind].in_metres) for questions in found]


def share(counts: Counter[str], one: str, other: str) -> float:
    return counts[one] / (counts[one] + counts[other])


def test_yes_and_no_and_left_and_right_are_even(asked: list[tuple[Question, ...]]):
    counts = Counter(question.answer for questions in asked for question in questions)
    total = counts["yes"] + counts["no"]
    assert share(counts, "yes", "no") == pytest.approx(0.5, abs=SLACK if total > 1000 else 2 / total**0.5)
    assert share(counts, "left", "right") == pytest.approx(0.5, abs=0.06)


def test_every_kind_of_yes_or_no_is_even(asked: list[tuple[Question, ...]]):
    kinds = Counter((q.kind, q.answer) for questions in asked for q in questions if q.answer in ("yes", "no"))
    for kind in {kind for kind, _ in kinds}:
        yes, no = kinds[kind, "yes"], kinds[kind, "no"]
        assert abs(yes - no) < 4 * (yes + no) ** 0.5, kind


def test_the_answer_stands_at_every_place_of_the_choices_alike(asked: list[tuple[Question, ...]]):
    places = Counter((len(q.choices), q.choices.index(q.answer)) for questions in asked for q in questions if q.choices)
    for length in {length for length, _ in places}:
        total = sum(count for (size, _), count in places.items() if size == length)
        for place in range(length):
            assert abs(places[length, place] - total / length) < 4 * (total / length) ** 0.5


def test_the_words_of_a_question_do_not_tell_its_answer(asked: list[tuple[Question, ...]]):
    guesses = guess(asked)
    in_metres, in_views = (
        {kind for kind, row in KINDS.items() if getattr(row, name)} for name in ("in_metres", "in_views")
    )
    wanted = in_metres - in_views - UNUSUAL if set(guesses) & in_metres else set(KINDS) - in_metres - {"description"}
    assert wanted <= set(guesses), "all but descriptions have choices"
    for kind, found in guesses.items():
        assert found.accuracy <= found.chance + SLACK + found.noise, (kind, found)


def test_a_classifier_that_is_given_a_shortcut_finds_it():
    """The measure itself: with one answer for every category, it is found out."""
    told = [
        tuple(q.model_copy(update={"question": f"{q.question} {q.answer}"}) for q in ask(random_scene(n, NAMES), n))
        for n in range(150)
    ]
    assert guess(told)["direction_yes_no"].accuracy > 0.9
