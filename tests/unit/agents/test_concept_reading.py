"""What a concept names is read: its scene, things with numbers and attributes, relations, light and season."""

import pytest

from agents.concepts.concept_reading import read_concept
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.questions.wording.lexicon import plural


@pytest.mark.parametrize(
    ("concept", "scene", "things"),
    [
        ("kitchen", "kitchen", []),
        ("street market", "street market", []),
        ("winter village", "winter village", []),
        ("two dogs on a beach", "beach", [(2, (), "dog")]),
        ("train station with three people", "train station", [(3, (), "person")]),
        ("a couple of blue balloons above a table", "birthday party", [(2, ("blue",), "balloon"), (1, (), "table")]),
        ("an orange cat and an orange", None, [(1, ("orange",), "cat"), (1, (), "orange")]),
        ("a cat on a sofa", "living room", [(1, (), "cat"), (1, (), "sofa")]),
        ("sofa", "living room", [(1, (), "sofa")]),
        ("dogs in a park", "park", [(2, (), "dog")]),
        ("twelve ducks on a lake", "lake", [(12, (), "duck")]),
        ("half a dozen ducks and 3 swans", None, [(6, (), "duck"), (3, (), "swan")]),
        ("two dozen apples", None, [(24, (), "apple")]),
        ("several cats", None, [(3, (), "cat")]),
        ("a 1950 car", None, [(1, (), "car")]),
        ("123456 cats", None, [(123456, (), "cat")]),
        ("a car that is red behind a bus", None, [(1, ("red",), "car"), (1, (), "bus")]),
        ("a dog facing left on a bench", None, [(1, ("facing left",), "dog"), (1, (), "bench")]),
        ("a grey car", None, [(1, ("gray",), "car")]),
        ("a red and blue car", None, [(1, ("red", "blue"), "car")]),
        ("cats on tables", None, [(2, (), "cat"), (2, (), "table")]),
        ("a cat that is on a table", None, [(1, (), "cat"), (1, (), "table")]),
        ("two women and three men", None, [(2, (), "person"), (3, (), "person")]),
        ("mice in a kitchen", "kitchen", [(2, (), "mouse")]),
        ("children's birthday party", "birthday party", []),
        ("a park full of roses", "park", [(2, (), "rose")]),
    ],
)
def test_things_are_read_with_their_number_and_attributes(concept: str, scene: str | None, things: list[object]):
    reading = read_concept(concept)
    assert reading.match is not None
    assert scene in (None, reading.match.scene)
    assert [(thing.count, thing.attributes, thing.category) for thing in reading.things] == things


@pytest.mark.parametrize(
    ("concept", "relations"),
    [
        ("a cat in a kitchen on a table", [("cat", "on", "table")]),
        ("two parrots behind a monkey in a jungle", [("parrot", "behind", "monkey")]),
        ("a red mug to the left of a laptop on a desk", [("mug", "to the left of", "laptop"), ("laptop", "on", "desk")]),
        ("a cat and a dog", []),
        ("a cat left of a dog and right of a chair", [("cat", "left of", "dog"), ("cat", "right of", "chair")]),
        ("two chairs opposite each other", [("chair", "opposite", "chair")]),
        ("a cat that is on a table", [("cat", "that is on", "table")]),
        ("a dog without a hat next to a cat", []),
        ("a dog sleeping under a table", [("dog", "under", "table")]),
        (
            "a dog left of a cat, which is left of a chair",
            [("dog", "left of", "cat"), ("cat", "which is left of", "chair")],
        ),
    ],
)
def test_relations_are_read_between_things_that_follow_each_other(concept: str, relations: list[object]):
    reading = read_concept(concept)
    things = [thing.category for thing in reading.things]
    assert [(things[r.subject], r.phrase, things[r.object]) for r in reading.relations] == relations


@pytest.mark.parametrize(
    ("concept", "conditions"),
    [
        ("kitchen at night", ("at night",)), ("a park in winter", ("in winter",)), ("snowy mountain", ()), ("kitchen", ()),
        ("a moonlit beach", ("at night",)), ("a park in the evening", ("at dusk",)),
        ("a park in the dark", ("in the dark",)),
        ("a park in heavy snow", ("in snow",)), ("a snow-covered park", ("in snow",)), ("a sled in the snow", ()),
        ("a snow leopard in a zoo", ()), ("a sunny beach", ()),
    ],
)  # fmt: skip
def test_light_and_season_are_read_where_the_scene_does_not_have_them(concept: str, conditions: tuple[str, ...]):
    assert read_concept(concept).conditions == conditions


