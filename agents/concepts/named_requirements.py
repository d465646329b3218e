"""The requirements that a concept names, as options and attributes.

In: a reading of a concept, a seed's own options, a renderer's capabilities.  Out: options with the named objects and
relations, and the named attributes; RequestRejected where the renderer cannot draw what is named.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from agents.concepts.concept_reading import ConceptReading, NamedThing
from agents.concepts.relation_reading import NamedRelation
from agents.image_prompts import with_article
from agents.rejections import unmet_options
from agents.requirements import CARRY, is_of_group, predicates_for
from schemas.events import SeedOptions
from spatial.knowledge.category_names import category_name
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.relations.phrases import normalise, normalise_place

Triple = tuple[str, str, str | None]


def with_named_requirements(
    options: SeedOptions, reading: ConceptReading, capabilities: RendererCapabilities
) -> SeedOptions:
    """The options with the objects and relations that the concept names. Raises RequestRejected."""
    if capabilities.pictures and reading.conditions:
        raise unmet_options(
            f"{capabilities.renderer} cannot draw a place {reading.conditions[0]}: leave it out of the concept"
        )
    for thing in reading.things:
        _require_drawable(thing, capabilities)
    own = Counter(category_name(name) for name in options.required_objects)
    named: Counter[str] = Counter()
    for thing in reading.things:
        named[thing.category] += thing.count
    objects = (*options.required_objects, *(named - own).elements())
    relations = (*options.required_relations, *_relations(reading))
    return options.model_copy(update={"required_objects": objects, "required_relations": relations})


def named_attributes(reading: ConceptReading) -> Mapping[str, list[tuple[str, ...]]]:
    """The attributes of the first objects of each category, one entry per object."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for thing in reading.things:
        found.setdefault(thing.category, []).extend([thing.attributes] * thing.count)
    return found


def _relations(reading: ConceptReading) -> Iterator[Triple]:
    """One triple per relation; one per object where the objects are carried."""
    for relation in reading.relations:
        subject = reading.things[relation.subject]
        if relation.object is None:
            yield subject.category, normalise_place(relation.phrase), None
            continue
        other = reading.things[relation.object]
        if is_of_group(relation.phrase):
            yield _of_group(reading, relation)
            continue
        carried = any(predicate in CARRY for predicate in normalise(relation.phrase))
        for _ in range(subject.count if carried else 1):
            yield subject.category, relation.phrase, other.category


def _of_group(reading: ConceptReading, relation: NamedRelation) -> Triple:
    """The triple of a group, whose members are all things of its plurals. Raises RequestRejected for a wrong number."""
    subject = reading.things[relation.subject]
    group = [reading.things[number] for number in (relation.object, *relation.others) if number is not None]
    names = [thing.category for thing in group for _ in range(thing.count)]
    if "surrounding" in normalise(relation.phrase):  # its others are around the object, with the subject
        names += [subject.category] * (subject.count - 1)
    predicates_for(relation.phrase, len(names))
    return subject.category, relation.phrase, " and ".join(names)


def _require_drawable(thing: NamedThing, capabilities: RendererCapabilities) -> None:
    if not capabilities.pictures:
        return
    category = categories()[thing.category]
    offered = [word for words in capabilities.words(category).values() for word in words]
    missing = [word for word in thing.attributes if word not in offered]
    if missing:
        known = f"only {', '.join(offered)}" if offered else "none in particular"
        what = with_article(f"{missing[0]} {thing.category}")
        raise unmet_options(f"{capabilities.renderer} cannot draw {what}: of its attributes {known}")
