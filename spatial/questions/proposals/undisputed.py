"""What a careful person would not dispute: of the questions whose answer is proven those that are asked.

In: a scene with names, a query with its answer.  Out: whether it is asked.
Answers and their verification keep to geometry; people judge by more.  They measure by things whose size they know, see
furniture that is no object of the scene, and are a little off when they judge where something looks.
"""

import json
from functools import cache
from importlib import resources

from spatial.knowledge.knowledge_base import scene_kinds
from spatial.questions.answer_rules import Answer
from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import Query, Ref, references
from spatial.questions.rules.metric_facts import is_afloat, is_measurable, is_plain_length, is_whole

CONTACTS = ("on", "inside", "under")
"""Relations that nothing of the surroundings has to an object."""

SEEKING = ("outermost", "nearest", "between", "known_next")
"""What is looked for among everything in the picture."""

MEASURED = ("how_far", "known_far", "fits_between", "fits_beside", "floor_area")
"""What is measured by things of known size."""

LENGTHS = ("how_far", "known_far")

PLACED = ("how_far", "known_far", "nearest_camera", "own_side", "faces", "viewed_side", "passes")
"""What depends on how far away things are."""

TURNED = ("own_side", "viewed_side")
PLAINLY_ASIDE = 28 / 180
"""Least angle from straight ahead and straight behind, a share of a half turn: people are 10° off or so."""

ENCLOSED = ("room", "shop", "stage", "tabletop")
"""Backdrops with nothing beyond: elsewhere hills or houses come behind the farthest thing."""


def is_undisputed(scene: NamedScene, query: Query, found: Answer) -> bool:
    """Whether nobody would hold that the answer is another, or that it is open what is meant."""
    if _seeks_everything(query) and _has_more_things(scene):
        return False
    if query.op == "known_next" and query.predicate == "behind" and not _is_enclosed(scene):
        return False
    places = {thing.id: place for place, thing in enumerate(scene.objects)}
    among = [places[number] for number in found.objects]
    if query.op == "locate" and query.form == "point" and not _is_at_its_middle(scene, among[0]):
        return False
    if query.op in TURNED and found.margin < PLAINLY_ASIDE:
        return False
    return scene.scene.world is None or _is_plain_in_metres(scene, query, found.reason, among)


@cache
def hollow() -> frozenset[str]:
    """Categories of which the middle of the box may be beside the thing: between a table's legs, in a ring."""
    return frozenset(json.loads(resources.files("spatial.questions.proposals").joinpath("hollow.json").read_text("utf-8")))


def _is_at_its_middle(scene: NamedScene, place: int) -> bool:
    """Whether the middle of what is seen of a thing is surely a point of it: it is no ring, and nothing hides a part."""
    return scene.objects[place].category not in hollow() and is_whole(scene, place)


def _seeks_everything(query: Query) -> bool:
    """Whether things of the surroundings could be meant as well, if there are any."""
    if query.op in SEEKING or (query.op == "find" and query.predicate not in CONTACTS):
        return True
    return any(map(_may_mean_anything, references(query)))


def _may_mean_anything(ref: Ref) -> bool:
    if ref.category is None and (ref.extreme is not None or ref.predicate not in CONTACTS):
        return True
    return ref.anchor is not None and _may_mean_anything(ref.anchor)


def _has_more_things(scene: NamedScene) -> bool:
    """Whether its surroundings show things that are no objects: a bath, a made bed, a bush.

    Of scenes in metres all do but those on plain ground: something stands along each wall, and far off in the open.
    """
    if scene.scene.world is not None:
        return not scene.scene.world.plain
    kind = scene_kinds().get(scene.scene.scene)
    return kind is not None and bool(kind.fixtures)


def _is_enclosed(scene: NamedScene) -> bool:
    kind = scene_kinds().get(scene.scene.scene)
    return kind is None or kind.backdrop in ENCLOSED


def _is_plain_in_metres(scene: NamedScene, query: Query, reason: str, among: list[int]) -> bool:
    """Whether people see where these things are and measure them well.

    `reason`: why the picture does not tell.  `among` has what the words name first: a length's other end may be several
    things of one category.
    """
    if query.op in PLACED and any(is_afloat(scene, place) for place in among):
        return False
    if query.op in MEASURED and reason != "no_scale" and not is_measurable(scene):
        return False
    if reason or query.op not in (*MEASURED, "taller"):
        return True
    if query.op in LENGTHS:
        anchor, *others = among
        return all(is_plain_length(scene, anchor, other) for other in others)
    return all(is_whole(scene, place) for place in among)
