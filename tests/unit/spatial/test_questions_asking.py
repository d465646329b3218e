"""What a scene is asked: whole, deterministic, in plain English, never with the answer in it."""

import json
import re
from functools import cache

import pytest

from schemas.events import Question, Scene
from spatial.questions import KINDS, Unanswerable, answer, ask, from_json, mirror, parse
from spatial.questions.object_names import NamedScene
from spatial.verify import verify
from tests.fakes.cpu_speed import reference_cpu_s
from tests.fakes.rooms import kitchen, room, thing
from tests.fakes.scenes import random_scene

pytestmark = pytest.mark.thorough

ROW = room(
    thing("cup", (20, 180, 60, 60)),
    thing("dog", (120, 180, 60, 60)),
    thing("lamp", (220, 180, 60, 60)),
    thing("book", (320, 180, 60, 60)),
)
"""Things at one height and distance: hardly any of the random scenes has two with a third between them."""

SCENES = [*(random_scene(seed) for seed in range(120)), *[ROW] * 8]


@cache
def asked() -> list[tuple[Scene, Question]]:
    """What all the scenes are asked: made when the first test wants it, not whenever tests are collected."""
    return [(scene, question) for seed, scene in enumerate(SCENES) for question in ask(scene, seed)]


def test_every_kind_is_asked():
    assert {question.kind for _, question in asked()} == {kind for kind, row in KINDS.items() if not row.in_metres}


def test_the_same_scene_and_seed_give_the_same_questions():
    for seed, scene in enumerate(SCENES[:20]):
        again = Scene.model_validate_json(scene.model_dump_json())
        assert ask(again, seed) == ask(scene, seed)


def test_another_seed_gives_other_questions():
    assert ask(kitchen(), 1) != ask(kitchen(), 2)


def test_a_rich_scene_gets_six_to_ten_questions():
    assert all(6 <= len(ask(kitchen(), seed)) <= 10 for seed in range(40))


def test_ids_and_texts_do_not_repeat_within_a_sample_and_ids_differ_between_samples():
    questions = ask(kitchen(), 3)
    assert len({q.id for q in questions}) == len({q.question for q in questions}) == len(questions)
    assert not {q.id for q in ask(kitchen(), 3, "0" * 32)} & {q.id for q in ask(kitchen(), 3, "1" * 32)}


def test_the_answer_is_no_part_of_the_question():
    for _, question in asked():
        if question.kind == "odd_one_out":  # it names every choice
            assert all(choice in question.question for choice in question.choices)
        elif question.answer not in ("yes", "no"):
            assert question.answer.lower() not in question.question.lower()


def test_choices_are_different_and_hold_the_answer_once():
    for _, question in asked():
        if question.kind == "description":
            assert question.choices == ()
            continue
        if not question.choices:
            assert question.question.endswith(("in pixels.", "in pixels?"))
            continue
        assert len(set(question.choices)) == len(question.choices) >= 2
        assert question.choices.count(question.answer) == 1


def test_no_sentence_shows_its_template():
    for _, question in asked():
        text = re.sub(r"\[(\d+|[a-z]+)(, (\d+|[a-z]+))+\]", "numbers", question.question)
        assert re.fullmatch(r"[A-Z][^{}\[\]_]*[?.]", text), text
        assert not re.search(r"\b(\w+) \1\b|\ba [aeio]|\ban [^aeiouh]|  | [,.?]|\ba scissors\b", text), text


def test_every_certificate_states_query_premises_rules_margin_and_difficulty():
    for scene, question in asked():
        proof = json.loads(question.certificate)
        assert from_json(proof["query"]) == parse(question.question)
        assert proof["answer"] == question.answer
        assert proof["rules"]
        assert proof["premises"]
        assert 0 < proof["margin"] <= 1
        assert set(proof["difficulty"]) == {"hops", "margin"}
        boxes = {o.id: list(o.box) for o in scene.objects}
        assert all(boxes[p["object"]] == p["box"] for p in proof["premises"] if "object" in p)
        assert {r["object"] for r in proof["references"]} <= set(question.objects)


def test_the_objects_of_a_comparison_are_those_that_it_names_in_their_order():
    for scene, question in asked():
        if question.kind in ("direction_yes_no", "direction_open", "direction_choice", "depth_order"):
            query = parse(question.question)
            categories = [scene.objects[i].category for i in question.objects]
            assert categories[0] == query.subject.category
            assert query.object.category in categories[1:]


def test_multi_hop_questions_follow_a_relation_to_a_thing_without_a_name_and_take_one_more_step():
    many = [(q.question, json.loads(q.certificate)) for _, q in asked() if q.kind == "multi_hop"]
    assert many
    for text, proof in many:
        measured = proof["query"]["op"] in ("attribute", "in_place")
        assert proof["difficulty"]["hops"] >= (1 if measured else 2), text
        assert re.search(r"the (\w+ )?(thing|object) |the (leftmost|rightmost|lowest) (thing|object)", text), text


