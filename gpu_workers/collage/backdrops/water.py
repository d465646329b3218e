"""Places at and on the water: beach, harbour, sea.

In: a brush whose context says where objects stand.  Out: strokes, and the words for what was painted, kept in the
brush.  The shore runs between floating and standing objects; a standing object beyond the shore gets a jetty.
"""

from collections.abc import Callable, Sequence
from functools import partial
from math import sin

from PIL import ImageDraw

from gpu_workers.collage.backdrop_context import Foot
from gpu_workers.collage.backdrops.air import HAZE, far_trees, grass, hills, ridge, sky
from gpu_workers.collage.backdrops.country import hedge
from gpu_workers.collage.backdrops.floors import tiles
from gpu_workers.collage.backdrops.town import facades
from gpu_workers.collage.backdrops.wild import sand_ground
from gpu_workers.collage.brush import FINE, Brush
from gpu_workers.collage.drawing_pen import RGB, Point, darker, lighter, mix

SEAS: tuple[tuple[RGB, RGB], ...] = (
    ((122, 206, 232), (32, 122, 190)),
    ((140, 220, 222), (38, 146, 172)),
    ((132, 182, 226), (44, 96, 168)),
)


def open_water(brush: Brush, top: float, bottom: float) -> tuple[RGB, RGB]:
    """Water from the horizon down: bright far away, deep close by, with wavelets and glitter."""
    far, near = SEAS[int(brush.rng.integers(len(SEAS)))]
    brush.gradient(top, bottom, ((0.0, lighter(far, 0.25)), (0.2, far), (1.0, near)))
    brush.record("water", "sea", "wave")
    brush.glow((brush.width * 0.7, top + 6), (240, 46), (255, 252, 230), 0.5)
    for dark in (True, False):
        tone = darker(near, 0.22) if dark else lighter(far, 0.72)
        marks = [_wavelet(brush, top, bottom) for _ in range(46)]
        brush.shape(partial(_draw_wavelets, marks), tone, 0.30 if dark else 0.55, 0.5)
    return far, near


def _wavelet(brush: Brush, top: float, bottom: float) -> tuple[float, float, float]:
    close = brush.rng.random() ** 1.4
    return brush.between(-20, brush.width), top + 5 + close * (bottom - top), 8 + 40 * close


def _draw_wavelets(marks: Sequence[tuple[float, float, float]], on: ImageDraw.ImageDraw) -> None:
    for x, y, size in marks:
        steps = [k / 8 for k in range(9)]
        upper = [((x + size * t) * FINE, (y - size * 0.07 * sin(3.14 * t)) * FINE) for t in steps]
        lower = [((x + size * t) * FINE, (y + size * 0.02 * sin(3.14 * t)) * FINE) for t in reversed(steps)]
        on.polygon(upper + lower, fill=255)


def sea(brush: Brush) -> None:
    """The open sea."""
    line = float(brush.context.horizon)
    sky(brush, line)
    open_water(brush, line, brush.height)
    _jetties(brush, line, [foot for foot in brush.context.feet if foot.ground == "floor"])
    brush.vignette(0.14)


SURF = 24
"""How far behind what stands on land the water ends at least, in pixels: waves come nearer."""


def shore_line(brush: Brush, share: float) -> tuple[float, list[Foot]]:
    """The height of the shore, and the standing objects that are left in the water."""
    line, low = float(brush.context.horizon), float(brush.height)
    afloat = [foot.y for foot in brush.context.feet if foot.ground == "water"]
    standing = [foot for foot in brush.context.feet if foot.ground == "floor"]
    shore = line + (low - line) * share
    if standing:
        shore = min(shore, max(line + 16, min(foot.y for foot in standing) - SURF))
    if afloat:
        shore = max(shore, min(max(afloat) + 10, low - 8))
    return shore, [foot for foot in standing if foot.y < shore + 4]


def beach(brush: Brush) -> None:
    """Sea, a foaming edge, sand."""
    line = float(brush.context.horizon)
    sky(brush, line)
    if brush.rng.random() < 0.5 and brush.can_paint("island"):
        tone = mix((110, 170, 130), HAZE, 0.45)
        x = brush.between(0.1, 0.8) * brush.width
        brush.puffs([(x, line + 12, 26), (x + 34, line + 14, 34), (x + 70, line + 12, 20)], lighter(tone, 0.2), tone)
    shore, stranded = shore_line(brush, brush.between(0.20, 0.34))
    far, _ = open_water(brush, line, min(brush.height, shore + 14))
    sand = brush.pick((244, 220, 166), (238, 208, 150), (248, 226, 184))
    edge = _shore(brush, shore)
    brush.record("sand", "beach")
    ground_behind(brush, edge, partial(sand_ground, brush, shore - 12, sand))
    brush.poly(_band(edge, 2, 26), darker(mix(sand, far, 0.2), 0.16), sand, 0.65, 2.5)
    brush.poly(_band(edge, -16, 3), lighter(far, 0.55), opacity=0.45, soft=1.4)
    brush.poly(_band(edge, -4, 4), (255, 255, 255), opacity=0.92, soft=0.8)
    spits(brush, stranded, (lighter(sand, 0.1), darker(sand, 0.08)))
    brush.vignette(0.12)