def test_a_kind_of_things_is_one_that_can_be_so_in_that_scene():
    (thing,) = read_concept("a blue vehicle").things
    assert thing.attributes == ("blue",)
    assert categories()[thing.category].tint
    assert "blue" in categories()[thing.category].attributes["colour"]


def test_a_toy_is_no_animal():
    assert all(thing.category != "teddy bear" for thing in read_concept("a bear in the woods").things)


@pytest.mark.parametrize(
    ("concept", "said"),
    [
        ("a kitchen", "scene kitchen (named)"),
        ("two red mugs in a kitchen", "scene kitchen (for 'kitchen')"),
        ("a clear sky over a beach", "scene beach (for 'beach')"),
        ("a clear sky", "scene balloon festival (for 'sky')"),
        ("two dogs and a cat", "scene backyard (no scene is named; dog and cat belong there)"),
        ("a farmyrd", "scene barnyard (no scene is named; the nearest to these words)"),
    ],
)
def test_a_reading_says_in_words_by_what_the_scene_was_found(concept: str, said: str):
    assert str(read_concept(concept)).startswith(said)


@pytest.mark.parametrize("scene", sorted(scene_kinds()))
def test_the_name_of_a_scene_is_read_as_that_scene(scene: str):
    reading = read_concept(scene)
    assert reading.match is not None
    assert (reading.match.scene, reading.match.exact, reading.conditions) == (scene, True, ())
    assert all(thing.category == scene for thing in reading.things)


@pytest.mark.parametrize(
    ("concept", "scene", "reading"),
    [
        ("a waterfall in the jungle", "waterfall", "scene waterfall (named first, before jungle)"),
        ("a market in a village square", "street market", "scene street market (named first, before village square)"),
        ("a garden with a greenhouse", "flower garden", "scene flower garden (named first, before greenhouse)"),
        ("a park bench by a lake", "lake", "a bench"),
        ("a bus on a city street", "city street", "a bus"),
    ],
)
def test_of_two_scenes_the_first_is_taken_and_the_other_is_told(concept: str, scene: str, reading: str):
    found = read_concept(concept)
    assert found.match is not None
    assert found.match.scene == scene
    assert reading in str(found)


@pytest.mark.parametrize(
    ("concept", "says"),
    [
        ("a lamp in the corner of the living room", "floor lamp in the corner"),
        ("a bench at the edge of the lake", "bench at the edge"),
        ("a cat in the corner of the room", "cat in the corner"),
        ("a dog on the left", "dog on the left"),
        ("a chair in the corner next to a sofa", "chair in the corner; chair next to sofa"),
        ("a cat on the left side of a sofa", "cat on the left side of sofa"),
        ("a vase on the left and a lamp on the right", "vase on the left; floor lamp on the right"),
        ("a vase on the left, a lamp on the right", "vase on the left; floor lamp on the right"),
        ("a cat on the left of the picture, the cat right of a dog", "a cat; a dog; cat on the left; cat right of dog"),
    ],
)
def test_places_in_the_picture_are_read(concept: str, says: str):
    assert says in str(read_concept(concept))


def test_a_street_lamp_is_a_thing_and_no_lamp_of_a_street():
    assert [thing.category for thing in read_concept("a bicycle leaning against a street lamp").things] == [
        "bicycle", "street lamp",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("concept", "things", "relation"),
    [
        ("a book on a stack of books", [(1, "book"), (2, "book")], "on a stack of"),
        ("a cat on a pile of three boxes", [(1, "cat"), (3, "cardboard box")], "on a pile of"),
        ("a stack of books on a desk", [(1, "stack of books"), (1, "desk")], "on"),
    ],
)
def test_on_a_stack_of_things_is_a_relation_to_each_of_them(concept: str, things: list[object], relation: str):
    reading = read_concept(concept)
    assert [(thing.count, thing.category) for thing in reading.things] == things
    assert [each.phrase.removesuffix(" a") for each in reading.relations] == [relation]