def test_whatever_a_reference_names_does_not_fit_the_question_too():
    """What is on the thing under the lamp? Not the lamp, which is on it: two things would fit."""
    scene = room(
        thing("table", (100, 200, 200, 120)),
        thing("lamp", (150, 120, 40, 90)),
        thing("cup", (240, 180, 30, 30)),
        drawn=((1, "on", 0), (2, "on", 0), (0, "under", 1)),
    )
    with pytest.raises(Unanswerable):
        answer(parse("In the picture, what is on the thing under the lamp?"), scene)
    assert not verify("In the picture, what is on the thing under the lamp?", None, scene).entailed


@pytest.mark.parametrize("size", [15, 16])
def test_a_speck_is_never_asked_about(size: int):
    scene = room(thing("cat", (20, 20, 60, 60)), thing("cup", (200, 300, size, 60)), excluded=("dog",))
    about = {i for seed in range(30) for question in ask(scene, seed) for i in question.objects}
    assert (1 in about) == (size >= 16)
    assert verify("In the picture, is the cat to the left of the cup?", None, scene).entailed == (size >= 16)


TRUCK, TREE = thing("truck", (40, 200, 90, 90), depth=1.0), thing("tree", (250, 120, 90, 150), depth=5.0)


@pytest.mark.parametrize(
    ("near", "far", "shown"),
    [
        (TRUCK, TREE, True),  # 20 of 400 pixels lower
        (thing("truck", (40, 190, 90, 90), depth=1.0), TREE, False),
        (thing("airplane", (40, 200, 90, 90), depth=1.0), TREE, False),
        (thing("fish", (40, 300, 90, 90), depth=1.0), thing("shark", (250, 20, 90, 90), depth=5.0), False),
        (thing("tree", (40, 260, 60, 100), depth=1.0), TREE, False),  # of one kind, the nearer one is smaller
        (
            thing("airplane", (260, 130, 60, 60), depth=1.0),
            thing("tree", (250, 120, 90, 150), depth=5.0, visible=0.7),
            True,
        ),
    ],
)
def test_which_is_nearer_is_asked_only_where_the_picture_shows_it(near, far, shown: bool):
    scene = room(near, far)
    kinds = {question.kind for seed in range(30) for question in ask(scene, seed)}
    assert ("depth_order" in kinds) == shown


def test_a_name_never_tells_the_place_that_is_asked_for():
    for _, question in asked():
        if question.kind in ("direction_open", "direction_choice", "place", "count", "attribute"):
            assert not re.search(r"leftmost|rightmost|highest|lowest", question.question)


def test_a_scene_of_one_thing_is_asked_what_one_thing_allows():
    lonely = room(thing("cat", (20, 20, 60, 60), "black"), excluded=("dog",))
    kinds = {question.kind for seed in range(30) for question in ask(lonely, seed)}
    assert kinds == {"existence", "place", "attribute", "count", "grounding"}


def test_an_empty_scene_is_asked_nothing():
    assert ask(room(excluded=("dog",)), 1) == ()


def test_what_a_sentence_cannot_hold_is_not_spoken_of():
    odd = room(
        thing("cat, dog", (10, 10, 40, 40)), thing("picture", (300, 10, 40, 40)), thing("x{y}", (10, 300, 40, 40)),
        thing("lamp", (300, 300, 40, 40)),
    )  # fmt: skip
    assert all("picture" not in name and "," not in name for name in NamedScene(odd).present)
    assert {
        word for q in (q for s in range(20) for q in ask(odd, s)) for word in ("{", ", dog") if word in q.question
    } == set()


def test_a_mirrored_twin_has_another_answer_and_is_proven_too():
    twins = [(scene, q, mirror(q, scene)) for scene, q in asked()]
    found = [(scene, q, twin) for scene, q, twin in twins if twin is not None]
    assert len(found) > len(twins) / 2
    for scene, question, twin in found:
        assert twin.answer != question.answer
        assert twin.id != question.id
        assert verify(twin.question, twin.choices, scene).answer == twin.answer


@pytest.mark.parametrize("kind", ["direction_yes_no", "direction_open", "distance_comparison", "depth_order", "chain"])
def test_a_twin_of_a_comparison_uses_the_same_words(kind: str):
    for scene, question in asked():
        twin = mirror(question, scene) if question.kind == kind else None
        if twin is not None and kind != "chain":
            assert words(twin.question) == words(question.question)


def words(text: str) -> list[str]:
    """The words of a text in alphabetical order; a verb agrees with the subject, which a twin exchanges."""
    agreeing = {"are": "is", "do": "does", "have": "has"}
    return sorted(agreeing.get(word, word) for word in re.findall(r"\w+", text.lower()))


def test_a_scene_is_asked_in_milliseconds():

    def all_asked() -> None:
        for seed, scene in enumerate(SCENES):
            ask(scene, seed)

    assert reference_cpu_s(all_asked, tries=1) / len(SCENES) < 0.03
