"""The requirements that a concept names, as options and attributes.

In: a reading of a concept, a seed's own options, a renderer's capabilities.  Out: options with the named objects and
relations, and which objects these are; RequestRejected where the renderer cannot draw what is named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from agents.concepts.concept_reading import ConceptReading
from agents.concepts.concept_words import COLOURED, VERBS
from agents.concepts.left_out_words import LeftOut
from agents.concepts.noun_phrases import NamedThing, called
from agents.concepts.relation_reading import NamedRelation
from agents.image_prompts import with_article
from agents.rejections import check_consistency, unmet_options
from agents.requirements import CARRY, Named, Numbers, is_of_group, object_names, predicates_for, relations_over
from schemas.events import SeedOptions
from schemas.graph import Relation
from spatial.knowledge.categories import Category
from spatial.knowledge.category_names import category_name, excluded_names, kinds
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.renderer_capabilities import STATES, RendererCapabilities, undrawn_states
from spatial.questions.wording.lexicon import plural
from spatial.relations.phrases import normalise, normalise_place
from spatial.relations.predicate_table import PREDICATES

Triple = tuple[str, str, str | None]

ALIKE_OFFERED = 2
"""Of these, things of the same kind that always look so."""

MOST_OFFERED = 4
"""Things offered in place of one that cannot be drawn as it is named."""

UNDRAWN_STATE = "only drawn by renderers that draw from text"
"""Of a state that is known and of which there is no picture."""

MOST_OBJECTS = 12
"""Most objects of a graph, whatever a seed's options say."""


def with_named_requirements(
    options: SeedOptions, reading: ConceptReading, capabilities: RendererCapabilities
) -> SeedOptions:
    """The options with what the concept names, and says not to be there. Raises RequestRejected."""
    if capabilities.pictures and reading.conditions:
        raise unmet_options(
            f"{capabilities.renderer} cannot draw a place {reading.conditions[0]}: leave it out of the concept"
        )
    for thing in reading.things:
        _require_possible(thing)
        _require_drawable(thing, capabilities, None if reading.match is None else reading.match.scene)
    _require_consistent(reading)
    own = Counter(category_name(name) for name in options.required_objects)
    named: Counter[str] = Counter()
    for thing in reading.things:
        named[thing.category] += thing.count
    objects = (*options.required_objects, *(named - own).elements())
    relations = (*options.required_relations, *(triple for triple, _ in _relations(reading)))
    excluded = (*options.excluded, *reading.absent, *_also_called(reading))
    return options.model_copy(update={"required_objects": objects, "required_relations": relations, "excluded": excluded})


def _also_called(reading: ConceptReading) -> Iterator[str]:
    """The things of the scene that people call like what is not there, as floor lamps where no lamp is to be."""
    at_home = () if reading.match is None else scene_kinds()[reading.match.scene].categories
    for name in reading.absent:
        known = {*excluded_names(name), *(thing.category for thing in reading.things)}
        yield from (each for each in called(name) if each in at_home and each not in known)


def as_drawn(reading: ConceptReading, capabilities: RendererCapabilities) -> ConceptReading:
    """The reading without looks that things have anyway where they are pictures, as of a red rose, and without what things
    do, which is left out as it is after their names: of a sleeping cat as of a cat that sleeps."""
    if not capabilities.pictures:
        return reading
    left_out, things = list(reading.left_out), list[NamedThing]()
    for thing in reading.things:
        doing = [word for word in thing.attributes if word in VERBS and word not in _offered(thing, capabilities)]
        left_out += [LeftOut(word, (), False) for word in doing if not _has_anyway(thing, word, capabilities)]
        kept = (word for word in thing.attributes if word not in doing and not _has_anyway(thing, word, capabilities))
        things.append(replace(thing, attributes=tuple(kept)))
    known = {word for thing in things for word in undrawn_states(categories()[thing.category])}
    told = (replace(each, why=UNDRAWN_STATE) if each.word in known else each for each in left_out)
    return replace(reading, things=tuple(things), left_out=tuple(told))


def _offered(thing: NamedThing, capabilities: RendererCapabilities) -> list[str]:
    return [word for words in capabilities.words(categories()[thing.category]).values() for word in words]


def _has_anyway(thing: NamedThing, word: str, capabilities: RendererCapabilities) -> bool:
    if word in _offered(thing, capabilities):
        return False
    if word in STATES:
        return thing.category in STATES[word]
    is_parked = word == "parked" and thing.category in kinds()["vehicle"]
    offered = capabilities.words(categories()[thing.category]).get("colour", ())
    return word == "standing" or is_parked or (not offered and thing.category in COLOURED.get(word, ()))


