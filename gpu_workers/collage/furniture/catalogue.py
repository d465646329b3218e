"""Which name is drawn by which function.

In: a category's name, its aspect and a look.  Out: an RGBA picture, or None for a name that is not drawn.
"""

from functools import lru_cache

from PIL import Image

from gpu_workers.collage.furniture import cases, outdoors, seats, tables, vessels, walls
from gpu_workers.collage.furniture.look import DrawsThing, Look
from gpu_workers.collage.pen import Pen

DRAWN: dict[str, DrawsThing] = {
    "table": tables.table,
    "dining table": tables.table,
    "kitchen table": tables.table,
    "coffee table": tables.coffee_table,
    "side table": tables.round_table,
    "round table": tables.round_table,
    "desk": tables.desk,
    "counter": tables.counter,
    "kitchen counter": tables.counter,
    "kitchen island": tables.counter,
    "stall": tables.stall,
    "market stall": tables.stall,
    "stool": tables.stool,
    "workbench": tables.desk,
    "picnic table": tables.picnic_table,
    "sofa": seats.sofa,
    "couch": seats.sofa,
    "armchair": seats.armchair,
    "chair": seats.chair,
    "office chair": seats.office_chair,
    "bench": seats.bench,
    "bed": seats.bed,
    "deck chair": seats.deck_chair,
    "deckchair": seats.deck_chair,
    "hammock": seats.hammock,
    "cabinet": cases.cabinet,
    "cupboard": cases.cupboard,
    "sideboard": cases.cabinet,
    "tv stand": cases.cabinet,
    "shelf": cases.wall_shelf,
    "wall shelf": cases.wall_shelf,
    "bookshelf": cases.shelf,
    "bookcase": cases.shelf,
    "dresser": cases.dresser,
    "chest of drawers": cases.dresser,
    "nightstand": cases.dresser,
    "bedside table": cases.dresser,
    "wardrobe": cases.wardrobe,
    "fridge": cases.fridge,
    "refrigerator": cases.fridge,
    "stove": cases.stove,
    "oven": cases.stove,
    "washing machine": cases.washing_machine,
    "sink": cases.sink,
    "bathtub": cases.bathtub,
    "fireplace": cases.fireplace,
    "aquarium": cases.aquarium,
    "window": walls.window,
    "door": walls.door,
    "picture frame": walls.picture_frame,
    "picture": walls.picture_frame,
    "painting": walls.picture_frame,
    "mirror": walls.mirror,
    "curtain": walls.curtain,
    "blackboard": walls.board,
    "chalkboard": walls.board,
    "whiteboard": walls.whiteboard,
    "rug": walls.rug,
    "carpet": walls.rug,
    "round rug": walls.round_rug,
    "picnic blanket": walls.blanket,
    "towel": walls.rug,
    "lamp": outdoors.lamp,
    "table lamp": outdoors.lamp,
    "desk lamp": outdoors.lamp,
    "floor lamp": outdoors.floor_lamp,
    "street lamp": outdoors.street_lamp,
    "fence": outdoors.fence,
    "crate": vessels.crate,
    "box": vessels.box,
    "cardboard box": vessels.box,
    "barrel": vessels.barrel,
    "vase": vessels.vase,
    "bowl": vessels.bowl,
    "plate": vessels.plate,
    "trash can": outdoors.trash_can,
    "parasol": outdoors.parasol,
    "beach umbrella": outdoors.parasol,
    "hay bale": outdoors.hay_bale,
    "well": outdoors.well,
    "pier": outdoors.pier,
    "piano": outdoors.piano,
    "coat rack": outdoors.coat_rack,
    "mug": vessels.mug,
    "bottle": vessels.bottle,
    "cutting board": vessels.cutting_board,
    "pillow": vessels.pillow,
    "cushion": vessels.pillow,
    "toaster": vessels.toaster,
    "kettle": vessels.kettle,
    "tray": vessels.tray,
    "microwave": vessels.microwave,
    "bucket": vessels.bucket,
}

FLAT = frozenset({"rug", "carpet", "round rug", "picnic blanket", "towel"})
"""What lies flat on the floor: painted before everything that stands."""

OPENED = frozenset({"bucket"})
"""What has a sprite but is drawn when it holds something: the sprite shows no opening."""

KEPT_PICTURES = 192
"""Drawn pictures kept in memory: at most 0.6 MB each, usually half of that."""


@lru_cache(maxsize=KEPT_PICTURES)
def furniture(name: str, aspect: float, look: Look) -> Image.Image:
    """The picture of a drawn thing; an unknown name is drawn as a cabinet. `aspect` is width over height."""
    pen = Pen(aspect)
    DRAWN.get(name, cases.cabinet)(pen, look)
    return pen.done()