@pytest.mark.parametrize(
    ("concept", "things", "absent"),
    [
        ("a park without dogs", [], ("dogs",)),
        ("a kitchen with no cat", [], ("cat",)),
        ("a park without any people or red cars, but with a tree", ["tree"], ("people", "cars")),
        ("a street with a bicycle and no bus", ["bicycle"], ("bus",)),
        ("a street with a cat, not a dog", ["cat"], ("dog",)),
        ("a street with a bus and zero cars", ["bus"], ("cars",)),
        ("a street with a bus and 0 cars", ["bus"], ("cars",)),
        ("a street with no cars and a bus", ["bus"], ("cars",)),
        ("a street without a car and a bus", [], ("car", "bus")),
        ("a street with no cars or buses", [], ("cars", "buses")),
        ("a street with not a car or a bus", [], ("car", "bus")),
    ],
)
def test_what_is_said_not_to_be_there_is_no_thing(concept: str, things: list[str], absent: tuple[str, ...]):
    reading = read_concept(concept)
    assert ([thing.category for thing in reading.things], reading.absent) == (things, absent)
    assert str(reading).endswith(f"without {plural(absent[-1])}")


@pytest.mark.parametrize(
    ("concept", "left_out", "meant"),
    [
        ("three kats in a kitchen", ["kats"], True),
        ("a kitchen with a mug and a benhc", ["benhc"], True),
        ("three gloops in a kitchen", ["gloops"], True),
        ("a cat behind an astronaut", ["behind", "astronaut"], True),
        ("an astronaut behind a cat", ["astronaut", "behind"], True),
        ("a cat and an astronaut", ["astronaut"], True),
        ("an astronaut", [], False),
        ("a cat next to a submarine on a beach", ["next", "submarine"], True),
        ("a cat, a dog and a gloop", ["gloop"], True),
        ("a cat, gloops", ["gloops"], True),
        ("a gloop riding a horse", ["gloop", "riding"], True),
        ("a cosy, warm kitchen", ["cosy", "warm"], False),
        ("a sunny and warm beach", ["sunny", "warm"], False),
        ("a busy kitchen in bright sunlight", ["busy", "bright", "sunlight"], False),
        ("an aerial view of a harbour", ["aerial"], False),
        ("a mysterious kitchen", ["mysterious"], False),
        ("a sunny park", ["sunny"], False),
        ("a huge dog in a park", ["huge"], False),
        ("two dogs chasing a cat in a park", ["chasing"], False),
        ("a lamp on a table and a chair beside it", ["beside"], False),
        ("a cat on the left side of a sofa", [], False),
        ("a park without any people or red cars, but with a tree in winter", [], False),
        ("a vase on the left and a lamp on the right", [], False),
        ("a photo of a waterfall in the jungle", [], False),
    ],
)
def test_what_nothing_was_made_of_is_left_out_in_words(concept: str, left_out: list[str], meant: bool):
    found = read_concept(concept).left_out
    assert ([one.word for one in found], any(one.meant for one in found)) == (left_out, meant)


@pytest.mark.parametrize(
    ("word", "nearest"), [("kats", "cat"), ("benhc", "bench"), ("lampe", "lamp"), ("gren", "green"), ("kichen", "kitchen")]
)
def test_a_word_that_is_not_known_has_the_nearest_by_letters_and_sound(word: str, nearest: str):
    (found,) = read_concept(f"a {word}").left_out
    assert found.nearest[0] == nearest
    assert f"left out: {word} (nearest: {nearest}" in str(read_concept(f"a {word}"))


def test_every_scene_is_read_to_its_last_word():
    for kind in scene_kinds().values():
        for name in (kind.name, *kind.words):
            assert not [one for one in read_concept(name).left_out if one.meant], name


def test_a_relation_after_a_comma_has_the_subject_of_the_one_before():
    assert str(read_concept("a cat left of a dog, right of a chair")).endswith("cat left of dog; cat right of chair")
    assert "chair on rug" in str(read_concept("a cat left of a dog, a chair on a rug"))