def named_objects(reading: ConceptReading) -> Named:
    """The attributes of the objects that a concept names, which of them it relates, and of what there are no more."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for thing in reading.things:
        found.setdefault(thing.category, []).extend([thing.attributes] * thing.count)
    exact = frozenset(name for thing in reading.things if thing.exact for name in (thing.category, *thing.alike))
    return Named(found, tuple(numbers for _, numbers in _relations(reading)), exact)


def _relations(reading: ConceptReading) -> Iterator[tuple[Triple, Numbers]]:
    """A triple for each pair of objects that a relation is about; one for each subject of a place or a group."""
    firsts = _first_numbers(reading)
    for relation in reading.relations:
        subject, first = reading.things[relation.subject], firsts[relation.subject]
        if relation.object is None:
            place = normalise_place(relation.phrase)
            yield from (((subject.category, place, None), (first + k, ())) for k in range(subject.count))
        elif is_of_group(relation.phrase):
            yield from _of_group(reading, relation)
        else:
            other, start = reading.things[relation.object], firsts[relation.object]
            among = relation.object == relation.subject
            for a, b in _mutual(relation.phrase, subject) if among else _pairs(relation.phrase, subject.count, other.count):
                yield (subject.category, relation.phrase, other.category), (first + a, (start + b,))


def _first_numbers(reading: ConceptReading) -> list[int]:
    """For each thing how many objects of its category are named before it."""
    counted: Counter[str] = Counter()
    found = []
    for thing in reading.things:
        found.append(counted[thing.category])
        counted[thing.category] += thing.count
    return found


def _pairs(phrase: str, subjects: int, objects: int) -> Iterable[tuple[int, int]]:
    """Which subject is related to which object: of a direction or a depth all to all, else each to one of the others."""
    predicates = normalise(phrase)
    if all(PREDICATES[name].family in ("direction", "depth") for name in predicates):
        return product(range(subjects), range(objects))
    carries = [CARRY[name][1] for name in predicates if name in CARRY]
    count = max(subjects, objects) if not carries else objects if carries[0] else subjects
    return ((k % subjects, k % objects) for k in range(count))


def _mutual(phrase: str, thing: NamedThing) -> Iterator[tuple[int, int]]:
    """The pairs of a thing's objects that are related to each other, in both orders where these say different things.

    Raises RequestRejected for a single object.
    """
    if thing.count == 1:
        raise unmet_options(f"{thing.category!r} {phrase} 'each other' needs two of them")
    symmetric = all(PREDICATES[name].inverse == name for name in normalise(phrase))
    for k in range(thing.count - 1):
        yield from ((k, k + 1),) if symmetric else ((k, k + 1), (k + 1, k))


def _of_group(reading: ConceptReading, relation: NamedRelation) -> Iterator[tuple[Triple, Numbers]]:
    """The triples of a group, whose members are all things of its plurals. Raises RequestRejected for a wrong number."""
    firsts = _first_numbers(reading)
    subject, first = reading.things[relation.subject], firsts[relation.subject]
    group = [number for number in (relation.object, *relation.others) if number is not None]
    others = [(reading.things[i].category, firsts[i] + k) for i in group for k in range(reading.things[i].count)]
    subjects = subject.count
    if "surrounding" in normalise(relation.phrase):  # its others are around the object, with the subject
        others += [(subject.category, first + k) for k in range(1, subjects)]
        subjects = 1
    predicates_for(relation.phrase, len(others))
    triple = (subject.category, relation.phrase, " and ".join(name for name, _ in others))
    yield from ((triple, (first + k, tuple(number for _, number in others))) for k in range(subjects))


def _require_consistent(reading: ConceptReading) -> None:
    """Raise RequestRejected where the relations exclude each other, whatever else the graph will have."""
    firsts = _first_numbers(reading)
    things = [
        (thing.category, first + k) for thing, first in zip(reading.things, firsts, strict=True) for k in range(thing.count)
    ]
    found: list[Relation] = []
    for (subject, phrase, other), (first, others) in _relations(reading):
        objects = zip(object_names(phrase, other), others, strict=True)
        over = relations_over(
            predicates_for(phrase, len(others)), things.index((subject, first)), list(map(things.index, objects))
        )
        found += [relation for relation in over if relation not in found]
    check_consistency([name for name, _ in things], found, "what the concept says contradicts itself")


def _require_possible(thing: NamedThing) -> None:
    """Raise RequestRejected for more objects than a graph has, or for two attributes of one family."""
    if thing.count > MOST_OBJECTS:
        what = plural(thing.category)
        raise unmet_options(f"{thing.count} {what} are named, no more than {MOST_OBJECTS} things are in a picture")
    for family, words in categories()[thing.category].attributes.items():
        said = [word for word in dict.fromkeys(thing.attributes) if word in words]
        if len(said) > 1:
            raise unmet_options(f"{with_article(thing.category)} has one {family}, not {' and '.join(said)}")


def _require_drawable(thing: NamedThing, capabilities: RendererCapabilities, scene: str | None) -> None:
    if not capabilities.pictures:
        return
    category = categories()[thing.category]
    offered = [word for words in capabilities.words(category).values() for word in words]
    missing = [word for word in thing.attributes if word not in offered]
    if missing:
        known = f"only {', '.join(offered)}" if offered else "none in particular"
        what = with_article(f"{missing[0]} {thing.category}")
        raise unmet_options(
            f"{capabilities.renderer} cannot draw {what}: of its attributes {known}; leave {missing[0]!r} out"
            f"{_others_with(thing.category, missing[0], capabilities, scene)}"
        )


def _others_with(category: str, word: str, capabilities: RendererCapabilities, scene: str | None) -> str:
    """What can be drawn with an attribute, things of the same kinds first, then those of the scene."""
    at_home = () if scene is None else scene_kinds()[scene].categories
    known, same = categories(), [name for members in kinds().values() if category in members for name in members]
    coloured = [name for name in COLOURED.get(word, ()) if name in same and capabilities.draws(known[name])]
    others = dict.fromkeys((*(name for name in same if name in at_home), *at_home, *known))
    able = [*coloured[:ALIKE_OFFERED], *(name for name in others if _is_drawn_with(known[name], word, capabilities))]
    return f", or take what can be {word}: {', '.join(able[:MOST_OFFERED])}" if able else ""


def _is_drawn_with(category: Category, word: str, capabilities: RendererCapabilities) -> bool:
    return capabilities.draws(category) and any(word in words for words in capabilities.words(category).values())
