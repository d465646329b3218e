"""What lies about in fields and woods: rocks, logs, tree stumps, hay bales."""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import loft
from gpu_workers.solid.kit.materials import Material, material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import box, cylinder, ellipsoid, tube

BARK = material("wood", (0.30, 0.21, 0.14))
CUT = material("wood", (0.74, 0.57, 0.37))
RING = material("wood", (0.56, 0.39, 0.23))
STRAW = Material("fur", (0.83, 0.68, 0.30), scale=1.4)


def rock(waves: int, lift: float) -> Builder:
    """A boulder with flattened sides that lies on the ground."""

    def build(request: BuildRequest) -> Built:
        w, d, h, rng = request.width, request.depth, request.height, request.random
        body = ellipsoid(2, 2, 2, 40)
        out = body.points.copy()
        for _ in range(waves):
            turn, up = rng.uniform(0, 2 * pi), rng.uniform(-0.5, 1.0)
            side = np.array([cos(turn), sin(turn), up]) / np.hypot(1, up)
            over = out @ side - rng.uniform(0.72, 0.86)
            out -= np.clip(over, 0, None)[:, None] * side
        out[:, 2] = np.maximum(out[:, 2], -lift)
        span = out.max(axis=0) - out.min(axis=0)
        out = (out - out.min(axis=0)) / span * (d, w, h) - (d / 2, w / 2, 0)
        return Built().add(request.made_of("stone"), Mesh(out, body.corners, body.counts))

    return build


def log(branch: bool) -> Builder:
    """A piece of a trunk that lies, its cut ends light with rings."""

    def build(request: BuildRequest) -> Built:
        w, r = request.width, request.height / 2
        built = Built().add(BARK, tube([(0, -w / 2, r), (0, w / 2, r)], [r, r], 28))
        for k, look in enumerate((CUT, RING, CUT, RING, CUT)):
            radius = r * (0.92 - 0.19 * k)
            built.add(look, tube([(0, -w / 2 - 0.001 * k, r), (0, w / 2 + 0.001 * k, r)], radius, 28))
        if branch:
            built.add(BARK, tube([(0, 0.1 * w, r), (0.85 * r, 0.2 * w, 1.5 * r)], [0.3 * r, 0.22 * r], 14))
        return built

    return build


def tree_stump(roots: int) -> Builder:
    """The foot of a felled tree with its roots, the cut light with rings."""

    def build(request: BuildRequest) -> Built:
        w, h = request.width, request.height
        rings = []
        for share, wide in ((0, 1.0), (0.12, 0.84), (0.3, 0.73), (0.6, 0.69), (0.97, 0.68)):
            wave = 0.3 * max(0.0, 1 - 3 * share)
            corners = [
                (s * cos(a), s * sin(a), share * h)
                for a in np.linspace(0, 2 * pi, 72, endpoint=False)
                for s in (w / 2 * (wide - wave * (1 - cos(roots * a)) / 2),)
            ]
            rings.append(np.array(corners))
        built = Built().add(BARK, loft(rings))
        for k, look in enumerate((CUT, RING, CUT, RING, CUT)):
            top = (0.97 + 0.03 * (k + 1) / 5) * h
            built.add(look, cylinder(w * 0.32 * (1 - 0.2 * k), top - 0.9 * h, round_by=0.001).moved(z=0.9 * h))
        return built

    return build


def hay_bale(strings: int) -> Builder:
    """A block of pressed straw, tied with string."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        built = Built().add(STRAW, box(w, d, h, 0.05), flat=True)
        cord = material("fabric", (0.30, 0.42, 0.62))
        for k in range(strings):
            y = w * ((k + 1) / (strings + 1) - 0.5)
            built.add(cord, box(0.014, d + 0.006, h + 0.001, 0.006).moved(0, y, 0))
        rng = np.random.default_rng(request.random.randrange(2**32))
        stalks = []
        for _ in range(260):
            x, y, z = rng.uniform(-0.48, 0.48, 3) * (d, w, h) + (0, 0, h / 2)
            side = rng.integers(0, 3)
            at = [(d / 2, y, z), (-d / 2, y, z), (x, y, h - 0.004)][side]
            run = rng.normal(0, 0.04, 3)
            end = np.clip(np.array(at) + run, (-d / 2 - 0.003, -w / 2, 0.005), (d / 2 + 0.003, w / 2, h - 0.004))
            stalks.append(tube(np.array([at, end]), 0.004, 4))
        return built.add(material("fabric", (0.92, 0.80, 0.44)), *stalks)

    return build


BUILDERS: Builders = {
    "rock": {"rounded": rock(9, 0.55), "craggy": rock(22, 0.4)},
    "log": {"plain": log(branch=False), "branched": log(branch=True)},
    "tree stump": {"five roots": tree_stump(5), "seven roots": tree_stump(7)},
    "hay bale": {"two strings": hay_bale(2), "three strings": hay_bale(3)},
}
