"""The verifier: proves what was asked truly, and nothing that the scene does not prove."""

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spatial.verify
from schemas.events import Question, Scene, SeenObject, SeenRelation
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.questions import Unanswerable, answer, ask, parse, realise
from spatial.questions.question_kinds import Query, references
from spatial.questions.wording.lexicon import fits
from spatial.verify import Verdict, verify
from spatial.verify.lexicon import may_be_called, word_table
from tests.fakes.cpu_speed import reference_cpu_s
from tests.fakes.queries import FEW_NOUNS, NOUNS, queries
from tests.fakes.rooms import kitchen, room, thing
from tests.fakes.scenes import random_scene

pytestmark = pytest.mark.thorough

SCENES = [random_scene(1000 + seed) for seed in range(150)]


@cache
def asked() -> list[tuple[Scene, Question]]:
    """What all the scenes are asked: made when the first test wants it, not whenever tests are collected."""
    return [(scene, question) for seed, scene in enumerate(SCENES) for question in ask(scene, seed)]


def test_it_proves_every_question_that_is_asked():
    for scene, question in asked():
        verdict = verify(question.question, question.choices, scene, question.answer)
        assert verdict == Verdict(question.answer, True), question.question


def test_it_needs_no_choices():
    for scene, question in asked():
        if question.kind != "false_description":  # the wrong one of which sentences?
            assert verify(question.question, None, scene, question.answer).answer == question.answer


def test_it_imports_nothing_but_schemas_and_the_standard_library():
    folder = Path(spatial.verify.__file__).parent
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in {*sys.stdlib_module_names, "schemas"} or name.startswith("spatial.verify")


@settings(max_examples=400, deadline=None)
@given(queries(FEW_NOUNS), st.integers(0, 7), st.integers(0, 10_000))
def test_it_never_differs_from_the_writer_on_any_question_of_the_grammar(query: Query, variant: int, seed: int):
    scene = random_scene(seed, FEW_NOUNS, most=6)
    verdict = verify(realise(query, variant), None, scene)
    try:
        expected: str | None = answer(query, scene).text
    except Unanswerable:
        expected = None
    if any(
        name not in known_words(scene)
        for name in re.findall(r'"(?:category|without)": ?"([^"]+)"', query.model_dump_json())
    ):
        assert verdict.answer is None  # a narrower word than the scene's own is not understood
    else:
        assert verdict.answer == expected


def known_words(scene: Scene) -> set[str]:
    return {o.category for o in scene.objects} | set(scene.excluded)


def test_a_picture_turned_round_turns_left_and_right():
    for scene, question in asked():
        if question.kind == "direction_open":
            verdict = verify(question.question, question.choices, turned(scene))
            assert verdict.answer == {"left": "right", "right": "left"}[question.answer]


def turned(scene: Scene) -> Scene:
    width = scene.canvas[0]
    objects = tuple(o.model_copy(update={"box": (width - o.box[0] - o.box[2], *o.box[1:])}) for o in scene.objects)
    return scene.model_copy(update={"objects": objects})


def test_a_question_about_a_thing_that_was_taken_away_is_not_entailed():
    for scene, question in asked():
        query = parse(question.question)
        for ref in references(query):
            gone = tuple(o for o in scene.objects if not may_be_called(o.category, ref.category or o.category))
            rest = scene.model_copy(update={"objects": gone})
            verdict = verify(question.question, question.choices, rest, question.answer)
            assert verdict == Verdict(None, False, verdict.reason)


def test_a_question_about_a_thing_that_has_a_double_is_not_entailed():
    for scene, question in asked():
        query = parse(question.question)
        for ref in references(query):
            if ref.category is None or ref.extreme or ref.predicate:
                continue
            own = next(o for o in scene.objects if o.category == ref.category)
            double = own.model_copy(update={"id": 99, "box": (0, 0, 20, 20), "attributes": ()})
            doubled = scene.model_copy(update={"objects": (*scene.objects, double)})
            assert not verify(question.question, question.choices, doubled, question.answer).entailed


def test_what_was_not_drawn_on_purpose_proves_no_contact():
    text = "What is on the table?"
    assert verify(text, ("red cup", "lamp"), kitchen()) == Verdict("red cup", True)
    derived = (SeenRelation(subject=1, predicate="on", object=0, drawn=False),)
    assert not verify(text, ("red cup", "lamp"), kitchen().model_copy(update={"relations": derived})).entailed


def test_a_wrong_word_is_answered_by_the_scene_and_not_by_the_asker():
    assert verify("Is the stove to the left of the lamp?", ("yes", "no"), kitchen()).answer == "yes"
    assert verify("Is the stove to the right of the lamp?", ("yes", "no"), kitchen()).answer == "no"
    assert verify("Is there a dog in the picture?", None, kitchen()).answer == "no"