def _shore(brush: Brush, shore: float) -> list[Point]:
    phase, swing = brush.between(0, 6), brush.between(5, 9)
    return [
        (float(x), shore + swing * sin(x * 0.013 + phase) + 2.5 * sin(x * 0.037 + phase * 2))
        for x in range(-8, brush.width + 16, 8)
    ]


def _band(edge: Sequence[Point], above: float, below: float) -> list[Point]:
    return [(x, y + above) for x, y in edge] + [(x, y + below) for x, y in reversed(edge)]


def ground_behind(brush: Brush, edge: Sequence[Point], paint: Callable[[], None]) -> None:
    """Let `paint` fill the ground, but restore what is beyond the edge."""
    before = brush.image.copy()
    paint()
    outline = [(-16.0, -4.0), *[(x * FINE, y * FINE) for x, y in edge], (brush.width * FINE + 16.0, -4.0)]
    brush.shape(lambda on: on.polygon(outline, fill=255), before)


def harbour(brush: Brush) -> None:
    """Calm water with a far shore, and a quay in front; or a canal, a river, a pool, if the elements say so."""
    line, wanted = float(brush.context.horizon), brush.context.wanted
    sky(brush, line)
    far_shore(brush, line)
    shore, stranded = shore_line(brush, brush.between(0.48, 0.60))
    open_water(brush, line, min(brush.height, shore + 10))
    if "riverbank" in wanted:
        grass_bank(brush, shore)
    elif "pool edge" in wanted:
        pool(brush, shore)
    else:
        quay(brush, shore)
    if "riverbank" in wanted:
        spits(brush, stranded, ((172, 210, 116), (112, 170, 88)))
    else:
        _jetties(brush, shore, stranded)
    brush.vignette(0.14)


def far_shore(brush: Brush, line: float) -> None:
    """What is seen beyond the water: houses, trees or hills."""
    wanted = brush.context.wanted
    if "canal house" in wanted and brush.can_paint("canal house", "house", "building", "window", "door"):
        facades(brush, line)
    elif "pool edge" in wanted:
        hedge(brush, line, (110, 170, 96))
    elif "riverbank" in wanted:
        hills(brush, line, (120, 176, 100), 2)
        far_trees(brush, line, (96, 160, 90), 1.0)
        brush.rect((0, line - 3, brush.width, 9), (150, 196, 110), (110, 166, 88))
    elif brush.can_paint("hill"):
        for k in range(2):
            tone = mix((104, 140, 150), HAZE, 0.55 - 0.2 * k)
            ridge(brush, line + 3, 44 - 16 * k, (lighter(tone, 0.15), tone), 0.5)
    if not wanted & {"canal house", "riverbank", "pool edge"}:
        brush.record("harbour")


def grass_bank(brush: Brush, shore: float) -> None:
    """A grassy bank with reeds along its edge."""
    if shore > brush.height - 4:
        return
    edge = _shore(brush, shore)
    ground_behind(brush, edge, lambda: grass(brush, shore - 12, (186, 218, 124), (112, 176, 88), 90))
    brush.poly(_band(edge, -3, 7), (150, 124, 84), (120, 150, 80), 0.8, 1.2)
    if brush.can_paint("reed"):
        for k in range(26):
            x, y = edge[int(brush.rng.integers(len(edge)))]
            tall = brush.between(16, 40)
            tone = (96, 150, 80) if k % 3 else (140, 100, 64)
            brush.poly([(x - 2, y + 4), (x + 2, y + 4), (x + brush.between(-6, 6), y - tall)], tone)
    brush.record("riverbank")


def pool(brush: Brush, shore: float) -> None:
    """Ropes between lanes, and a deck of pale tiles with a steel ladder."""
    line = float(brush.context.horizon)
    brush.rect((0, line - 2, brush.width, 8), (250, 250, 250), (206, 214, 220))
    for k in range(-3, 4):
        for step in range(16):
            near = (step / 16) ** 1.4
            y = line + 8 + (shore - line - 8) * near
            x = brush.width / 2 + (k + 0.5) * brush.width * (0.14 + 0.10 * near)
            tone: RGB = (226, 70, 66) if step % 2 else (250, 250, 250)
            brush.puffs([(x, y, 1.8 + 3 * near)], tone, darker(tone, 0.15))
    if shore > brush.height - 4:
        return
    tiles(brush, shore, (226, 232, 234))
    brush.rect((0, shore - 4, brush.width, 9), (250, 252, 252), (210, 220, 226))
    brush.rect((0, shore + 5, brush.width, 4), (70, 140, 190))
    brush.record("pool edge")


