"""Large rooms of a town: shop and stage.

In: a brush.  Out: strokes, and the words for what was painted, kept in the brush.
"""

from collections.abc import Callable

from gpu_workers.collage.backdrops.floors import BOARDS, TILES, boards, tiles
from gpu_workers.collage.backdrops.indoors import TILED, WALLS, skirting, wall_of_room, window_light
from gpu_workers.collage.brush import Brush
from gpu_workers.collage.drawing_pen import RGB, darker, lighter, mix
from gpu_workers.collage.fixtures.shelves import SHELVES

GOODS: tuple[RGB, ...] = (
    (214, 110, 96),
    (238, 186, 92),
    (112, 164, 150),
    (104, 140, 190),
    (196, 150, 180),
    (236, 226, 206),
)

LEAST_SHELVES = 0.2
"""Share of the picture's width below which no shelves are put up."""

SHELF_END = 8.0
"""Space between shelves and what hangs beside them, in pixels."""


def shop(brush: Brush) -> None:
    """A shop: shelves out of focus on the back wall, a striped valance, tiles."""
    line = float(brush.context.horizon)
    wall = brush.pick(*WALLS)
    wall_of_room(brush, line, wall)
    if SHELVES.keys() & brush.context.wanted:
        brush.record("shelf")
    elif brush.can_paint("shelf", "wall shelf", "bookshelf"):
        shelves(brush, line)
    else:
        window_light(brush, line)
    if "tile" in brush.context.wanted or any(word in brush.context.scene for word in TILED):
        tiles(brush, line, brush.pick(*TILES))
    else:
        boards(brush, line, brush.pick(*BOARDS))
    skirting(brush, line)
    stripe = brush.pick((206, 84, 84), (72, 138, 160), (92, 150, 110), (226, 150, 80))
    count = 16
    each = brush.width / count
    for k in range(count):
        tone = stripe if k % 2 else (252, 246, 236)
        brush.rect((k * each, -14, each, 44), lighter(tone, 0.12), darker(tone, 0.06), each / 2)
    brush.glow((brush.width / 2, 30), (brush.width, 26), (50, 36, 60), 0.22)
    brush.record("awning")
    brush.vignette(0.18)


def shelves(brush: Brush, line: float) -> None:
    """Shelves with goods too blurred to count or name, along the whole wall or half of it, where nothing hangs."""
    wood = brush.pick((176, 128, 88), (206, 170, 130), (140, 100, 80))
    shares = ((0.36, 0.58, 0.80), (0.42, 0.72), (0.34, 0.56), (0.5,))[int(brush.rng.integers(4))]
    left, right = ((0.0, 1.0), (0.0, 1.0), (0.0, 0.48), (0.52, 1.0))[int(brush.rng.integers(4))]
    span = (left * brush.width, right * brush.width)
    left, right = (x / brush.width for x in brush.context.uncovered(span, line * 0.2, line * shares[-1] + 7, SHELF_END))
    if right - left < LEAST_SHELVES:
        return
    shape = int(brush.rng.integers(3))
    for share in shares:
        y, x, end = line * share, left * brush.width + 12, right * brush.width - 12
        while x < end - 16:
            w = (brush.between(14, 34), brush.between(20, 32), brush.between(9, 14))[shape]
            h = (line * brush.between(0.08, 0.15), w, line * brush.between(0.13, 0.17))[shape]
            _blurred(brush, (x, y - h, min(w, end - x), h), round_shape=shape == 1)
            x += w + brush.between(1, 9) + (9 if brush.rng.random() < 0.2 else 0)
        board = [
            (left * brush.width, y),
            (right * brush.width, y),
            (right * brush.width, y + 7),
            (left * brush.width, y + 7),
        ]
        brush.poly(board, lighter(wood, 0.2), darker(wood, 0.1), 1.0, 1.2)
        middle = (left + right) / 2 * brush.width
        brush.glow((middle, y + 12), ((right - left) * brush.width * 0.6, 12), (60, 40, 50), 0.34)


def _blurred(brush: Brush, area: tuple[float, float, float, float], round_shape: bool) -> None:
    x, y, w, h = area
    tone = mix(brush.pick(*GOODS), (240, 228, 214), 0.3)
    if round_shape:
        brush.puffs([(x + w / 2, y + h - w / 2, w / 2)], lighter(tone, 0.25), darker(tone, 0.08), 0.85, 3.0)
    else:
        corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
        brush.poly(corners, lighter(tone, 0.2), darker(tone, 0.08), 0.85, 3.2)


def theatre(brush: Brush) -> None:
    """A stage: curtains, spotlights, boards."""
    line = float(brush.context.horizon)
    tone = brush.pick((170, 36, 56), (126, 40, 110), (36, 70, 140), (150, 44, 44))
    back = mix(darker(tone, 0.45), (60, 50, 100), 0.45)
    brush.gradient(0, line, ((0.0, darker(back, 0.35)), (1.0, lighter(back, 0.18))))
    folds(brush, (96, 0, brush.width - 192, line), mix(back, tone, 0.3), 16)
    boards(brush, line, brush.pick((176, 120, 78), (150, 98, 66)))
    brush.rect((0, line - 2, brush.width, 4), (70, 44, 50))
    for x in (brush.between(0.2, 0.4), brush.between(0.6, 0.8)):
        aim = brush.width * (0.5 + (x - 0.5) * 0.5)
        low = line + (brush.height - line) * 0.45
        top = brush.width * x
        brush.poly(
            [(top - 10, -4.0), (top + 10, -4.0), (aim + 120, low), (aim - 120, low)], (255, 244, 206), opacity=0.16, soft=8
        )
        brush.glow((aim, low), (170, 60), (255, 246, 214), 0.55)
    for x in (-14.0, brush.width - 92.0):
        folds(brush, (x, 0, 106, line + 26), tone, 5)
    valance(brush, tone)
    brush.record("curtain", "stage", "spotlight", "wall")
    brush.vignette(0.34)


def folds(brush: Brush, area: tuple[float, float, float, float], tone: RGB, count: int) -> None:
    """Hanging cloth."""
    x, y, w, h = area
    each = w / count
    brush.rect((x, y, w, h), tone, darker(tone, 0.1))
    light, dark = (lighter(tone, 0.22), tone), (darker(tone, 0.35), darker(tone, 0.45))
    for k in range(count):
        for start, end, slant, tones in ((0.0, 0.45, 0.05, light), (0.66, 1.0, 0.0, dark)):
            left, right = x + (k + start) * each, x + (k + end) * each
            corners = [(left, y), (right, y), (right + slant * each, y + h), (left, y + h)]
            brush.poly(corners, *tones, opacity=0.6, soft=each * 0.12)


def valance(brush: Brush, tone: RGB) -> None:
    """Swags along the upper edge."""
    count = 5
    each = brush.width / count
    for k in range(count):
        middle = (k + 0.5) * each
        for depth, shade in ((46, darker(tone, 0.3)), (40, tone), (24, lighter(tone, 0.14))):
            brush.puffs([(middle, -each * 0.62 + depth, each * 0.62)], darker(shade, 0.1), shade)
    brush.rect((0, -4, brush.width, 12), (236, 190, 96), (190, 136, 60))


PAINTERS: dict[str, Callable[[Brush], None]] = {"shop": shop, "stage": theatre}
