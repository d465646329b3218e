"""What furnishes a room: rugs, pillows, curtains."""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BRASS,
    hoop,
)
from gpu_workers.solid.kit.materials import material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import (
    ball,
    box,
    cushion,
    disc_outline,
    plate,
    rounded_outline,
    sheet,
    tube,
)


def bordered_rug(request: BuildRequest) -> Built:
    """A rug with a border and fringes at its ends."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(request.made_of("carpet"), plate(rounded_outline(w * 0.96, d, 0.01), h * 0.8, 0.002))
    cream = material("carpet", "cream")
    for share in (0.92, 0.72):
        outer, inner = box(w * share, d * share, h * 0.1, 0.001), box(w * share - 0.06, d * share - 0.06, h * 0.1, 0.001)
        built.add(cream, outer.moved(z=h * (0.78 if share > 0.8 else 0.86)))
        built.add(request.made_of("carpet"), inner.moved(z=h * (0.82 if share > 0.8 else 0.9)))
    count = int(d / 0.04)
    rows = [
        box(w * 0.025, 0.012, h * 0.5, 0.002).moved((k / (count - 1) - 0.5) * (d - 0.03), y * w * 0.488)
        for k in range(count)
        for y in (-1, 1)
    ]
    return built.add(cream, *rows)


def striped_rug(request: BuildRequest) -> Built:
    """A rug with stripes across it."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(request.made_of("carpet"), plate(rounded_outline(w, d, 0.02), h * 0.9, 0.003))
    cream = material("carpet", "cream")
    at = (-0.42, -0.36, -0.1, 0.0, 0.1, 0.36, 0.42)
    return built.add(
        cream,
        *(box(w * (0.03 if abs(y) > 0.2 else 0.05), d * 0.995, h * 0.12, 0.001).moved(0, y * w, h * 0.88) for y in at),
    )


def round_rug(request: BuildRequest) -> Built:
    """An oval rug of plaited rings."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(request.made_of("carpet"), plate(disc_outline(d / 2, w / 2), h * 0.8, 0.004))
    for k, share in enumerate((0.97, 0.83, 0.69, 0.55, 0.41, 0.27)):
        look = material("carpet", "cream") if k % 2 else request.made_of("carpet")
        built.add(look, plate(disc_outline(d / 2 * share, w / 2 * share), h * (0.82 + 0.03 * k), 0.002))
    return built


def plain_pillow(request: BuildRequest) -> Built:
    """A cushion that lies."""
    return Built().add(request.made_of("fabric"), cushion(request.width, request.depth, request.height, 0.75))


def buttoned_pillow(request: BuildRequest) -> Built:
    """A cushion with piping at its seam and a button."""
    w, d, h = request.width, request.depth, request.height
    seam = [(x * 0.985, y * 0.985, h / 2) for x, y in rounded_outline(w, d, 0.05)]
    built = Built().add(request.made_of("fabric"), cushion(w * 0.99, d * 0.99, h * 0.98, 0.7))
    return built.add(
        material("fabric", "cream"), tube(seam, 0.007, 8, closed=True), ball(0.018, 16).scaled(1, 1, 0.6).moved(z=h * 0.97)
    )


def _drape(width: float, height: float, folds: float, deep: float, gather: float) -> Mesh:
    """Cloth that hangs in folds, drawn in at the middle of its height by a share of its width."""
    t, z = np.linspace(0, 1, int(folds * 10)), np.linspace(0, 1, 14)
    along, up = np.meshgrid(t, z, indexing="ij")
    pull = 1 - gather * np.exp(-(((up - 0.42) / 0.2) ** 2))
    y = (along - 0.5) * width * pull
    x = deep * np.sin(2 * pi * folds * along) * (0.75 + 0.25 * np.cos(3 * along + 2 * up))
    points = np.stack([x, y, up * height], axis=-1)
    return sheet(points, 0.0)


def drawn_curtains(request: BuildRequest) -> Built:
    """Two curtains on a rod, drawn to the sides."""
    return _curtains(request, 0.34, 0.0)


def tied_curtains(request: BuildRequest) -> Built:
    """Two curtains on a rod, each held by a band."""
    return _curtains(request, 0.44, 0.5)


def _curtains(request: BuildRequest, share: float, gather: float) -> Built:
    w, d, h = request.width, request.depth, request.height
    cloth, side = request.made_of("fabric"), share * w
    built = Built().add(
        BRASS,
        tube([(0, -w / 2 + 0.03, h - 0.03), (0, w / 2 - 0.03, h - 0.03)], 0.012),
        *(ball(0.03, 20).moved(0, y * (w / 2 - 0.03), h - 0.03) for y in (-1, 1)),
    )
    built.add(BRASS, *(box(0.02, d / 2, 0.02).moved(-d / 4, y * w * 0.46, h - 0.04) for y in (-1, 1)))
    for y in (-1, 1):
        middle = y * (w / 2 - 0.04 - side / 2)
        built.add(cloth, _drape(side, h - 0.035, 6, d * 0.46, gather).moved(0, middle))
        rings = [
            hoop(0.022, 0.004, 16).turned(y=90, z=90).moved(0, middle + (k / 6 - 0.5) * side * 0.95, h - 0.03)
            for k in range(7)
        ]
        built.add(BRASS, *rings)
        if gather:
            band = [
                (d * 0.32 * cos(a), middle + side * (1 - gather) * 0.54 * sin(a), h * 0.41)
                for a in np.linspace(0, 2 * pi, 24, endpoint=False)
            ]
            built.add(material("fabric", "cream"), tube(band, 0.02, 8, closed=True))
    return built


BUILDERS: Builders = {
    "rug": {"bordered": bordered_rug, "striped": striped_rug, "oval": round_rug},
    "pillow": {"plain": plain_pillow, "piped": buttoned_pillow},
    "curtain": {"drawn": drawn_curtains, "tied": tied_curtains},
}
