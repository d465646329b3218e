"""Parses a concept: its scene, objects with numbers and attributes, their relations, light and season.

In: a concept in free words.  Out: a `ConceptReading`.
Recognises only what the knowledge base contains and ignores the rest.  Plans nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from agents.concepts.relation_reading import NamedRelation, relations_between
from agents.concepts.scene_phrases import scene_phrases
from spatial.knowledge.category_names import kinds
from spatial.knowledge.knowledge_base import categories, find_scene, scene_kinds
from spatial.knowledge.renderer_capabilities import PALETTE
from spatial.knowledge.scene_search import WHOLE_PHRASE, SceneMatch, tokens
from spatial.questions.wording.lexicon import plural, word_lists

NUMBERS = {
    word: number
    for number, words in enumerate(
        ("one 1 a an", "two 2 couple pair", "three 3", "four 4", "five 5", "six 6", "seven 7", "eight 8", "nine 9"), 1
    )
    for word in words.split()
}
PLURAL_COUNT = 2
"""Least number of objects that a plural without a number means."""

SIZES = frozenset(["big", "small", "little", "large", "tiny", "huge", "old", "new", "young", "of"])
"""Words before a noun that are ignored, because nothing measures them; `of` as in `a couple of cups`."""

STACKS = ("stack", "pile", "heap")
"""Words that make `on a stack of books` a relation to several books; `a stack of books` by itself is one thing."""

CONDITIONS = {
    "night": "at night", "midnight": "at night", "dusk": "at dusk", "sunset": "at sunset", "winter": "in winter",
    "snowy": "in snow", "autumn": "in autumn", "rainy": "in the rain", "rain": "in the rain", "stormy": "in a storm",
    "storm": "in a storm", "foggy": "in fog", "fog": "in fog",
}  # fmt: skip
"""Words for light, season and weather, each with its phrase in a prompt. Dawn and noon are daylight."""

WINTRY = ("in winter", "in snow")
"""Conditions that a backdrop of snow already shows."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class NamedThing:
    """`count` objects of a category, each with these attributes."""

    category: str
    count: int
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class ConceptReading:
    """`match` is None where no scene is named, similar by words, or contains a named thing.

    `passed`: further scenes that are named after the one that was taken.
    """

    match: SceneMatch | None
    things: tuple[NamedThing, ...] = ()
    relations: tuple[NamedRelation, ...] = ()
    conditions: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()

    def __str__(self) -> str:
        """For people, as in `scene park (named); 2 blue bicycle; 1 truck; bicycle in front of truck`."""
        if self.match is None:
            return "no scene that is known"
        sure = "named" if self.match.exact else f"nearest by words, {self.match.score:.2f}"
        if self.passed:
            sure = f"named first, before {' and '.join(self.passed)}"
        things = [" ".join([str(t.count), *t.attributes, t.category]) for t in self.things]
        ties = [f"{self.things[r.subject].category} {r.phrase} {self._named(r)}".rstrip() for r in self.relations]
        return "; ".join([f"scene {self.match.scene} ({sure})", *things, *ties, *self.conditions])

    def _named(self, relation: NamedRelation) -> str:
        return " and ".join(
            self.things[number].category for number in (relation.object, *relation.others) if number is not None
        )


@dataclass(frozen=True)
class _Mention:
    """A noun phrase: the categories that it may mean, and its words, from the first modifier to before `end`."""

    categories: tuple[str, ...]
    count: int
    attributes: tuple[str, ...]
    first: int
    end: int

    def resolved(self, scene: str | None, placed: bool = False) -> NamedThing:
        """The thing, preferably of a category that can have the attributes and belongs to the scene.

        Where it is `placed` in the picture, one that stands on the ground by itself.
        """
        at_home = () if scene is None else scene_kinds()[scene].categories

        def suitability(name: str) -> tuple[bool, bool, bool, int]:
            category = categories()[name]
            offered = {word for words in category.attributes.values() for word in words}
            can = offered.issuperset(self.attributes) and (category.tint or not set(PALETTE).intersection(self.attributes))
            return can, not placed or "floor" in category.rests_on, name in at_home, -self.categories.index(name)

        return NamedThing(max(self.categories, key=suitability), self.count, self.attributes)


