"""What a concept says not to be there is never drawn: it is excluded where that is plain, else the concept is refused."""

import pytest

from agents.concepts.concept_reading import ConceptReading, read_concept


def named(reading: ConceptReading) -> list[str]:
    return [thing.category for thing in reading.things]


@pytest.mark.parametrize(
    ("concept", "things", "absent"),
    [
        ("a kitchen lacking chairs", [], ("chairs",)),
        ("a kitchen that lacks chairs and tables", [], ("chairs", "tables")),
        ("a park minus benches", [], ("benches",)),
        ("a beach free of people", [], ("people",)),
        ("a beach that is free from people, with a dog", ["dog"], ("people",)),
        ("a kitchen devoid of people and chairs", [], ("people", "chairs")),
        ("a dogless park", [], ("dog",)),
        ("a dog-less park with a cat", ["cat"], ("dog",)),
        ("two treeless benches", ["bench"], ("tree",)),
        ("a car-free street with a dog", ["dog"], ("car",)),
        ("a park with a bench, treeless", ["bench"], ("tree",)),
        ("a deserted beach with a dog", ["dog"], ("people",)),
        ("a park without cats or dogs", [], ("cats", "dogs")),
        ("a park without any people or red cars, but with a tree", ["tree"], ("people", "cars")),
        ("a kitchen lacking in chairs", [], ("chairs",)),
        ("a park w/o benches", [], ("benches",)),
        ("a park with out benches", [], ("benches",)),
        ("a park rid of dogs", [], ("dogs",)),
        ("a dogfree park", [], ("dog",)),
        ("a beach without either people or dogs", [], ("people", "dogs")),
        ("a wireless mouse on a desk", ["mouse", "desk"], ()),
        ("two or three cats", ["cat"], ()),
    ],
)
def test_what_is_plainly_denied_is_excluded(concept: str, things: list[str], absent: tuple[str, ...]):
    reading = read_concept(concept)
    assert (named(reading), reading.absent, reading.unread) == (things, absent, ())


@pytest.mark.parametrize(
    ("concept", "why"),
    [
        ("everything but dogs", "'but' excepts something"),
        ("a room with all pets but dogs", "'but' excepts something"),
        ("an empty kitchen", "'empty' says that nothing is there"),
        ("a bare table with a cup", "'bare' says that nothing is there"),
        ("a bare kitchen", "'bare' says that nothing is there"),
        ("the kitchen is empty", "'empty' says that nothing is there"),
        ("a cat instead of a dog", "'instead' excludes something"),
        ("a cat other than a dog", "'other' excludes something"),
        ("a kitchen in the absence of chairs", "'absence' excludes something"),
        ("a dog free park", "'free' may say that something is not there"),
        ("non-dog animals in a park", "'non-dog' excludes something"),
        ("a park except dogs", "'except' denies something"),
        ("maybe a dog in a park", "'maybe' excludes something, or leaves it open"),
        ("a cat/dog", "'or' leaves a choice"),
        ("a dog xor a cat", "'xor' leaves a choice"),
        ("a dog or a cat", "'or' leaves a choice"),
        ("either a dog or a cat", "'or' leaves a choice"),
        ("a kitchen or a park", "'or' leaves a choice"),
        ("a red or blue car", "'or' leaves a choice"),
        ("un chien sur la table", "'un', 'sur', 'la' are no English words"),
        ("une table", "'une' is no English word"),
        ("a park full of dogs minus one", "names nothing that is not to be there"),
        ("a park without any", "names nothing that is not to be there"),
    ],
)
def test_what_is_not_plainly_denied_is_refused_in_a_line(concept: str, why: str):
    (line,) = read_concept(concept).unread
    assert why in line


def test_a_word_that_denies_elsewhere_is_left_alone():
    assert read_concept("free range chickens").unread == ()
    assert read_concept("a park without any dogs").unread == ()
    assert read_concept("a cat on a table, bare floor").unread == ()
    assert read_concept("two dogs, but also a cat").unread == ()
