"""What of a photograph's claim is true: the objects that eyes confirm, one by one.

In: a graph, the claim in the picture's file, what was measured in the picture.  Out: a truth.  Eyes say what is there,
where about, what it looks like, and what else is there.  Of a confirmed object all that they cannot measure (its exact box
and visible share, its depth, contact) is as the structure has it; of any other object nothing is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import median

from pydantic import ValidationError

from gpu_workers.graph_check import Finding
from schemas.errors import PermanentError
from schemas.events import SeenObject, Truth
from schemas.graph import Box, SpatialGraph
from schemas.picture_layers import Claim, UnreadableClaim, read_claim
from schemas.pictures import Scene
from schemas.predicate_names import ends
from spatial.relations.boxes import iou
from spatial.relations.scene_extraction import MIN_VISIBLE

LEAST_IOU = 0.5
"""IoU of the box that eyes give and the structure's, from which an object is where the structure has it: the usual bound
for one thing in two annotations."""

UNCONFIRMED_VISIBILITY = 0.2
"""Below MIN_VISIBLE: nothing is asserted of what is not confirmed."""

CLAIMED_AS = "claimed_as"
"""The note of a sample whose objects have other ids than in the claim: JSON text, their ids to those of the claim."""


@dataclass(frozen=True)
class Confirmed:
    """`truth`: of the picture.  `ids`: of the objects that were confirmed.  `places`: of each of the graph's objects that
    was seen, its box by eyes in pixels, and the IoU with the structure's.  `structure`: who drew it.  `claimed_as`: the ids
    in the claim of the objects that have others in the sample, None where none has."""

    truth: Truth
    ids: frozenset[int]
    places: Mapping[int, tuple[Box, float]]
    structure: str
    claimed_as: Mapping[int, int] | None = None

    def renumbered(self, numbers: Mapping[int, int]) -> "Confirmed":
        """The same with other ids, by those of now; without objects that get none."""
        objects = (each.model_copy(update={"id": numbers[each.id]}) for each in self.truth.objects if each.id in numbers)
        return replace(
            self,
            truth=self.truth.model_copy(update={"objects": tuple(objects), "drawn": ()}),
            ids=frozenset(numbers[number] for number in self.ids if number in numbers),
            places={numbers[number]: place for number, place in self.places.items() if number in numbers},
            claimed_as={numbers[number]: number for number in self.places if number in numbers},
        )

    def notes(self, scene: Scene) -> dict[str, str]:
        """For provenance: which objects of the sample's scene were confirmed, and what is from whom."""
        seen = {number: [list(box), round(overlap, 3)] for number, (box, overlap) in sorted(self.places.items())}
        return {
            "structure": self.structure,
            "confirmed_objects": " ".join(map(str, sorted(self.ids))),
            "unconfirmed_objects": " ".join(map(str, sorted(set(self.places) - self.ids))),
            "from_eyes": "presence, place within a bound, attributes, nothing more than wanted",
            "from_structure": f"of confirmed objects: {', '.join(_kept(scene))}",
            "boxes_by_eyes": json.dumps(seen, separators=(",", ":")),
            **({} if self.claimed_as is None else {CLAIMED_AS: json.dumps(self.claimed_as, separators=(",", ":"))}),
        }

    def only_confirmed(self) -> Truth:
        """The truth in which all that is not confirmed is doubtful."""
        doubted = {"visible": UNCONFIRMED_VISIBILITY}
        objects = (
            each if each.id in self.ids or each.visible < MIN_VISIBLE else each.model_copy(update=doubted)
            for each in self.truth.objects
        )
        return self.truth.model_copy(update={"objects": tuple(objects)})

    def without_doubtful(self, graph: SpatialGraph) -> Truth:
        """The truth to compare with the graph: without doubtful detections that are no object of it."""
        known = {thing.id for thing in graph.objects}
        kept = tuple(each for each in self.truth.objects if each.id in known or each.visible >= MIN_VISIBLE)
        return self.truth.model_copy(update={"objects": kept})


def _kept(scene: Scene) -> list[str]:
    """What a sample has from the structure."""
    contacts = ["contacts"] if any(relation.drawn for relation in scene.relations) else []
    return ["boxes", "visible shares", "depths", *contacts, *([] if scene.world is None else ["bodies", "masks"])]


def claim_in(picture: bytes) -> tuple[Claim, Truth] | None:
    """The claim in a picture's file, None where there is none. Raises PermanentError for one that cannot be read."""
    try:
        claim = read_claim(picture)
        return None if claim is None else (claim, Truth.model_validate_json(claim.truth))
    except (UnreadableClaim, ValidationError) as error:
        raise PermanentError("failed", "the picture's file claims what cannot be read") from error


def confirmed(graph: SpatialGraph, claimed: Truth, seen: Truth, structure: str, least: float = LEAST_IOU) -> Confirmed:
    """The truth of a photograph over a structure. `seen`: what was measured, with the graph's ids; `least`: IoU."""
    claims = {thing.id: thing for thing in claimed.objects}
    wanted = {thing.id: thing.category for thing in graph.objects}
    found = [each for each in seen.objects if wanted.get(each.id) == each.category and each.id in claims]
    places = {each.id: (each.box, iou(each.box, claims[each.id].box)) for each in found if each.visible >= MIN_VISIBLE}
    ids = frozenset(number for number, (_, overlap) in places.items() if overlap >= least)
    depth = median([claims[number].depth for number in sorted(ids)]) if ids else 0.0
    objects = tuple(
        _with_looks(claims[each.id], each) if each.id in ids else _without_claim(each, wanted, depth)
        for each in seen.objects
    )
    drawn = tuple(relation for relation in claimed.drawn if ids >= set(ends(relation)))
    return Confirmed(Truth(objects=objects, drawn=drawn, elements=claimed.elements), ids, places, structure)


def _with_looks(claimed: SeenObject, seen: SeenObject) -> SeenObject:
    """A confirmed object: of its attributes those that eyes confirm too."""
    looks = tuple(word for word in claimed.attributes if word in seen.attributes)
    return claimed.model_copy(update={"attributes": looks})


def _without_claim(seen: SeenObject, wanted: Mapping[int, str], depth: float) -> SeenObject:
    """What eyes see and the structure does not have there: an object of the graph in another place is doubtful."""
    visible = UNCONFIRMED_VISIBILITY if seen.id in wanted else seen.visible
    return seen.model_copy(update={"depth": depth, "visible": visible})


def out_of_place(graph: SpatialGraph, found: Confirmed) -> Finding | None:
    """The finding that objects were seen elsewhere than the structure has them."""
    names = {thing.id: thing.category for thing in graph.objects}
    moved = {number: place for number, place in sorted(found.places.items()) if number not in found.ids}
    if not moved:
        return None
    shown: dict[str, object] = {
        "objects": [
            {"id": number, "category": names[number], "box": list(box), "iou": round(overlap, 4)}
            for number, (box, overlap) in moved.items()
        ]
    }
    words = ", ".join(f"{names[number]} (IoU {overlap:.2f})" for number, (_, overlap) in moved.items())
    return Finding("presence", "missing_object", f"not where the structure has it: {words}", shown)
