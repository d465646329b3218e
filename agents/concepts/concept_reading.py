"""Parses a concept: its scene, objects with numbers and attributes, their relations, light and season.

In: a concept in free words.  Out: a `ConceptReading`.
Recognises only what the knowledge base contains, and says what it left out.  Plans nothing.
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from agents.concepts.concept_words import CONDITIONS, HOMONYMS, NONE, PHRASES, RELATIVES, SPELLINGS, WINTRY, conditions_of
from agents.concepts.contents import BEARS, HOLDS, with_contents
from agents.concepts.definite_reference import each_once
from agents.concepts.denial_words import with_plain_denials
from agents.concepts.left_out_words import LeftOut, Unread
from agents.concepts.listed_subjects import CARRYING, Lists, of_doers, said_of_each
from agents.concepts.noun_phrases import (
    Mention,
    NamedThing,
    Words,
    adjectives,
    compound_of,
    end_of_name,
    end_of_undrawn,
    mentions,
    names,
    of_size,
)
from agents.concepts.relation_reading import (
    NamedRelation,
    begins_relation,
    doing_places,
    inverted_relations,
    normalised,
    relations_between,
)
from agents.concepts.scene_phrases import NoPlaces, ScenePhrase, is_of_something, no_places, scene_phrases
from agents.concepts.surroundings import on_surroundings
from agents.concepts.unread_statements import compounds, unread_statements
from agents.image_prompts import with_article
from schemas.predicate_names import GROUPS
from spatial.knowledge.categories import Backdrop, SceneKind
from spatial.knowledge.knowledge_base import categories, find_scene, scene_kinds
from spatial.knowledge.scene_search import WHOLE_PHRASE, SceneMatch, tokens
from spatial.knowledge.undrawn_names import is_undrawn
from spatial.questions.wording.lexicon import plural

_WORD = re.compile(r"(?<![\w-])[+-]?\d+(?:[.,/]\d+)+(?!\w)|(?<![\w-])-\d+(?!\w)|\d*[¼½¾⅓⅔]|[^\W_]+(?:['’-][^\W_]+)*")
_COMMA = re.compile(r",(?!\d)|(?<!\d),")
INDOORS = ("room", "shop", "stage")

BY_THING = WHOLE_PHRASE - 0.01
"""Score of a scene that only the name of a thing names, as the still life of a bowl of fruit: one where more of the things
belong is taken instead."""

NOTHING = "still"
"""Stands for words that were read between a thing and what relates it, as in `a map on the wall above a desk`."""

LEAST_BUILDING_M = 2.5
"""Height from which things are in a thing as in a place, as in a hotel and in no toilet."""

SURROUNDINGS = frozenset({("sky",)})
"""Words that name a scene where no place is named beside them, as the sky of `a clear sky over a beach` does not."""

_EITHER = re.compile(r"(?<=[^\W\d_])/(?=[^\W\d_])")
_THOUSANDS = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})+(?![\w,]|\.\d)")


@dataclass(frozen=True)
class ConceptReading:
    """`match` is None where no scene is named, similar by words, or contains a named thing.

    `how`: by what the scene was found, for people.  `absent`: names of what it says is not there.
    `left_out`: the words that nothing was made of.  `unread`: what it states and is not understood, a line each.
    """

    match: SceneMatch | None
    things: tuple[NamedThing, ...] = ()
    relations: tuple[NamedRelation, ...] = ()
    conditions: tuple[str, ...] = ()
    how: str = ""
    absent: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unread: tuple[str, ...] = ()

    def __str__(self) -> str:
        """For people, as in `scene park (named); 2 blue bicycles; a truck; bicycle in front of truck`."""
        left_out = [f"left out: {', '.join(map(str, self.left_out))}"] if self.left_out else []
        if self.match is None:
            return "; ".join(["no scene that is known", *left_out])
        things = [_counted(thing) for thing in self.things]
        ties = [f"{_named(self.things[r.subject])} {r.phrase} {self._objects(r)}".rstrip() for r in self.relations]
        without = [f"without {plural(name)}" for name in self.absent]
        said = [*things, *ties, *self._unrelated(), *self.conditions, *without]
        return "; ".join([f"scene {self.match.scene} ({self.how})", *said, *left_out])

    def _unrelated(self) -> list[str]:
        """Of things beside related ones that no place is said, as in `book anywhere`."""
        placed = {at for r in self.relations for at in (r.subject, r.object, *r.others)}
        return [f"{_named(t)} anywhere" for i, t in enumerate(self.things) if self.relations and i not in placed]

    def _objects(self, relation: NamedRelation) -> str:
        numbers = [number for number in (relation.object, *relation.others) if number is not None]
        return " and ".join(_named(self.things[number]) for number in numbers)


def _named(thing: NamedThing) -> str:
    return thing.category if thing.count == 1 else categories()[thing.category].plural


def _counted(thing: NamedThing) -> str:
    """As in `2 blue bicycles`; of a number that more agree with `2 or more`, without a number `a truck`; where other words
    were said, with these, as in `a birthday cake (for 'wedding cake')`."""
    said = " ".join([*thing.attributes, _named(thing)])
    words = f" (for {thing.said!r})" if thing.said else ""
    if thing.count == 1 and not thing.exact:
        return with_article(said) + words
    return f"{thing.count}{'' if thing.exact else ' or more'} {said}{words}"


@lru_cache(maxsize=4096)
def read_concept(concept: str) -> ConceptReading:
    """The parsed concept."""
    words, starts = _words_of(concept)
    named = _named_scene(concept, words)
    phrases = tuple(mentions(words, named.of_scene))
    around = on_surroundings(words, *_present(words, phrases, starts))
    present = tuple(compound_of(of_size(mention, words), words) for mention in around.mentions)
    chosen = _scene_of(named.match, present)
    scene = None if chosen is None else chosen.scene
    plain = tuple(NOTHING if place in around.read else word for place, word in enumerate(words))
    held = with_contents(words, present, _stated(plain, present, starts, named))
    once = each_once(words, present, (*held.own, *said_of_each(words, present, starts, held.others)))
    present, relations = _enough_around(once.mentions, once.relations), once.relations
    things = _resolved(words, present, relations, scene)
    absent = tuple(dict.fromkeys(mention.name for mention in phrases if mention.denied))
    conditions = _conditions(words, named.of_scene, phrases, scene)
    read = (
        held.read
        | around.read
        | _read_places(named.of_scene, phrases)
        | {at for relation in relations for at in range(*relation.span) if not _is_idle(words, at, relation, named)}
        | (_of_scenes(words, scene, named.passed) - named.doing - named.no.unread)
    )
    unread = (
        *compounds(words, around.mentions, starts),
        *once.unclear,
        *around.unread,
        *held.unread,
        *unread_statements(words, read),
    )
    sized = frozenset(place for mention in present for place in mention.sized)
    left_out = tuple(Unread(words, read, starts, named.doing - read, sized).left_out())
    how = "" if chosen is None else _how_found(words, chosen, named, [thing.category for thing in things])
    return ConceptReading(chosen, things, relations, conditions, how, absent, left_out, unread)


@dataclass(frozen=True)
class _Named:
    """What names a scene. `passed`: other scenes that are named.  `of_scene`: the places of the words for the match.
    `doing`: those of what things do.  `no`: those of a scene's words that stand for more than it."""

    match: SceneMatch | None
    passed: tuple[str, ...]
    of_scene: frozenset[int]
    doing: frozenset[int]
    no: NoPlaces


