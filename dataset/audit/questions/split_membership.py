"""Derives the split to which a question belongs from its text.

In: a parsed question and its answer.  Out: split keys, and the split to which they belong.
A key is a family of relations with the categories it concerns.  Pairs and groups are unordered, and the home of a group is
drawn as one.  A question that asks for an object has one more key, of its text alone, which does not name that object.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from dataset.audit.content_ids import digest
from dataset.audit.questions.parsed_questions import BOXED, SEARCHES, ParsedQuestion
from spatial.verify.answers.grounding_answers import boxed_thing
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import RELATIONS, Form, Words

PAIR_SHARES = (("validation", 400), ("test", 400), ("train", 200))
SINGLE_SHARES = (("validation", 300), ("test", 300), ("train", 400))
"""Shares of the splits in thousandths, in the order of drawing: of categories in pairs, of single categories."""

FIRST_OF_TEST = 950
"""Of 1,000 scenes in a circle test begins here and goes on upwards; validation ends here."""

_FAMILIES = {
    "left_of": "direction", "right_of": "direction", "above": "direction", "below": "direction",
    "in_front_of": "depth", "behind": "depth", "on": "support", "under": "support", "inside": "containment",
}  # fmt: skip
_NOUNS = {"seen": "existence", "seen_unseen": "existence", "count": "count", "more": "count", "end": "outermost"}
_LISTS = {"how_many_of": "direction", "odd": "direction"}
_ANY_TWO = {"order": "direction", "row_order": "direction"}
_GROUPS = {
    "nearest_camera": "depth", "hides": "depth", "falls_with": "support", "supported_by": "support",
    "passes": "direction", "viewed_side": "direction",
}  # fmt: skip
"""Forms in metres that relate three things or more."""

_SINGLE = {
    "value": "attribute", "turned": "attribute", "area": "place", "where_box": "grounding", "where_point": "grounding",
    "half_seen": "visible", "floor_area": "room", "fits_left": "space", "fits_right": "space",
    "moved_sideways": "view", "moved_along": "view", "only_second": "view", "same_box": "view",
}  # fmt: skip
_PAIRED = {
    "direction": "direction", "side": "direction", "bearing": "direction", "depth": "depth", "larger": "size",
    "how_far": "distance", "own_side": "direction", "fits_between": "distance",
}  # fmt: skip
_COUPLED = {"faces": "orientation", "taller": "height"}
"""Forms about two things whose home is drawn as if they were one."""

_IN_PLACES = {
    "count_side": "direction", "known_side": "direction", "known_far": "distance",
    "more_sides": "direction", "more_sides_right": "direction", "more_on": "support", "more_inside": "containment",
}  # fmt: skip
"""Forms that ask for a noun beside a thing, or count it there, and the family of the relation."""


class Key(NamedTuple):
    """`names` are sorted; `of_words` marks the key of the text alone, of a question that asks for an object."""

    family: str
    names: tuple[str, ...]
    of_words: bool = False


def _family(relation: str) -> str:
    return "distance" if relation == "nearest" else _FAMILIES[relation]


def _pair(family: str, a: str, b: str) -> Key:
    return Key(family, tuple(sorted((a, b))))


def split_keys(parsed: ParsedQuestion, answer: str) -> frozenset[Key] | None:
    """The keys of a question; None where its references cannot be resolved."""
    try:
        return frozenset(_described_keys(parsed) if parsed.statements else _split_keys(parsed, answer))
    except (NotProven, LookupError):
        return None


def _split_keys(parsed: ParsedQuestion, answer: str) -> Iterator[Key]:
    reader, form = parsed.reader, parsed.form
    meant = [reader.resolve(words)[0].category for words in form.refs]
    yield from _referring_keys(parsed, meant)
    nouns = [reader.nouns[number] for number in form.nouns]
    if form.ask in _NOUNS:
        yield Key(_NOUNS[form.ask], tuple(sorted(nouns)))
    elif form.ask in _SINGLE:
        yield from () if form.refs[0].noun is None else (Key(_SINGLE[form.ask], (meant[0],)),)
    elif form.ask in _LISTS or form.ask in _ANY_TWO or form.ask in _GROUPS:
        yield from _keys_of_several(form.ask, meant)
    elif form.ask in _COUPLED:
        yield Key(_COUPLED[form.ask], (" and ".join(sorted(meant)),))
    elif form.ask in _PAIRED:
        yield _pair(_PAIRED[form.ask], *meant)
    elif form.ask in _IN_PLACES:
        yield from (_pair(_IN_PLACES[form.ask], nouns[0], base) for base in meant)
    elif form.ask in BOXED:
        yield from _boxed_keys(reader, form, meant)
    elif form.ask == "closer":
        yield from (_pair("distance", meant[1], other) for other in (meant[0], meant[2]))
    elif form.ask in ("is_between", "between"):
        yield from _between_keys(parsed, meant, answer)
    else:
        yield from _search_keys(parsed, meant[0], answer)


def _keys_of_several(ask: str, meant: list[str]) -> Iterator[Key]:
    """Each with the first one, any two, or all of them as a group."""
    if ask in _LISTS:
        yield from (_pair(_LISTS[ask], meant[0], other) for other in meant[1:])
    elif ask in _ANY_TWO:
        yield from (_pair(_ANY_TWO[ask], a, b) for a, b in combinations(meant, 2))
    else:
        yield Key(_GROUPS[ask], tuple(sorted(meant)))


def _boxed_keys(reader: Reader, form: Form, meant: list[str]) -> Iterator[Key]:
    """What a box shows: alone, or with the category that it is compared with."""
    boxed = boxed_thing(reader, form).category
    yield _pair("direction", boxed, meant[0]) if meant else Key("grounding", (boxed,))


def _between_keys(parsed: ParsedQuestion, meant: list[str], answer: str) -> Iterator[Key]:
    """The three as a group; where the one between is asked for, the two that the text names besides."""
    if parsed.form.ask == "between":
        yield _pair("arrangement", *meant)._replace(of_words=True)
        meant = [*meant, _category(parsed.reader, parsed.named(answer))]
    yield Key("arrangement", tuple(sorted(meant)))


def _described_keys(parsed: ParsedQuestion) -> Iterator[Key]:
    """The thing that the text names, and what each sentence says."""
    yield Key("description", (parsed.reader.resolve(parsed.form.refs[0])[0].category,))
    for each in parsed.statements:
        if each.form.ask == "carried":
            meant = [each.reader.resolve(words)[0].category for words in each.form.refs]
            yield _pair(_FAMILIES[RELATIONS[each.form.word]], *meant)
        else:
            yield from _split_keys(ParsedQuestion(each.form, each.reader), "")


def _referring_keys(parsed: ParsedQuestion, meant: list[str]) -> Iterator[Key]:
    """The keys of the words by which the text refers to things."""
    reader, form = parsed.reader, parsed.form
    named = [category for words, category in zip(form.refs, meant, strict=True) if words.noun is not None]
    for words, category in zip(form.refs, meant, strict=True):
        yield from _reference_keys(reader, words, category)
        if words.noun is None and form.ask not in SEARCHES:
            yield from _nameless_keys(reader, words, named, _PAIRED.get(form.ask, "direction"))


def _reference_keys(reader: Reader, words: Words, category: str) -> Iterator[Key]:
    base = words.base
    if words.relation is not None and base is not None and base.noun is not None:
        yield _pair(_family(words.relation), category, reader.nouns[base.noun])


def _nameless_keys(reader: Reader, words: Words, named: list[str], family: str) -> Iterator[Key]:
    """The keys of the text about a thing without a name, beside the other categories that the text names, about which it
    asks by this family of relations."""
    base = words.base
    if words.end is not None:
        yield from [Key(family, (other,), of_words=True) for other in named] or [Key("outermost", ())]
    elif words.relation is not None and base is not None and base.noun is not None:
        noun = reader.nouns[base.noun]
        if not named:
            yield Key(_family(words.relation), (noun,), of_words=True)
        yield from (_pair("direction", noun, other)._replace(of_words=True) for other in named)


def _search_keys(parsed: ParsedQuestion, anchor: str, answer: str) -> Iterator[Key]:
    reader, form = parsed.reader, parsed.form
    family = "distance" if form.ask == "nearest" else _FAMILIES[RELATIONS[form.word]]
    named = parsed.named(answer) if parsed.beside is None else parsed.beside
    yield _pair(family, _category(reader, named), anchor)
    words = form.refs[0]
    nameless = list(_nameless_keys(reader, words, [], family)) if words.noun is None else []
    yield from nameless or [Key(family, (anchor,), of_words=True)]


def _category(reader: Reader, number: int) -> str:
    return next(thing.category for thing in reader.scene.objects if thing.id == number)


def scene_split(scene_hash: str, held_out_per_mille: int) -> str:
    """The split of a scene's hash, where so many of 1,000 scenes are in each hold-out."""
    after = (int(scene_hash, 16) - FIRST_OF_TEST) % 1000
    if after in range(held_out_per_mille):
        return "test"
    return "validation" if 999 - after in range(held_out_per_mille) else "train"


def home_split(found: frozenset[Key]) -> str | None:
    """The one split to which all keys belong, or None."""
    splits = {_home_of_key(key) for key in found}
    return splits.pop() if len(splits) == 1 else None


def _home_of_key(key: Key) -> str:
    if not key.names:
        return "train"
    if len(key.names) > 2:
        return _drawn_split(int(digest("home", key.family, " and ".join(key.names)), 16), SINGLE_SHARES)
    shares = SINGLE_SHARES if len(key.names) == 1 and not key.of_words else PAIR_SHARES
    homes = {_drawn_split(int(digest("home", key.family, name), 16), shares) for name in key.names}
    return homes.pop() if len(homes) == 1 else "train"


def _drawn_split(number: int, shares: Sequence[tuple[str, int]]) -> str:
    place = number % sum(share for _, share in shares)
    for split, share in shares:
        if place < share:
            return split
        place -= share
    raise AssertionError("the shares cover every place")