@pytest.mark.parametrize(
    ("said", "count", "exact"),
    [
        ("three", 3, True), ("at least two", 2, False), ("no fewer than two", 2, False), ("more than three", 4, False),
        ("two or more", 2, False), ("at most two", 2, True), ("no more than two", 2, True), ("up to five", 5, True),
        ("fewer than four", 3, True), ("less than 4", 3, True), ("two or fewer", 2, True),
        ("between two and four", 2, True), ("two to four", 2, True), ("2-4", 2, True), ("two or three", 2, True),
        ("exactly three", 3, True), ("about five", 5, True), ("only two", 2, True), ("both", 2, True), ("3x", 3, True),
        ("a few", 3, False), ("lots of", 3, False), ("a lot of", 3, False), ("a crowd of", 3, False),
        ("dozens of", 24, False),
        ("twenty one", 21, True), ("twenty-one", 21, True), ("a hundred and five", 105, True), ("1,000", 1000, True),
        ("some", 2, False), ("", 2, False),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_say_them(said: str, count: int, exact: bool):
    reading = read_concept(f"a park with {said} dogs")
    assert [(thing.count, thing.exact) for thing in reading.things] == [(count, exact)]
    assert not reading.absent
    assert not reading.unread


@pytest.mark.parametrize(
    ("concept", "at_fault"),
    [
        ("2.5 cats", "2.5"), ("-3 cats", "-3"), ("1/2 cat", "1/2"), ("half a cat", "half"), ("½ cat", "½"),
        ("more cats than dogs", "more"), ("as many cats as dogs", "as"), ("three cats, two of them black", "two"),
        ("a dog not next to a cat", "not"), ("a cat that isn't on the table", "isn't"), ("nothing on the table", "nothing"),
        ("a cat behind an astronaut", "behind"), ("a cat left of a submarine", "left"), ("a chair beside it", "beside"),
        ("a cat in front of a barn", "in front"), ("two cats, one on a sofa and one on a chair", "one"),
        ("two cats, the other behind a chair", "other"),
        ("two dogs and a cat, the dog left of the cat", "the dog"),
        ("a red car and a blue car, the car near a bus", "the car"),
        ("a red cat and a blue cat, the cats near a bus", "the cats"),
    ],
)  # fmt: skip
def test_what_is_stated_and_not_understood_is_said(concept: str, at_fault: str):
    unread = read_concept(concept).unread
    assert any(line.startswith((f"'{at_fault}'", f'"{at_fault}"')) for line in unread), unread


@pytest.mark.parametrize(
    "concept",
    [
        "a bench near a park", "a dog sitting in a park next to a bench", "a cat hiding in a kitchen", "a 1950 car",
        "a dog chasing a cat", "a kitchen with no unicorns", "an old man sitting on a park bench",
        "a dog on the grass in a park", "a cat on the floor", "a dog lying on the ground in a park",
        "I want two dogs in a park", "please draw a close-up of a cat", "a 3D render of a kitchen",
    ],
)  # fmt: skip
def test_words_that_state_nothing_are_no_fault(concept: str):
    reading = read_concept(concept)
    assert (reading.unread, [one.word for one in reading.left_out if one.meant]) == ((), [])


def test_a_relation_is_read_before_words_that_nothing_is_known_of():
    reading = read_concept("2 mugs on a mysterious table, left of a plate")
    assert "mugs on a table; mugs left of plate" in str(reading).replace("on table", "on a table")
    assert [one.word for one in reading.left_out] == ["mysterious"]


@pytest.mark.parametrize(
    ("concept", "things", "relations"),
    [
        ("a cup on a table, a spoon next to the cup", 3, "teacup on table; spoon next to the teacup"),
        ("a red car behind a bus and a dog near the car", 3, "car behind bus; dog near the car"),
        ("a red car behind a bus and a dog near the blue car", 4, "car behind bus; dog near car"),
        ("a cat next to the cat", 2, "cat next to the cat"),
        ("a cat left of a dog, the dog near a chair", 3, "cat left of dog; dog near chair"),
        ("two dogs, the dogs near a bench", 2, "dogs near bench"),
        ("a car behind a bus, the car is red", 2, "a red car; a bus; car behind bus"),
        ("two dogs and a cat, both dogs near a bench", 3, "dogs near bench"),
        ("a cat under the bed and a dog on the bed", 3, "cat under the bed; dog on the bed"),
        ("a red car and a blue car, the red car behind the blue car", 2, "car behind the car"),
    ],
)
def test_a_thing_that_is_named_again_is_the_same(concept: str, things: int, relations: str):
    reading = read_concept(concept)
    assert len(reading.things) == things
    assert relations.replace(" the ", " ") in str(reading).replace(" the ", " ")


def test_several_things_are_said_in_the_plural():
    assert "2 mugs; a table" in str(read_concept("2 mugs on a table"))