def _named_scene(concept: str, words: Words) -> _Named:
    match = find_scene(concept)
    doing = _doing(words)
    no = NoPlaces() if match is not None and match.exact else _no_places(words, doing)
    if match is None or not match.exact:
        found = find_scene(" ".join(_without_modifiers(words, no.unnaming)))
        match = found if found is None or not no.unnaming else replace(found, exact=False)
    match, passed = _first_named(words, _unless_misspelt(words, match), no.unnaming)
    of_scene = _scene_words(words, match) | _further_words(words, match, no.unnaming)
    return _Named(match, passed, of_scene - no.unread, doing, no)


def _further_words(words: Words, match: SceneMatch | None, unnaming: frozenset[int]) -> frozenset[int]:
    """The places of further words for the scene that are no thing, as `bus stop` after `waiting for the bus`."""
    things = list(mentions(words, frozenset()))
    own = (each for each in scene_phrases(words) if match is not None and each.scene == match.scene)
    spans = [each for each in own if each.first not in unnaming and not any(_is_of_thing(each, thing) for thing in things)]
    return frozenset(place for each in spans for place in range(each.first, each.end))


def _is_idle(words: Words, place: int, relation: NamedRelation, named: _Named) -> bool:
    """Whether a word says what a thing does and no part of the relation before which it stands."""
    return place in named.doing and words[place] not in relation.phrase.split()


