"""Relations that a row must list, by the published rules of extraction, and does not.

In: a row.  Out: what is missing, in words.
Independent of the writer's rules: of each two clearly visible things, the side, the height and the depth in which they
differ by more than a doubtful margin, and whether they are near (and not apart in depth) or far by more than one; listed in
one direction each.  And of each what it is between, where it certainly is between two: of rows with a note of pixels, since
others are from before such relations.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import combinations, permutations
from typing import Any

from dataset.audit.box_relations import DIGIT, FAR, NEAR, apart_in_depth, distance, shared_height, within_gap
from dataset.audit.painted_over import NOTE

VISIBLE, APART, DEPTH_SHARE, UNITS = 0.35, 0.05, 0.05, 0.05
"""Least visible share; least difference of centres as a share of the canvas, of depths as a share of their range; least
distance from the limits of near and far, in their units."""

WITHIN, LEVEL = 0.05, 0.25
"""How far the centre of what is between two lies within their gap, share of the canvas' width; the least height that it
has in common with each, share of the lesser."""

Thing = Mapping[str, Any]
Stated = set[tuple[int, str, int]]


def missing_relations(row: Mapping[str, Any], notes: Mapping[str, Any]) -> Iterator[str]:
    """What is missing. `notes` are those of the examiner."""
    clear = [thing for thing in row["objects"] if thing["visible"] >= VISIBLE]
    stated = {(r["subject"], r["predicate"], r["object"]) for r in row["relations"] if r["object"] is not None}
    depths = [thing["depth"] for thing in clear]
    apart = apart_in_depth(row, -DIGIT)
    size, least = (row["width"], row["height"]), DEPTH_SHARE * (max(depths) - min(depths)) if depths else 0.0
    for a, b in combinations(clear, 2):
        for names in (*_by_centres(a, b, size), *_by_depth(a, b, least), *_by_distance(a, b, apart)):
            if not _is_stated(a["id"], b["id"], names, stated):
                yield f"nothing says that object {a['id']} is {names[0]} object {b['id']}"
    if NOTE in notes:
        yield from (f"nothing says what object {number} is between" for number in _between_two(row, clear, apart))


def _by_centres(a: Thing, b: Thing, size: tuple[int, int]) -> Iterator[tuple[str, ...]]:
    for axis, (first, second) in enumerate((("left_of", "right_of"), ("above", "below"))):
        twice = 2 * b["box"][axis] + b["box"][axis + 2] - 2 * a["box"][axis] - a["box"][axis + 2]
        if abs(twice) >= (APART + DIGIT) * 2 * size[axis]:
            yield (first, second) if twice > 0 else (second, first)


def _by_depth(a: Thing, b: Thing, least: float) -> Iterator[tuple[str, ...]]:
    difference = b["depth"] - a["depth"]
    if abs(difference) > least + DIGIT:
        yield ("in_front_of", "behind") if difference > 0 else ("behind", "in_front_of")


def _by_distance(a: Thing, b: Thing, apart: Set[frozenset[int]]) -> Iterator[tuple[str, ...]]:
    gap = distance(a, b)
    if gap <= NEAR - UNITS - DIGIT:
        if frozenset((a["id"], b["id"])) not in apart:
            yield ("near", "near", "next_to", "next_to")
    elif gap >= FAR + UNITS + DIGIT:
        yield ("far", "far")


def _between_two(row: Mapping[str, Any], clear: Sequence[Thing], apart: Set[frozenset[int]]) -> Iterator[int]:
    """The ids of things that are certainly between two others, where the row says of none what it is between."""
    said = {r["subject"] for r in row["relations"] if r["predicate"] == "between"}
    for thing in clear:
        around = [other for other in clear if other is not thing and frozenset((thing["id"], other["id"])) not in apart]
        level = [other for other in around if shared_height(thing, other) >= LEVEL + DIGIT]
        least = (WITHIN + DIGIT) * row["width"]
        if thing["id"] not in said and any(within_gap(thing, *pair) >= least for pair in permutations(level, 2)):
            yield thing["id"]


def _is_stated(a: int, b: int, names: tuple[str, ...], stated: Stated) -> bool:
    """Names come in pairs: a predicate from a to b, and its inverse."""
    pairs = zip(names[::2], names[1::2], strict=True)
    return any((a, name, b) in stated or (b, inverse, a) in stated for name, inverse in pairs)
