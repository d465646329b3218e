"""Rooms: a wall, a floor line, a floor in perspective, light from a window out of sight.

In: a brush.  Out: strokes, and the words for what was painted, kept in the brush.
"""

from collections.abc import Callable

from PIL import ImageDraw

from gpu_workers.collage.backdrops.floors import BOARDS, CARPETS, TILES, boards, carpet, planks, tiles
from gpu_workers.collage.brush import FINE, Brush
from gpu_workers.collage.drawing_pen import RGB, darker, lighter, mix
from gpu_workers.collage.fixtures import surfaces
from gpu_workers.collage.fixtures.surfaces import paint_surface
from gpu_workers.collage.shapes import rectangle, rounded

WALLS: tuple[RGB, ...] = (
    (240, 208, 164), (166, 206, 192), (176, 192, 230), (242, 182, 160), (206, 214, 168), (226, 178, 190), (152, 196, 220),
    (246, 222, 158), (196, 180, 222),
)  # fmt: skip
TILED = (
    "kitchen", "bathroom", "laundry", "laborator", "hospital", "restroom", "bakery", "café", "sushi", "flower", "grocery",
    "pet shop", "barber",
)  # fmt: skip
CARPETED = ("bedroom", "nursery", "cinema", "hotel", "library", "theater")


def room(brush: Brush) -> None:
    """A room of the walls and the floor that the scene's elements name, or of those that suit its name."""
    line = float(brush.context.horizon)
    wall = brush.pick(*WALLS)
    name = brush.context.scene
    tiled = "tile" in " ".join(brush.context.wanted) or any(word in name for word in TILED)
    carpeted = "carpet" in brush.context.wanted or any(word in name for word in CARPETED)
    plain = not paint_surface(brush, surfaces.WALLS, (1.0, 0.8))
    if plain:
        wall_of_room(brush, line, wall)
    if plain and tiled:
        _wall_tiles(brush, line, lighter(wall, 0.35))
    elif plain and carpeted:
        _panel(brush, line, wall)
    elif plain:
        _decorate(brush, line, wall)
    brush.record("wall", "floor")
    if not paint_surface(brush, surfaces.FLOORS):
        floor(brush, line, "tiles" if tiled else "carpet" if carpeted else "boards")
    if plain:
        skirting(brush, line)
        window_light(brush, line)
    brush.vignette(0.18)


def floor(brush: Brush, line: float, manner: str) -> None:
    """A floor of tiles, carpet or boards."""
    if manner == "tiles":
        tiles(brush, line, brush.pick(*TILES))
    elif manner == "carpet":
        carpet(brush, line, brush.pick(*CARPETS))
    else:
        boards(brush, line, brush.pick(*BOARDS))


def wall_of_room(brush: Brush, line: float, tone: RGB) -> None:
    """A plain wall: lighter where the light comes in, a shade towards the ceiling and the floor."""
    brush.gradient(0, line, ((0.0, darker(tone, 0.10)), (0.3, tone), (0.8, lighter(tone, 0.20)), (1.0, tone)))
    brush.glow((brush.width * brush.between(0.55, 0.9), line * 0.3), (340, 300), lighter(tone, 0.65), 0.6)
    brush.texture(0, line, 0.07)
    brush.record("wall", "floor")


def _decorate(brush: Brush, line: float, tone: RGB) -> None:
    style = int(brush.rng.integers(4))
    if style == 0:
        stripes(brush, line, mix(tone, (255, 255, 255), 0.30))
    elif style == 1:
        _panel(brush, line, tone)


def stripes(brush: Brush, line: float, tone: RGB) -> None:
    """Broad, faint wallpaper stripes."""
    width = brush.between(18, 34)

    def draw(on: ImageDraw.ImageDraw) -> None:
        x = -width
        while x < brush.width:
            rectangle(on, (x * FINE, 0, (x + width / 2) * FINE, line * FINE), fill=255)
            x += width

    brush.shape(draw, tone, 0.32)


def _panel(brush: Brush, line: float, tone: RGB) -> None:
    """A painted lower half of the wall with a rail."""
    top = line - brush.between(0.26, 0.34) * line
    low = mix(darker(tone, 0.20), brush.pick(*WALLS), 0.35)
    brush.rect((0, top, brush.width, line - top), lighter(low, 0.18), low)
    width = brush.width / int(brush.rng.integers(5, 8))
    x = -width / 2
    while x < brush.width:
        brush.rect((x + 7, top + 12, width - 14, line - top - 30), darker(low, 0.10), lighter(low, 0.05), 3)
        brush.rect((x + 9, top + 14, width - 18, line - top - 34), lighter(low, 0.14), low, 3)
        x += width
    brush.rect((0, top - 4, brush.width, 7), lighter(low, 0.55), darker(low, 0.05), 1)


