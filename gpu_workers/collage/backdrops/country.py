"""Open country: park, field, forest, mountain, desert, snow, yard, sky.

In: a brush.  Out: strokes, and words noted with the brush.
"""

from collections.abc import Callable
from functools import partial
from math import sin

from PIL import ImageDraw

from gpu_workers.collage.backdrops.air import HAZE, cloud, far_trees, grass, hills, ridge, sky
from gpu_workers.collage.brush import FINE, Brush
from gpu_workers.collage.pen import RGB, Point, darker, lighter, mix

LAWNS: tuple[tuple[RGB, RGB], ...] = (
    ((186, 222, 124), (104, 176, 84)),
    ((168, 214, 130), (84, 160, 92)),
    ((206, 222, 118), (126, 178, 76)),
)


def park(brush: Brush) -> None:
    """Sky, distant trees, a lawn with a winding path."""
    line = float(brush.stage.horizon)
    sky(brush, line)
    far, near = LAWNS[int(brush.rng.integers(len(LAWNS)))]
    hills(brush, line, near, 2)
    far_trees(brush, line, near)
    grass(brush, line - 1, far, near)
    if brush.rng.random() < 0.8 and brush.may("path"):
        path(brush, line, (236, 214, 172))
    brush.vignette(0.12)


def path(brush: Brush, line: float, tone: RGB) -> None:
    """A path that winds from the lower edge to the horizon."""
    bend, start, side = brush.between(0.10, 0.24), brush.between(0.25, 0.75), brush.rng.choice((-1.0, 1.0))
    left: list[Point] = []
    right: list[Point] = []
    for k in range(25):
        far = k / 24
        y = line + (brush.height + 8 - line) * (1 - far) ** 1.5
        x = brush.width * (start + side * bend * sin(far * 4.2))
        half = 3 + 68 * (1 - far) ** 1.5
        left.append((x - half, y))
        right.append((x + half, y))
    edge = [*left, *reversed(right)]
    brush.poly([(x, y + 2) for x, y in edge], darker(tone, 0.25), darker(tone, 0.35), 0.5, 1.5)
    brush.poly(edge, lighter(tone, 0.25), tone)


def field(brush: Brush) -> None:
    """Rolling farmland with rows of crops and a meadow in front."""
    line = float(brush.stage.horizon)
    sky(brush, line)
    near = brush.pick((150, 188, 84), (196, 184, 92), (120, 176, 92))
    hills(brush, line, near, 3)
    far_trees(brush, line, near, 0.45)
    tones = ((222, 200, 112), (166, 198, 104), (198, 210, 120), (140, 184, 96))
    band = line - 1
    brush.gradient(line - 1, line + 80, ((0.0, (226, 214, 140)), (1.0, lighter(near, 0.2))))
    for k in range(3):
        tone = brush.pick(*tones)
        outline = ridge(brush, band + 26, brush.between(18, 30), lighter(tone, 0.16), tone, 0.2)
        if k != 1:
            rows(brush, outline, band + 30, darker(tone, 0.22))
        band += 12 + k * 4
    brush.shows("field")
    grass(brush, band + 10, lighter(near, 0.3), darker(near, 0.10))
    brush.vignette(0.12)


def rows(brush: Brush, outline: list[Point], foot: float, tone: RGB) -> None:
    """Furrows that run over a hill towards one point."""
    x0 = brush.between(0.2, 0.8) * brush.width

    def draw(on: ImageDraw.ImageDraw) -> None:
        for k in range(-16, 17):
            top = outline[min(32, max(0, round((x0 + k * 12) / brush.width * 32)))]
            on.line([(FINE * (x0 + k * 12), FINE * (top[1] + 2)), (FINE * (x0 + k * 34), FINE * foot)], fill=255, width=2)

    brush.shape(draw, tone, 0.4)


