"""Which scene the words of a concept name, and which of the words name it.

In: a concept and its words.  Out: a `SceneNaming`.
A name of a thing, a doing or a misspelt word names a scene only where nothing else does.  Knows nothing of what belongs
where: that is `scene_choice`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.concepts.concept_words import CONDITIONS
from agents.concepts.noun_phrases import Mention, Words, adjectives, end_of_name, end_of_undrawn, mentions, names
from agents.concepts.relation_reading import doing_places
from agents.concepts.scenes.scene_phrases import NoPlaces, ScenePhrase, no_places, scene_phrases
from spatial.knowledge.categories import SceneKind
from spatial.knowledge.knowledge_base import categories, find_scene, scene_kinds
from spatial.knowledge.scene_search import WHOLE_PHRASE, SceneMatch, tokens
from spatial.knowledge.undrawn_names import is_undrawn

INDOORS = ("room", "shop", "stage")
BY_THING = WHOLE_PHRASE - 0.01
"""Score of a scene that only the name of a thing names, as the still life of a bowl of fruit: one where more of the things
belong is taken instead."""

LEAST_BUILDING_M = 2.5
"""Height from which things are in a thing as in a place, as in a hotel and in no toilet."""

SURROUNDINGS = frozenset({("sky",)})
"""Words that name a scene where no place is named beside them, as the sky of `a clear sky over a beach` does not."""


@dataclass(frozen=True)
class SceneNaming:
    """What names a scene. `passed`: other scenes that are named.  `of_scene`: the places of the words for the match.
    `doing`: those of what things do.  `no`: those of a scene's words that stand for more than it."""

    match: SceneMatch | None
    passed: tuple[str, ...]
    of_scene: frozenset[int]
    doing: frozenset[int]
    no: NoPlaces


def named_scene(concept: str, words: Words) -> SceneNaming:
    """What names the scene of a concept with these words."""
    match = find_scene(concept)
    doing = _doing(words)
    no = NoPlaces() if match is not None and match.exact else _no_places(words, doing)
    if match is None or not match.exact:
        found = find_scene(" ".join(_without_modifiers(words, no.unnaming)))
        match = found if found is None or not no.unnaming else replace(found, exact=False)
    match, passed = _first_named(words, _unless_misspelt(words, match), no.unnaming)
    of_scene = _scene_words(words, match) | _further_words(words, match, no.unnaming)
    return SceneNaming(match, passed, of_scene - no.unread, doing, no)


def of_scenes(words: Words, scene: str | None, passed: Sequence[str]) -> frozenset[int]:
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


def _further_words(words: Words, match: SceneMatch | None, unnaming: frozenset[int]) -> frozenset[int]:
    """The places of further words for the scene that are no thing, as `bus stop` after `waiting for the bus`."""
    things = list(mentions(words, frozenset()))
    own = (each for each in scene_phrases(words) if match is not None and each.scene == match.scene)
    spans = [each for each in own if each.first not in unnaming and not any(_is_of_thing(each, thing) for thing in things)]
    return frozenset(place for each in spans for place in range(each.first, each.end))


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
    named.sort(key=lambda phrase: not is_literal(words, phrase))
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


def is_literal(words: Words, phrase: ScenePhrase) -> bool:
    """Whether the words for a scene have one of its name."""
    return not set(tokens(phrase.scene)).isdisjoint(tokens(" ".join(words[phrase.first : phrase.end])))


def _unless_misspelt(words: tuple[str, ...], match: SceneMatch | None) -> SceneMatch | None:
    """The match; none where a scene's word is like that of a thing which is written as it should be, as the piazza of a
    pizza."""
    if match is None or match.exact or _words_for(match.scene).intersection(tokens(" ".join(words))):
        return match
    return match if not list(mentions(words, frozenset())) and not any(map(is_undrawn, words)) else None


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
