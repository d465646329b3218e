"""Proposes queries about scenes in metres.

In and out: as in `query_proposals`; nothing where the scene is not known in metres.
Each order of two names is asked alike, and what the names make likely as seldom as its opposite.
"""

import random
from collections.abc import Callable, Iterator
from itertools import combinations, product

from schemas.ids import derived_seed
from spatial.questions.answer_odds import Aspect, is_kept, least_likely
from spatial.questions.answer_rules import SIDES, YES_NO
from spatial.questions.certain_facts import Judgement
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import Proposal, pairs, shuffled, triples
from spatial.questions.question_kinds import (
    SIDEWAYS,
    Faces,
    FallsWith,
    FitsBeside,
    FitsBetween,
    FloorArea,
    HowFar,
    NearestCamera,
    OwnSide,
    SupportedBy,
    Taller,
    ViewedSide,
)
from spatial.questions.rules.beside_facts import GroundPlan
from spatial.questions.rules.ground_facts import fits, free_gap, stands_on_ground
from spatial.questions.rules.metric_facts import (
    TALLER_SHARE,
    body_of,
    carriers,
    centre_distance,
    is_aloft,
    is_facing,
    is_held_by,
    is_on_left_of_way,
    is_on_own_left,
    may_be_joined,
    nearer_to_camera,
    taller,
)
from spatial.questions.rules.metric_rules import written
from spatial.questions.rules.room_rules import area_of_floor, written_area
from spatial.questions.wording.lexicon import is_plural
from spatial.questions.wording.referring_expressions import Unanswerable
from spatial.world.body_table import bodies, chance_taller

CAMERA = "camera"
"""A thing of that name might be taken for the one that took the picture."""

LISTED = (4, 3)
"""How many things are listed, if there are so many."""

LISTS = 40
"""Lists drawn before a scene is given up."""

AS_IT_LOOKS = 0.3
"""Share of the scenes asked about real heights for which pairs are tried that look the same way round in the picture, after
those that look the other way round, of which there is one to three of the others."""

AGAINST_PICTURE = 0.25
"""Share of the scenes asked about a thing's own side for which pairs are tried whose side in the picture is the other one;
in the rest those whose side is the same, of which there are a third as many, since most fronts are turned to the camera."""


WIDTHS = tuple(range(20, 205, 5))
"""Centimetres that are asked to fit between two things."""


WIDTHS_BESIDE = tuple(range(40, 125, 5))
"""Centimetres that are asked to fit beside a thing."""

MOST_WIDTHS = 6
"""Tried in one scene."""

EVEN_WIDTH = 82
"""Centimetres that have room about as often as not, where either is proven (660 solved scenes); the odds of being
asked where there is none grow with the fifth power of the width."""

PARTS_OF_ROOM = {CAMERA, "floor", "room", "wall"}
"""A thing whose name has one of these might be taken for what a question about a room means."""


def _is_known(scene: NamedScene) -> bool:
    return scene.scene.world is not None


