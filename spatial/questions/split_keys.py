"""The split keys of a question: which pairs of categories it relates by which family of relations.

A question in metres about three things or more relates them as a group: any two of them would have to be in its split
otherwise, and hardly a question would be in a hold-out.

In: a query with its answer, in a scene with names.  Out: keys, from which `spatial.splits` decides where it may be asked.
The kind is not part of a key: a pair that is trained in one kind of question must not be tested in another.
"""

from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import TypeVar

from spatial.questions.answer_rules import Answer
from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import (
    AttributeOf,
    Between,
    Boxed,
    BoxSide,
    CameraMoved,
    Closer,
    CompareCounts,
    Count,
    CountWhere,
    Describe,
    Exists,
    Faces,
    FallsWith,
    Find,
    FitsBeside,
    FitsBetween,
    FloorArea,
    HalfSeen,
    Hides,
    HowFar,
    InOrder,
    InPlace,
    IsBetween,
    KnownFar,
    KnownNext,
    KnownSide,
    Larger,
    Locate,
    Nearest,
    NearestCamera,
    OddOneOut,
    OnlySecond,
    Outermost,
    Passes,
    Query,
    Ref,
    RowOrder,
    SameBox,
    SupportedBy,
    Taller,
    ViewedSide,
    WrongSentence,
    references,
)
from spatial.relations.predicate_table import PREDICATES
from spatial.splits import Key, couple, group, pair

DIRECTION, DISTANCE, GROUNDING, ARRANGEMENT = "direction", "distance", "grounding", "arrangement"

AnswerCategory = Callable[[], str]
"""The category of the object that the answer names or a box shows; called only where there is one."""

Q = TypeVar("Q")

KeysOf = Callable[[Q, list[str], AnswerCategory], set[Key]]
"""The keys of a query of one type, given the categories of its references."""


def keys_by(rule_of_type: KeysOf[Query], query: Query, answer: Answer, scene: NamedScene) -> frozenset[Key]:
    """Every key of the question: those of its references and those of its type's rule.

    Its words determine them, together with the answer where that names an object.
    """
    found = [scene.objects[_position_of(scene, i)].category for i in answer.referents]
    refs = list(zip(references(query), found, strict=True))
    keys = {key for ref, category in refs for key in _of_reference(ref, category)}
    asked = rule_of_type(query, found, partial(_category_asked, scene, query, answer))
    if not isinstance(query, Find | Nearest):  # those have keys of their words already
        named = [Key(key.family, (category,)) for key in asked for ref, category in refs if ref.category is not None]
        keys |= {key for ref, _ in refs if ref.category is None for key in _of_words(ref, named)}
    return frozenset(keys | asked)