@lru_cache(maxsize=4096)
def read_concept(concept: str) -> ConceptReading:
    """The parsed concept."""
    words = tuple(match.group().casefold().replace("’", "'") for match in _WORD.finditer(concept))
    match = find_scene(concept)
    if match is None or not match.exact:
        match = find_scene(" ".join(_without_modifiers(words)))
    match, passed = _first_named(words, match)
    of_scene = _scene_words(words, match)
    mentions = tuple(_mentions(words, of_scene))
    conditions = tuple(dict.fromkeys(CONDITIONS[w] for i, w in enumerate(words) if w in CONDITIONS and i not in of_scene))
    chosen = _scene_of(match, mentions)
    if chosen is not None and scene_kinds()[chosen.scene].backdrop == "snow":
        conditions = tuple(text for text in conditions if text not in WINTRY)
    scene = None if chosen is None else chosen.scene
    relations = tuple(relations_between(words, [(m.first, m.end) for m in mentions], of_scene))
    placed = {relation.subject for relation in relations if relation.object is None}
    things = tuple(
        _with_kinds(mention, words).resolved(scene, placed=True) if i in placed else mention.resolved(scene)
        for i, mention in enumerate(mentions)
    )
    return ConceptReading(chosen, things, relations, conditions, passed)


def _with_kinds(mention: _Mention, words: tuple[str, ...]) -> _Mention:
    """The mention; where nothing of it stands on the ground, other kinds of its last word too: of a lamp a floor lamp."""
    if any("floor" in categories()[name].rests_on for name in mention.categories):
        return mention
    if tokens(" ".join(words[max(0, mention.end - 2) : mention.end])) in _names() and mention.end > 1:
        return mention
    kinds_of = tuple(name for name in categories() if tokens(name)[-1:] == tokens(words[mention.end - 1]))
    return replace(mention, categories=tuple(dict.fromkeys((*mention.categories, *kinds_of))))


def _first_named(words: tuple[str, ...], match: SceneMatch | None) -> tuple[SceneMatch | None, tuple[str, ...]]:
    """Of two named scenes or more the first, as the waterfall of `a waterfall in a jungle`, with the others."""
    if match is None or match.exact:
        return match, ()
    things = list(_mentions(words, frozenset()))
    named = [
        phrase.scene
        for phrase in scene_phrases(words)
        if not any(thing.first <= phrase.first < thing.end or phrase.end == thing.first for thing in things)
    ]
    first, *others = dict.fromkeys(named) or {match.scene: None}
    return (SceneMatch(first, max(match.score, WHOLE_PHRASE), exact=False), tuple(others)) if others else (match, ())


def _without_modifiers(words: tuple[str, ...]) -> list[str]:
    """The words that may name a scene: `a green truck` is no village green, `a park in winter` no winter village."""
    mentions = list(_mentions(words, frozenset()))
    modifiers = {place for m in mentions for place in range(m.first, m.end) if words[place] in _adjectives()}
    modifiers -= {m.end - 1 for m in mentions}
    return [word for place, word in enumerate(words) if place not in modifiers and word not in CONDITIONS]


def _scene_words(words: tuple[str, ...], match: SceneMatch | None) -> frozenset[int]:
    """The indices of the words that name the scene, unless they name a thing as well (`sofa`)."""
    if match is None:
        return frozenset()
    kind, plain = scene_kinds()[match.scene], [" ".join(tokens(word)) for word in words]
    start = end = 0
    for phrase in (kind.name, *kind.words):
        wanted = list(tokens(phrase))
        for at in range(len(plain) - len(wanted) + 1):
            if plain[at : at + len(wanted)] == wanted and len(wanted) > end - start:
                start, end = at, at + len(wanted)
    names_thing = any(_end_of_name(words, at, frozenset()) > max(at + 1, end - 1) for at in range(start + 1) if end > start)
    return frozenset() if names_thing or tuple(plain[start:end]) in _names() else frozenset(range(start, end))


