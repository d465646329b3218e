"""Every word of a concept that carries meaning is in the picture, or its reading says that it is not."""

import re
from itertools import product

import pytest

from agents.concepts.concept_reading import ConceptReading, read_concept
from agents.concepts.concept_words import EMPTY
from agents.concepts.noun_phrases import end_of_name, names
from agents.concepts.said_numbers import ARTICLES, NUMBERS
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.knowledge.scene_search import tokens

WHO = ("a man", "two dogs", "the cat", "a fish", "three women", "a horse and a cow", "kids")
DOES = (
    "riding a bicycle", "sleeps under a bed", "reading a newspaper", "that is eating an apple", "sits on a sofa",
    "carries a box", "hiding behind a tree", "chased a mouse", "is quietly waiting for a bus", "wearing a hat",
)  # fmt: skip
WHERE = (
    "", "in a kitchen", "at the train station", "on a bench", "next to a car", "in the snow at night", "in a fruit bowl",
    "in the corner", "on the left of the picture",
)  # fmt: skip
HOW = ("", "happy ", "tall ", "very old ", "wooden ", "polka-dot ")

TYPED = (
    "a bowl of soup", "rush hour at the train station", "wedding cake", "a glass of wine and soup", "a bride with a book",
    "movies and candy on a sofa", "a throne in a castle", "a podcast studio with two microphones", "swings in a park",
    "a painter painting a house", "firefighters washing a fire engine", "wheat and tulips", "a burger with fries",
    "a skier skiing down a hill", "children playing chess", "a picnic basket full of apples", "meat on a grill",
    "a lonely chair", "the last cookie in the jar", "a cake shaped like a dinosaur", "traffic in venice", "study group",
    "a dinner plate with steak", "an office chair in a classroom", "a christmas tree on the beach", "green eyes cat",
    "medicine on a nightstand", "a school bus in the rain", "homework on a desk", "a barber cutting hair",
    "a cook in a bank", "hens in a living room", "laundry on a bed", "a fight in a bar", "souvenirs from japan",
    "a jazz band on a boat", "a snake inside a toilet", "a christmas tree with presents under it", "santa claus on a roof",
    "behind the sofa stands a floor lamp", "on the table there are two cups and a plate", "a dog chasing its tail",
    "five ducks swimming in a row", "a cat sleeping in the corner", "a dog sitting on the left", "a car made of glass",
    "a person crossing the street", "a plate with an apple on it on a table", "a cup without a handle",
    "a stack of plates in the sink", "a giant cat stepping on a city",
)  # fmt: skip

SAID_OTHERWISE = frozenset(
    "above below under behind beside near next front left right top against inside between around full".split()  # noqa: SIM905
)
"""Relations, which a reading says in the words of the concept or refuses."""


def concepts() -> list[str]:
    made = [f"{who} {does} {where}".strip() for who, does, where in product(WHO, DOES, WHERE)]
    adorned = [f"a {how}lamp and a {other}dog" for how, other in product(HOW, HOW)]
    return [*TYPED, *adorned, *made[::4]]


def lost(concept: str) -> list[str]:
    """The words that neither the picture has nor the reading says to be missing."""
    reading = read_concept(concept)
    words = tuple(re.findall(r"[\w'-]+", concept.casefold()))
    said = {word for text in (str(reading), *reading.unread) for word in tokens(text.replace("'", " "))}
    named = {place for at in range(len(words)) for place in range(at, end_of_name(words, at, frozenset()))}
    shown = said | surroundings(reading)
    return [
        word for place, word in enumerate(words)
        if place not in named and tokens(word) and not shown.issuperset(tokens(word)) and not is_empty(word)
    ]  # fmt: skip


def surroundings(reading: ConceptReading) -> set[str]:
    """What the scene's surroundings show, and the words for the light."""
    elements = () if reading.match is None else scene_kinds()[reading.match.scene].elements
    return {word for text in elements for word in tokens(text)}


def is_empty(word: str) -> bool:
    return word in EMPTY or word in ARTICLES or word in NUMBERS or word in SAID_OTHERWISE


def things_lost(concept: str) -> list[str]:
    """The names of things that neither are among the things of the reading nor said."""
    reading = read_concept(concept)
    words = tuple(re.findall(r"[\w'-]+", concept.casefold()))
    said = {word for text in (str(reading), *reading.unread) for word in tokens(text.replace("'", " "))}
    found, at = list[str](), 0
    while at < len(words):
        end = end_of_name(words, at, frozenset())
        name = tokens(" ".join(words[at:end]))
        meant = [tokens(thing.category) for thing in reading.things]
        if end > at and not said.issuperset(name) and not _is_meant(name, meant):
            found.append(" ".join(name))
        at = max(at + 1, end)
    return found


def _is_meant(name: tuple[str, ...], things: list[tuple[str, ...]]) -> bool:
    return any(tokens(category) in things for category in names()[name])


@pytest.mark.parametrize("concept", concepts())
def test_no_word_is_lost_in_silence(concept: str):
    assert (lost(concept), things_lost(concept)) == ([], [])
