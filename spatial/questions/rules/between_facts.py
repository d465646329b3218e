"""Three-valued judgements of what is between what, from left to right in the picture.

In: a view and positions of objects.  Out: a judgement.
Stricter than the truth rule: what stands beyond a gap's end by less than a margin, at another height or at another depth is
doubtful, since some would say that it is between and others would not.
"""

from spatial.questions.certain_facts import DOUBTFUL, MIN_SHARE, Judgement, View
from spatial.relations.relation_truth import apart_in_depth, depth_reach

COMMON_HEIGHT = 0.25
"""Share of the lesser height that the middle one must have in common with each of the two."""


def is_between(view: View, middle: int, pair: tuple[int, int]) -> Judgement:
    """Whether an object is between two others, in either order; the margin is a share of the canvas. Judged once a view.

    Yes if its centre lies plainly inside the gap between the two, at a common height and at about their depth.  No if its
    centre lies plainly beyond the centre of one of the two, or all of it plainly above both or below both.
    """
    key = middle, min(pair), max(pair)
    if key not in view.between:
        view.between[key] = _judged(view, middle, pair)
    return view.between[key]


def _judged(view: View, middle: int, pair: tuple[int, int]) -> Judgement:
    (first_start, first_end), (last_start, last_end) = sorted((_span(view, i) for i in pair), key=sum)
    twice, width = sum(_span(view, middle)), view.scene.canvas[0]
    beyond = max(first_start + first_end - twice, twice - last_start - last_end)
    if beyond * MIN_SHARE >= 2 * width * view.strictness:
        return Judgement(False, beyond / (2 * width))
    clear_of, height = _clear_of(view, middle, pair), view.scene.canvas[1]
    if clear_of * MIN_SHARE >= height * view.strictness:
        return Judgement(False, clear_of / height)
    inside = min(twice - 2 * first_end, 2 * last_start - twice)
    if inside * MIN_SHARE < 2 * width * view.strictness or not all(_is_level(view, middle, i) for i in pair):
        return DOUBTFUL
    return Judgement(True, inside / (2 * width))


def _clear_of(view: View, middle: int, pair: tuple[int, int]) -> int:
    """The least height between an object and two others that are both below it, or both above; else negative."""
    (_, y, _, h), boxes = view.objects[middle].box, [view.objects[i].box for i in pair]
    return max(min(box[1] for box in boxes) - y - h, y - max(box[1] + box[3] for box in boxes))


def _span(view: View, i: int) -> tuple[int, int]:
    x, _, w, _ = view.objects[i].box
    return x, x + w


def _is_level(view: View, a: int, b: int) -> bool:
    """Whether two have part of their height in common, and are not apart in depth."""
    one, two = view.objects[a], view.objects[b]
    common = min(one.box[1] + one.box[3], two.box[1] + two.box[3]) - max(one.box[1], two.box[1])
    depths = [thing.depth for thing in view.objects]
    apart = apart_in_depth(one.depth, two.depth, depth_reach(max(depths) - min(depths)) / view.strictness)
    return not apart and common >= COMMON_HEIGHT * view.strictness * min(one.box[3], two.box[3])
