"""Pastes the objects' pictures onto a backdrop, far ones first, with shadows, and containers' fronts over contents.

In: a backdrop, places in painter's order, their pictures.  Out: the finished picture, and per object its full and its
visible mask.  Shadows, reflections and glass are never part of a mask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from gpu_workers.collage import shadow
from gpu_workers.collage.backdrops.backdrop_table import AFLOAT
from gpu_workers.collage.containers import Holder
from gpu_workers.collage.furniture.furniture_table import FLAT
from gpu_workers.collage.object_pictures import ObjectPicture
from gpu_workers.collage.paint_order import Place
from gpu_workers.collage.shapes import ellipse, faded, rectangle
from gpu_workers.collage.sprites.sprite_library import VISIBLE_ALPHA

Mask = NDArray[np.bool_]

GLASS_TINT = (150, 214, 240)
GLASS_SHARE = 0.22


@dataclass(frozen=True)
class ObjectMasks:
    """`own`: the object's pixels in the picture; `visible`: those that nothing covers; `area`: its pixels in all."""

    own: Mask
    visible: Mask
    area: int


class Composer:
    """Composes one picture."""

    def __init__(self, backdrop: Image.Image, kind: str) -> None:
        self.image = backdrop
        self._bare = backdrop.copy()
        self._kind = kind
        self._owner = np.full((backdrop.height, backdrop.width), -1, dtype=np.int16)
        self._own: dict[int, Mask] = {}
        self._area: dict[int, int] = {}

    def add_all(self, places: Sequence[Place], pictures: Mapping[int, ObjectPicture]) -> dict[int, ObjectMasks]:
        """Paint every object; returns the masks of each."""
        by_id = {place.id: place for place in places}
        waiting = {place.id: [p for p in places if p.holder == place.id and place.as_holder] for place in places}
        inside = {p.id for content in waiting.values() for p in content}
        for place in places:
            if place.id not in inside:
                self._add_with_content(place, waiting, pictures, by_id)
        return {i: ObjectMasks(own, self._owner == i, self._area[i]) for i, own in self._own.items()}

    def owner(self) -> NDArray[np.uint16]:
        """Height × width: the number and one of the object that is seen at each pixel, 0 for none."""
        return (self._owner + 1).astype(np.uint16)

    def _add_with_content(
        self,
        place: Place,
        waiting: Mapping[int, list[Place]],
        pictures: Mapping[int, ObjectPicture],
        by_id: Mapping[int, Place],
    ) -> None:
        content, holder = waiting[place.id], place.as_holder
        picture = pictures[place.id].image
        if holder and content and holder.manner == "open":
            self._ground(place, picture, pictures, by_id)
            for inner in content:
                self._add_with_content(inner, waiting, pictures, by_id)
            self._paint(place.id, picture, place)
            return
        self._ground(place, picture, pictures, by_id)
        self._paint(place.id, picture, place)
        for inner in content:
            self._add_with_content(inner, waiting, pictures, by_id)
        if holder and content and holder.manner == "rim":
            self._front(place, picture, holder)
        elif holder and content and holder.manner == "glass":
            self._glass(place, picture)
        if place.ground == "water" and self._kind != "underwater":
            hull, corner = trimmed(picture, place)
            shadow.waterline(self.image, hull.getchannel("A"), corner, self._bare)

    def _ground(
        self, place: Place, picture: Image.Image, pictures: Mapping[int, ObjectPicture], by_id: Mapping[int, Place]
    ) -> None:
        alpha, corner = picture.getchannel("A"), (place.box[0], place.box[1])
        carrier = by_id.get(place.carrier) if place.carrier is not None else None
        if carrier is not None:
            limit = pictures[carrier.id].image.getchannel("A")
            shadow.on_ground(self.image, alpha, corner, (limit, carrier.box[0], carrier.box[1]))
        elif place.holder is not None:
            holder = by_id[place.holder]
            if holder.as_holder and holder.as_holder.manner == "board":
                shadow.on_ground(self.image, alpha, corner, (pictures[holder.id].image.getchannel("A"), *holder.box[:2]))
        elif place.ground == "floor":
            if place.category.name in FLAT:
                shadow.ellipse(
                    self.image, (corner[0] - 4, corner[1] + alpha.height * 0.2, alpha.width + 8, alpha.height), 0.25
                )
            else:
                shadow.on_ground(self.image, alpha, corner)
        elif place.ground == "wall":
            shadow.on_wall(self.image, alpha, corner)
        elif place.ground == "ceiling":
            self._cord(place, alpha)
        elif place.ground == "water":
            self._float(place, picture)

    def _float(self, place: Place, picture: Image.Image) -> None:
        if self._kind == "underwater":
            return
        hull, (x, y) = trimmed(picture, place)
        if self._kind not in AFLOAT:
            shadow.pond(self.image, hull.width, (x, y), y + hull.height)
        shadow.on_water(self.image, hull, (x, y))

    def _cord(self, place: Place, alpha: Image.Image) -> None:
        """A cord from the upper edge down to what hangs, wherever its picture begins below."""
        x, y, w, _ = place.box
        solid = np.flatnonzero(np.asarray(alpha)[:, w // 2] >= VISIBLE_ALPHA)
        low = y + (int(solid[0]) if len(solid) else 0)
        if low > 1:
            ImageDraw.Draw(self.image).line((x + w // 2, 0, x + w // 2, low + 2), fill=(90, 80, 96), width=2)

    def _paint(self, number: int, picture: Image.Image, place: Place) -> None:
        alpha = picture.getchannel("A")
        self.image.paste(picture.convert("RGB"), (place.box[0], place.box[1]), alpha)
        opaque = np.asarray(alpha) >= VISIBLE_ALPHA
        self._area[number] = int(np.count_nonzero(opaque))
        own = np.zeros(self._owner.shape, dtype=np.bool_)
        self._own[number] = own
        self._claim(number, opaque, place, own)

    def _claim(self, number: int, opaque: Mask, place: Place, own: Mask | None = None) -> None:
        x, y = place.box[0], place.box[1]
        height, width = self._owner.shape
        x0, y0 = max(0, x), max(0, y)
        x1, y1 = min(width, x + opaque.shape[1]), min(height, y + opaque.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        part = opaque[y0 - y : y1 - y, x0 - x : x1 - x]
        if own is not None:
            own[y0:y1, x0:x1] = part
        self._owner[y0:y1, x0:x1][part] = number

    def _front(self, place: Place, picture: Image.Image, holder: Holder) -> None:
        """Paint the holder's front once more, over its content."""
        mask = ImageChops.multiply(picture.getchannel("A"), front_mask(picture.size, holder))
        self.image.paste(picture.convert("RGB"), (place.box[0], place.box[1]), mask)
        self._claim(place.id, np.asarray(mask) >= VISIBLE_ALPHA, place)

    def _glass(self, place: Place, picture: Image.Image) -> None:
        """A faint tint over what is behind glass; the objects stay visible and keep their masks."""
        veil = faded(picture.getchannel("A"), GLASS_SHARE)
        corner = (place.box[0], place.box[1])
        self.image.paste(GLASS_TINT, (*corner, corner[0] + picture.width, corner[1] + picture.height), veil)


def trimmed(picture: Image.Image, place: Place) -> tuple[Image.Image, tuple[int, int]]:
    """The visible part of an object's picture, and its corner."""
    box = picture.getchannel("A").getbbox() or (0, 0, picture.width, picture.height)
    return picture.crop(box), (place.box[0] + box[0], place.box[1] + box[1])


def front_mask(size: tuple[int, int], holder: Holder) -> Image.Image:
    """The part of a holder in front of its content."""
    width, height = size
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    rim = holder.rim * height
    if not holder.round:
        rectangle(draw, (0, rim, width, height), fill=255)
        return mask
    rectangle(draw, (0, rim / 2, width, height), fill=255)
    inset = width * 0.04
    ellipse(draw, (inset, 0, width - inset, rim * 0.94), fill=0)
    return mask
