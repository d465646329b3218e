"""Concepts as newcomers type them are read as people mean them, and what is not read is said."""

import pytest
from PIL import Image

from agents.concepts.concept_reading import read_concept
from agents.concepts.concept_words import COLOURED
from agents.concepts.noun_phrases import names
from agents.concepts.seed_check import check_seed, nearest_to
from agents.planner import RulePlanner
from gpu_workers.collage.colour import named_share
from gpu_workers.collage.sprites.fetch import default_sprites_dir
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.narrower_names import is_narrower, narrower_names
from spatial.knowledge.renderer_capabilities import pictures_only
from spatial.knowledge.scene_search import tokens

COLLAGE = pictures_only("collage")
FROM_TEXT = "sleeping (only drawn by renderers that draw from text)"

NEIGHBOURS = {
    "white": ("white", "gray"), "yellow": ("yellow", "orange"), "red": ("red", "pink"), "orange": ("orange", "yellow"),
}  # fmt: skip


def reading(concept: str) -> str:
    """The dry run's words without those of the scene."""
    return str(read_concept(concept)).partition("); ")[2]


def fault(concept: str) -> str:
    return check_seed(make_seed(concept, 2), COLLAGE, False).fault or ""


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ("a cat and two mugs on a table", "a cat; 2 mugs; a table; cat on table; mugs on table"),
        ("a cat and a dog under a table", "a cat; a dog; a table; cat under table; dog under table"),
        ("the dog, the cat and the mouse under a table", "dog under table; cat under table; mouse under table"),
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
        ("a cat and two identical mugs on a table", "cat on table; mugs on table"),
        ("behind the sofa stands a floor lamp", "a sofa; a floor lamp; floor lamp behind the sofa; left out: stands"),
        ("left of the sofa is a lamp", "a sofa; a table lamp; table lamp left of the sofa"),
        ("above the bed hangs a picture", "framed picture above the bed"),
        ("on the table there are two cups and a plate", "teacups on the table; plate on the table"),
        ("a cat on a table, and under the table is a dog", "a cat; a table; a dog; dog under the table; cat on table"),
        ("a tree with presents under it", "a tree; 2 or more gift boxes; gift boxes under tree"),
        ("a desk with a lamp on the left", "desk supporting table lamp; table lamp on the left"),
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
        ("a basket of apples on a table", "basket containing apples; basket on table"),
        ("a cat and a basket of apples on a table", "basket containing apples; cat on table; basket on table"),
        ("a bowl of apples and oranges", "bowl containing apples; bowl containing oranges"),
        ("a basket of apples and a cat", "basket containing apples; cat anywhere"),
        ("a chair with a cat on it and a dog", "chair supporting cat; dog anywhere"),
        ("a bookshelf full of books", "bookshelf containing books"),
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
        ("a red ball", "soccer field", "a red sphere"),
        ("a pen and paper", "writing desk", "a pen; a sheet of paper"),
        ("a mouse and a keyboard", "writing desk", "a computer mouse; a keyboard"),
        ("a mouse", "pet shop", "a mouse"),
        ("a red rose", "flower garden", "a red rose"),
        ("a red cup", "breakfast table", "a red mug"),
        ("a red truck", "industrial area", "a red pickup truck"),
        ("a pizza", "fast food table", "a slice of pizza"),
        ("my desk", "home office", "a desk"),
        ("a table surrounded by chairs", "café", "a table; 3 or more chairs; table surrounded by chairs"),
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
        ("a man reading a newspaper on a bench", "person on bench; newspaper anywhere; left out: reading"),
        ("a boy throwing a ball behind a fence", "person behind fence; soccer ball anywhere; left out: throwing"),
        ("a woman putting a book on a shelf", "book on wall shelf; person anywhere; left out: putting"),
        ("a cat chasing a mouse on a table", "cat on table; mouse anywhere; left out: chasing"),
        ("a man sitting on a bench next to a dog", "person on bench; person next to dog; left out: sitting"),
        ("a cat on a table next to a dog", "cat on table; table next to dog"),
        ("the dog sleeps under the bed", "dog under the bed; left out: sleeps"),
        ("a dog that is quietly sleeping under a table", "dog under table; left out: quietly, sleeping"),
        ("a fish riding a bicycle", "a fish; a bicycle; left out: riding"),
        ("a fish rides a bicycle", "a fish; a bicycle; left out: rides"),
        ("two dogs chase a cat", "2 dogs; a cat; left out: chase"),
        ("people shopping", "2 or more people; left out: shopping"),
        (
            "a boy riding a bike next to a girl riding a horse",
            "person next to person; bicycle anywhere; horse anywhere; left out: riding, riding",
        ),
        ("a cat watches a bird", "a cat; a parrot; left out: watches"),
        (
            "a child blowing out candles on a birthday cake",
            "candles on birthday cake; person anywhere; left out: blowing, out",
        ),
        ("a girl with a balloon standing in front of a castle", "person with balloon; person standing in front of castle"),
        ("an old couple sitting on a bench", "2 people; a bench; people on bench; left out: old, sitting"),
        ("a map on a wall above a desk", "a world map; a desk; world map above desk"),
        ("a lamp hanging from the ceiling above a table", "a pendant lamp; a table; pendant lamp above table"),
        ("a cat sleeping in the corner", "cat in the corner; left out: sleeping"),
        ("a dog sitting on the left", "dog on the left; left out: sitting"),
        ("a car driving on the left side of the road", "car on the left side; left out: driving"),
        ("a person crossing the street", "a person; left out: crossing"),
        ("three cubes in a row on a table", "cubes on table; left out: row"),
        ("one man and his dog sits on the bench", "person on the bench; dog on the bench; left out: sits"),
        ("a plate with an apple on it on a table", "plate supporting apple; plate on table"),
        ("a car without a driver", "a car; left out: driver (nearest: person, runner, dancer)"),
        ("a man drinks beer in a pub", "a person (for 'man'); a beer mug; left out: drinks"),
        ("kids flying kites on a beach", "2 or more people (for 'kids'); 2 or more kites; left out: flying"),
        ("a man talking on the phone", "person with the telephone; left out: talking"),
        ("a dog in a coat next to a cat", "a dog; a coat; a cat; dog with coat; dog next to cat"),
        ("kids playing football", "2 or more people (for 'kids'); a soccer ball (for 'football'); left out: playing"),
    ],
)
def test_a_place_is_of_what_does_something_there_and_what_it_does_is_told(concept: str, said: str):
    assert reading(concept).endswith(said)
    assert fault(concept) == ""


