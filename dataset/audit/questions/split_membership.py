"""Which split a question belongs to, read from its words.

In: what a question's words say, and its answer.  Out: keys, and the split where they are at home.
A key is a family of relations with the categories it concerns.  Pairs have no order.  A question that asks for a thing
has one more key, of its words, which do not name what it asks for.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from dataset.audit.content_ids import digest
from dataset.audit.questions.parsed_questions import Reading
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import RELATIONS, Words

SCENE_SHARES = (("train", 900), ("validation", 50), ("test", 50))
PAIR_SHARES = (("validation", 400), ("test", 400), ("train", 200))
LONE_SHARES = (("validation", 300), ("test", 300), ("train", 400))
"""Shares of the scenes, and of the homes of categories in pairs and alone, in thousandths and in the order of drawing."""

_FAMILIES = {
    "left_of": "direction", "right_of": "direction", "above": "direction", "below": "direction",
    "in_front_of": "depth", "behind": "depth", "on": "support", "under": "support", "inside": "containment",
}  # fmt: skip
_LONE = {"value": "attribute", "turned": "attribute", "area": "place"}
_PAIRED = {"direction": "direction", "side": "direction", "bearing": "direction", "depth": "depth"}


class Key(NamedTuple):
    """`names` are sorted; `of_words` marks what the text alone says of a question for a thing."""

    family: str
    names: tuple[str, ...]
    of_words: bool = False


def _pair(family: str, a: str, b: str) -> Key:
    return Key(family, tuple(sorted((a, b))))


def keys(said: Reading, answer: str) -> frozenset[Key] | None:
    """The keys of a question; None where its words single nothing out."""
    try:
        return frozenset(_keys(said, answer))
    except (NotProven, LookupError):
        return None


def _keys(said: Reading, answer: str) -> Iterator[Key]:
    reader, form = said.reader, said.form
    meant = [reader.resolve(words)[0].category for words in form.refs]
    for words, category in zip(form.refs, meant, strict=True):
        yield from _on_the_way(reader, words, category)
    nouns = [reader.nouns[number] for number in form.nouns]
    if form.ask in ("seen", "seen_unseen"):
        yield Key("existence", tuple(sorted(nouns)))
    elif form.ask == "count":
        yield Key("count", (nouns[0],))
    elif form.ask == "count_side":
        yield _pair("direction", nouns[0], meant[0])
    elif form.ask in _LONE:
        yield Key(_LONE[form.ask], (meant[0],))
    elif form.ask in _PAIRED:
        yield _pair(_PAIRED[form.ask], *meant)
    elif form.ask == "closer":
        yield from (_pair("distance", meant[1], other) for other in (meant[0], meant[2]))
    elif form.ask == "order":
        yield from (_pair("direction", a, b) for a, b in combinations(meant, 2))
    elif form.ask == "end":
        yield Key("outermost", ())
    else:
        yield from _of_search(said, meant[0], answer)


def _on_the_way(reader: Reader, words: Words, category: str) -> Iterator[Key]:
    base = words.base
    if words.relation is not None and base is not None and base.noun is not None:
        yield _pair(_FAMILIES[words.relation], category, reader.nouns[base.noun])


def _of_search(said: Reading, anchor: str, answer: str) -> Iterator[Key]:
    reader, form = said.reader, said.form
    family = "distance" if form.ask == "nearest" else _FAMILIES[RELATIONS[form.word]]
    named = said.named(answer)
    yield _pair(family, next(thing.category for thing in reader.scene.objects if thing.id == named), anchor)
    words = form.refs[0]
    if words.noun is None and words.base is not None and words.base.noun is not None and words.relation is not None:
        yield Key(_FAMILIES[words.relation], (reader.nouns[words.base.noun],), of_words=True)
    else:
        yield Key(family, (anchor,), of_words=True)


def scene_split(scene_hash: str) -> str:
    """The split of a scene's hash."""
    return _drawn(int(scene_hash, 16), SCENE_SHARES)


def home(found: frozenset[Key]) -> str | None:
    """The one split where a question with these keys may be asked, if there is one."""
    splits = {_home(key) for key in found}
    return splits.pop() if len(splits) == 1 else None


def _home(key: Key) -> str:
    if not key.names:
        return "train"
    shares = LONE_SHARES if len(key.names) == 1 and not key.of_words else PAIR_SHARES
    homes = {_drawn(int(digest("home", key.family, name), 16), shares) for name in key.names}
    return homes.pop() if len(homes) == 1 else "train"


def _drawn(number: int, shares: Sequence[tuple[str, int]]) -> str:
    place = number % sum(share for _, share in shares)
    for split, share in shares:
        if place < share:
            return split
        place -= share
    raise AssertionError("the shares cover every place")