def _stated(words: Words, present: Sequence[Mention], starts: frozenset[int], named: _Named) -> list[NamedRelation]:
    """The relations between things that follow each other, or that are said before both."""
    spans = [(m.first, m.after) for m in present]
    turned = list(inverted_relations(words, spans, starts))
    taken = {place for each in turned for place in range(*each.span)}
    found = relations_between(words, spans, named.of_scene, starts)
    plain = (each for each in found if taken.isdisjoint(range(*each.span)))
    said = [replace(each, phrase=each.phrase.replace(f"{NOTHING} ", "")) for each in (*turned, *plain)]
    return list(of_doers(words, present, named.doing, said))


def _resolved(
    words: Words, present: Sequence[Mention], relations: Sequence[NamedRelation], scene: str | None
) -> tuple[NamedThing, ...]:
    """The things of a scene; of those whose place in the picture is said, what stands there by itself."""
    placed = {relation.subject for relation in relations if relation.object is None} - set(_carried(relations))
    return tuple(
        _with_kinds(mention, words).resolved(scene, placed=True) if number in placed else mention.resolved(scene)
        for number, mention in enumerate(present)
    )


def _carried(relations: Sequence[NamedRelation]) -> Iterator[int]:
    """The things that are on or in others."""
    for each in relations:
        if each.object is not None and not CARRYING.isdisjoint(normalised(each.phrase)):
            yield each.subject
        elif each.object is not None and each.phrase in (HOLDS, BEARS):
            yield each.object


def said_to_be_there(concept: str) -> str:
    """The words without what they say is not there."""
    words, _ = _words_of(concept)
    denied = {at for m in mentions(words, frozenset()) if m.denied for at in range(m.first, m.after)}
    return " ".join(word for at, word in enumerate(words) if at not in denied and word not in NONE)


def _doing(words: Words) -> frozenset[int]:
    """The places of what things do, also those that are not known."""
    known = [(m.first, m.after) for m in mentions(words, frozenset()) if not m.denied]
    taken = {place for first, after in known for place in range(first, after)}
    unknown = [(at, at + 1) for at, word in enumerate(words) if at not in taken and is_undrawn(word)]
    return doing_places(words, sorted((*known, *unknown)))


def _no_places(words: Words, doing: frozenset[int]) -> NoPlaces:
    """The words of scenes that name none there; those of a thing that is not drawn are among them, as in `tennis ball`."""
    things = [mention for mention in mentions(words, frozenset()) if not mention.denied]
    found = no_places(words, doing, [mention.categories for mention in things])
    done = {place for phrase in scene_phrases(words) if phrase.first in doing for place in range(phrase.first, phrase.end)}
    named = frozenset(place for mention in things for place in range(mention.first, mention.end)) & done
    scenes = {(phrase.first, phrase.end) for phrase in scene_phrases(words)}
    ends = [(at, end_of_undrawn(words, at)) for at in range(len(words))]
    unknown = frozenset(place for span in ends if span not in scenes for place in range(*span))
    return NoPlaces(found.unread | unknown | named, found.unnaming | unknown)


