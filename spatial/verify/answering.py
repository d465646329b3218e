"""The answer to a parsed sentence in a scene.

In: a `Form` with its nouns, and the scene.  Out: the answer's text; `NotProven` with the reason where none is proven.
"""

from collections.abc import Callable

from schemas.events import Scene, SeenObject
from spatial.verify.answers.beside_answers import answer_fits_left, answer_fits_right
from spatial.verify.answers.between_answers import answer_between, answer_whether_between
from spatial.verify.answers.comparison_answers import answer_larger, answer_more, answer_more_carried, answer_more_sides
from spatial.verify.answers.floor_answers import answer_fits_between, answer_viewed_side
from spatial.verify.answers.grounding_answers import answer_box, answer_box_side, answer_content, answer_point
from spatial.verify.answers.metric_answers import (
    answer_faces,
    answer_falls_with,
    answer_how_far,
    answer_nearest_camera,
    answer_own_side,
    answer_supported_by,
    answer_taller,
)
from spatial.verify.answers.occlusion_answers import answer_half_seen, answer_hides
from spatial.verify.answers.order_answers import answer_how_many, answer_odd, answer_row
from spatial.verify.answers.path_answers import answer_passes
from spatial.verify.answers.room_answers import answer_floor_area
from spatial.verify.answers.unknown_answers import answer_known_far, answer_next, answer_side
from spatial.verify.answers.view_answers import (
    answer_moved_along,
    answer_moved_sideways,
    answer_only_second,
    answer_same_box,
)
from spatial.verify.geometry import SPECK, before, closer, nearer, related, third
from spatial.verify.lexicon import family, is_surely_called, may_be_called
from spatial.verify.referents import NotProven, Reader, is_seen, require_seen
from spatial.verify.sentences import AREAS, COMPARED, COURSES, ENDS, RELATIONS, Form


def deduce(form: Form, nouns: list[str], scene: Scene) -> str:
    """The answer. Raises NotProven."""
    return _ANSWERS[form.ask](Reader(scene, nouns), form)


def _yes(verdict: bool | None) -> str:
    if verdict is None:
        raise NotProven("the margin is too small")
    return "yes" if verdict else "no"


def _distinct_referents(reader: Reader, form: Form) -> list[SeenObject]:
    """The referents of the form. Raises NotProven if two references mean the same object."""
    found = [reader.resolve(words) for words in form.refs]
    ids = [thing.id for chain in found for thing in chain]
    if len(set(ids)) < len(ids):
        raise NotProven("two references mean one thing")
    return [chain[0] for chain in found]


def _is_seen(reader: Reader, noun: int) -> bool:
    category = reader.nouns[noun]
    if any(min(thing.box[2:]) < SPECK for thing in reader.candidates(noun)):
        raise NotProven(f"some {category} is a speck")
    if any(t.category == category and is_seen(t) for t in reader.scene.objects):
        return True
    for thing in reader.scene.objects:
        if may_be_called(thing.category, category) or may_be_called(category, thing.category):
            raise NotProven(f"a thing may be taken for {category}")
    if category not in reader.scene.excluded:
        raise NotProven(f"nothing is known of {category}")
    return False


def _seen(reader: Reader, form: Form) -> str:
    return _yes(_is_seen(reader, form.nouns[0]))


def _seen_unseen(reader: Reader, form: Form) -> str:
    first, second = (_is_seen(reader, noun) for noun in form.nouns)
    return _yes(first if first != second else None)


def _countable(reader: Reader, form: Form) -> list[SeenObject]:
    word, things = reader.nouns[form.nouns[0]], reader.candidates(form.nouns[0])
    if not all(is_surely_called(thing.category, word) for thing in things):
        raise NotProven(f"whether one of them is a {word} is a matter of taste")
    return [require_seen(thing) for thing in things]


def _count(reader: Reader, form: Form) -> str:
    things = _countable(reader, form)
    if not things:
        _is_seen(reader, form.nouns[0])
    return str(len(things))


def _count_side(reader: Reader, form: Form) -> str:
    base = _distinct_referents(reader, form)[0]
    things = [thing for thing in _countable(reader, form) if thing is not base]
    verdicts = [related(thing, RELATIONS[form.word], base, reader.scene) for thing in things]
    if not things or None in verdicts:
        raise NotProven("one of them is in doubt, or there are none")
    return str(verdicts.count(True))