@lru_cache(maxsize=1)
def _names() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Names, plurals, synonyms and kinds of categories as singular words, with the categories that they may mean."""
    known, doubtful = categories(), word_lists("doubtful")
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for category in known.values():
        found |= {tokens(text): (category.name,) for text in category.synonyms if tokens(text) not in found}
    for category in known.values():
        found |= {tokens(text): (category.name,) for text in (category.plural, category.name)}
    for kind, members in (*kinds().items(), *word_lists("kinds_of").items()):
        meant = tuple(name for name in members if name in known and name not in doubtful.get(kind, ()))
        if meant and kind not in known:
            found |= {tokens(text): meant for text in (kind, plural(kind)) if tokens(text) not in found}
    return found


@lru_cache(maxsize=1)
def _adjectives() -> frozenset[str]:
    known = {word for c in categories().values() for words in c.attributes.values() for word in words}
    return frozenset(known | set(PALETTE))


@lru_cache(maxsize=1)
def _longest_name_length() -> int:
    return max(map(len, _names()))


def _mentions(words: tuple[str, ...], of_scene: frozenset[int]) -> Iterator[_Mention]:
    at = 0
    while at < len(words):
        end = _end_of_name(words, at, of_scene)
        if end == at or _is_adjective_of_next(words, at, end, of_scene):
            at += 1
            continue
        yield _mention(words, at, end)
        at = end


def _end_of_name(words: tuple[str, ...], at: int, of_scene: frozenset[int]) -> int:
    """The end of the longest category name that begins at `at`; `at` if none does."""
    for end in range(min(len(words), at + _longest_name_length()), at, -1):
        if of_scene.intersection(range(at, end)) or (words[at] in STACKS and words[max(0, at - 2)] in ("on", "atop", "of")):
            continue
        if tokens(" ".join(words[at:end])) in _names():
            return end
    return at


def _is_adjective_of_next(words: tuple[str, ...], at: int, end: int, of_scene: frozenset[int]) -> bool:
    """Whether a word is an adjective of the next noun rather than a noun: `an orange cat`."""
    if end - at > 1 or words[at] not in _adjectives():
        return False
    following = end
    while following < len(words) and words[following] in _adjectives():
        following += 1
    return _end_of_name(words, following, of_scene) > following


def _mention(words: tuple[str, ...], at: int, end: int) -> _Mention:
    first, attributes = at, []
    while first > 0 and words[first - 1] in _adjectives() | SIZES and words[max(0, first - 2)] not in STACKS:
        first -= 1
        attributes += [words[first]] if words[first] in _adjectives() else []
    meant = _names()[tokens(" ".join(words[at:end]))]
    count = PLURAL_COUNT if _is_plural(words[at:end], meant) else 1
    if first > 0 and words[first - 1] in NUMBERS:
        first -= 1
        count = count if words[first] in ("a", "an") else NUMBERS[words[first]]
        first -= first > 0 and words[first] in ("couple", "pair") and words[first - 1] == "a"
    return _Mention(meant, count, tuple(reversed(attributes)), first, end)


def _is_plural(name: tuple[str, ...], meant: tuple[str, ...]) -> bool:
    text = " ".join(name)
    singular = {one for name in meant for one in (name, *categories()[name].synonyms)} | word_lists("kinds_of").keys()
    return text not in singular and " ".join(tokens(text)) != text.replace("é", "e")


def _scene_of(match: SceneMatch | None, mentions: tuple[_Mention, ...]) -> SceneMatch | None:
    """The named scene; else the one where most of the named things belong, and are likeliest."""
    if not mentions or (match is not None and (match.exact or match.score >= WHOLE_PHRASE)):
        return match

    def home_score(scene: str) -> tuple[int, float]:
        known = scene_kinds()[scene].categories
        places = [min(found) for m in mentions if (found := [known.index(n) for n in m.categories if n in known])]
        return len(places), -sum(places) / len(known)

    best = max(scene_kinds(), key=home_score)
    at_home = home_score(best)[0]
    if at_home == 0 or (match is not None and home_score(match.scene)[0] >= at_home):
        return match
    return SceneMatch(best, round(WHOLE_PHRASE * at_home / len(mentions), 3), exact=False)
