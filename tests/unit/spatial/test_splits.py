"""Splits by content: the scene's hash, and the keys of questions."""

import json
import random
from collections import Counter, defaultdict

import pytest

from schemas.events import Question, Scene
from spatial.questions import KINDS, ask, split_keys
from spatial.questions.answering import answer
from spatial.questions.descriptions.claims import Claim, keys_of_claim
from spatial.questions.kind_table import keys_of
from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import (
    Between,
    Directed,
    Exists,
    Find,
    InPlace,
    IsBetween,
    Larger,
    Outermost,
    Ref,
    Taller,
    from_json,
)
from spatial.splits import SPLITS, Key, couple, group, pair, scene_hash, split_of_keys
from tests.fakes.events import make_graph
from tests.fakes.scenes import random_scene
from tests.fakes.worlds import with_random_world

NAMES = ("cat", "dog", "cup", "table", "lamp", "chair", "box", "ball", "plate", "apple")


def keys_of_sentences(question: Question) -> frozenset[Key]:
    """The keys of the sentences of a description, or of those of which one is wrong, with that of what the words name."""
    proof = json.loads(question.certificate)
    claims = [Claim(query=each["query"], said=each["said"]) for each in proof.get("claims", ())]
    named = {Key("description", (proof["query"]["subject"]["category"],))} if claims else set()
    return frozenset(named.union(*(keys_of_claim(claim) for claim in claims)))


def asked_in(split: str, scenes: int = 60):
    """The questions of many scenes with few categories, so that the same pairs come again and again."""
    for seed in range(scenes):
        scene = random_scene(1000 * SPLITS.index(split) + seed, NAMES, most=5)
        asked = NamedScene(scene)
        for question in ask(scene, seed, f"{seed:08x}", split):
            query = from_json(json.loads(question.certificate)["query"])
            yield question, keys_of_sentences(question) or keys_of(query, answer(query, asked), asked)


def test_a_relation_and_its_inverse_make_the_same_scene():
    graph = make_graph()
    turned = graph.relations[0].model_copy(update={"subject": 1, "predicate": "right_of", "object": 0})
    assert scene_hash(graph.model_copy(update={"relations": (turned,)})) == scene_hash(graph)


def test_a_symmetric_relation_has_no_first_end():
    near = make_graph().relations[0].model_copy(update={"predicate": "near"})
    back = near.model_copy(update={"subject": 1, "object": 0})
    one, other = (make_graph().model_copy(update={"relations": (r,)}) for r in (near, back))
    assert scene_hash(one) == scene_hash(other)


def test_another_relation_is_another_scene():
    above = make_graph().relations[0].model_copy(update={"predicate": "above"})
    assert scene_hash(make_graph().model_copy(update={"relations": (above,)})) != scene_hash(make_graph())


def test_a_pair_has_no_order():
    assert pair("direction", "dog", "cat") == pair("direction", "cat", "dog")


def test_a_group_has_no_order():
    assert group("arrangement", "dog", "cat", "cup") == group("arrangement", "cup", "cat", "dog")


def test_every_split_gets_its_share_of_groups():
    rng = random.Random(0)
    homes = [split_of_keys([group("arrangement", *(f"{i}{rng.random()}" for i in range(3)))]) for _ in range(4000)]
    assert 0.36 < homes.count("train") / 4000 < 0.44
    assert all(0.26 < homes.count(split) / 4000 < 0.34 for split in ("validation", "test"))


def test_every_split_gets_its_share_of_pairs():
    rng = random.Random(0)
    homes = [split_of_keys([pair("depth", f"a{rng.random()}", f"b{rng.random()}")]) for _ in range(4000)]
    assert 0.62 < homes.count("train") / 4000 < 0.74
    assert all(0.13 < homes.count(split) / 4000 < 0.19 for split in ("validation", "test"))


def test_keys_at_home_in_different_splits_make_a_question_that_is_asked_nowhere():
    pairs = [pair("direction", f"thing {i}", f"thing {i + 1}") for i in range(60)]
    by_split = {split_of_keys([one]): one for one in pairs}
    assert set(by_split) == set(SPLITS)
    assert split_of_keys(by_split.values()) is None


def test_the_order_of_keys_and_their_number_do_not_matter():
    keys = [pair("direction", "a", "b"), Key("place", ("a",))]
    assert split_of_keys(keys) == split_of_keys([*reversed(keys), *keys])


@pytest.mark.thorough
def test_a_question_is_asked_in_the_split_of_its_keys_alone():
    for split in SPLITS:
        for question, keys in asked_in(split):
            assert split_of_keys(keys) == split, question.question


