"""The noun phrases of a concept: categories with numbers and attributes, and which of them are said not to be there.

In: a concept's words, the indices of the words that name its scene.  Out: mentions, in the order of the words.
Does not choose between the categories of a kind, nor relate things.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from agents.concepts.concept_words import (
    ALSO_NAMED,
    COLOURED,
    EMPTY,
    LINKS,
    MEANT,
    NO_NAMES,
    NONE,
    PEOPLE,
    RELATIVES,
    SIZES,
    UNLIKELY,
    VERBS,
    WITHOUT,
)
from agents.concepts.said_numbers import ARTICLES, number_before, number_of
from agents.concepts.scenes.scene_phrases import scene_phrases
from spatial.knowledge.categories import Category
from spatial.knowledge.category_names import kinds
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.narrower_names import is_narrower
from spatial.knowledge.renderer_capabilities import PALETTE
from spatial.knowledge.scene_search import tokens
from spatial.knowledge.undrawn_names import is_undrawn, longest_undrawn
from spatial.questions.wording.lexicon import plural, word_lists

Words = tuple[str, ...]

PLURAL_COUNT = 2
"""Least number of objects that a plural without a number means."""

STACKS = ("stack", "pile", "heap")
"""Words that make `on a stack of books` a relation to several books; `a stack of books` by itself is one thing."""

MOST_UNKNOWN = 2
"""Words of which nothing is known between a number and a name."""

ON = "on"
"""An attribute of lamps, and a relation."""

SIZE_WORDS = {
    **dict.fromkeys(("tall", "high", "big", "large", "huge", "giant", "enormous"), True),
    **dict.fromkeys(("small", "little", "tiny", "short", "low"), False),
}
"""Sizes, and whether they are large ones."""

PLAINLY_LARGER = 1.4
"""How many times as tall as the usual thing of a name the largest is where a size tells them apart."""

COPULAS = ("is", "are", "painted", "coloured", "colored")
"""Words between a thing and its attribute, as in `a car that is red`."""

JOINS = ("and", "or", "nor", "any", "no")
"""Words between things that are all absent, as in `without cats or dogs`."""


@dataclass(frozen=True)
class NamedThing:
    """`count` objects of a category, each with these attributes; `exact`: a number says that there are no more.

    `alike`: the other categories that people call so, of which there are no more then either.
    `said`: the words that it stands for, where they say more than its name, as `tall lamp` for a floor lamp.
    """

    category: str
    count: int
    attributes: tuple[str, ...]
    exact: bool = False
    alike: frozenset[str] = field(default=frozenset(), compare=False)
    said: str = field(default="", compare=False)


@dataclass(frozen=True)
class Mention:
    """A noun phrase: the categories that it may mean, and its words, from the first modifier to before `end`.

    `name`: its last words.  `after`: the place after the attributes that follow it.
    `exact`: a number says that there are no more.  `denied`: it is said not to be there.
    `several`: a plural without a number.  `leading`: its attributes that come before the name.
    `unknown`: the places of the words before it of which nothing is known, as in `two identical cups`.
    `compound`: its name with the word before it that says of what kind it is, as in `wedding cake`, `tall lamp`.
    `sized`: the places of the size before it that chose its category.  `ranged`: the several numbers that it says.
    """

    categories: tuple[str, ...]
    count: int
    attributes: tuple[str, ...]
    first: int
    end: int
    after: int
    name: str
    exact: bool = False
    denied: bool = False
    several: bool = False
    leading: tuple[str, ...] = ()
    unknown: tuple[int, ...] = ()
    compound: str = ""
    sized: tuple[int, ...] = ()
    ranged: str = ""

    def resolved(self, scene: str | None, placed: bool = False) -> NamedThing:
        """The thing, preferably of a category that can have the attributes and belongs to the scene.

        Where it is `placed` in the picture, one that stands on the ground by itself.
        """
        at_home = () if scene is None else scene_kinds()[scene].categories

        also = ALSO_NAMED.get(" ".join(tokens(self.name)), ())

        def suitability(name: str) -> tuple[bool, bool, bool, bool, int]:
            category = categories()[name]
            offered = {word for words in category.attributes.values() for word in words}
            seen = {word for word in self.attributes if name in COLOURED.get(word, ())}
            wanted = set(self.attributes) - seen
            can = offered.issuperset(wanted) and (category.tint or not wanted.intersection(PALETTE))
            stands = not placed or "floor" in category.rests_on
            return can, stands, name not in also, name in at_home, -self.categories.index(name)

        category = max(self.categories, key=suitability)
        alike = frozenset((*self.categories, *called(self.name))) if self.exact else frozenset()
        said = "" if category == " ".join(tokens(self.name)) else self.compound
        said = said or (self.name if is_narrower(self.name, category) or _is_somebody(self.name) else "")
        said = f"{self.ranged} {said or self.name}" if self.ranged else said
        return NamedThing(category, self.count, self.attributes, self.exact, alike, said)


def _is_somebody(name: str) -> bool:
    """Whether it says who a person is, which no picture shows."""
    return " ".join(tokens(name)) in PEOPLE


def mentions(words: Words, of_scene: frozenset[int]) -> Iterator[Mention]:
    """The noun phrases."""
    at, last = 0, None
    while at < len(words):
        end, unknown = end_of_name(words, at, of_scene), end_of_undrawn(words, at)
        if unknown > end:
            at = unknown
            continue
        if end == at or _is_adjective_of_next(words, at, end, of_scene) or _is_done_by(words, at, last):
            at += 1
            continue
        found = _mention(words, (at, end), 0 if last is None else last.after, of_scene)
        last = replace(found, denied=_is_denied(words, found, last))
        yield last
        at = last.after


def compound_of(mention: Mention, words: Words) -> Mention:
    """The mention with its compound, where a word that is neither its attribute nor a size stands right before its name."""
    at = mention.end - len(mention.name.split()) - 1
    if mention.compound or at < 0 or not any(phrase.end == at + 1 for phrase in scene_phrases(words)):
        return mention
    return replace(mention, compound=f"{words[at]} {mention.name}")


def of_size(mention: Mention, words: Words) -> Mention:
    """The mention; where a size is said and things of the name differ in size, the one of that size: of a tall lamp a
    floor lamp."""
    start = mention.end - len(mention.name.split())
    place = next((at for at in range(mention.first, start) if words[at] in SIZE_WORDS), None)
    fits = None if place is None else _of_size(mention, SIZE_WORDS[words[place]])
    if fits is None or place is None:
        return mention
    said = words[place]
    attributes = tuple(word for word in mention.attributes if word != said)
    leading = tuple(word for word in mention.leading if word != said)
    compound = f"{said} {mention.name}"
    return replace(mention, categories=(fits,), attributes=attributes, leading=leading, compound=compound, sized=(place,))


def _of_size(mention: Mention, is_large: bool) -> str | None:
    known, usual = categories(), mention.categories[0]
    also = (name for name in known if tokens(name)[-1:] == tokens(mention.name)[-1:])
    others = [name for name in dict.fromkeys((*mention.categories, *also)) if _is_beside(known[name], known[usual])]
    largest = max(others, key=lambda name: known[name].height_m * known[name].width_m, default=usual)
    ratio = known[largest].height_m / known[usual].height_m
    if ratio < PLAINLY_LARGER:
        return None
    return largest if is_large else usual


def _is_beside(category: Category, usual: Category) -> bool:
    """Whether a thing is where another is, and stands as that does, not hanging."""
    stands = {"floor", "surface", "water"}.intersection(category.rests_on)
    return bool(stands) and not set(category.scenes).isdisjoint(usual.scenes)


@lru_cache(maxsize=1)
def names() -> Mapping[Words, Words]:
    """Names, plurals, synonyms and kinds of categories as singular words, with the categories that they may mean."""
    known, doubtful = categories(), word_lists("doubtful")
    found: dict[Words, Words] = {}
    for category in known.values():
        written = (*category.synonyms, *map(plural, category.synonyms))
        found |= {tokens(text): (category.name,) for text in written if tokens(text) not in found}
    for category in known.values():
        found |= {tokens(text): (category.name,) for text in (category.plural, category.name)}
    for kind, members in (*kinds().items(), *word_lists("kinds_of").items()):
        unlikely = (*doubtful.get(kind, ()), *UNLIKELY.get(kind, ()))
        meant = tuple(name for name in members if name in known and name not in unlikely)
        if meant and kind not in known:
            found |= {tokens(text): meant for text in (kind, plural(kind)) if tokens(text) not in found}
    for text, meant in ALSO_NAMED.items():
        before = found.get(tokens(text), ())
        added = tuple(name for name in meant if name in known and name not in before)
        found |= {tokens(said): (*before, *added) for said in (text, plural(text)) if (*before, *added)}
    return found | {tokens(said): meant for text, meant in MEANT.items() for said in (text, plural(text))}


@lru_cache(maxsize=1)
def adjectives() -> frozenset[str]:
    """All words for attributes; some have two words, as `facing left`."""
    known = {word for c in categories().values() for words in c.attributes.values() for word in words}
    return frozenset(known | set(PALETTE))


@lru_cache(maxsize=1024)
def called(name: str) -> tuple[str, ...]:
    """The categories that are called by the last word of a name, as floor lamps are lamps and armchairs chairs."""
    last = tokens(name)[-1]
    kinds_of = word_lists("kinds_of").get(last, ())
    return tuple(each for each in categories() if tokens(each)[-1] == last or each in kinds_of)


def end_of_name(words: Words, at: int, of_scene: frozenset[int]) -> int:
    """The end of the longest category name that begins at `at`; `at` if none does."""
    for end in range(min(len(words), at + _longest_name_length()), at, -1):
        if words[end - 1].endswith("'s") and end < len(words):  # another thing's, as in `a children's party`
            continue
        if (
            words[at:end] in NO_NAMES
            or of_scene.intersection(range(at, end))
            or (words[at] in STACKS and words[max(0, at - 2)] in ("on", "atop", "of"))
        ):
            continue
        if tokens(" ".join(words[at:end])) in names():
            return end
    return at


def end_of_undrawn(words: Words, at: int) -> int:
    """The end of the longest name of two words and more of a thing that is not drawn, as `hot air balloon`; else `at`."""
    ends = range(min(len(words), at + longest_undrawn()), at + 1, -1)
    return next((end for end in ends if is_undrawn(" ".join(words[at:end]))), at)


def _is_done_by(words: Words, at: int, last: Mention | None) -> bool:
    """Whether a word right after somebody or an animal says what it does, as in `a cat watches a bird`."""
    is_verb = words[at] in VERBS and last is not None and last.after == at
    return is_verb and last is not None and animate().issuperset(last.categories)


@lru_cache(maxsize=1)
def animate() -> frozenset[str]:
    """The things that do something."""
    moving = ("animal", "insect", "reptile", "dinosaur", "sea creature", "athlete")
    return frozenset(("person", "poodle", "dragon", *(name for kind in moving for name in kinds()[kind])))


@lru_cache(maxsize=1)
def _longest_name_length() -> int:
    return max(map(len, names()))


def _is_adjective_of_next(words: Words, at: int, end: int, of_scene: frozenset[int]) -> bool:
    """Whether a word is an adjective of the next noun rather than a noun: `an orange cat`."""
    if end - at > 1 or words[at] not in adjectives():
        return False
    following = end
    while following < len(words) and words[following] in adjectives():
        following += 1
    return end_of_name(words, following, of_scene) > following


def _mention(words: Words, span: tuple[int, int], least: int, of_scene: frozenset[int]) -> Mention:
    """The mention whose name is `words[at:end]`; its modifiers begin at `least` or later."""
    at, end = span
    first, before = _attributes_before(words, at, least)
    behind, after = _attributes_behind(words, end)
    name = " ".join(words[at:end])
    meant = names()[tokens(name)]
    opening = _before_unknown(words, first, least, of_scene)
    number = number_before(words[least:opening], opening - least)
    several = number.value is None and _is_plural(name, meant)
    count = number.value or (PLURAL_COUNT if several else 1)
    begin = least + number.first if number.first < opening - least or opening == first else first
    return Mention(
        meant,
        count,
        (*before, *behind),
        begin,
        end,
        after,
        name,
        number.exact,
        several=several,
        leading=before,
        unknown=tuple(range(opening, first)),
        ranged=" ".join(words[begin:opening]) if number.least else "",
    )


def _before_unknown(words: Words, first: int, least: int, of_scene: frozenset[int]) -> int:
    """The place after the number or article that stands before words of which nothing is known; `first` where none does."""
    if words[first] == "of":
        return first
    for at in range(first - 1, max(least, first - 1 - MOST_UNKNOWN) - 1, -1):
        if words[at] in ARTICLES or number_of(words[at]) is not None:
            return at + 1
        if at in of_scene or words[at] in EMPTY or words[at] in LINKS or words[at] in NONE or words[at].endswith("ing"):
            return first
    return first


def _attributes_before(words: Words, at: int, least: int) -> tuple[int, Words]:
    """The attributes before a name, and the place of the first word of them."""
    known = adjectives() - {ON}
    first, found = at, list[str]()
    while first > least and words[max(0, first - 2)] not in STACKS:
        if words[first - 1].endswith("ing") and first - 1 == least > 0:  # what the thing before does
            break
        joined = words[first - 1] == "and" and first - 2 >= least and {words[first - 2], words[first]} <= known
        if not joined and words[first - 1] not in known | SIZES:
            break
        first -= 1
        found += [words[first]] if words[first] in known else []
        if words[first] == "of":  # what is before belongs to it, as in `full of flowers`
            break
    return first, tuple(reversed(found))


def _attributes_behind(words: Words, end: int) -> tuple[Words, int]:
    """The attributes after a name, as in `a car that is red`, `a dog facing left`, and the place after them."""
    at = end + (words[end : end + 1] != () and words[end] in RELATIVES)
    start = at
    while at < len(words) and words[at] in COPULAS:
        at += 1
    found = list[str]()
    said = at > start
    while (word := _adjective_at(words, at)) and (said or " " in word):
        found.append(word)
        at += len(word.split())
        at += words[at : at + 1] == ("and",) and _adjective_at(words, at + 1) is not None
    return (tuple(found), at) if found else ((), end)


def _adjective_at(words: Words, at: int) -> str | None:
    """The attribute that begins there; `on` is one only before nothing else, as in `a lamp that is on`."""
    found = next((text for n in (2, 1) if (text := " ".join(words[at : at + n])) in adjectives()), None)
    return None if found == ON and words[at + 1 : at + 2] not in ((), ("and",)) else found


def _is_denied(words: Words, mention: Mention, last: Mention | None) -> bool:
    before = words[: mention.first]
    if before[-1:] in (("any",), ("either",)):
        before = before[:-1]
    if before and before[-1] in NONE:
        return True
    if last is None or not last.denied or not all(word in JOINS for word in words[last.after : mention.first]):
        return False
    return not _begins_anew(words, mention, words[last.after : mention.first])


def _begins_anew(words: Words, mention: Mention, between: Words) -> bool:
    """Whether a thing is there though the one before is not: `no dog and a cat`, but not `without a dog and a cat`."""
    denial = next(word for word in reversed(words[: mention.first]) if word in NONE)
    counted = words[mention.first] in ARTICLES or number_of(words[mention.first]) is not None
    return denial != WITHOUT and "and" in between and counted


def _is_plural(name: str, meant: Words) -> bool:
    """Whether it is several things; a word that is its own plural, as `sheep`, is one."""
    one = {text for found in meant for text in (found, *categories()[found].synonyms)} | word_lists("kinds_of").keys()
    if name in one:
        return False
    return " ".join(tokens(name)) != name.replace("é", "e") or name in set(map(plural, one))