def of_existence(query: Exists, _found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The present category with the absent one."""
    return {_named("existence", query.category, query.without)}


def of_count(query: Count, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The counted category with that of the anchor."""
    return {pair(DIRECTION, query.category, found[0]) if found else Key("count", (query.category,))}


def of_attribute(query: AttributeOf, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The category that has the attribute, if the words name it."""
    return set() if query.subject.category is None else {Key("attribute", (found[0],))}


def of_place(query: InPlace, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The category that is in the place, if the words name it."""
    return set() if query.subject.category is None else {Key("place", (found[0],))}


def of_location(_query: Locate, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The category whose box or point is asked."""
    return {Key(GROUNDING, (found[0],))}


def of_box(_query: Boxed, _found: list[str], answer_category: AnswerCategory) -> set[Key]:
    """The category that is in the box."""
    return {Key(GROUNDING, (answer_category(),))}


def of_box_side(_query: BoxSide, found: list[str], answer_category: AnswerCategory) -> set[Key]:
    """The category that is in the box with that of the other thing."""
    return {pair(DIRECTION, answer_category(), found[0])}


def of_direction(_query: Query, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The two categories of a direction."""
    return {pair(DIRECTION, *found)}


def of_depth(_query: Query, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The two categories of a depth order."""
    return {pair("depth", *found)}


def of_distances(_query: Closer, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """Each of the two categories with that of the anchor."""
    return {pair(DISTANCE, found[1], found[0]), pair(DISTANCE, found[1], found[2])}


def of_comparison(query: CompareCounts, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The two categories, or the counted one with each of the anchors by the relation."""
    if query.predicate is None:
        return {_named("count", query.category, query.than)}
    return {pair(_family_of(query.predicate), query.category, anchor) for anchor in found}


def of_size(_query: Larger, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The two categories of a comparison of sizes in the picture."""
    return {pair("size", *found)}


def of_height(_query: Taller, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The two categories as one, by height: of few pairs the names leave open which is taller."""
    return {couple("height", *found)}


def of_depths(_query: NearestCamera, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The things as a group, by depth."""
    return {group("depth", *found)}


def of_distance(_query: HowFar | FitsBetween, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The two categories of a distance."""
    return {pair(DISTANCE, *found)}


def of_facing(_query: Faces, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The two categories as one, by orientation: few scenes have any."""
    return {couple("orientation", *found)}


def of_supports(_query: FallsWith | SupportedBy, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The things and what is taken away or supported, as a group."""
    return {group("support", *found)}


def of_covers(_query: Hides, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The things and what one of them hides, as a group."""
    return {group("depth", *found)}


def of_visible(query: HalfSeen, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The category of which less than half may be seen, if the words name it."""
    return set() if query.subject.category is None else {Key("visible", (found[0],))}


def of_room(query: FloorArea, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The category by which the room is named, if the words name it."""
    return set() if query.subject.category is None else {Key("room", (found[0],))}


def of_ways(_query: Passes | ViewedSide, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """All that it names, as a group: the ends of a way and what is beside it."""
    return {group(DIRECTION, *found)}


def of_list(_query: CountWhere | OddOneOut, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """Each of the others with the anchor, which comes first."""
    return {pair(DIRECTION, found[0], other) for other in found[1:]}


def of_between(_query: Between, found: list[str], answer_category: AnswerCategory) -> set[Key]:
    """The two that are named with the one between them, as a group; and the two by the words, which do not name it."""
    return {group(ARRANGEMENT, *found, answer_category()), pair(ARRANGEMENT, *found)._replace(by_words=True)}


def of_whether_between(_query: IsBetween, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The three as a group: which of them is in the middle is what is asked."""
    return {group(ARRANGEMENT, *found)}


def of_order(_query: InOrder | RowOrder, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """Any two of the three."""
    return {pair(DIRECTION, a, b) for a, b in combinations(found, 2)}


def of_outermost(_query: Outermost, _found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """No category is named."""
    return of_nothing_named()


def of_nothing_named() -> set[Key]:
    """What is outermost, whatever it is: the same words fit every scene, so they stay in one split."""
    return {Key("outermost", ())}


def _family_of(predicate: str) -> str:
    return DISTANCE if predicate == "nearest" else PREDICATES[predicate].family


def of_room_beside(_query: FitsBeside, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The category of what there is room beside."""
    return {Key("space", (found[0],))}


def of_find(query: Find, found: list[str], answer_category: AnswerCategory) -> set[Key]:
    """The answer's category with that of the anchor, by the relation's family."""
    return _of_search(PREDICATES[query.predicate].family, query.anchor, found[0], answer_category())


def of_nearest(query: Nearest, found: list[str], answer_category: AnswerCategory) -> set[Key]:
    """The answer's category with that of the anchor, by distance."""
    return _of_search(DISTANCE, query.anchor, found[0], answer_category())


def of_known_side(query: KnownSide, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The category in the words with that of the reference."""
    return {pair(DIRECTION, query.category, found[0])}


def of_known_far(query: KnownFar, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The category in the words with that of the reference, by distance."""
    return {pair(DISTANCE, query.category, found[0])}


def of_known_next(query: KnownNext, found: list[str], answer_category: AnswerCategory) -> set[Key]:
    """The reference with what comes next, on this side or on the other."""
    return _of_search(_family_of(query.predicate), query.anchor, found[0], answer_category())


def of_view(query: CameraMoved | OnlySecond | SameBox, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The category of the thing of which there are two pictures, if the words name it."""
    return set() if query.subject.category is None else {Key("view", (found[0],))}


def of_description(_query: Describe | WrongSentence, found: list[str], _answer_category: AnswerCategory) -> set[Key]:
    """The thing that the words name; each sentence adds keys of its own (`descriptions.claims`)."""
    return {Key("description", (found[0],))}


def _named(family: str, category: str, other: str | None) -> Key:
    return Key(family, (category,)) if other is None else pair(family, category, other)


def _of_reference(ref: Ref, category: str) -> set[Key]:
    """The key of a referring expression's own relation: "the cup on the table" relates a cup to a table, and so does "the
    thing on the table"."""
    if ref.predicate is None or ref.anchor is None or ref.anchor.category is None:
        return set()
    return {pair(_family_of(ref.predicate), category, ref.anchor.category)}


def _of_words(ref: Ref, named: list[Key]) -> set[Key]:
    """The keys of the words of a question about a thing without a name, given the other categories that it names, each with
    the family of relations by which it asks about them."""
    if ref.extreme is not None:
        return {other._replace(by_words=True) for other in named} or of_nothing_named()
    if ref.predicate is None or ref.anchor is None or ref.anchor.category is None:
        return set()
    if not named:
        return {Key(_family_of(ref.predicate), (ref.anchor.category,), by_words=True)}
    return {pair(DIRECTION, ref.anchor.category, *other.categories)._replace(by_words=True) for other in named}


def _of_search(family: str, ref: Ref, anchor: str, answer: str) -> set[Key]:
    """The answer with its anchor; and a key of the words, which name only the last object of the chain."""
    words = _of_words(ref, []) if ref.category is None else set()
    return {pair(family, answer, anchor)} | (words or {Key(family, (anchor,), by_words=True)})


def _category_asked(scene: NamedScene, query: Query, answer: Answer) -> str:
    """The category of the object that the answer names, or that is in the box of the question.

    Where it cannot be known, of the last that the answer is about.
    """
    if isinstance(query, Boxed | BoxSide):
        return next(thing.category for thing in scene.objects if thing.box == query.box)
    if answer.reason:
        return scene.objects[_position_of(scene, answer.objects[-1])].category
    return next(scene.objects[i].category for i, text in scene.labels.items() if text == answer.text)


def _position_of(scene: NamedScene, one: int) -> int:
    return next(i for i, thing in enumerate(scene.objects) if thing.id == one)
