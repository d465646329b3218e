"""Concepts as newcomers type them are read as people mean them, and what is not read is said."""

import pytest
from PIL import Image

from agents.concepts.concept_reading import read_concept
from agents.concepts.concept_words import COLOURED
from agents.concepts.noun_phrases import names
from agents.concepts.seed_check import check_seed
from agents.planner import RulePlanner
from gpu_workers.collage.colour import named_share
from gpu_workers.collage.sprites.fetch import default_sprites_dir
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.renderer_capabilities import pictures_only
from spatial.knowledge.scene_search import tokens

COLLAGE = pictures_only("collage")


def reading(concept: str) -> str:
    """The dry run's words without those of the scene."""
    return str(read_concept(concept)).partition("); ")[2]


def fault(concept: str) -> str:
    return check_seed(make_seed(concept, 2), COLLAGE, False).fault or ""


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ("a cat and two mugs on a table", "a cat; 2 mugs; a table; cat on table; mug on table"),
        ("a cat and a dog under a table", "a cat; a dog; a table; cat under table; dog under table"),
        ("a mug, a book and a lamp on a desk", "mug on desk; book on desk; table lamp on desk"),
        ("a mug, a book, and a lamp on a desk", "mug on desk; book on desk; table lamp on desk"),
        ("a cat & a dog on a sofa", "cat on sofa; dog on sofa"),
        ("a cat and a mouse left of a dog and right of a chair", "cat left of dog; mouse left of dog; cat right of chair"),
        ("a cat and a dog that are on a table", "cat that are on table; dog that are on table"),
        ("a cat, a dog and a rabbit on the left", "cat on the left; dog on the left; rabbit on the left"),
        ("a lamp and a cat between a chair and a table", "table lamp between chair and table; cat between chair and table"),
        ("a cat and a dog facing each other", "cat facing dog; dog facing cat"),
        ("a cat and a dog next to each other on a sofa", "cat next to dog; cat on sofa; dog on sofa"),
        ("a cat and a dog side by side", "cat next to dog"),
        ("a cat and two identical mugs on a table", "cat on table; mug on table"),
    ],
)
def test_what_is_said_after_a_list_is_said_of_each(concept: str, said: str):
    assert said in reading(concept)


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ("a cup on a table and a book", "teacup on table; book anywhere"),
        ("a cat left of a dog and a mouse on a table", "cat left of dog; mouse on table"),
        ("a cat and a dog that is on a table", "dog that is on table; cat anywhere"),
        ("a cat, and a dog on a table", "dog on table; cat anywhere"),
        ("a cat next to a dog and a rabbit", "cat next to dog; rabbit anywhere"),
        ("a lamp on the left and a sofa on the right", "floor lamp on the left; sofa on the right"),
    ],
)
def test_what_is_said_of_one_is_said_of_no_other_and_the_others_are_anywhere(concept: str, said: str):
    assert reading(concept).endswith(said)


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ("a basket of apples on a table", "basket containing apple; basket on table"),
        ("a cat and a basket of apples on a table", "basket containing apple; cat on table; basket on table"),
        ("a bowl of apples and oranges", "bowl containing apple; bowl containing orange"),
        ("a basket of apples and a cat", "basket containing apple; cat anywhere"),
        ("a chair with a cat on it and a dog", "chair supporting cat; dog anywhere"),
        ("a bookshelf full of books", "bookshelf containing book"),
        ("a table with a cup and a book on it", "table supporting teacup; table supporting book"),
        ("a man with a dog", "person with dog"),
    ],
)
def test_what_a_thing_holds_is_in_or_on_it(concept: str, said: str):
    assert reading(concept).endswith(said)


