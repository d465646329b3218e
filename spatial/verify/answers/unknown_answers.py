"""The answers to questions whose answer the picture may not show.

In: a reader of the scene and a `Form`.  Out: what the picture tells, or that it does not and why; `NotProven` with the
reason where neither is proven.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import dist

from schemas.events import SeenObject
from spatial.verify.answers.metric_answers import NEAREST_CENTRES, BodiesInScene, in_metres, is_without_scale
from spatial.verify.answers.unseen_answers import why_out_of_sight
from spatial.verify.geometry import before, related
from spatial.verify.lexicon import is_surely_called, may_be_called
from spatial.verify.referents import NotProven, Reader, require_seen
from spatial.verify.sentences import RELATIONS, Form

CANNOT = "it cannot be known from the picture"

CONVERSE = {"left_of": "right_of", "right_of": "left_of", "behind": "in_front_of"}


@dataclass(frozen=True)
class Knowable:
    """An answer. `reason`: why the picture does not show it, else empty; `beside`: the thing that comes next, on the
    other side where nothing does on this one."""

    answer: str
    reason: str = ""
    beside: SeenObject | None = None


def what_is_known(reader: Reader, form: Form) -> Knowable:
    """What the picture tells of a question that leaves open whether it does. Raises NotProven."""
    return _ANSWERS[form.ask](reader, form)


def answer_side(reader: Reader, form: Form) -> str:
    """Left or right, or that it cannot be known. Raises NotProven."""
    return _side(reader, form).answer


def answer_next(reader: Reader, form: Form) -> str:
    """The thing that comes next, or that it cannot be known. Raises NotProven."""
    return _next(reader, form).answer


def answer_known_far(reader: Reader, form: Form) -> str:
    """A length in metres, or that it cannot be known. Raises NotProven."""
    return _far(reader, form).answer


def _far(reader: Reader, form: Form) -> Knowable:
    world, base, fitting = BodiesInScene(reader), _only(reader, form), fitting_things(reader, form)
    if any(thing is base for thing in reader.candidates(form.nouns[0])):
        raise NotProven("the reference goes by the word too")
    if not fitting:
        return Knowable(CANNOT, _why_none(reader, form))
    if len(fitting) > 1 or world.are_stacked(fitting[0], base):
        raise NotProven("several things fit the words, or one rests on the other")
    if world.is_in_the_air(fitting[0]) or world.is_in_the_air(base):
        raise NotProven("one of them is in the air")
    if is_without_scale(reader):
        return Knowable(CANNOT, "no_scale")
    metres = dist(world.body(fitting[0]).position, world.body(base).position)
    if metres < NEAREST_CENTRES:
        raise NotProven("they are next to nothing apart")
    return Knowable(in_metres(metres))


def _side(reader: Reader, form: Form) -> Knowable:
    base = _only(reader, form)
    fitting = fitting_things(reader, form)
    if any(thing is base for thing in reader.candidates(form.nouns[0])):
        raise NotProven("the reference goes by the word too")
    if not fitting:
        return Knowable(CANNOT, _why_none(reader, form))
    verdicts = [before(thing, base, 0, reader.scene) for thing in fitting]
    if None in verdicts:
        raise NotProven("the side of one of them is in doubt")
    if len(fitting) == 1:
        return Knowable("left" if verdicts[0] else "right")
    if len(set(verdicts)) == 1:
        raise NotProven("all of them are on one side")
    return Knowable(CANNOT, "several")


def _only(reader: Reader, form: Form) -> SeenObject:
    chain = reader.resolve(form.refs[0])
    if len({thing.id for thing in chain}) < len(chain):
        raise NotProven("two references mean one thing")
    return chain[0]


def fitting_things(reader: Reader, form: Form) -> list[SeenObject]:
    """Everything that the noun, with its colour, may mean: all of it plainly seen. Raises NotProven."""
    word, things = reader.nouns[form.nouns[0]], reader.candidates(form.nouns[0])
    for thing in things:
        if not is_surely_called(require_seen(thing).category, word):
            raise NotProven(f"whether one of them is a {word} is a matter of taste")
    if form.word and things:
        return reader.with_colour(things, form.word.replace("_", " "))
    is_of_scene = things or word in reader.scene.excluded or why_out_of_sight(reader, word)
    if form.word or not is_of_scene:
        raise NotProven(f"nothing is known of {word}")
    if not things and any(may_be_called(word, thing.category) for thing in reader.scene.objects):
        raise NotProven(f"a thing may be taken for {word}")
    return things


def _why_none(reader: Reader, form: Form) -> str:
    """Why nothing is seen that the words mean. Raises NotProven."""
    word = reader.nouns[form.nouns[0]]
    return why_out_of_sight(reader, word, form.word.replace("_", " ")) or "absent"


def _next(reader: Reader, form: Form) -> Knowable:
    base, relation = _only(reader, form), RELATIONS[form.word]
    if relation not in CONVERSE:
        raise NotProven(f"what comes next {form.word} a thing is not said by boxes")
    found = _following(reader, base, relation)
    if found is not None:
        return Knowable(reader.label(found), beside=found)
    other = _following(reader, base, CONVERSE[relation])
    if other is None:
        raise NotProven("nothing else is in the picture")
    reader.label(other)
    return Knowable(CANNOT, "hidden" if relation == "behind" else "out_of_view", other)


def _following(reader: Reader, base: SeenObject, relation: str) -> SeenObject | None:
    """The first thing in the relation to the base; None where there is none. Raises NotProven where one is in doubt."""
    others = [thing for thing in reader.scene.objects if thing is not base]
    verdicts = [(thing, related(thing, relation, base, reader.scene)) for thing in others]
    if any(verdict is None for _, verdict in verdicts):
        raise NotProven(f"whether one thing is {relation} the reference is in doubt")
    beyond = [thing for thing, verdict in verdicts if verdict]
    for thing in beyond:
        if all(related(other, relation, thing, reader.scene) for other in beyond if other is not thing):
            return thing
    if beyond:
        raise NotProven("which one comes first is in doubt")
    return None


_ANSWERS: Mapping[str, Callable[[Reader, Form], Knowable]] = {"known_side": _side, "known_next": _next, "known_far": _far}
"""By the name of a form."""
