"""Whether a picture shows which of two objects is nearer to the viewer.

In: a scene, two of its objects of different depth.  Out: true or false.
A depth map knows the order of any two objects; a person sees it only where one covers the other, or where both stand on
the same ground, the nearer one clearly lower in the picture.
"""

from collections.abc import Collection
from dataclasses import dataclass

from schemas.events import Scene, SeenObject
from spatial.knowledge.knowledge_base import categories, scene_kinds

FOOT_SHARE = 0.05
"""Least vertical distance of the lower edges of two objects on one ground, as a share of the picture's height."""

HIDDEN_SHARE = 0.05
"""Least share of an object that must be hidden for the object over it to be seen as nearer."""

COVERED_SHARE = 0.05
"""Least overlap of two boxes, as a share of the smaller one, for the one to hide a part of the other."""

CONTACTS = ("on", "supports", "inside", "contains", "under", "over")
"""Relations of two objects of which neither is before the other for most people."""

CARRIED = ("on", "inside")
"""What a drawn relation says of an object that does not stand on the ground."""


@dataclass(frozen=True)
class DepthCues:
    """The cues of a scene. `drawn`: its drawn relations by id; `strictness`: a factor on the distance of lower edges."""

    scene: Scene
    drawn: Collection[tuple[int, str, int]]
    strictness: float = 1.0

    def show(self, near: SeenObject, far: SeenObject) -> bool:
        """Whether the picture shows that the first object, of the smaller depth, is nearer than the second.

        Never of two of which one carries or holds the other: a cup on a table is neither before nor behind it for most
        people.  Never of two of one category of which the nearer one is drawn smaller, against perspective.
        """
        if any({near.id, far.id} == {subject, anchor} and name in CONTACTS for subject, name, anchor in self.drawn):
            return False
        if near.category == far.category and near.box[3] < far.box[3]:
            return False
        return _covers(near, far) or (self._stands(near) and self._stands(far) and self._is_lower(near, far))

    def _stands(self, thing: SeenObject) -> bool:
        """Whether the object stands on the scene's ground: it neither flies, swims nor hangs, and nothing carries it.

        What is not known is taken to stand.  Where its foot is in the box of an object that is no nearer, that may carry
        it: a detector sees boxes and no contact.
        """
        if any(subject == thing.id and name in CARRIED for subject, name, _ in self.drawn):
            return False
        if any(other.id != thing.id and _holds_foot(other, thing) for other in self.scene.objects):
            return False
        known, place = categories().get(thing.category), scene_kinds().get(self.scene.scene)
        ground = {"floor", "surface"} if place is not None and place.backdrop == "tabletop" else {"floor"}
        return known is None or (known.rests_on[0] in ground and set(known.rests_on) <= {"floor", "surface"})

    def _is_lower(self, near: SeenObject, far: SeenObject) -> bool:
        apart = near.box[1] + near.box[3] - far.box[1] - far.box[3]
        return apart >= FOOT_SHARE * self.strictness * self.scene.canvas[1]


def _holds_foot(other: SeenObject, thing: SeenObject) -> bool:
    x, y, width, height = thing.box
    left, top, across, down = other.box
    return other.depth >= thing.depth and left <= x + width / 2 <= left + across and top <= y + height <= top + down


def _covers(near: SeenObject, far: SeenObject) -> bool:
    """Whether the nearer object visibly hides a part of the farther one."""
    across, down = (
        min(near.box[k] + near.box[k + 2], far.box[k] + far.box[k + 2]) - max(near.box[k], far.box[k]) for k in (0, 1)
    )
    smaller = min(near.box[2] * near.box[3], far.box[2] * far.box[3])
    hides = across > 0 and down > 0 and across * down >= COVERED_SHARE * smaller
    return hides and far.visible <= 1 - HIDDEN_SHARE and near.visible >= far.visible
