"""What a concept states and no picture would keep: relations to nothing known, negations, numbers that count nothing.

In: a concept's words, the places of those that were read.  Out: a line for people for each.
Unknown things are not among them (`left_out_words` has those).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from agents.concepts.concept_words import EMPTY, UNKNOWN_LOOKS
from agents.concepts.denial_words import denial_faults, foreign_words
from agents.concepts.noun_phrases import ON, Mention, adjectives
from agents.concepts.relation_reading import MOST_WORDS
from agents.concepts.said_numbers import ARTICLES, NUMBERS, QUANTITIES, is_no_count, number_of
from agents.concepts.scenes.scene_phrases import scene_phrases
from agents.image_prompts import with_article
from spatial.knowledge.renderer_capabilities import PALETTE
from spatial.knowledge.undrawn_names import is_undrawn, nearest_in_meaning
from spatial.relations.phrases import UnknownPhrase, normalise

NEGATIONS = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "not never nothing nobody nowhere none neither cannot isnt arent dont doesnt hardly scarcely except"
    ).split()
)
"""Words that deny what is said, beside those that end in n't."""

BOTH = ("each", "both", "either")
"""Words before `side` and `end` that say two places."""

NO_COMPARATIVES = ("other", "rather")

LITTLE = EMPTY.union(ARTICLES)

PRONOUNS = frozenset("one ones other others it they".split())  # noqa: SIM905
"""Words for things that were named before."""

THEM = ("it", "them")
"""Of these, those that something is related to, as in `a cat on a table and a dog under it`; a scene too."""

NEAR_PLACES = frozenset(["near", "inside", "within", "along", "over"])
"""Relations that lead to a scene as `at` does, as in `a bench near a lake`."""


def unread_statements(words: tuple[str, ...], read: frozenset[int]) -> Iterator[str]:
    """The statements among the words outside the places that were read, each once."""
    lines = [line for place in range(len(words)) if place not in read for line in _faults(words, place, read)]
    lines += [line for place in range(len(words)) if place not in read for line in _of_pronoun(words, place)]
    lines += foreign_words(words, read)
    for first, end in unread_relations(words, read):
        lines.append(_unrelated(words, first, end))
    yield from dict.fromkeys(lines)


def _unrelated(words: tuple[str, ...], first: int, end: int) -> str:
    """The line for a relation to something that is not drawn by itself, with the things nearest to it."""
    said = _shortened(words[first:end])
    after = end + sum(1 for word in words[end : end + 1] if word in LITTLE)
    beside = [(max(0, first - 2), first), (first - 1, first), (after, after + 2), (after, after + 1)]
    undrawn = (name for at, until in beside if at >= 0 and is_undrawn(name := " ".join(words[at:until])))
    unknown = next(undrawn, None)
    if unknown is None:
        return f"{said!r} relates nothing that is known by name, and would be left out"
    near = ", ".join(nearest_in_meaning(unknown))
    return f"{said!r} relates {unknown!r}, which is not drawn by itself{f' (nearest: {near})' if near else ''}"


def compounds(words: tuple[str, ...], said: Sequence[Mention], starts: frozenset[int]) -> Iterator[str]:
    """A line for people for each two things that are named as one, as in `a toy car`."""
    for one, other in pairwise(said):
        if one.after == other.end - len(other.name.split()) and one.after not in starts:
            two = f"{with_article(one.name)} and {with_article(other.name)}"
            yield f"{f'{words[one.end - 1]} {other.name}'!r} is nothing that is known: {two} would be two things"


def unread_relations(words: tuple[str, ...], read: frozenset[int]) -> Iterator[tuple[int, int]]:
    """The places between which unread words say a relation, of overlapping ones the first and longest."""
    place = 0
    while place < len(words):
        end = _end_of_relation(words, place, read)
        if end > place:
            yield place, end
        place = max(place + 1, end)