def _present(
    words: tuple[str, ...], phrases: Sequence[Mention], starts: frozenset[int]
) -> tuple[tuple[Mention, ...], Callable[[int], Sequence[int]]]:
    """What is not denied, of words with two meanings that of what is beside it, and what is listed up to each."""
    present = tuple(mention for mention in phrases if not mention.denied)
    beside = {name for mention in present for name in mention.categories}
    meant = tuple(_in_company(mention, beside) for mention in present)
    return meant, Lists(words, meant, starts, frozenset()).ending_with


def _in_company(mention: Mention, beside: Container[str]) -> Mention:
    if mention.name == "glasses" and mention.several and "person" in beside:
        return replace(mention, categories=("pair of glasses",), count=1, several=False)
    other, company = next((HOMONYMS[name] for name in mention.categories if name in HOMONYMS), ("", ()))
    return replace(mention, categories=(other,)) if any(name in beside for name in company) else mention


def _how_found(words: Words, chosen: SceneMatch, named: _Named, things: Sequence[str]) -> str:
    """By what a scene was found: its name, words for it, the things that belong there, or words like its own."""
    if chosen.exact:
        return "named" if not is_of_something(chosen.scene, words) else f"for {words[-1]!r}, which itself is not drawn"
    phrases = [phrase for phrase in scene_phrases(words) if phrase.first not in named.no.unnaming]
    own = next((phrase for phrase in phrases if phrase.scene == chosen.scene), None)
    said = "" if own is None else " ".join(words[own.first : own.end])
    if named.passed and own is not None:
        others_said = [next(phrase for phrase in phrases if phrase.scene == scene) for scene in named.passed]
        more = " and ".join(_with_words(words, phrase) for phrase in others_said)
        if any(phrase.first < own.first for phrase in others_said):
            return f"for {said!r}, not {more}"
        return f"named first, before {more}" if _is_literal(words, own) else f"for {said!r}, before {more}"
    if said:
        return f"for {said!r}"
    at_home = [name for name in dict.fromkeys(things) if name in scene_kinds()[chosen.scene].categories]
    if at_home:
        verb = "belongs" if len(at_home) == 1 else "belong"
        return f"no scene is named; {' and '.join(at_home)} {verb} there"
    return "no scene is named; the nearest to these words"


def _with_words(words: Words, phrase: ScenePhrase) -> str:
    """A scene with the words for it, where these are not of its name."""
    said = " ".join(words[phrase.first : phrase.end])
    return phrase.scene if _is_literal(words, phrase) else f"{phrase.scene} for {said!r}"


def _words_of(concept: str) -> tuple[tuple[str, ...], frozenset[int]]:
    """The words, and the places of those that follow a comma; a relation there is joined to the one before, as in `a cat
    left of a dog, right of a chair`."""
    found, starts = list[str](), set[int]()
    for said_so, meant in PHRASES.items():
        concept = re.sub(said_so, meant, concept, flags=re.IGNORECASE)
    text = _THOUSANDS.sub(lambda number: number.group().replace(",", ""), _EITHER.sub(" or ", concept))
    for part in _COMMA.split(text):
        said = with_plain_denials([match.group().casefold().replace("’", "'") for match in _WORD.finditer(part)])
        starts |= {len(found)} if found else set()
        if found and said[:1] and said[0] not in RELATIVES and begins_relation(said):
            found.append("and")
        found += said
    return tuple(SPELLINGS.get(word, word) for word in found), frozenset(starts)


def _read_places(of_scene: frozenset[int], said: Sequence[Mention]) -> frozenset[int]:
    """The places of the words of the scene and of things, their numbers, attributes and what denies them among them."""
    joins = {at for m, other in pairwise(said) if m.denied and other.denied for at in range(m.after, other.first)}
    unknown = {place for m in said for place in m.unknown}
    return of_scene | joins | {place for m in said for place in range(m.first - m.denied, m.after)} - unknown


