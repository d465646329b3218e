"""The answer to a question about several things: their order, and which are on a side of another.

In: a reader of the scene and a `Form`.  Out: the answer's text; `NotProven` with the reason where none is proven.
"""

from spatial.verify.geometry import before, middle, related
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import Form, Words

JOINED = " then "

SIDES = {"to the left of": "left_of", "to the right of": "right_of"}


def plain_name(reader: Reader, words: Words) -> str:
    """A reference without its article, if it is a noun with at most a colour. Raises NotProven."""
    if words.noun is None or words.end is not None or words.relation is not None:
        raise NotProven("a name in an order tells more than what the thing is")
    return " ".join(filter(None, (words.colour, reader.nouns[words.noun])))


def answer_row(reader: Reader, form: Form) -> str:
    """The names from one side to the other. Raises NotProven where two things are not plainly apart."""
    names = [plain_name(reader, words) for words in form.refs]
    things = [reader.resolve(words)[0] for words in form.refs]
    if len({thing.id for thing in things}) < len(things):
        raise NotProven("two references mean one thing")
    row = sorted(zip(things, names, strict=True), key=lambda each: middle(each[0], 0))
    for k, (left, _) in enumerate(row):
        if not all(before(left, right, 0, reader.scene) for right, _ in row[k + 1 :]):
            raise NotProven("which of two comes first is in doubt")
    found = [name for _, name in row]
    return JOINED.join(found if form.word == "left to right" else found[::-1])


def _on_side(reader: Reader, form: Form) -> list[bool]:
    """Of each thing of a list whether it is on the side of the first reference. Raises NotProven."""
    chains = [reader.resolve(words) for words in form.refs]
    ids = [thing.id for chain in chains for thing in chain]
    if len(set(ids)) < len(ids):
        raise NotProven("two references mean one thing")
    if form.word not in SIDES or len(chains) < 4:
        raise NotProven("no list of three things beside another")
    found = [related(chain[0], SIDES[form.word], chains[0][0], reader.scene) for chain in chains[1:]]
    if None in found:
        raise NotProven("the side of one thing is in doubt")
    return [verdict is True for verdict in found]


def answer_how_many(reader: Reader, form: Form) -> str:
    """How many things of a list are on the side. Raises NotProven."""
    return str(_on_side(reader, form).count(True))


def answer_odd(reader: Reader, form: Form) -> str:
    """The one thing of a list that is not on the side. Raises NotProven."""
    names = [plain_name(reader, words) for words in form.refs[1:]]
    odd = [name for name, held in zip(names, _on_side(reader, form), strict=True) if not held]
    if len(odd) != 1:
        raise NotProven(f"{len(odd)} of them are not there")
    return odd[0]