@pytest.mark.parametrize(
    ("concept", "scene", "said"),
    [
        ("a dragon on the moon", "moon surface", "a dragon"),
        ("two people in a hotel", "hotel lobby", "2 people"),
        ("pictures on a wall", "museum", "2 or more framed pictures"),
        ("a lamp hanging from the ceiling", "kitchen", "a pendant lamp"),
        ("a lamp and a cat on the floor", "living room", "a floor lamp; a cat"),
        ("a red ball", "sports ground", "a red sphere"),
        ("a pen and paper", "writing desk", "a pen; a sheet of paper"),
        ("a mouse and a keyboard", "writing desk", "a computer mouse; a keyboard"),
        ("a mouse", "pet shop", "a mouse"),
        ("a red rose", "flower garden", "a red rose"),
        ("a red cup", "breakfast table", "a red mug"),
        ("a red truck", "industrial area", "a red pickup truck"),
        ("a pizza", "fast food table", "a slice of pizza"),
        ("my desk", "home office", "a desk"),
        ("a table surrounded by chairs", "café", "a table; 3 or more chairs; table surrounded by chair"),
    ],
)
def test_everyday_words_are_read_as_people_mean_them(concept: str, scene: str, said: str):
    found = read_concept(concept)
    assert found.match is not None
    assert (found.match.scene, reading(concept)) == (scene, said)
    assert fault(concept) == ""


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ("a chair", "a chair"), ("1 chair", "1 chair"), ("chairs", "2 or more chairs"),
        ("at least two dogs", "2 or more dogs"), ("several dogs", "3 or more dogs"), ("exactly two dogs", "2 dogs"),
        ("two identical cups", "2 teacups; left out: identical"),
    ],
)  # fmt: skip
def test_a_number_is_said_as_it_is_understood(concept: str, said: str):
    assert reading(concept) == said


@pytest.mark.parametrize(
    ("concept", "why"),
    [
        ("bottles on the wall", "'bottles on the wall' is not drawn: barber pole, blackboard"),
        ("a book on the floor", "'book on the floor' is not drawn: it is put on other things, as in 'on a table'"),
        ("a vase of flowers on a table", "'vase of flowers': no vase holds flowers here"),
        ("a bench and a cat under it", "'it' stands for a thing and does not say which"),
        ("a glass of water", "nothing is known of water (nearest: glass of milk"),
        ("a bicycle leaning against a wall", "'bicycle leaning against a wall' is not drawn"),
        ("a toy car on a rug", "'toy car' is nothing that is known: a toy and a car would be two things"),
        ("a black cat", "leave 'black' out, or take what can be black: "),
        ("a saucer and a cup", "nothing is known of saucer"),
    ],
)
def test_what_is_not_understood_is_said_with_what_there_is(concept: str, why: str):
    assert why in fault(concept)


@pytest.mark.parametrize("colour", sorted(COLOURED))
def test_things_have_the_colours_that_are_said_of_them(colour: str):
    """Light sprites are between white and gray, ripe ones between yellow and orange."""
    names_of_it = {"white": ("white", "gray"), "yellow": ("yellow", "orange")}.get(colour, (colour,))
    for name in COLOURED[colour].split():
        category = categories()[name]
        assert "colour" not in COLLAGE.words(category), f"of {name} it can be chosen"
        with Image.open(default_sprites_dir() / f"{category.sprite}.webp") as file:
            picture = file.convert("RGBA")
        assert sum(named_share(picture, each) for each in names_of_it) > 0.5, name


@pytest.mark.parametrize("word", ["chair", "ball", "bird", "flower", "lamp", "cup"])
def test_an_exact_number_is_exact_of_all_that_people_call_so(word: str):
    planner, seed = RulePlanner(COLLAGE), make_seed(f"one {word}", 40)
    planned = [planner.plan_now(seed, index) for index in range(40)]
    for graph in planned:
        if isinstance(graph, SpatialGraph):
            called = [thing.category for thing in graph.objects if _is_called(thing.category, word)]
            assert len(called) == 1


def _is_called(category: str, word: str) -> bool:
    return category in names()[tokens(word)] or tokens(category)[-1] == word