def _of_scenes(words: Words, scene: str | None, passed: Sequence[str]) -> frozenset[int]:
    """The places of the words for the scenes and of what their surroundings show.

    Of a scene that no whole phrase names, as where it is misspelt, of all words that its phrases have.
    """
    read = set[int]()
    for name in (scene, *passed):
        if name is not None:
            spans = [range(phrase.first, phrase.end) for phrase in scene_phrases(words) if phrase.scene == name]
            read |= {place for span in spans for place in span}
            known = _words_for(name) if not spans else {*tokens(name), *_shown_by(name)}
            read |= {place for place, word in enumerate(words) if known.intersection(tokens(word))}
    return frozenset(read)


def _words_for(scene: str) -> set[str]:
    kind = scene_kinds()[scene]
    return {word for text in (kind.name, *kind.words) for word in tokens(text)} | _shown_by(scene)


def _shown_by(scene: str) -> set[str]:
    return {word for text in scene_kinds()[scene].elements for word in tokens(text)}


def _conditions(
    words: tuple[str, ...], of_scene: frozenset[int], said: Sequence[Mention], scene: str | None
) -> tuple[str, ...]:
    """The conditions that neither belong to a name nor are shown by the scene itself."""
    named = {place for mention in said for place in range(mention.first, mention.end)}
    found = conditions_of(words, of_scene | named)
    snowy = scene is not None and scene_kinds()[scene].backdrop == "snow"
    return tuple(text for text in found if not snowy or text not in WINTRY)


def _with_kinds(mention: Mention, words: tuple[str, ...]) -> Mention:
    """The mention; where nothing of it stands on the ground, other kinds of its last word too: of a lamp a floor lamp."""
    if any("floor" in categories()[name].rests_on for name in mention.categories):
        return mention
    if tokens(" ".join(words[max(0, mention.end - 2) : mention.end])) in names() and mention.end > 1:
        return mention
    kinds_of = tuple(name for name in categories() if tokens(name)[-1:] == tokens(words[mention.end - 1]))
    return replace(mention, categories=tuple(dict.fromkeys((*mention.categories, *kinds_of))))


def _first_named(
    words: Words, match: SceneMatch | None, unnaming: frozenset[int]
) -> tuple[SceneMatch | None, tuple[str, ...]]:
    """Of two named scenes or more the first, as the waterfall of `a waterfall in a jungle`, with the others; one that is
    named by words of its own name goes before others, as the station of `rush hour at the train station`.

    None is named by a thing where another is named by itself, as in `a park full of flowers`.
    """
    if match is not None and match.exact:
        return match, ()
    things = list(mentions(words, frozenset()))
    phrases = [phrase for phrase in scene_phrases(words) if phrase.first not in unnaming]
    places = [phrase for phrase in phrases if words[phrase.first : phrase.end] not in SURROUNDINGS] or phrases
    named = [phrase for phrase in places if not any(_is_of_thing(phrase, thing) for thing in things)]
    named.sort(key=lambda phrase: not _is_literal(words, phrase))
    fallback = {} if match is None else {match.scene: None}
    scenes = tuple(dict.fromkeys(phrase.scene for phrase in named)) or tuple(fallback)
    is_thing = any(_is_name_of(phrase, thing) for phrase in phrases for thing in things)
    if match is not None and not named and is_thing and not _scene_words(words, match):
        return replace(match, score=min(match.score, BY_THING)), ()
    if not scenes or (match is not None and scenes == (match.scene,)):
        return match, ()
    return SceneMatch(scenes[0], WHOLE_PHRASE if match is None else max(match.score, WHOLE_PHRASE), exact=False), scenes[1:]


def _is_of_thing(phrase: ScenePhrase, thing: Mention) -> bool:
    """Whether words that may name a scene are those of a thing, or stand right before it, as in `kitchen table`."""
    return phrase.end == thing.first or _is_name_of(phrase, thing)


def _is_name_of(phrase: ScenePhrase, thing: Mention) -> bool:
    return thing.first <= phrase.first < thing.end and phrase.end <= thing.end


def _is_literal(words: Words, phrase: ScenePhrase) -> bool:
    return not set(tokens(phrase.scene)).isdisjoint(tokens(" ".join(words[phrase.first : phrase.end])))