def quay(brush: Brush, top: float) -> None:
    """A quay of stone slabs or planks from `top` to the lower edge."""
    if top > brush.height - 4:
        return
    wood = brush.rng.random() < 0.5
    tone = brush.pick((188, 144, 104), (170, 128, 96)) if wood else brush.pick((196, 192, 196), (206, 196, 184))
    brush.record("quay")
    brush.gradient(top, brush.height, ((0.0, lighter(tone, 0.22)), (1.0, tone)))
    brush.texture(top, brush.height, 0.12)
    brush.shape(partial(_joints, brush, top, wood), darker(tone, 0.36), 0.55)
    brush.rect((0, top - 3, brush.width, 6), lighter(tone, 0.5), darker(tone, 0.10))
    brush.rect((0, top + 3, brush.width, 3), darker(tone, 0.45))
    brush.glow((brush.width / 2, top - 8), (brush.width, 12), (20, 50, 90), 0.4)


def _joints(brush: Brush, top: float, wood: bool, on: ImageDraw.ImageDraw) -> None:
    deep = brush.height - top
    middle = brush.width / 2
    for k in range(-14, 15):
        far, near = middle + k * 42, middle + k * 68
        if wood or k % 2 == 0:
            on.line((far * FINE, (top + 5) * FINE, near * FINE, brush.height * FINE), fill=255, width=2 if wood else 3)
    if not wood:
        for k in range(1, 5):
            y = top + 5 + deep * (k / 5) ** 1.4
            on.line((0, y * FINE, brush.width * FINE, y * FINE), fill=255, width=3)


def spits(brush: Brush, feet: Sequence[Foot], tones: tuple[RGB, RGB]) -> None:
    """Tongues of land from the picture's side under objects that stand beyond the shore, nearer ones painted last."""
    for foot in sorted(feet, key=lambda foot: foot.y):
        from_left = foot.left + foot.right < brush.width
        half = max(20.0, (foot.right - foot.left) * 0.16)
        start, end = (-30.0, foot.right + 2 * half) if from_left else (foot.left - 2 * half, brush.width + 30.0)
        across = [start + (end - start) * k / 24 for k in range(25)]
        tip = [max(0.0, 1 - ((x - start if not from_left else end - x) / (1.6 * half) - 1) ** 2) ** 0.5
               if (x - start if not from_left else end - x) < 1.6 * half else 1.0 for x in across]  # fmt: skip
        wave = [2.5 * sin(x * 0.07 + foot.y) for x in across]
        upper = [(x, foot.y - 2 - (half * 0.55 + w) * t) for x, t, w in zip(across, tip, wave, strict=True)]
        lower = [(x, foot.y + 2 + (half * 0.55 + w) * t) for x, t, w in zip(across, tip, wave, strict=True)]
        edge = [(x, y + 5) for x, y in lower]
        brush.poly([*upper, *reversed(edge)], (255, 255, 255), opacity=0.55, soft=1.2)
        brush.poly([*upper, *reversed(lower)], *tones)


def _jetties(brush: Brush, shore: float, feet: Sequence[Foot]) -> None:
    """Jetties from the picture's side to objects that stand beyond the shore, nearer ones painted last."""
    tone: RGB = (184, 140, 100)
    for foot in sorted(feet, key=lambda foot: foot.y):
        brush.record("pier")
        from_left = foot.left + foot.right < brush.width
        left = -12.0 if from_left else foot.left - 14
        right = foot.right + 14 if from_left else brush.width + 12.0
        deck, low = foot.y - 9, foot.y + 8
        posts = min(26.0, max(12.0, shore - low)) if shore > low else 14.0
        for k in range(1 + int((right - left) / 46)):
            x = right - 10 - 46 * k if from_left else left + 4 + 46 * k
            brush.rect((x, low, 6, posts), darker(tone, 0.28), darker(tone, 0.5))
        brush.poly([(left + 8, deck), (right - 8, deck), (right + 4, low), (left - 4, low)], lighter(tone, 0.28), tone)
        brush.shape(partial(_deck_joints, (left, right), (deck, low)), darker(tone, 0.34), 0.6)
        brush.rect((left - 4, low, right - left + 8, 6), tone, darker(tone, 0.28), 2)


def _deck_joints(across: tuple[float, float], down: tuple[float, float], on: ImageDraw.ImageDraw) -> None:
    left, right = across
    for k in range(1, int((right - left) / 12)):
        x = (left + 12 * k) * FINE
        on.line((x, down[0] * FINE, x, down[1] * FINE), fill=255, width=2)


PAINTERS: dict[str, Callable[[Brush], None]] = {
    "beach": beach,
    "harbour": harbour,
    "sea": sea,
}
