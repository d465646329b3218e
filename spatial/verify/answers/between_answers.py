"""The answers to questions about what is between two things.

In: a reader of the scene and a `Form`.  Out: the answer's text; `NotProven` with the reason where none is proven.
The verifier's own rule: from left to right, the middle is plainly in the gap, as high up and as deep as both others;
what is plainly beyond one of them, or above or below both, is not.
"""

from schemas.events import Scene, SeenObject
from spatial.verify.geometry import DEEPER, DIRECTION_SHARE, ROUNDING, middle, span
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import Form

COMMON = 0.25
"""Least height in common, as a share of the lower of two things."""


def lies_between(thing: SeenObject, ends: tuple[SeenObject, SeenObject], scene: Scene) -> bool | None:
    """Whether it is between the two; None where a careful viewer would not decide."""
    left, right = sorted(ends, key=lambda end: middle(end, 0))
    at, least = middle(thing, 0), DIRECTION_SHARE * scene.canvas[0] - ROUNDING
    if middle(left, 0) - at >= least or at - middle(right, 0) >= least:
        return False
    (top, bottom), limits = span(thing, 1), [span(end, 1) for end in ends]
    away = max(min(start for start, _ in limits) - bottom, top - max(end for _, end in limits))
    if away >= DIRECTION_SHARE * scene.canvas[1] - ROUNDING:
        return False
    in_gap = at - span(left, 0)[1] >= least and span(right, 0)[0] - at >= least
    return True if in_gap and all(_is_level(thing, end, scene) for end in ends) else None


def _is_level(a: SeenObject, b: SeenObject, scene: Scene) -> bool:
    depths = [thing.depth for thing in scene.objects]
    reach = DEEPER * max(1.0, max(depths) - min(depths))
    (a0, a1), (b0, b1) = span(a, 1), span(b, 1)
    common = min(a1, b1) - max(a0, b0)
    return abs(a.depth - b.depth) <= reach + ROUNDING and common >= COMMON * min(a1 - a0, b1 - b0)


def answer_between(reader: Reader, form: Form) -> str:
    """The one thing between the two. Raises NotProven where others may be too."""
    chains = [reader.resolve(words) for words in form.refs]
    named = {thing.id for chain in chains for thing in chain}
    ends = (chains[0][0], chains[1][0])
    if len(named) < sum(map(len, chains)):
        raise NotProven("two references mean one thing")
    others = [thing for thing in reader.scene.objects if thing.id not in {end.id for end in ends}]
    verdicts = [lies_between(thing, ends, reader.scene) for thing in others]
    hits = [thing for thing, verdict in zip(others, verdicts, strict=True) if verdict]
    if None in verdicts or len(hits) != 1 or hits[0].id in named:
        raise NotProven(f"{len(hits)} things are between, or whether one is stays in doubt")
    return reader.label(hits[0])


def answer_whether_between(reader: Reader, form: Form) -> str:
    """Yes or no. Raises NotProven where it is in doubt."""
    chains = [reader.resolve(words) for words in form.refs]
    if len({thing.id for chain in chains for thing in chain}) < sum(map(len, chains)):
        raise NotProven("two references mean one thing")
    thing, one, other = (chain[0] for chain in chains)
    verdict = lies_between(thing, (one, other), reader.scene)
    if verdict is None:
        raise NotProven("whether it is between the two is in doubt")
    return "yes" if verdict else "no"