def _shortened(words: tuple[str, ...]) -> str:
    """A phrase without the words at its end that say nothing."""
    last = max(place for place, word in enumerate(words) if word not in LITTLE)
    return " ".join(words[: last + 1])


def is_negation(word: str) -> bool:
    """Whether it denies what is said."""
    return word in NEGATIONS or word.endswith("n't")


def _faults(words: tuple[str, ...], place: int, read: frozenset[int]) -> Iterator[str]:
    word, following = words[place], words[place + 1 : place + 2]
    yield from denial_faults(words, place, read)
    if is_no_count(word) or word in ("halves", "quarters") or (word == "half" and following in (("a",), ("an",))):
        yield f"{word!r} is no number of things: they are counted, as in 'two' or 'at least 2'"
    elif is_negation(word):
        yield f"{word!r} denies something: only what is there can be said, and 'without' something"
    elif (word in QUANTITIES and not _is_likeness(words, place)) or (number_of(word) is not None and following == ("of",)):
        yield f"{word!r} compares or divides, which is not understood: say how many, as in 'two' or 'at least 2'"
    elif word in BOTH and following and following[0].startswith(("side", "end")):
        yield f"'{word} {following[0]}' is not understood there: say 'a lamp left of the bed and a lamp right of the bed'"
    elif _is_told_apart(words, place):
        yield f"'{words[place - 1]} {word}' does not say which thing: name it, as in 'one {word} cup'"
    elif word == "made" and following in (("of",), ("from",), ("out",)):
        yield "'made of' says a material, which is said before the name where it can be drawn, as in 'a wooden table'"
    elif word in UNKNOWN_LOOKS:
        yield f"nothing is {word} here: leave it out, or say a colour: {', '.join(PALETTE)}"
    elif following == ("than",) and word.endswith("er") and word not in NO_COMPARATIVES:
        yield f"'{word} than' compares things, and they are drawn as large as they are: leave it out"


def _is_told_apart(words: tuple[str, ...], place: int) -> bool:
    """Whether a look stands after a number alone, as in `three cats, one black`."""
    before = words[max(0, place - 1) : place]
    return words[place] in adjectives() - {ON} and before != () and (before[0] in PRONOUNS or before[0] in NUMBERS)


def _of_pronoun(words: tuple[str, ...], place: int) -> Iterator[str]:
    """The fault of a word that stands for a thing and is related, as in `two cats, one on a sofa`."""
    word, after = words[place], (" ".join(words[place + 1 : place + n]) for n in (2, 3, 4))
    before = (" ".join(words[max(0, place - n) : place]) for n in (1, 2, 3))
    is_object = word in THEM and not scene_phrases(words[:place]) and any(map(_is_relation, before))
    if is_object or (word in PRONOUNS and any(map(_is_relation, after))):
        yield f"{word!r} stands for a thing and does not say which: name each thing with all that is said of it"


def _is_likeness(words: tuple[str, ...], place: int) -> bool:
    """Whether `as` compares no numbers: it does in `as many cats as dogs`."""
    return words[place] == "as" and not any(number_of(word) is not None for word in words[place + 1 : place + 2])


def _end_of_relation(words: tuple[str, ...], place: int, read: frozenset[int]) -> int:
    """The end of the longest phrase of unread words that begins there and says a relation; `place` if none does."""
    for end in range(min(len(words), place + MOST_WORDS), place, -1):
        said = words[place:end]
        if read.intersection(range(place, end)) or all(word in LITTLE or word.endswith("ing") for word in said):
            continue
        if _is_relation(" ".join(said)):
            return place if NEAR_PLACES.intersection(said) and _is_scene(words, end) else end
    return place


def _is_scene(words: tuple[str, ...], place: int) -> bool:
    """Whether a scene is named there, after an article."""
    at = place + (words[place : place + 1] in (("the",), ("a",), ("an",)))
    return any(phrase.first == at for phrase in scene_phrases(words))


def _is_relation(text: str) -> bool:
    try:
        return bool(normalise(text))
    except UnknownPhrase:
        return False
