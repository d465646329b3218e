"""Queries to try a sentence with: each shape about things of every grammatical sort, with every phrase of its slots.

In: a shape, the slots of a sentence.  Out: queries, the same ones each time.
"""

from collections.abc import Iterator, Sequence

from spatial.questions.question_kinds import Query
from spatial.questions.wording.question_parsing import queries_of
from spatial.questions.wording.realisation import BOX, PHRASES, SLOT, WIDTH

CATEGORIES = ("cat", "scissors", "bread", "cup", "chair", "book", "table", "glass of milk", "plant", "person", "car", "dog")
"""What the queries are about: one, several, what cannot be counted, what has a face, a name of two words."""

SAMPLES = 12
"""Queries of a sentence: more than any slot has phrases, or references."""

_REFERENCES = (
    "the cat", "the scissors", "the bread", "the red cup", "the leftmost chair", "the book on the table",
    "the glass of milk", "the plant", "the person", "the light blue car",
)  # fmt: skip
_WORDS: dict[str, Sequence[str]] = {
    "many": ("cats", "cups", "books", "glasses of milk", "people"),
    "than": ("dogs", "chairs", "plants", "cars", "tables"),
    "one": ("a cat", "scissors", "bread", "a glass of milk"),
    "without": ("a dog", "a chair", "a cup"),
    "named": ("the cat", "the red cup", "the scissors", "the bread"),
    WIDTH: ("60 cm", "35 cm", "120 cm"),
    BOX: ("[12, 30, 40, 50]", "[0, 7, 512, 301]"),
}
_LISTED = {"things": " and ", "either": " or "}
_PAIRS = {"again": ("hop", ("on", "inside")), "opposite": ("direction", ("to the left of", "to the right of"))}
"""Slots that follow another one: of the same phrase, or of the other side."""


def slots_of(template: str) -> tuple[str, ...]:
    """The slots of a sentence in their order, without those of verbs."""
    return tuple(slot for slot, agrees_with in SLOT.findall(template) if not agrees_with)


def sample_queries(shape: str, slots: Sequence[str]) -> Iterator[Query]:
    """Queries of the shape, as far as the slots make any."""
    for number in range(SAMPLES):
        words = {slot: _word(shape, slot, number, place) for place, slot in enumerate(slots)}
        yield from queries_of(shape, words | _paired(slots, number))


def _word(shape: str, slot: str, number: int, place: int) -> str:
    key = "without" if (shape, slot) == ("exists_without", "other") else slot
    if key in _LISTED:
        *most, last = (_reference(number, place + more) for more in range(3))
        return f"{', '.join(most)}{_LISTED[key]}{last}"
    words = _WORDS.get(key) or tuple(PHRASES.get(key, {}).values())
    return words[number % len(words)] if words else _reference(number, place)


def _reference(number: int, place: int) -> str:
    """A reference, another one at each place."""
    return _REFERENCES[(number + 3 * place) % len(_REFERENCES)]


def _paired(slots: Sequence[str], number: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for follower, (leader, phrases) in _PAIRS.items():
        if follower in slots and leader in slots:
            found[leader] = phrases[number % 2]
            found[follower] = phrases[number % 2 if follower == "again" else (number + 1) % 2]
    return found
