"""The kind of question that each shape of sentence asks.

In: nothing.  Out: kind and meaning by shape; the shapes of a kind.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from spatial.questions.kind_table import KINDS, kind_of
from spatial.questions.wording.phrase_samples import sample_queries, slots_of
from spatial.questions.wording.realisation import grammar


class ShapeKind(NamedTuple):
    """A shape's kind, and what a question of the shape asks."""

    kind: str
    meaning: str


def _shape_kind(shape: str) -> ShapeKind:
    query = next(sample_queries(shape, slots_of(grammar()[shape][0])))
    return ShapeKind(kind_of(query), " ".join((type(query).__doc__ or "").split()))


@lru_cache(maxsize=1)
def shape_kinds() -> Mapping[str, ShapeKind]:
    """The kind and the meaning of each shape."""
    return MappingProxyType({shape: _shape_kind(shape) for shape in grammar()})


def shapes_of(kind: str) -> tuple[str, ...]:
    """The shapes whose questions are of the kind. Raises LookupError for one without sentences of its own."""
    found = tuple(shape for shape, row in shape_kinds().items() if row.kind == kind)
    if not found:
        known = dict.fromkeys(row.kind for row in shape_kinds().values())
        others = "" if kind not in KINDS else "no sentences of its own, as it is asked in those of other kinds; "
        raise LookupError(f"{kind!r}: {others or 'there is no such kind; '}there are {', '.join(known)}")
    return found