def _value(reader: Reader, form: Form) -> str:
    wanted = form.word or "orientation"
    values = [v for v in _distinct_referents(reader, form)[0].attributes if family(v) == wanted]
    if len(values) != 1:
        raise NotProven(f"{len(values)} values are known")
    return values[0]


def _area(reader: Reader, form: Form) -> str:
    thing = _distinct_referents(reader, form)[0]
    wanted = [(w, third(thing, axis, reader.scene)) for axis, w in enumerate(AREAS[form.word]) if w is not None]
    return _yes(None if any(have is None for _, have in wanted) else all(w == have for w, have in wanted))


def _direction(reader: Reader, form: Form) -> str:
    a, b = _distinct_referents(reader, form)
    return _yes(related(a, RELATIONS.get(form.word) or COMPARED[form.word], b, reader.scene))


def _side(reader: Reader, form: Form) -> str:
    a, b = _distinct_referents(reader, form)
    return {"yes": "left", "no": "right"}[_yes(before(a, b, 0, reader.scene))]


def _bearing(reader: Reader, form: Form) -> str:
    a, b = _distinct_referents(reader, form)
    row = {"yes": "above", "no": "below"}[_yes(before(a, b, 1, reader.scene))]
    return f"{row} and to the {_side(reader, form)}"


def _closer(reader: Reader, form: Form) -> str:
    subject, base, other = _distinct_referents(reader, form)
    return _yes(closer(subject, other, base, reader.scene))


def _order(reader: Reader, form: Form) -> str:
    a, b, c = _distinct_referents(reader, form)
    verdicts = [related(p, COURSES[form.word], q, reader.scene) for p, q in ((a, b), (b, c), (a, c))]
    return _yes(None if None in verdicts else all(verdicts))


def _depth(reader: Reader, form: Form) -> str:
    a, b = _distinct_referents(reader, form)
    front = (RELATIONS.get(form.word) or COMPARED[form.word]) == "in_front_of"
    return _yes(nearer(a, b, reader.scene) if front else nearer(b, a, reader.scene))


def _end(reader: Reader, form: Form) -> str:
    return reader.label(reader.outermost(list(reader.scene.objects), ENDS[form.word]))


def _find(reader: Reader, form: Form) -> str:
    named = reader.resolve(form.refs[0])
    hits = reader.in_relation(list(reader.scene.objects), RELATIONS[form.word], named)
    if len(hits) != 1:
        raise NotProven(f"{len(hits)} things fit")
    return reader.label(hits[0])


def _nearest(reader: Reader, form: Form) -> str:
    named = reader.resolve(form.refs[0])
    return reader.label(reader.nearest(list(reader.scene.objects), named))


def _composed(_reader: Reader, _form: Form) -> str:
    raise NotProven("the words alone have no one answer")


_ANSWERS: dict[str, Callable[[Reader, Form], str]] = {
    "seen": _seen,
    "seen_unseen": _seen_unseen,
    "count": _count,
    "count_side": _count_side,
    "value": _value,
    "turned": _value,
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
    "row_order": answer_row,
    "more": answer_more,
    "more_sides": answer_more_sides,
    "more_sides_right": answer_more_sides,
    "more_on": answer_more_carried,
    "more_inside": answer_more_carried,
    "larger": answer_larger,
    "how_many_of": answer_how_many,
    "odd": answer_odd,
    "where_box": answer_box,
    "where_point": answer_point,
    "content": answer_content,
    "box_side": answer_box_side,
    "between": answer_between,
    "is_between": answer_whether_between,
    "known_side": answer_side,
    "known_next": answer_next,
    "nearest_camera": answer_nearest_camera,
    "how_far": answer_how_far,
    "taller": answer_taller,
    "own_side": answer_own_side,
    "faces": answer_faces,
    "falls_with": answer_falls_with,
    "supported_by": answer_supported_by,
    "viewed_side": answer_viewed_side,
    "fits_between": answer_fits_between,
    "fits_left": answer_fits_left,
    "fits_right": answer_fits_right,
    "hides": answer_hides,
    "passes": answer_passes,
    "floor_area": answer_floor_area,
    "known_far": answer_known_far,
    "half_seen": answer_half_seen,
    "moved_sideways": answer_moved_sideways,
    "moved_along": answer_moved_along,
    "only_second": answer_only_second,
    "same_box": answer_same_box,
    "describe": _composed,
    "wrong_sentence": _composed,
}