def camera_distance(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Of three or four named things the one that is nearest to the camera."""
    names = {thing.category for thing in scene.objects} | set(scene.scene.excluded)
    if not _is_known(scene) or any(CAMERA in name for name in names):
        return
    size = min(len(scene.plainly_named), max(LISTED))
    for _ in range(LISTS) if size >= min(LISTED) else ():
        listed = rng.sample(scene.plainly_named, size)
        first = _first(scene, listed, nearer_to_camera)
        if first is not None and is_even(scene, "nearer", first, listed):
            things = tuple(scene.ref(i) for i in listed)
            yield NearestCamera(things=things), scene.ref(first).plain_name


def _first(scene: NamedScene, among: list[int], before: Callable[[NamedScene, int, int], Judgement]) -> int | None:
    """The one that certainly comes before all others."""
    return next((i for i in among if all(before(scene, i, j).value for j in among if j != i)), None)


def is_even(scene: NamedScene, aspect: Aspect, first: int, among: list[int]) -> bool:
    """Whether a question is kept, though its names make the answer likely."""
    names = [scene.objects[i].category for i in among]
    return is_kept(scene, aspect, scene.objects[first].category, least_likely(scene, aspect, names))


def distance_metric(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """How far two things are apart that do not carry each other."""
    for i, j in pairs(rng, scene.plainly_named) if _is_known(scene) else ():
        if not may_be_joined(scene, i, j) and not is_aloft(scene, i) and not is_aloft(scene, j):
            length = centre_distance(body_of(scene, i), body_of(scene, j))
            yield HowFar(subject=scene.ref(i), object=scene.ref(j)), written(length)


def real_size(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Which of two is taller: first where it looks lower in the picture, and in some scenes where it does not."""
    as_it_looks, later = rng.random() < AS_IT_LOOKS, list[Proposal]()
    for i, j in pairs(rng, scene.plainly_named) if _is_known(scene) else ():
        judgement = taller(scene, i, j)
        if judgement.value is None:
            continue
        high, low = (i, j) if judgement.value else (j, i)
        if not _is_open(scene, high, low):
            continue
        proposal = Taller(first=scene.ref(i), second=scene.ref(j)), scene.ref(high).plain_name
        if scene.objects[high].box[3] < scene.objects[low].box[3]:
            yield proposal
        else:
            later.append(proposal)
    yield from later if as_it_looks else ()


def _is_open(scene: NamedScene, high: int, low: int) -> bool:
    """Whether a question is kept whose answer the names may give away: with the odds of the opposite, which is none for a
    house and a mouse."""
    first, second = scene.objects[high].category, scene.objects[low].category
    likely, opposite = chance_taller(first, second, TALLER_SHARE), chance_taller(second, first, TALLER_SHARE)
    draw = random.Random(derived_seed("kept", scene.content, "taller", first, second)).random()
    return draw * likely < opposite


def object_frame(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """On which side of a thing with a front another is: in some scenes of those where the picture's side is the other one,
    in the rest of those where it is the same."""
    target, against = rng.choice(SIDES), rng.random() < AGAINST_PICTURE
    for i, j in _fronted(scene, rng):
        found = is_on_own_left(scene, i, j).value
        if found is (target == "left") and _is_other_side(scene, i, j, found) is against:
            yield OwnSide(subject=scene.ref(i), object=scene.ref(j)), target


def _is_other_side(scene: NamedScene, i: int, j: int, is_left: bool) -> bool:
    """Whether the second thing is on the other side of the first in the picture."""
    return scene.relation(j, "left_of", i).value is (not is_left)


def facing(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Whether a thing looks towards another, of things that look towards one of the named ones and away from another."""
    target = rng.choice(YES_NO)
    options = list(_fronted(scene, rng))
    found = {(i, j): is_facing(scene, i, j).value for i, j in options}
    for i, j in options:
        contrasts = {value for (k, _), value in found.items() if k == i and value is not None}
        if len(contrasts) == 2 and found[i, j] is (target == "yes"):
            yield Faces(subject=scene.ref(i), object=scene.ref(j)), target


def _fronted(scene: NamedScene, rng: random.Random) -> Iterator[tuple[int, int]]:
    """Pairs of named things of which the first has a front, in random order."""
    for i, j in pairs(rng, scene.plainly_named) if _is_known(scene) else ():
        if body_of(scene, i).has_front and not is_plural(scene.objects[i].category) and not may_be_joined(scene, i, j):
            yield i, j


def support_chain(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """What falls if a thing is taken away, of which few scenes have any; then what a thing rests on."""
    if _is_known(scene):
        yield from _falling(scene, rng)
        yield from _supporting(scene, rng)


def _falling(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Of some named things that rest on something the one that falls if a certain thing is taken away."""
    carried = [i for i in scene.plainly_named if body_of(scene, i).support is not None]
    for base in shuffled(rng, scene.plainly_named):
        try:
            held = [i for i in carried if is_held_by(scene, i, base)]
            rest = [i for i in carried if i not in held and i != base and not is_held_by(scene, base, i)]
        except Unanswerable:
            continue
        if not held or len(rest) < min(LISTED) - 1:
            continue
        falling = rng.choice(held)
        listed = shuffled(rng, [falling, *rng.sample(rest, min(len(rest), max(LISTED) - 1))])
        things = tuple(scene.ref(i) for i in listed)
        yield FallsWith(anchor=scene.ref(base), things=things), scene.ref(falling).plain_name


def _supporting(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Of some named things on which others may stand the one on or in which a certain thing is."""
    for held in shuffled(rng, scene.plainly_named):
        found = supports_of(scene, held)
        if found is None:
            continue
        base, others = found
        for size in shuffled(rng, range(1, min(len(others), max(LISTED) - 1) + 1)):
            listed = shuffled(rng, [base, *rng.sample(others, size)])
            if is_even(scene, "supports", base, listed):
                things = tuple(scene.ref(i) for i in listed)
                yield SupportedBy(anchor=scene.ref(held), things=things), scene.ref(base).plain_name


def supports_of(scene: NamedScene, held: int) -> tuple[int, list[int]] | None:
    """The named thing that carries another, and the others on which things may stand; None where it rests on none."""
    try:
        below = carriers(scene, held)
        if not below or below[0] not in scene.plainly_named or body_of(scene, held).rotation is not None:
            return None
        others = [i for i in scene.plainly_named if i not in (held, *below) and not is_held_by(scene, i, held)]
    except Unanswerable:
        return None
    standing = [i for i in others if scene.objects[i].category in bodies() and bodies()[scene.objects[i].category].surfaces]
    return below[0], standing


def viewpoint(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """On which side a thing is for somebody who stands at another, on the ground, and looks towards a third."""
    if not _is_known(scene):
        return
    target, against = rng.choice(SIDES), rng.random() < AGAINST_PICTURE
    for at, toward, there in triples(rng, scene.plainly_named):
        if not stands_on_ground(scene, at) or any(
            may_be_joined(scene, *two) for two in combinations((at, toward, there), 2)
        ):
            continue
        found = is_on_left_of_way(scene, (at, toward), there).value
        if found is (target == "left") and (not against or _is_other_side(scene, at, there, found)):
            yield ViewedSide(anchor=scene.ref(at), other=scene.ref(toward), object=scene.ref(there)), target


def free_space(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Whether something fits beside a thing, or between two."""
    forms = [_beside(scene, rng), _between(scene, rng)]
    for form in rng.sample(forms, len(forms)) if _is_known(scene) else ():
        yield from form


def _beside(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Whether there is room beside a thing, in scenes that have it somewhere and elsewhere not: something narrow has it too
    often, something wide too seldom."""
    target, plan = rng.choice(YES_NO), GroundPlan(scene)
    found: dict[bool, list[FitsBeside]] = {True: [], False: []}
    for width in rng.sample(WIDTHS_BESIDE, MOST_WIDTHS):
        odds, draw = (width / EVEN_WIDTH) ** 5, rng.random()
        for i, side in product(scene.plainly_named, SIDEWAYS):
            held = plan.plain_room(i, side, width)
            if held is not None and draw < (odds if held else 1 / odds):
                found[held].append(FitsBeside(width=width, predicate=side, object=scene.ref(i)))
    asked = found[target == "yes"] if all(found.values()) else []
    yield from ((query, target) for query in rng.sample(asked, len(asked)))


def _between(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Whether something fits between two things, of a width that fits between some of the scene and not between others."""
    target, standing = rng.choice(YES_NO), [i for i in scene.plainly_named if stands_on_ground(scene, i)]
    orders = list(combinations(standing, 2))
    gaps = {pair: free_gap(scene, *pair) for pair in rng.sample(orders, len(orders)) if not may_be_joined(scene, *pair)}
    for width in rng.sample(WIDTHS, len(WIDTHS)):
        found = {pair: fits(width, gap, scene.strictness).value for pair, gap in gaps.items()}
        is_contrasted = {True, False} <= set(found.values())
        for pair, value in found.items():
            if is_contrasted and value is (target == "yes"):
                first, second = rng.sample(pair, 2)
                yield FitsBetween(width=width, subject=scene.ref(first), object=scene.ref(second)), target


def room_size(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """How large the floor is of the room with a named thing in it."""
    names = {thing.category for thing in scene.objects} | set(scene.scene.excluded)
    if any(PARTS_OF_ROOM.intersection(name.split()) for name in names):
        return
    try:
        area = area_of_floor(scene)
    except Unanswerable:
        return
    for i in shuffled(rng, scene.plainly_named):
        yield FloorArea(subject=scene.ref(i)), written_area(area)
