"""Resolves the references of a question to objects of a scene.

In: references of a sentence, the scene.  Out: seen objects; `NotProven` where a reference fits none, or several.
"""

from schemas.events import Scene, SeenObject
from spatial.verify.geometry import SEEN_SHARE, SPECK, closer, related
from spatial.verify.lexicon import family, may_be_called
from spatial.verify.sentences import Words

_CONFUSABLE = (
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
"""Colours that may be mistaken for each other."""


class NotProven(ValueError):
    """No answer is proven."""


class Reader:
    """A scene with the nouns of one question."""

    def __init__(self, scene: Scene, nouns: list[str]) -> None:
        self.scene = scene
        self.nouns = nouns

    def candidates(self, noun: int | None) -> list[SeenObject]:
        """Every object that the noun may mean."""
        things = list(self.scene.objects)
        return things if noun is None else [t for t in things if may_be_called(t.category, self.nouns[noun])]

    def resolve(self, words: Words) -> list[SeenObject]:
        """The referent, followed by the other objects named. Raises NotProven unless it is unique and clearly visible."""
        among, named = self.candidates(words.noun), []
        if words.colour is not None:
            among = self.with_colour(among, words.colour)
        elif words.end is not None:
            if sum(map(is_seen, among)) < 2:
                raise NotProven("fewer than two that fit the words are plainly seen, of which one could be the outermost")
            among = [self.outermost(among, words.end)]
        elif words.relation is not None and words.base is not None:
            named = self.resolve(words.base)
            nearest = words.relation == "nearest"
            among = [self.nearest(among, named)] if nearest else self.in_relation(among, words.relation, named)
        if len(among) != 1:
            raise NotProven(f"{len(among)} things fit a reference")
        return [require_seen(among[0]), *named]

    def with_colour(self, among: list[SeenObject], colour: str) -> list[SeenObject]:
        """Those of the colour. Raises NotProven where another one may be taken for it."""
        having = [thing for thing in among if colour in thing.attributes]
        for thing in among:
            colours = [value for value in thing.attributes if family(value) == "colour"]
            unlike = colours and not any(_are_confusable(colour, value) for value in colours)
            if thing not in having and not unlike:
                raise NotProven(f"another thing may be {colour}")
        return having

    def outermost(self, among: list[SeenObject], end: str) -> SeenObject:
        """The object that lies beyond all others. Raises NotProven when that is not clear."""
        relation = {"leftmost": "left_of", "rightmost": "right_of", "highest": "above", "lowest": "below"}[end]
        axis = 0 if relation in ("left_of", "right_of") else 1
        for thing in among:
            others = [other for other in among if other is not thing]
            if others and all(
                related(thing, relation, other, self.scene) and _reaches(thing, other, axis, end) for other in others
            ):
                return thing
        raise NotProven(f"none is plainly the {end}")

    def in_relation(self, among: list[SeenObject], relation: str, named: list[SeenObject]) -> list[SeenObject]:
        """The objects in the relation to the first of `named`, without `named`. Raises NotProven when one is doubtful."""
        rest = [thing for thing in among if all(thing is not other for other in named)]
        judged = [(thing, related(thing, relation, named[0], self.scene)) for thing in rest]
        if any(verdict is None for _, verdict in judged):
            raise NotProven(f"whether a thing is {relation} the reference is in doubt")
        besides = [t for t in named[1:] if any(t is other for other in among)]
        if any(related(thing, relation, named[0], self.scene) for thing in besides):
            raise NotProven(f"a thing that the words name is {relation} the reference too")
        return [thing for thing, verdict in judged if verdict]

    def nearest(self, among: list[SeenObject], named: list[SeenObject]) -> SeenObject:
        """The object that is plainly nearer than all others to the first of `named`, and none of `named`. Raises
        NotProven."""
        rest = [thing for thing in among if thing is not named[0]]
        for thing in rest:
            verdicts = [closer(thing, other, named[0], self.scene) for other in rest if other is not thing]
            if verdicts and all(verdicts) and all(thing is not other for other in named):
                return thing
        raise NotProven("none is plainly nearest, or it is one that the words name")

    def label(self, thing: SeenObject) -> str:
        """Short words for an object: its category, or colour and category where others share it."""
        name = require_seen(thing).category
        among = [other for other in self.scene.objects if may_be_called(other.category, name)]
        if len(among) == 1:
            return name
        for colour in thing.attributes:
            if family(colour) == "colour" and self.with_colour(among, colour) == [thing]:
                return f"{colour} {name}"
        raise NotProven("no short words single the answer out")


def is_seen(thing: SeenObject) -> bool:
    """Whether enough of the object is visible, and it is no speck."""
    return thing.visible >= SEEN_SHARE and min(thing.box[2:]) >= SPECK


def require_seen(thing: SeenObject) -> SeenObject:
    """The object, if enough of it is visible. Raises NotProven."""
    if not is_seen(thing):
        raise NotProven(f"object {thing.id} is hardly visible")
    return thing


def _reaches(a: SeenObject, b: SeenObject, axis: int, end: str) -> bool:
    """Whether a's edge lies at least as far out as b's."""
    if end in ("leftmost", "highest"):
        return a.box[axis] <= b.box[axis]
    return a.box[axis] + a.box[axis + 2] >= b.box[axis] + b.box[axis + 2]


def _are_confusable(a: str, b: str) -> bool:
    return a == b or any(a in group and b in group for group in _CONFUSABLE)