@pytest.mark.parametrize(
    ("concept", "scene"),
    [
        ("rush hour at the train station", "train station (for 'train station', not city street for 'rush hour')"),
        ("people shopping", "grocery store (for 'shopping')"),
        ("a car on a zebra crossing", "pedestrian crossing (for 'zebra crossing')"),
        ("soup", "vegetable table (for 'soup', which itself is not drawn)"),
        ("a bowl of fruit on a table", "kitchen (no scene is named; "),
        ("a house and a tree", "suburb (for 'house')"),
        ("an ambulance outside a hospital", "city street (no scene is named; "),
        ("five apples and four oranges in a fruit bowl", "fruit still life (for 'fruit bowl')"),
    ],
)
def test_a_scene_is_that_of_the_words_for_a_place(concept: str, scene: str):
    assert str(read_concept(concept)).startswith(f"scene {scene}")


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        (
            "five apples and four oranges in a fruit bowl",
            "5 apples; 4 oranges; a bowl (for 'fruit bowl'); apples in bowl; oranges in bowl",
        ),
        ("wedding cake", "a birthday cake (for 'wedding cake')"),
        ("a tall lamp", "a floor lamp (for 'tall lamp')"),
        ("a small lamp", "a table lamp (for 'small lamp')"),
        ("a huge dog", "a dog; left out: huge"),
        ("a laptop between two books", "a laptop; 2 books; laptop between books"),
        ("a park without tree", "without trees"),
        ("a bird above a boat, and a boat below a bird", "a dove; a sailboat; dove above sailboat; sailboat below dove"),
        ("a cat next to a dog and a dog next to a cat", "a cat; a dog; cat next to dog; dog next to cat"),
        ("green eyes cat", "a cat; left out: green, eyes"),
        ("a green apple and a red apple", "a green apple; a red apple"),
        ("a person with glasses", "person with pair of glasses"),
        ("two glasses and a man", "2 wine glasses; a person (for 'man')"),
        ("people waiting for the bus at a bus stop", "2 or more people; a bus; left out: waiting"),
        ("an ambulance outside a hospital", "ambulance in front of hospital"),
        ("a dog behind a fence looking at a cat", "dog behind fence; dog looking at cat"),
        ("a beautiful picture of a cat, highly detailed, 4k", "a cat; left out: beautiful, highly, detailed, 4k"),
        ("a man in a red hat", "a person (for 'man'); a red cap; person with cap"),
        ("a snake inside a toilet", "a snake; a toilet; snake inside toilet"),
        ("a stack of plates in the sink", "plates in the washbasin; left out: stack"),
        ("a cat on a table and a cat under a table", "a cat; a table; a cat; a table; cat on table; cat under table"),
    ],
)
def test_things_are_those_that_are_said_and_other_names_of_them_are_told(concept: str, said: str):
    assert str(read_concept(concept)).endswith(said)


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
        ("five animals: a cow and a sheep", "7 things are required"),
        ("three cars, one red and one blue", "'one red' does not say which thing: name it, as in 'one red cup'"),
        ("a sofa with a cushion on each end", "'each end' is not understood there: say 'a lamp left of"),
        ("a bedroom with lamps on both sides", "'both sides' is not understood there: say 'a lamp left of the bed and"),
        ("a towel above a toilet", "'above' relates 'towel', which is not drawn by itself (nearest: towel rail, "),
        ("a bus, not a car", "a car is excluded, and a bus is easily taken for one in a picture; without are drawn: "),
        ("a taxi without a car", "a car is excluded, and a taxi is easily taken for one in a picture"),
        ("a tv, not a computer", "a computer is excluded, and a television is easily taken for one"),
        ("a bottle of milk", "no bottle holds milk here; take a glass of milk, or name them with 'and'"),
        ("a vase of flowers on a table", "no vase holds flowers here"),
        ("a chef cooking in a kitchen", "nothing is known of chef (nearest: person, "),
        ("a student reading a book at a desk", "nothing is known of student (nearest: person, "),
        ("santa claus on a roof", "nothing is known of santa claus (nearest: person, "),
        ("a dog chasing its tail", "nothing is known of tail: "),
        ("a painting of a boat", "no painting holds boat here"),
        ("a mouse bigger than an elephant", "'bigger than' compares things"),
        ("an apple that is bigger than a chair", "'bigger than' compares things"),
        ("a lonely astronaut", "nothing is known of astronaut (nearest: person, "),
        ("a tennis ball", "nothing is known of tennis ball (nearest: baseball, "),
        ("a rubber duck", "nothing is known of rubber duck (nearest: teddy bear, "),
        ("an iron fence", "nothing is iron here: leave it out, or say a colour: red, "),
        ("a turquoise car", "nothing is turquoise here: leave it out, or say a colour: red, "),
        ("a white horse", "leave 'white' out, or take what can be white: sheep, "),
        ("a cat made of glass", "'made of' says a material"),
        ("two halves of an apple", "'halves' is no number of things"),
        ("a bird that cannot fly", "'cannot' denies something"),
        ("sunset", "light, season and weather are of a place, as in 'a beach at sunset'"),
        ("a bench and a cat under it", "'it' stands for a thing and does not say which"),
        ("a glass of water", "nothing is known of water (nearest: glass of milk"),
        ("a bicycle leaning against a wall", "'bicycle leaning against a wall' is not drawn"),
        ("a toy car on a rug", "'toy car' is nothing that is known: a toy and a car would be two things"),
        ("a black cat", "leave 'black' out, or take what can be black: "),
        ("a saucer and a cup", "nothing is known of saucer (nearest: plate, "),
        ("a bowl of soup", "nothing is known of soup (nearest: bowl of salad, bowl of rice, bowl of noodles)"),
        ("a lion", "nothing is known of lion (nearest: tiger, leopard, cat)"),
        ("a polar bear on a rock", "nothing is known of polar bear (nearest: gorilla, bison, teddy bear)"),
        ("an astronaut on the moon", "nothing is known of astronaut (nearest: person, "),
        ("a bridge", "nothing is known of bridge (nearest: "),
        ("a house with no windows", "the picture of a house shows a window, which is excluded; without are drawn: hut, "),
    ],
)
def test_what_is_not_understood_is_said_with_what_there_is(concept: str, why: str):
    assert why in fault(concept)


