"""The function that paints each kind of backdrop.

In: a kind and a context.  Out: the finished brush: picture and words.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from gpu_workers.collage.backdrop_context import BackdropContext
from gpu_workers.collage.backdrops import country, deep, halls, indoors, town, water, wild
from gpu_workers.collage.backdrops.place_pictures import show_picture
from gpu_workers.collage.brush import Brush
from gpu_workers.collage.fixtures.fixture_table import paint_fixtures
from gpu_workers.collage.fixtures.places import paint_place

PAINTERS: dict[str, Callable[[Brush], None]] = {
    **indoors.PAINTERS,
    **country.PAINTERS,
    **wild.PAINTERS,
    **water.PAINTERS,
    **deep.PAINTERS,
    **town.PAINTERS,
    **halls.PAINTERS,
}
INDOORS = frozenset({"room", "shop", "stage", "tabletop"})
"""Kinds with a wall for hanging objects."""

AFLOAT = frozenset({"beach", "harbour", "sea", "underwater"})
"""Kinds with water to float on or swim in."""


def paint_backdrop(kind: str, context: BackdropContext, pictures: Sequence[Path] = ()) -> Brush:
    """The painted backdrop, or one of the pictures of the place. Raises KeyError for an unknown kind."""
    brush = Brush(context)
    if pictures:
        show_picture(brush, pictures)
    else:
        if not paint_place(brush):
            PAINTERS[kind](brush)
        paint_fixtures(brush)
    brush.done()
    return brush
