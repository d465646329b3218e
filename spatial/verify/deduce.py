"""The answer of a sentence's form in a scene.

In: a `Form` with its nouns, and the scene.  Out: the answer's text; `Open` with the reason where none is proven.
"""

from collections.abc import Callable

from schemas.events import Scene, SeenObject
from spatial.verify.nouns import family, may_be_called
from spatial.verify.sentences import AREAS, COMPARED, COURSES, ENDS, RELATIONS, Form, Words
from spatial.verify.space import SEEN_SHARE, before, closer, nearer, related, third

_ALIKE = (
    {"red", "orange", "pink", "maroon", "magenta"},
    {"orange", "yellow", "gold", "golden", "beige", "tan", "brown"},
    {"yellow", "cream", "beige", "gold", "golden"},
    {"white", "cream", "beige", "silver"},
    {"grey", "gray", "silver"},
    {"grey", "gray", "black"},
    {"blue", "navy", "light blue", "dark blue", "cyan", "turquoise", "teal"},
    {"green", "teal", "turquoise", "light green", "dark green", "cyan"},
    {"purple", "violet", "magenta", "pink"},
    {"purple", "violet", "blue", "navy", "dark blue"},
    {"brown", "tan", "maroon"},
    {"black", "navy", "dark blue", "dark green"},
)
"""Colours that may be taken for each other."""


class Open(ValueError):
    """No answer is proven."""


def deduce(form: Form, nouns: list[str], scene: Scene) -> str:
    """The answer. Raises Open."""
    return _ASKS[form.ask](Reader(scene, nouns), form)


class Reader:
    """A scene as the words of one question see it."""

    def __init__(self, scene: Scene, nouns: list[str]) -> None:
        self.scene = scene
        self.nouns = nouns

    def called(self, noun: int | None) -> list[SeenObject]:
        """Everything that the noun may mean."""
        things = list(self.scene.objects)
        return things if noun is None else [t for t in things if may_be_called(t.category, self.nouns[noun])]

    def meant(self, words: Words) -> list[SeenObject]:
        """The referent, followed by what is named on the way to it. Raises Open unless it is one, and well seen."""
        among, named = self.called(words.noun), []
        if words.colour is not None:
            among = self._coloured(among, words.colour)
        elif words.end is not None:
            among = [self.last(among, words.end)]
        elif words.relation is not None and words.base is not None:
            named = self.meant(words.base)
            among = self.holding(among, words.relation, named)
        if len(among) != 1:
            raise Open(f"{len(among)} things fit a reference")
        return [seen(among[0]), *named]

    def _coloured(self, among: list[SeenObject], colour: str) -> list[SeenObject]:
        having = [thing for thing in among if colour in thing.attributes]
        for thing in among:
            colours = [value for value in thing.attributes if family(value) == "colour"]
            unlike = colours and not any(_alike(colour, value) for value in colours)
            if thing not in having and not unlike:
                raise Open(f"another thing may be {colour}")
        return having

    def last(self, among: list[SeenObject], end: str) -> SeenObject:
        """The one that lies beyond all others. Raises Open when that is not plain."""
        relation = {"leftmost": "left_of", "rightmost": "right_of", "highest": "above", "lowest": "below"}[end]
        axis = 0 if relation in ("left_of", "right_of") else 1
        for thing in among:
            others = [other for other in among if other is not thing]
            if others and all(related(thing, relation, other, self.scene) and _reaches(thing, other, axis, end) for other in others):
                return thing
        raise Open(f"none is plainly the {end}")

    def holding(self, among: list[SeenObject], relation: str, named: list[SeenObject]) -> list[SeenObject]:
        """Those in the relation to the first of `named`, which are left out. Raises Open when one is in doubt."""
        rest = [thing for thing in among if all(thing is not other for other in named)]
        judged = [(thing, related(thing, relation, named[0], self.scene)) for thing in rest]
        if any(verdict is None for _, verdict in judged):
            raise Open(f"whether a thing is {relation} the reference is in doubt")
        return [thing for thing, verdict in judged if verdict]

    def label(self, thing: SeenObject) -> str:
        """The short words for a thing: its category, or colour and category where others share it."""
        name = seen(thing).category
        among = [other for other in self.scene.objects if may_be_called(other.category, name)]
        if len(among) == 1:
            return name
        for colour in thing.attributes:
            if family(colour) == "colour" and self._coloured(among, colour) == [thing]:
                return f"{colour} {name}"
        raise Open("no short words single the answer out")


def seen(thing: SeenObject) -> SeenObject:
    """The thing, if enough of it is visible. Raises Open."""
    if thing.visible < SEEN_SHARE:
        raise Open(f"object {thing.id} is hardly visible")
    return thing


def _reaches(a: SeenObject, b: SeenObject, axis: int, end: str) -> bool:
    """Whether a's edge lies at least as far out as b's."""
    if end in ("leftmost", "highest"):
        return a.box[axis] <= b.box[axis]
    return a.box[axis] + a.box[axis + 2] >= b.box[axis] + b.box[axis + 2]


def _alike(a: str, b: str) -> bool:
    return a == b or any(a in group and b in group for group in _ALIKE)


