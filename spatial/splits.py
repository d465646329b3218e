"""Assigns scenes and questions to splits by their content alone, so that nothing leaks from one split to another.

In: a graph with the held-out share, or the keys of a question.  Out: `train`, `validation` or `test`.
Uses no id, no seed, no pixel and no clock, so the same scene is in the same split on every machine and in every run,
independent of its seed, layout and renderer.  Does not know questions (`spatial.questions.split_keys`).

A scene is in the split of its hash.  A question is asked only in the split of its keys: a pair of categories under a
family of relations belongs to a hold-out split if both categories have their home there, else to `train`.  Homes are
drawn per category and not per pair, so that a question about three objects can belong to a hold-out too: of three
independently drawn pairs, all would be there in one of a hundred cases.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from schemas.graph import SpatialGraph
from schemas.ids import content_id
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import members

TRAIN, VALIDATION, TEST = SPLITS = ("train", "validation", "test")
"""In their usual order."""

DEFAULT_HELD_OUT_PER_MILLE = 100
"""Scenes in validation, and as many in test, of 1,000: each hold-out of some thousand samples has hundreds."""

PAIR_HOMES = {VALIDATION: 400, TEST: 400, TRAIN: 200}
"""Shares of the homes of categories in pairs, in thousandths: 16 % of the pairs are in each hold-out."""

LONE_HOMES = {VALIDATION: 300, TEST: 300, TRAIN: 400}
"""Shares of the homes for keys of one category, or of one group, in thousandths."""

GROUPED = " and "
"""Between the categories of a group, whose home is drawn as if it were one category."""


class Key(NamedTuple):
    """What a question must not share between splits: a family of relations with the categories it is about.

    Two categories (sorted; the same one twice for two of a kind) are a related pair, three a group that is related as one,
    one is a lone category, none is a question that names nothing.  `by_words`: the key of a question's text where that does
    not reveal its answer's category; such a text must stay in one split too.
    """

    family: str
    categories: tuple[str, ...]
    by_words: bool = False


def pair(family: str, a: str, b: str) -> Key:
    """The key of two categories, whichever comes first."""
    return Key(family, (min(a, b), max(a, b)))


def couple(family: str, a: str, b: str) -> Key:
    """The key of two categories whose home is drawn as if they were one: of a family in which hardly anything is asked."""
    return Key(family, (GROUPED.join(sorted((a, b))),))


def group(family: str, *categories: str) -> Key:
    """The key of three categories or more that are related as one, in any order."""
    return Key(family, tuple(sorted(categories)))


def split_of_keys(keys: Iterable[Key]) -> str | None:
    """The only split where a question with these keys may be asked; None where they belong to different ones."""
    splits = {_split_of_key(key) for key in keys}
    return splits.pop() if len(splits) == 1 else None


def _split_of_key(key: Key) -> str:
    if not key.categories:
        return TRAIN
    if len(key.categories) == 1:
        return _home(PAIR_HOMES if key.by_words else LONE_HOMES, key.family, key.categories[0])
    if len(key.categories) > 2:
        return _home(LONE_HOMES, key.family, GROUPED.join(key.categories))
    first, second = (_home(PAIR_HOMES, key.family, category) for category in key.categories)
    return first if first == second else TRAIN


@lru_cache(maxsize=65536)
def _drawn(family: str, category: str) -> int:
    return int(content_id("home", family, category), 16)


def _home(shares: Mapping[str, int], family: str, category: str) -> str:
    return _of(shares, _drawn(family, category))


def _of(shares: Mapping[str, int], number: int) -> str:
    place = number % sum(shares.values())
    for split, share in shares.items():
        if place < share:
            return split
        place -= share
    raise AssertionError("the shares cover every place")


def scene_hash(graph: SpatialGraph) -> str:
    """A hash of the scene's kind, its objects' categories and its relations between categories.

    Left out on purpose: concept, attributes, positions and prompts.  Two graphs that differ only in those show the same
    situation, and one must not be in training while the other is in test.  A relation equals its inverse: a cat left of
    a dog is a dog right of a cat.
    """
    names = [thing.category for thing in graph.objects]
    relations = {
        _folded(names[r.subject], r.predicate, None if r.object is None else names[r.object])
        for r in graph.relations
        if not r.others
    }
    groups = {(names[r.subject], r.predicate, *sorted(names[i] for i in members(r))) for r in graph.relations if r.others}
    triples = sorted([list(r) for r in relations | groups], key=str)
    return content_id("scene", graph.scene, sorted(names), triples)


def _folded(subject: str, name: str, thing: str | None) -> tuple[str, str, str | None]:
    """A canonical form: of a relation and its inverse the first by name; of a symmetric one, the first by subject."""
    row = PREDICATES.get(name)
    if row is None or row.inverse is None or thing is None:
        return subject, name, thing
    return min((subject, name, thing), (thing, row.inverse, subject), key=lambda triple: (triple[1], triple[0]))


TURN = 50
"""Where the circle of 1,000 places begins: tables that were written before shares could be set keep their splits."""


def split_of(graph: SpatialGraph, held_out_per_mille: int) -> str:
    """The split of every sample of this scene, where so many of 1,000 are held out for validation and for test each."""
    return split_of_hash(scene_hash(graph), held_out_per_mille)


def split_of_hash(found: str, held_out_per_mille: int) -> str:
    """The split of the scenes with this hash.

    Test begins at the lower end of the order of hashes, validation at the upper one: a larger share takes scenes from
    train alone, and none wanders from one hold-out to the other.
    """
    place = (int(found, 16) + TURN) % 1000
    if place < held_out_per_mille:
        return TEST
    return VALIDATION if place >= 1000 - held_out_per_mille else TRAIN