def forest(brush: Brush) -> None:
    """Rows of trunks in the mist, a canopy of light, a mossy ground."""
    line = float(brush.stage.horizon)
    light = brush.pick((214, 236, 190), (230, 236, 190), (196, 230, 214))
    brush.gradient(0, line + 4, ((0.0, darker(mix(light, (90, 160, 110), 0.6), 0.1)), (0.6, light), (1.0, lighter(light, 0.4))))
    brush.glow((brush.between(0.4, 0.8) * brush.width, line * 0.35), (300, 240), (255, 252, 220), 0.7)
    brush.shows("tree", "grass")
    for layer in range(3):
        tone = mix((86, 78, 72), mix(light, (120, 170, 140), 0.4), 0.74 - 0.27 * layer)
        trunks(brush, line + 2 + 5 * layer, tone, 5 + layer, 7 + 7 * layer)
    canopy(brush, line, mix((70, 140, 80), light, 0.15))
    near = brush.pick((96, 148, 82), (112, 150, 78), (86, 140, 98))
    grass(brush, line, lighter(near, 0.35), darker(near, 0.15), 90)
    light_beams(brush, line)
    brush.vignette(0.3)


def trunks(brush: Brush, foot: float, tone: RGB, count: int, width: float) -> None:
    """Straight trunks that leave the picture at its top."""
    for _ in range(count):
        x, w = brush.between(0, brush.width), width * brush.between(0.7, 1.3)
        lean = brush.between(-8, 8)
        points = [(x - w * 0.4 + lean, -2.0), (x + w * 0.4 + lean, -2.0), (x + w * 0.5, foot - 6), (x + w * 0.8, foot + 3),
                  (x - w * 0.8, foot + 3), (x - w * 0.5, foot - 6)]  # fmt: skip
        brush.poly(points, lighter(tone, 0.06), darker(tone, 0.10))


def canopy(brush: Brush, line: float, tone: RGB) -> None:
    """Leaves hanging in from the top."""
    for layer in range(2):
        circles = [
            (brush.between(-20, brush.width + 20), brush.between(-30, line * (0.26 - 0.10 * layer)), brush.between(14, 38))
            for _ in range(26)
        ]
        brush.puffs(circles, darker(tone, 0.30 - 0.1 * layer), mix(tone, (220, 250, 140), 0.22), 0.9, 1.2)


def light_beams(brush: Brush, line: float) -> None:
    """Slanted beams of sunlight."""
    for _ in range(3):
        x, w = brush.between(0.15, 0.95) * brush.width, brush.between(22, 54)
        low = line + brush.between(20, 90)
        points = [(x, -5.0), (x + w, -5.0), (x + w - low * 0.42, low), (x - w * 0.6 - low * 0.42, low)]
        brush.poly(points, (255, 252, 214), opacity=0.15, soft=7)


def mountain(brush: Brush) -> None:
    """Snowy peaks over an alpine meadow."""
    line = float(brush.stage.horizon)
    sky(brush, line)
    brush.shows("mountain")
    base = brush.pick((112, 132, 176), (122, 124, 160), (104, 142, 168))
    for k in range(3):
        tone = mix(base, HAZE, 0.52 - 0.24 * k)
        for _ in range(2 + k):
            peak(brush, line, brush.between(0, brush.width), line * brush.between(0.46, 0.78) * (1 - 0.24 * k), tone)
    near = brush.pick((126, 176, 92), (140, 182, 100), (110, 168, 104))
    ridge(brush, line + 10, 30, lighter(near, 0.18), near, 0.3)
    far_trees(brush, line + 4, darker(near, 0.2), 0.6)
    grass(brush, line + 4, lighter(near, 0.28), darker(near, 0.08))
    brush.vignette(0.12)