def _yes(verdict: bool | None) -> str:
    if verdict is None:
        raise Open("the margin is too small")
    return "yes" if verdict else "no"


def _distinct(reader: Reader, form: Form) -> list[SeenObject]:
    """The referents of the form, when no two words mean the same thing."""
    found = [reader.meant(words) for words in form.refs]
    ids = [thing.id for chain in found for thing in chain]
    if len(set(ids)) < len(ids):
        raise Open("two references mean one thing")
    return [chain[0] for chain in found]


def _is_seen(reader: Reader, noun: int) -> bool:
    category = reader.nouns[noun]
    if any(t.category == category and t.visible >= SEEN_SHARE for t in reader.scene.objects):
        return True
    for thing in reader.scene.objects:
        if may_be_called(thing.category, category) or may_be_called(category, thing.category):
            raise Open(f"a thing may be taken for {category}")
    if category not in reader.scene.excluded:
        raise Open(f"nothing is known of {category}")
    return False


def _seen(reader: Reader, form: Form) -> str:
    return _yes(_is_seen(reader, form.nouns[0]))


def _seen_unseen(reader: Reader, form: Form) -> str:
    first, second = (_is_seen(reader, noun) for noun in form.nouns)
    return _yes(first if first != second else None)


def _countable(reader: Reader, form: Form) -> list[SeenObject]:
    return [seen(thing) for thing in reader.called(form.nouns[0])]


def _count(reader: Reader, form: Form) -> str:
    things = _countable(reader, form)
    if not things:
        _is_seen(reader, form.nouns[0])
    return str(len(things))


def _count_side(reader: Reader, form: Form) -> str:
    base = _distinct(reader, form)[0]
    things = [thing for thing in _countable(reader, form) if thing is not base]
    verdicts = [related(thing, RELATIONS[form.word], base, reader.scene) for thing in things]
    if not things or None in verdicts:
        raise Open("one of them is in doubt, or there are none")
    return str(verdicts.count(True))


def _value(reader: Reader, form: Form) -> str:
    values = [v for v in _distinct(reader, form)[0].attributes if family(v) == form.word]
    if len(values) != 1:
        raise Open(f"{len(values)} values are known")
    return values[0]


def _area(reader: Reader, form: Form) -> str:
    thing = _distinct(reader, form)[0]
    wanted = [(w, third(thing, axis, reader.scene)) for axis, w in enumerate(AREAS[form.word]) if w is not None]
    return _yes(None if any(have is None for _, have in wanted) else all(w == have for w, have in wanted))


def _direction(reader: Reader, form: Form) -> str:
    a, b = _distinct(reader, form)
    return _yes(related(a, RELATIONS.get(form.word) or COMPARED[form.word], b, reader.scene))


def _side(reader: Reader, form: Form) -> str:
    a, b = _distinct(reader, form)
    return {"yes": "left", "no": "right"}[_yes(before(a, b, 0, reader.scene))]


def _bearing(reader: Reader, form: Form) -> str:
    a, b = _distinct(reader, form)
    row = {"yes": "above", "no": "below"}[_yes(before(a, b, 1, reader.scene))]
    return f"{row} and to the {_side(reader, form)}"


def _closer(reader: Reader, form: Form) -> str:
    subject, base, other = _distinct(reader, form)
    return _yes(closer(subject, other, base, reader.scene))


def _order(reader: Reader, form: Form) -> str:
    a, b, c = _distinct(reader, form)
    verdicts = [related(p, COURSES[form.word], q, reader.scene) for p, q in ((a, b), (b, c), (a, c))]
    return _yes(None if None in verdicts else all(verdicts))


def _depth(reader: Reader, form: Form) -> str:
    a, b = _distinct(reader, form)
    front = (RELATIONS.get(form.word) or COMPARED[form.word]) == "in_front_of"
    return _yes(nearer(a, b, reader.scene) if front else nearer(b, a, reader.scene))


def _end(reader: Reader, form: Form) -> str:
    return reader.label(reader.last(list(reader.scene.objects), ENDS[form.word]))


def _find(reader: Reader, form: Form) -> str:
    named = reader.meant(form.refs[0])
    hits = reader.holding(list(reader.scene.objects), RELATIONS[form.word], named)
    if len(hits) != 1:
        raise Open(f"{len(hits)} things fit")
    return reader.label(hits[0])


def _nearest(reader: Reader, form: Form) -> str:
    named = reader.meant(form.refs[0])
    rest = [thing for thing in reader.scene.objects if all(thing is not other for other in named)]
    for thing in rest:
        verdicts = [closer(thing, other, named[0], reader.scene) for other in rest if other is not thing]
        if verdicts and all(verdicts):
            return reader.label(thing)
    raise Open("none is plainly nearest")


_ASKS: dict[str, Callable[[Reader, Form], str]] = {
    "seen": _seen,
    "seen_unseen": _seen_unseen,
    "count": _count,
    "count_side": _count_side,
    "value": _value,
    "area": _area,
    "direction": _direction,
    "side": _side,
    "bearing": _bearing,
    "closer": _closer,
    "order": _order,
    "depth": _depth,
    "end": _end,
    "find": _find,
    "nearest": _nearest,
}