def _wall_tiles(brush: Brush, line: float, tone: RGB) -> None:
    """Glazed tiles on the lower wall."""
    size = brush.between(24, 32)
    top = line - size * int(brush.rng.integers(4, 6))
    brush.rect((0, top, brush.width, line - top), darker(tone, 0.16))

    def draw(on: ImageDraw.ImageDraw) -> None:
        for row in range(round((line - top) / size) + 1):
            for col in range(-1, int(brush.width / size) + 2):
                x, y = (col + 0.5 * (row % 2)) * size, top + row * size
                rounded(
                    on, ((x + 0.8) * FINE, (y + 0.8) * FINE, (x + size - 0.8) * FINE, (y + size - 0.8) * FINE), 5, fill=255
                )

    brush.shape(draw, lighter(tone, 0.3))
    brush.rect((0, top - 5, brush.width, 6), lighter(tone, 0.7), darker(tone, 0.1), 1)
    brush.glow((brush.width * 0.7, line * 0.6), (220, 160), (255, 255, 255), 0.35)


def skirting(brush: Brush, line: float) -> None:
    """A white board along the floor line, with the shadow below it."""
    brush.rect((0, line - 11, brush.width, 12), (250, 248, 244), (222, 216, 214))
    brush.rect((0, line, brush.width, 2), (96, 76, 84))
    brush.glow((brush.width / 2, line + 3), (brush.width, 22), (70, 46, 66), 0.32)


def window_light(brush: Brush, line: float) -> None:
    """The slanted shape of a window's light on the wall, where nothing hangs."""
    wide, tall, lean = brush.between(64, 92), line * 0.5, brush.between(0.25, 0.5)
    spots = [(brush.between(0.06, 0.72) * brush.width, line * brush.between(0.12, 0.3)) for _ in range(4)]
    free = [
        (x, y) for x, y in spots if not brush.context.is_covered(x, y - 0.5 * wide, x + wide, y + 0.54 * tall + 0.5 * tall)
    ]
    if not free or brush.rng.random() < 0.25 or "tall window" in brush.context.wanted or not brush.can_paint("window"):
        return  # a viewer may call it a window, so it counts as one
    x, top = free[0]
    for col in range(2):
        for row in range(2):
            left, upper = x + col * (wide * 0.54), top + row * tall * 0.54
            w, h = wide * 0.46, tall * 0.46
            corners = [(left, upper), (left + w, upper - w * lean), (left + w, upper + h - w * lean), (left, upper + h)]
            brush.poly(corners, (255, 248, 222), opacity=0.34, soft=2.2)


def tabletop(brush: Brush) -> None:
    """A wooden top in front of a blurred room."""
    line = float(brush.context.horizon)
    wall = brush.pick(*WALLS, (150, 176, 190), (206, 176, 150))
    brush.gradient(0, line + 6, ((0.0, darker(wall, 0.22)), (0.6, wall), (1.0, darker(wall, 0.12))))
    _bokeh(brush, line, wall)
    tone = brush.pick(*BOARDS, (222, 188, 146), (128, 86, 62))
    planks(brush, line, tone)
    brush.rect((0, line - 1, brush.width, 3), lighter(tone, 0.45), tone)
    brush.glow((brush.width * 0.66, line + (brush.height - line) * 0.3), (330, 130), (255, 246, 224), 0.42)
    brush.glow((brush.width * 0.1, brush.height), (260, 190), (50, 28, 50), 0.30)
    brush.record("table", "wall")
    brush.vignette(0.2)


def _bokeh(brush: Brush, line: float, wall: RGB) -> None:
    for _ in range(int(brush.rng.integers(3, 6))):
        x, w = brush.between(-30, brush.width), brush.between(50, 130)
        h = line * brush.between(0.25, 0.8)
        tone = mix(wall, brush.pick((120, 150, 160), (190, 130, 110), (240, 220, 190), (110, 130, 110)), 0.42)
        corners = [(x, line - h), (x + w, line - h), (x + w, line + 4), (x, line + 4)]
        brush.poly(corners, lighter(tone, 0.15), tone, opacity=0.6, soft=12)
    for _ in range(int(brush.rng.integers(6, 12))):
        r = brush.between(9, 26)
        spot = (brush.between(0, brush.width), brush.between(0, line * 0.8), r)
        brush.puffs([spot], (255, 250, 232), (255, 240, 210), brush.between(0.10, 0.28), 2.2)


PAINTERS: dict[str, Callable[[Brush], None]] = {"room": room, "tabletop": tabletop}