def peak(brush: Brush, foot: float, x: float, height: float, tone: RGB) -> None:
    """One peak: a lit and a shaded face, and snow on top."""
    top, half = foot - height, height * brush.between(0.85, 1.2)
    spine = [(x, top), (x - half * 0.05, top + height * 0.35), (x + half * 0.07, top + height * 0.62), (x, foot + 2)]
    brush.poly([(x, top), (x + half, foot + 2), (x - half, foot + 2)], lighter(tone, 0.12), mix(tone, HAZE, 0.35))
    brush.poly([*spine, (x - half, foot + 2)], darker(tone, 0.14), mix(tone, HAZE, 0.22), 0.85)
    if height > 80 and brush.may("snow"):
        cut = 0.30
        jag = [(x + half * cut * t, top + height * cut * (1.0 + (0.22 if k % 2 else -0.16)))
               for k, t in enumerate((1.0, 0.55, 0.2, -0.2, -0.6, -1.0))]  # fmt: skip
        jag[0], jag[-1] = (x + half * cut, top + height * cut), (x - half * cut, top + height * cut)
        brush.poly([(x, top), *jag], (255, 255, 255), (224, 234, 248))


def desert(brush: Brush) -> None:
    """Dunes under a wide sky."""
    line = float(brush.stage.horizon)
    sky(brush, line, clouds=brush.rng.random() < 0.4)
    sand = brush.pick((236, 196, 132), (232, 178, 116), (240, 210, 156))
    brush.glow((brush.width / 2, line), (420, 120), lighter(sand, 0.7), 0.6)
    brush.shows("sand", "dune")
    for k in range(3):
        tone = mix(sand, (238, 206, 196), 0.5 - 0.2 * k)
        ridge(brush, line + 4 + 4 * k, 62 - 14 * k, lighter(tone, 0.25), darker(tone, 0.06 + 0.03 * k), 0.3)
    sand_ground(brush, line + 6, sand)
    brush.vignette(0.14)


def sand_ground(brush: Brush, top: float, tone: RGB) -> None:
    """Sand with soft ripples that widen with nearness."""
    brush.gradient(top, brush.height, ((0.0, lighter(tone, 0.30)), (0.4, lighter(tone, 0.08)), (1.0, darker(tone, 0.10))))
    brush.texture(top, brush.height, 0.16, (1.2, 0.5))
    phase = brush.between(0, 6)
    for dark in (True, False):
        brush.shape(
            partial(ripples, brush, top, phase, 0 if dark else 3), darker(tone, 0.22) if dark else lighter(tone, 0.55), 0.42, 0.7
        )


def ripples(brush: Brush, top: float, phase: float, shift: float, on: ImageDraw.ImageDraw) -> None:
    """Wavy lines across the ground."""
    for k in range(1, 9):
        near = (k / 9) ** 1.6
        y = top + (brush.height - top) * near
        points = [
            (x * FINE, (y + shift * near + (2 + 7 * near) * sin(x * (0.034 - 0.016 * near) + phase + k * 2.1)) * FINE)
            for x in range(-4, brush.width + 12, 8)
        ]
        on.line(points, fill=255, width=max(1, round(4 * near)), joint="curve")


def snow(brush: Brush) -> None:
    """A white plain with drifts, far firs and falling flakes."""
    line = float(brush.stage.horizon)
    top = brush.pick((150, 186, 226), (170, 184, 222), (132, 178, 220))
    brush.gradient(0, line + 4, ((0.0, top), (0.7, (212, 228, 246)), (1.0, (240, 240, 248))))
    brush.shows("sky", "snow")
    for k in range(2):
        tone = mix((168, 190, 224), (236, 242, 252), 0.45 + 0.2 * k)
        ridge(brush, line + 2, 66 - 26 * k, lighter(tone, 0.4), tone, 0.4)
    if brush.may("tree", "evergreen tree", "pine tree"):
        for _ in range(int(brush.rng.integers(10, 18))):
            fir(brush, brush.between(0, brush.width), line + brush.between(0, 7), brush.between(18, 46))
    brush.gradient(line + 4, brush.height, ((0.0, (246, 249, 254)), (0.5, (232, 240, 250)), (1.0, (206, 222, 242))))
    for k in range(4):
        y = line + 14 + (brush.height - line) * (0.06 + 0.24 * k)
        x, r = brush.between(0, brush.width), brush.between(140, 260)
        brush.glow((x, y), (r, 16 + 12 * k), (164, 190, 226), 0.42)
        brush.glow((x + 30, y - 8 - 3 * k), (r, 14 + 10 * k), (255, 255, 255), 0.8)
    if brush.may("snowflake"):
        flakes = [(brush.between(0, brush.width), brush.between(0, brush.height), brush.between(0.8, 2.4)) for _ in range(60)]
        brush.puffs(flakes, (255, 255, 255), (255, 255, 255), 0.85, 0.4)
    brush.vignette(0.10)


