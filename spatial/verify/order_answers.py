"""The answer to a question about the order of several things.

In: a reader of the scene and a `Form`.  Out: the answer's text; `NotProven` with the reason where none is proven.
"""

from spatial.verify.geometry import before, middle
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import Form, Words

JOINED = " then "


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