def test_the_nearest_scenes_show_nothing_that_is_excluded():
    found = [match.scene for match in nearest_to("snowman and sled, no trees", 5)]
    assert (found[0], "orchard" in found, "forest" in found) == ("winter village", False, False)


@pytest.mark.parametrize("colour", sorted(COLOURED))
def test_things_have_the_colours_that_are_said_of_them(colour: str):
    """Light sprites are between white and gray, ripe ones between yellow and orange, red ones shine."""
    names_of_it = NEIGHBOURS.get(colour, (colour,))
    for name in COLOURED[colour]:
        category = categories()[name]
        assert "colour" not in COLLAGE.words(category), f"of {name} it can be chosen"
        with Image.open(default_sprites_dir() / f"{category.sprite}.webp") as file:
            picture = file.convert("RGBA")
        assert sum(named_share(picture, each) for each in names_of_it) > 0.4, name


@pytest.mark.parametrize("word", ["chair", "ball", "bird", "flower", "lamp", "cup"])
def test_an_exact_number_is_exact_of_all_that_people_call_so(word: str):
    planner, seed = RulePlanner(COLLAGE), make_seed(f"one {word}", 40)
    planned = [planner.plan_now(seed, index) for index in range(40)]
    for graph in planned:
        if isinstance(graph, SpatialGraph):
            called = [thing.category for thing in graph.objects if _is_called(thing.category, word)]
            assert len(called) == 1


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ("a sleeping cat on a sofa", f"a cat; a sofa; cat on sofa; left out: {FROM_TEXT}"),
        ("a cat sleeping on a sofa", f"a cat; a sofa; cat on sofa; left out: {FROM_TEXT}"),
        ("a burning house", "a house; left out: burning"), ("a burning candle", "a burning candle"),
        ("an open umbrella", "an open umbrella"), ("a golden crown", "a golden crown"), ("a parked car", "a parked car"),
        ("yellow flowers", "2 or more yellow sunflowers"),
    ],
)  # fmt: skip
def test_a_look_that_things_have_is_kept_and_a_doing_is_left_out_wherever_it_stands(concept: str, said: str):
    check = check_seed(make_seed(concept, 2), COLLAGE, False)
    assert check.reading.endswith(f"; {said}")
    assert check.fault is None


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ("a child on a beach", "a person (for 'child')"),
        ("a man and a woman in a park", "a person (for 'man'); a person (for 'woman')"),
        ("a kitten and a puppy on a sofa", "a cat (for 'kitten'); a dog (for 'puppy'); a sofa; cat on sofa; dog on sofa"),
        ("two neighbours", "2 people (for 'neighbours')"), ("a dining table", "a table (for 'dining table')"),
        ("a couch and a tv", "a sofa; a television"),
        ("two women and men", "2 people (for 'women'); 2 or more people (for 'men')"),
        ("three children", "3 people (for 'children')"),
        ("a man like my father", "a person (for 'man'); a person (for 'father'); left out: like"),
        ("a glass of milk", "a glass of milk"),
        ("a football", "a soccer ball (for 'football')"), ("a ball in a park", "a soccer ball"),
        ("an american football", "a football (for 'american football')"),
        ("three to five apples", "3 apples (for 'three to five apples')"), ("2-4 apples", "2 apples (for '2-4 apples')"),
        ("an open laptop", "a laptop; left out: open (only drawn by renderers that draw from text)"),
    ],
)  # fmt: skip
def test_what_a_picture_does_not_tell_apart_or_show_is_said_in_the_words_of_the_concept(concept: str, said: str):
    assert check_seed(make_seed(concept, 2), COLLAGE, False).reading.endswith(f"; {said}")