def fir(brush: Brush, x: float, foot: float, height: float) -> None:
    """A far fir with snow on it."""
    tone = mix((92, 136, 140), (214, 230, 246), 0.42 - 0.006 * height)
    for k in range(3):
        y, half = foot - height * (0.22 + 0.26 * k), height * (0.34 - 0.08 * k)
        points = [(x, y - height * 0.36), (x + half, y + height * 0.06), (x - half, y + height * 0.06)]
        brush.poly(points, lighter(tone, 0.5), tone)


def yard(brush: Brush) -> None:
    """A lawn before a wooden fence or a hedge."""
    line = float(brush.stage.horizon)
    sky(brush, line)
    far, near = LAWNS[int(brush.rng.integers(len(LAWNS)))]
    far_trees(brush, line - 44, near, 0.8)
    if brush.rng.random() < 0.65 and brush.may("fence"):
        pickets(brush, line)
    else:
        hedge(brush, line, near)
    grass(brush, line - 1, far, near)
    brush.glow((brush.width / 2, line), (brush.width, 16), (40, 70, 50), 0.28)
    brush.vignette(0.12)


def pickets(brush: Brush, line: float) -> None:
    """A fence of boards along the horizon."""
    tone = brush.pick((214, 174, 128), (240, 236, 228), (186, 142, 104), (170, 196, 200))
    tall, each = brush.between(62, 84), brush.between(20, 28)
    x = -each * brush.rng.random()
    while x < brush.width:
        top = line - tall + brush.between(-2, 2)
        shade = mix(tone, (120, 80, 70), brush.between(0, 0.12))
        points = [(x + 1, top + 7), (x + each / 2, top), (x + each - 1, top + 7), (x + each - 1, line), (x + 1, line)]
        brush.poly(points, lighter(shade, 0.2), darker(shade, 0.12))
        x += each
    for y in (line - tall * 0.72, line - tall * 0.28):
        brush.rect((0, y, brush.width, 5), lighter(tone, 0.05), darker(tone, 0.22))


def hedge(brush: Brush, line: float, tone: RGB) -> None:
    """A clipped hedge along the horizon."""
    brush.shows("hedge")
    deep = darker(tone, 0.25)
    for k in range(3):
        count = 44
        top = line - 62 + 18 * k
        circles = [(brush.width * (j + brush.between(0, 1)) / count, top + brush.between(8, 22), brush.between(11, 19)) for j in range(count)]
        shade = mix(deep, tone, 0.2 + 0.2 * k)
        brush.puffs(circles, mix(shade, (220, 240, 140), 0.22), shade)
        brush.rect((0, top + 18, brush.width, line - top), shade)


def open_sky(brush: Brush) -> None:
    """High in the air: clouds above, a sea of clouds or far hills below."""
    line = float(brush.stage.horizon)
    sky(brush, brush.height, clouds=False)
    brush.shows("cloud")
    for k in range(6):
        cloud(brush, brush.between(0, brush.width), brush.between(0.08, 0.8) * min(line, brush.height * 0.8), brush.between(16, 44))
    base = max(brush.height * 0.84, min(line, brush.height * 0.94))
    for layer in range(2):
        circles = [
            (brush.between(-20, brush.width + 20), base + 26 * layer + brush.between(0, 30), brush.between(28, 56)) for _ in range(20)
        ]
        brush.puffs(circles, (255, 255, 255), (214, 228, 248), 0.7 + 0.25 * layer, 2.0)
    brush.vignette(0.08)


PAINTERS: dict[str, Callable[[Brush], None]] = {
    "park": park,
    "field": field,
    "forest": forest,
    "mountain": mountain,
    "desert": desert,
    "snow": snow,
    "yard": yard,
    "sky": open_sky,
}
