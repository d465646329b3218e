"""Parses a concept: its scene, objects with numbers and attributes, their relations, light and season.

In: a concept in free words.  Out: a `ConceptReading`.
Recognises only what the knowledge base contains, and says what it left out.  Plans nothing.
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from agents.concepts.concept_words import HOMONYMS, NONE, PHRASES, RELATIVES, SPELLINGS, WINTRY, conditions_of
from agents.concepts.contents import BEARS, HOLDS, with_contents
from agents.concepts.definite_reference import each_once
from agents.concepts.denial_words import with_plain_denials
from agents.concepts.left_out_words import LeftOut, Unread
from agents.concepts.listed_subjects import CARRYING, Lists, of_doers, said_of_each
from agents.concepts.noun_phrases import Mention, NamedThing, Words, compound_of, mentions, names, of_size
from agents.concepts.plain_wording import in_plain_words
from agents.concepts.relation_reading import (
    NamedRelation,
    begins_relation,
    inverted_relations,
    normalised,
    relations_between,
)
from agents.concepts.scenes.scene_choice import how_found, scene_of
from agents.concepts.scenes.scene_naming import SceneNaming, named_scene, of_scenes
from agents.concepts.scenes.surroundings import on_surroundings
from agents.concepts.unread_statements import compounds, unread_statements
from agents.image_prompts import with_article
from schemas.predicate_names import GROUPS
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.scene_search import SceneMatch, tokens
from spatial.questions.wording.lexicon import plural

_WORD = re.compile(r"(?<![\w-])[+-]?\d+(?:[.,/]\d+)+(?!\w)|(?<![\w-])-\d+(?!\w)|\d*[¼½¾⅓⅔]|[^\W_]+(?:['’-][^\W_]+)*")
_COMMA = re.compile(r",(?!\d)|(?<!\d),")

NOTHING = "still"
"""Stands for words that were read between a thing and what relates it, as in `a map on the wall above a desk`."""

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
    named = named_scene(concept, words)
    phrases = tuple(mentions(words, named.of_scene))
    around = on_surroundings(words, *_present(words, phrases, starts))
    present = tuple(compound_of(of_size(mention, words), words) for mention in around.mentions)
    chosen = scene_of(named.match, present)
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
        | (of_scenes(words, scene, named.passed) - named.doing - named.no.unread)
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
    how = "" if chosen is None else how_found(words, chosen, named, [thing.category for thing in things])
    return ConceptReading(chosen, things, relations, conditions, how, absent, left_out, unread)


def _is_idle(words: Words, place: int, relation: NamedRelation, named: SceneNaming) -> bool:
    """Whether a word says what a thing does and no part of the relation before which it stands."""
    return place in named.doing and words[place] not in relation.phrase.split()


def _stated(words: Words, present: Sequence[Mention], starts: frozenset[int], named: SceneNaming) -> list[NamedRelation]:
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


def _words_of(concept: str) -> tuple[tuple[str, ...], frozenset[int]]:
    """The words, and the places of those that follow a comma; a relation there is joined to the one before, as in `a cat
    left of a dog, right of a chair`."""
    found, starts = list[str](), set[int]()
    concept = in_plain_words(concept)
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


def _enough_around(said: tuple[Mention, ...], relations: Sequence[NamedRelation]) -> tuple[Mention, ...]:
    """The mentions; of a plural that alone surrounds something as many as that takes."""
    around = {each.object for each in relations if not each.others and "among" in normalised(each.phrase)}
    least = GROUPS["among"][0] + 1
    return tuple(
        replace(mention, count=max(least, mention.count)) if number in around and mention.several else mention
        for number, mention in enumerate(said)
    )