@pytest.mark.parametrize(
    "text",
    [
        "Is the zebra to the left of the lamp?",
        "Is the cup to the left of the lamp?",
        "Is there a zebra in the picture?",
        "Is the stove nice?",
        "What is the meaning of the lamp?",
        "",
        "the",
        "Is the stove to the left of the stove?",
        "What colour is the lamp?",
        "Is the green cup to the left of the lamp?",
        "How many zebras are there in the picture?",
        "Can you see a stove but not a lamp in the picture?",
        "What is inside the lamp?",
    ],
)
def test_it_does_not_guess(text: str):
    verdict = verify(text, None, kitchen())
    assert (verdict.answer, verdict.entailed) == (None, False)
    assert verdict.reason


def test_an_answer_that_is_no_choice_or_two_choices_is_not_entailed():
    text = "On which side of the stove is the lamp?"
    assert verify(text, ("left", "right"), kitchen()).answer == "right"
    assert not verify(text, ("left", "above"), kitchen()).entailed
    assert not verify(text, ("right", "right"), kitchen()).entailed


def test_margins_are_held_to_the_pixel():
    def scene(x: int) -> Scene:
        return room(thing("cat", (100, 100, 20, 20)), thing("dog", (x, 200, 20, 20)))

    text = "Is the cat to the left of the dog?"
    assert verify(text, None, scene(120)).answer == "yes"
    assert not verify(text, None, scene(119)).entailed


def test_a_hidden_thing_is_neither_asked_nor_absent():
    scene = room(thing("cat", (10, 10, 40, 40), visible=0.2), thing("dog", (300, 10, 40, 40)), excluded=("cat",))
    assert not verify("Is there a cat in the picture?", None, scene).entailed
    assert not verify("Is the cat to the left of the dog?", None, scene).entailed


def test_boxes_without_an_area_prove_nothing_and_break_nothing():
    """Events have none, but the verifier is asked of any scene."""
    good = room(
        *(thing(name, (10, 10, 30, 30)) for name in ("cat", "dog")),
        thing("cow", (300, 300, 30, 30)),
        thing("cup", (200, 30, 30, 30)),
    )
    boxes = [(10, 10, 0, 0), (100, 100, 0, 10), *(each.box for each in good.objects[2:])]
    objects = [each.model_copy(update={"box": box}) for each, box in zip(good.objects, boxes, strict=True)]
    flat = good.model_copy(update={"objects": tuple(objects)})
    assert not verify("Is the cat to the left of the cow?", None, flat).entailed
    for seed in range(10):
        assert all(verify(q.question, q.choices, flat, q.answer).answer == q.answer for q in ask(flat, seed))


def test_an_endless_text_takes_no_time():
    scene, text = kitchen(), "Do " + "the cup , " * 400 + "and"
    assert reference_cpu_s(lambda: verify(text, None, scene), tries=1) < 0.1
    assert not verify(text, None, scene).entailed


def test_both_sides_agree_on_what_a_thing_may_be_called():
    for word in NOUNS:
        for category in NOUNS:
            assert fits(word, category) == may_be_called(category, word)


def test_it_proves_more_than_five_hundred_questions_a_second():
    questions = asked()

    def all_proven() -> None:
        for scene, question in questions:
            verify(question.question, question.choices, scene, question.answer)

    assert len(questions) / reference_cpu_s(all_proven, tries=1) > 500


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is the cat left of the sofa?", "yes"),
        ("is the sofa on the left side of the cat", "no"),
        ("Is the sofa at the right of the cat?", "yes"),
        ("Is there a cat?", "yes"),
        ("Are there any dogs in the photo?", "no"),
        ("How many cats are there?", "1"),
        ("How many cats are in the image?", "1"),
        ("What color is the cat?", "black"),
        ("Is there a cat on the sofa?", None),
        ("Is the cat the left of the sofa?", None),
        ("Is the cat not left of the sofa?", None),
    ],
)
def test_it_reads_what_people_write_and_proves_no_more_than_was_asked(question: str, answer: str | None):
    cat = SeenObject(id=0, category="cat", attributes=("black",), box=(20, 300, 80, 80), depth=0.2, visible=1.0)
    sofa = SeenObject(id=1, category="sofa", attributes=(), box=(250, 260, 200, 150), depth=0.5, visible=1.0)
    scene = Scene(canvas=(512, 512), scene="room", objects=(cat, sofa), relations=(), excluded=("dog",))
    assert verify(question, None, scene).answer == answer


def test_its_own_list_of_what_stands_agrees_with_the_knowledge():
    words, known = word_table("standing.json"), categories().values()
    ground = {"floor", "surface"}
    assert set(words["aloft"]) == {one.name for one in known if not set(one.rests_on) <= ground}
    assert set(words["surface"]) == {
        one.name for one in known if set(one.rests_on) <= ground and one.rests_on[0] != "floor"
    }
    assert set(words["tabletops"]) == {kind.name for kind in scene_kinds().values() if kind.backdrop == "tabletop"}