def _unless_misspelt(words: tuple[str, ...], match: SceneMatch | None) -> SceneMatch | None:
    """The match; none where a scene's word is like that of a thing which is written as it should be, as the piazza of a
    pizza."""
    if match is None or match.exact or _words_for(match.scene).intersection(tokens(" ".join(words))):
        return match
    return match if not list(mentions(words, frozenset())) and not any(map(is_undrawn, words)) else None


def _enough_around(said: tuple[Mention, ...], relations: Sequence[NamedRelation]) -> tuple[Mention, ...]:
    """The mentions; of a plural that alone surrounds something as many as that takes."""
    around = {each.object for each in relations if not each.others and "among" in normalised(each.phrase)}
    least = GROUPS["among"][0] + 1
    return tuple(
        replace(mention, count=max(least, mention.count)) if number in around and mention.several else mention
        for number, mention in enumerate(said)
    )


def _without_modifiers(words: Words, unnaming: frozenset[int]) -> list[str]:
    """The words that may name a scene: `a green truck` is no village green, `a park in winter` no winter village."""
    found = list(mentions(words, frozenset()))
    modifiers = {place for m in found for place in range(m.first, m.end) if words[place] in adjectives()}
    modifiers = (modifiers - {m.end - 1 for m in found}) | unnaming
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
    names_thing = any(end_of_name(words, at, frozenset()) > max(at + 1, end - 1) for at in range(start + 1) if end > start)
    names_thing = names_thing or (
        tuple(plain[start:end]) in names() and not _is_place(words, start, plain[start:end], kind)
    )
    return frozenset() if names_thing else frozenset(range(start, end))


def _is_place(words: tuple[str, ...], start: int, name: Sequence[str], kind: SceneKind) -> bool:
    """Whether the name of a thing is a place where others are: on the moon, in a hotel; a sofa is none, which carries."""
    meant = [categories()[each] for each in names()[tuple(name)]]
    if words[max(0, start - 1)] not in ("the", "a", "an") or any(each.supports or each.holds for each in meant):
        return False
    match words[max(0, start - 2)]:
        case "on":
            return all("air" in each.rests_on for each in meant)
        case "in" | "inside":
            return kind.backdrop in INDOORS and all(each.height_m >= LEAST_BUILDING_M for each in meant)
    return False


def _may_be_at(backdrop: Backdrop, name: str) -> bool:
    """Whether a thing has a place before a backdrop, wherever it belongs: a washbasin has none on a table."""
    rests = categories()[name].rests_on
    if backdrop == "tabletop":
        return "surface" in rests
    return not {"water", "air"}.isdisjoint(rests) if backdrop in ("sea", "underwater") else rests != ("water",)


def _all_belong(match: SceneMatch, said: Sequence[Mention]) -> bool:
    """Whether all things belong to a scene that one of them names, as a house and a tree to a suburb."""
    kind = scene_kinds()[match.scene]
    naming = {tokens(text) for text in (kind.name, *kind.words)}
    belong = [not set(m.categories).isdisjoint(kind.categories) or tokens(m.name) in naming for m in said]
    return match.score == BY_THING and all(belong)


def _scene_of(match: SceneMatch | None, said: Sequence[Mention]) -> SceneMatch | None:
    """The named scene; else the one where most of the named things belong, and are likeliest."""
    is_sure = match is not None and (match.exact or match.score >= WHOLE_PHRASE or _all_belong(match, said))
    if not said or is_sure:
        return match

    def home_score(scene: str) -> tuple[int, int, float]:
        kind = scene_kinds()[scene]
        known = kind.categories
        places = [min(found) for m in said if (found := [known.index(n) for n in m.categories if n in known])]
        stand = sum(any(_may_be_at(kind.backdrop, name) for name in m.categories) for m in said)
        return len(places), stand, -sum(places) / len(known)

    best = max(scene_kinds(), key=home_score)
    at_home = home_score(best)[0]
    if at_home == 0 or (match is not None and home_score(match.scene)[0] >= at_home):
        return match
    return SceneMatch(best, round(WHOLE_PHRASE * at_home / len(said), 3), exact=False)