@pytest.mark.parametrize("name", sorted(narrower_names()))
def test_a_name_that_says_more_than_what_is_drawn_is_told(name: str):
    assert names()[tokens(name)], "nothing is known by it: leave it out of the list"
    assert f"(for {name!r})" in str(read_concept(f"a {name} and a spoon"))


def test_a_synonym_that_ends_in_the_name_of_what_is_drawn_is_told():
    longer = [
        (each.name, word) for each in categories().values() for word in each.synonyms
        if f" {word}".endswith(f" {each.name}") and names()[tokens(word)] == (each.name,)
    ]  # fmt: skip
    assert len(longer) > 50
    assert [pair for pair in longer if not is_narrower(pair[1], pair[0])] == []


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ("farm animals: cows, sheep and a horse", "2 or more cows; a sheep; a horse"),
        ("animals: a cow and a sheep", "a cow; a sheep"),
        ("three animals: a cow, a sheep and a horse", "a cow; a sheep; a horse"),
        ("a kitchen with fruit such as apples and bananas", "2 or more apples; 2 or more bananas"),
        ("a street with vehicles like a bus and a car", "a bus; a car"),
        ("a park with animals, including a dog and a cat", "a dog; a cat"),
        ("three cups, two red and one blue", "2 red mugs; 1 blue mug"),
        ("two mugs on a table, one red and the other blue", "1 red mug; 1 blue mug; a table; mug on table; mug on table"),
        ("a sofa with a lamp on each side",
         "a sofa; a table lamp; a table lamp; table lamp left of the sofa; table lamp right of the sofa"),
        ("trees on both sides of a house", "a tree; a house; a tree; tree left of house; tree right of the house"),
        ("three friends: a man and two women", "a person (for 'man'); 2 people (for 'women')"),
        ("children: a boy and a girl", "a person (for 'boy'); a person (for 'girl')"),
        ("a campfire with people on each side",
         "a campfire; a person; a person; person left of the campfire; person right of the campfire"),
        ("a red and a blue car", "a red car; a blue car"), ("a red car and a blue one", "a red car; a blue car"),
        ("one red and one green apple", "1 red apple; 1 green apple"),
        ("a bedroom with two lamps, one on each side of the bed",
         "a table lamp; a bed; a table lamp; table lamp left of the bed; table lamp right of the bed"),
        ("a cat and a dog, one on each side of a chair",
         "a cat; a chair; a dog; cat left of chair; dog right of the chair"),
        ("three balloons in a park, all blue", "3 blue balloons"), ("two cars, both red", "2 red cars"),
        ("a picture above a sofa", "a framed picture; a sofa; framed picture above sofa"),
    ],
)  # fmt: skip
def test_roundabout_words_are_read_as_the_plain_ones(concept: str, said: str):
    check = check_seed(make_seed(concept, 2), COLLAGE, False)
    assert check.reading.endswith(f"; {said}")
    assert check.fault is None


@pytest.mark.parametrize(
    ("concept", "word"), [("a living room without lamps", "lamp"), ("a forest without chairs", "chair")]
)
def test_nothing_that_people_call_so_is_there_where_it_is_excluded(concept: str, word: str):
    planner, seed = RulePlanner(COLLAGE), make_seed(concept, 40)
    planned = [planner.plan_now(seed, index) for index in range(40)]
    graphs = [graph for graph in planned if isinstance(graph, SpatialGraph)]
    assert graphs
    assert [each.category for graph in graphs for each in graph.objects if _is_called(each.category, word)] == []


def _is_called(category: str, word: str) -> bool:
    return category in names()[tokens(word)] or tokens(category)[-1] == word
