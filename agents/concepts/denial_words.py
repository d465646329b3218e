"""Says of things that are not there with `without`, however a concept denies them, as in `a dogless park`.

In: a concept's words.  Out: the words with plain denials rewritten; a line for each denial that is not plain, and for each
choice, of which a picture could only show both.
Knows no numbers: `at most two` is read as one (`said_numbers`).
"""

from collections.abc import Iterator, Mapping, Sequence

from agents.concepts.concept_words import EMPTY, NONE, WITHOUT
from agents.concepts.noun_phrases import Words, names
from agents.concepts.said_numbers import ARTICLES, number_of
from agents.concepts.scenes.scene_phrases import scene_phrases
from spatial.knowledge.scene_search import tokens

PLAIN = frozenset("lacking lacks lack minus sans excluding barring omitting".split())  # noqa: SIM905
"""Words that say of the things after them that they are not there."""

BEREFT = frozenset("free devoid void bereft empty bare clear rid stripped cleared emptied deprived".split())  # noqa: SIM905
"""Words that say so before `of`."""

LONELY = frozenset("deserted uninhabited unpeopled".split())  # noqa: SIM905
"""Words of a place where nobody is."""

ENDINGS = ("-less", "less", "-free", "free")
"""Ends of words that begin with the name of a thing that is not there."""

BARE = frozenset("empty bare vacant unoccupied barren".split())  # noqa: SIM905
"""Words that say of a place that nothing is there."""

ALL = frozenset("everything everyone everybody anything anyone anybody nothing all any every each".split())  # noqa: SIM905
"""Words for all of which `but` excepts something."""

EXCEPTING = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "instead rather excepting exception exclude excludes excluded omit omits omitted avoid avoids avoiding "
        "absent absence missing forbidden prohibited banned remove removed unless nor optional "
        "optionally maybe perhaps possibly"
    ).split()
)
"""Words that deny something or leave it open, and of which it is not plain what."""

UNPLAIN = EXCEPTING | BARE

BEFORE: Mapping[Words, Sequence[str]] = {("from",): ("apart", "aside"), ("than",): ("other",), ("for",): ("save",)}
"""Words that except what follows the second of them, as in `other than`."""

FOREIGN = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "un une le la les des du sur dans avec et sous der das ein eine einen einem auf mit und im dem den unter el los "
        "las una uno con en y sobre il gli di del della sul su och på med"
    ).split()
)
"""Articles and prepositions of other languages: two of them are no English."""

FOREIGN_ARTICLES = frozenset("un une le la les des der das dem ein eine einen einem el los las una uno il".split())  # noqa: SIM905
"""Those of them that begin the name of a thing: before a word that may be of two languages, as in `une table`, one says
enough."""

Line = Iterator[str]


def with_plain_denials(words: Sequence[str]) -> list[str]:
    """The words with `without` for what says the same: `a dogless park` begins with `without dog but`."""
    opening, found = list[str](), list[str]()
    for word in words:
        missing = _missing_thing(word)
        if missing:
            opening += [WITHOUT, missing, "but"]
        elif word in PLAIN or (word == "out" and found[-1:] == ["with"]):
            found[len(found) - (word == "out") :] = [WITHOUT]
        elif word == "in" and found[-1:] == [WITHOUT]:  # as in `lacking in chairs`
            continue
        elif word in ("of", "from") and found and found[-1] in BEREFT and (word == "of" or found[-1] == "free"):
            found[-1] = WITHOUT
        else:
            found.append(word)
    return [*opening, *found]


def _missing_thing(word: str) -> str | None:
    """The thing that a word says not to be there, as `dog` of `dogless`; None where it says none."""
    if word in LONELY:
        return "people"
    for ending in ENDINGS:
        thing = word.removesuffix(ending)
        if thing != word and tokens(thing) in names():
            return thing
    return None


def denial_faults(words: Words, place: int, read: frozenset[int]) -> Line:
    """The line for an unread word that denies, or leaves a choice; `read` are the places of those that were understood."""
    word, before, following = words[place], words[:place], words[place + 1 : place + 2]
    if word == WITHOUT and not _names_something(words, place + 1):
        yield "'without', or what says the same, names nothing that is not to be there: say 'without' and the things"
    elif word in BARE and (word not in ("bare", "barren") or _is_named(words, place + 1)):
        yield f"{word!r} says that nothing is there, and a picture shows two things at least: say 'without' something"
    elif word in EXCEPTING or word.startswith("non-") or word in BEFORE.get(following, ()):
        yield f"{word!r} excludes something, or leaves it open: say 'without' what is not to be there"
    elif word == "but" and _says_all(before) and following not in (("no",), (WITHOUT,), ("not",), ("with",)):
        yield "'but' excepts something: say 'without' what is not to be there"
    elif word == "free" and place - 1 in read:
        yield "'free' may say that something is not there: say 'without' it"
    elif word in ("or", "xor"):
        yield f"{word!r} leaves a choice, and both would be there: say one concept for each"


def _names_something(words: Words, place: int) -> bool:
    """Whether a word is there, after articles and the like, that may be the name of a thing; a number alone is none."""
    said = next(
        (word for word in words[place:] if word not in EMPTY and word not in ARTICLES and number_of(word) is None), None
    )
    return said is not None


def _is_named(words: Words, place: int) -> bool:
    """Whether a thing or a scene is named there by a word of its own; a floor is none of them."""
    is_thing = place < len(words) and tokens(words[place]) in names()
    return is_thing or any(phrase.first == place for phrase in scene_phrases(words))


def _says_all(words: Words) -> bool:
    """Whether everything of a kind is said to be there; `without any people` says no such thing."""
    return any(word in ALL and words[max(0, at - 1)] not in NONE for at, word in enumerate(words))


def foreign_words(words: Words, read: frozenset[int]) -> Line:
    """The line for a concept with unread articles and prepositions of another language."""
    found = [word for place, word in enumerate(words) if place not in read and word in FOREIGN]
    if len(set(found)) > 1 or any(_is_foreign_article(words, place, read) for place in range(len(words))):
        said = ", ".join(map(repr, dict.fromkeys(found)))
        are = "is no English word" if len(set(found)) == 1 else "are no English words"
        yield f"{said} {are}: concepts are read in English, or planned by a language model"


def _is_foreign_article(words: Words, place: int, read: frozenset[int]) -> bool:
    return words[place] in FOREIGN_ARTICLES and place not in read and place + 1 < len(words)