@pytest.mark.thorough
def test_neither_pairs_by_relation_nor_texts_are_shared_between_splits():
    pairs, texts = defaultdict(set), defaultdict(set)
    for split in SPLITS:
        for question, keys in asked_in(split, 120):
            pairs[split] |= {key for key in keys if len(key.categories) > 1}
            texts[split].add(question.question.casefold())
    for things in (pairs, texts):
        assert all(len(things[split]) > 20 for split in SPLITS)
        assert not things["train"] & things["test"]
        assert not things["train"] & things["validation"]
        assert not things["validation"] & things["test"]


@pytest.mark.thorough
def test_hold_outs_have_questions_of_nearly_every_kind_and_train_hardly_loses_any():
    asked = {split: [question for question, _ in asked_in(split, 150)] for split in SPLITS}
    assert len(asked["train"]) / 150 > 4.2
    for split in ("validation", "test"):
        assert len(asked[split]) / 150 > 1.7
        assert len({question.kind for question in asked[split]}) >= 9


def test_hold_outs_have_questions_in_metres_about_three_things_and_more():
    """Any two of the things in the split were one scene in a hundred: their keys are one group."""
    kinds = ("camera_distance", "viewpoint", "occlusion", "support_chain")
    others = frozenset(KINDS) - {*kinds}
    for split in SPLITS:
        found = Counter(
            question.kind
            for seed in range(60)
            for question in ask(with_random_world(random_scene(seed), seed), seed, split=split, without=others)
        )
        assert set(found) == set(kinds), split
        assert min(found["camera_distance"], found["viewpoint"]) >= 8, split


def test_without_a_split_everything_may_be_asked():
    scene = random_scene(5, NAMES)
    assert ask(scene, 1) == ask(scene, 1, split=None)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        (
            Directed(subject=Ref(category="cup"), predicate="left_of", object=Ref(category="table")),
            {pair("direction", "cup", "table")},
        ),
        (Exists(category="cup", without="cow"), {pair("existence", "cow", "cup")}),
        (Outermost(extreme="leftmost"), {Key("outermost", ())}),
        (
            Find(predicate="on", anchor=Ref(category="table")),
            {pair("support", "plate", "table"), Key("support", ("table",), by_words=True)},
        ),
        (
            Find(predicate="left_of", anchor=Ref(predicate="on", anchor=Ref(category="table"))),
            {
                pair("direction", "cup", "plate"),
                pair("support", "plate", "table"),
                Key("support", ("table",), by_words=True),
            },
        ),
        (
            Larger(subject=Ref(extreme="leftmost"), object=Ref(category="table")),
            {pair("size", "cup", "table"), Key("size", ("table",), by_words=True)},
        ),
        (InPlace(subject=Ref(extreme="leftmost"), place="left"), {Key("outermost", ())}),
        (
            IsBetween(subject=Ref(category="cup"), first=Ref(category="table"), second=Ref(category="plate")),
            {group("arrangement", "cup", "plate", "table")},
        ),
    ],
)
def test_the_keys_of_a_question_are_its_pairs_and_its_words(query, keys):
    asked = NamedScene(laid_table())
    assert keys_of(query, answer(query, asked), asked) == keys


def test_two_heights_have_one_home_of_their_own_since_names_leave_few_pairs_open():
    query = Taller(first=Ref(category="vase"), second=Ref(category="bottle"))
    of_type = split_keys.of_height(query, ["vase", "bottle"], str)
    assert of_type == split_keys.of_height(query, ["bottle", "vase"], str) == {couple("height", "bottle", "vase")}
    [key] = of_type
    assert len(key.categories) == 1


def test_what_is_between_two_things_has_a_key_of_its_words_too():
    cups = laid_table()
    vase, book = (cups.objects[0].model_copy(update={"id": i, "category": c}) for i, c in ((3, "vase"), (4, "book")))
    row = [vase.model_copy(update={"box": (120, 300, 40, 40)}), book.model_copy(update={"box": (240, 300, 40, 40)})]
    scene = cups.model_copy(update={"objects": (cups.objects[0], *row), "relations": ()})
    query, asked = Between(first=Ref(category="cup"), second=Ref(category="book")), NamedScene(scene)
    by_words = pair("arrangement", "book", "cup")._replace(by_words=True)
    assert keys_of(query, answer(query, asked), asked) == {group("arrangement", "book", "cup", "vase"), by_words}


def laid_table():
    """A cup far left of a table with a plate on it."""
    boxes = {"cup": (10, 300, 40, 40), "table": (250, 320, 200, 150), "plate": (330, 305, 50, 20)}
    return Scene.model_validate(
        {
            "canvas": (512, 512),
            "scene": "kitchen",
            "objects": [
                {"id": i, "category": name, "box": box, "depth": float(i), "visible": 1.0}
                for i, (name, box) in enumerate(boxes.items())
            ],
            "relations": [{"subject": 2, "predicate": "on", "object": 1, "drawn": True}],
            "excluded": ("cow",),
        }
    )
