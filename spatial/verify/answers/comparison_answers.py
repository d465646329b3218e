"""The answers to questions that compare numbers or sizes.

In: a reader of the scene and a `Form`.  Out: yes or no; `NotProven` with the reason where neither is proven.
"""

from schemas.events import SeenObject
from spatial.verify.geometry import ROUNDING, SPECK, related
from spatial.verify.lexicon import is_surely_called
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import Form

PLAIN_SHARE = 0.75
"""Visible share of a thing that nobody overlooks when counting."""

WHOLE_SHARE = 0.9
"""Visible share of a thing whose size is judged."""

SIZE_RATIO = 1.3
"""Least ratio of two areas."""

SIDES = ("left_of", "right_of")


def _counted(reader: Reader, noun: int) -> list[SeenObject]:
    word, things = reader.nouns[noun], reader.candidates(noun)
    for thing in things:
        if thing.visible < PLAIN_SHARE or min(thing.box[2:]) < SPECK:
            raise NotProven(f"some {word} may be overlooked")
        if not is_surely_called(thing.category, word):
            raise NotProven(f"whether one of them is a {word} is a matter of taste")
    if not things:
        raise NotProven(f"there is no {word}")
    return things


def _yes(held: bool) -> str:
    return "yes" if held else "no"


def answer_more(reader: Reader, form: Form) -> str:
    """More of one noun than of another. Raises NotProven."""
    first, second = (_counted(reader, noun) for noun in form.nouns)
    if any(one is other for one in first for other in second):
        raise NotProven("one thing goes by both words")
    return _yes(len(first) > len(second))


def answer_more_sides(reader: Reader, form: Form) -> str:
    """More on one side of a thing than on the other. Raises NotProven."""
    [base] = _bases(reader, form)
    left, right = (_number(reader, form, relation, base) for relation in SIDES)
    return _yes(right > left if form.ask == "more_sides_right" else left > right)


def answer_more_carried(reader: Reader, form: Form) -> str:
    """More on, or inside, one thing than another. Raises NotProven."""
    first, second = _bases(reader, form)
    relation = form.ask.removeprefix("more_")
    return _yes(_number(reader, form, relation, first) > _number(reader, form, relation, second))


def _bases(reader: Reader, form: Form) -> list[SeenObject]:
    chains = [reader.resolve(words) for words in form.refs]
    ids = [thing.id for chain in chains for thing in chain]
    if len(set(ids)) < len(ids):
        raise NotProven("two references mean one thing")
    bases = [chain[0] for chain in chains]
    if any(thing is base for thing in _counted(reader, form.nouns[0]) for base in bases):
        raise NotProven("the reference is one of those that are counted")
    return bases


def _number(reader: Reader, form: Form, relation: str, base: SeenObject) -> int:
    verdicts = [related(thing, relation, base, reader.scene) for thing in _counted(reader, form.nouns[0])]
    if None in verdicts:
        raise NotProven(f"whether one of them is {relation} the reference is in doubt")
    return verdicts.count(True)


def answer_larger(reader: Reader, form: Form) -> str:
    """Whether the first thing looks larger. Raises NotProven."""
    a, b = _two(reader, form)
    if a.visible < WHOLE_SHARE or b.visible < WHOLE_SHARE:
        raise NotProven("one of them is partly hidden")
    first, second = (thing.box[2] * thing.box[3] for thing in (a, b))
    low, high = sorted((first, second))
    if low == 0 or high / low < SIZE_RATIO - ROUNDING:
        raise NotProven("their areas are too similar")
    sides = [max(thing.box[2], thing.box[3]) for thing in ((b, a) if first > second else (a, b))]
    if sides[1] < sides[0]:
        raise NotProven("the smaller area is the longer one")
    return _yes(first > second)


def _two(reader: Reader, form: Form) -> tuple[SeenObject, SeenObject]:
    chains = [reader.resolve(words) for words in form.refs]
    ids = [thing.id for chain in chains for thing in chain]
    if len(set(ids)) < len(ids):
        raise NotProven("two references mean one thing")
    return chains[0][0], chains[1][0]
