"""Beds: for one, for two, one above another, for small children, for hospitals."""

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import STEEL, add_wheel, four, splayed_legs
from gpu_workers.solid.builders.seating import four_legs
from gpu_workers.solid.kit.materials import Material, material, wood
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import box, cushion, cylinder, tube

LINEN = material("fabric", "white")


def add_bedding(built: Built, request: BuildRequest, area: tuple[float, float], z: float, thick: float = 0.2) -> Built:
    """A mattress on z over width × depth, pillows at the head (-x), a blanket that hangs over its sides."""
    width, depth = area
    built.add(LINEN, cushion(width, depth, thick, 0.03).moved(z=z))
    count = 2 if width > 1.2 else 1
    pillow = cushion(min(0.66, width / count - 0.06), 0.42, 0.13, 0.5)
    rows = [(k - (count - 1) / 2) * width / count for k in range(count)]
    built.add(LINEN, *(pillow.turned(y=-12).moved(-depth / 2 + 0.26, y, z + thick - 0.03) for y in rows))
    cover = cushion(width + 0.03, depth * 0.68, thick * 0.75, 0.06).moved(depth * 0.155, 0, z + thick * 0.32)
    fold = cushion(width + 0.036, 0.2, thick * 0.8, 0.06).moved(-depth * 0.17, 0, z + thick * 0.3)
    return built.add(request.made_of("fabric"), cover).add(material("fabric", "cream"), fold)


def wooden_bed(request: BuildRequest) -> Built:
    """A wooden frame with slats at the head and a lower board at the foot."""
    w, d, h = request.width, request.depth, request.height
    frame, board = wood("oak", "y"), wood("oak")
    posts = [
        box(0.07, 0.07, tall, 0.008).moved(x * (d / 2 - 0.035), y * (w / 2 - 0.035))
        for x, tall in ((-1, h), (1, h * 0.62))
        for y in (-1, 1)
    ]
    built = Built().add(board, *posts, flat=True)
    rails = [
        box(w - 0.1, 0.03, 0.07).moved(-d / 2 + 0.035, 0, h - 0.1),
        box(w - 0.1, 0.03, 0.3).moved(d / 2 - 0.035, 0, h * 0.26),
    ]
    built.add(frame, *rails, flat=True)
    slats = [box(0.07, 0.02, h * 0.5).moved(-d / 2 + 0.035, y * (w - 0.2) / 8, h * 0.42) for y in range(-4, 5)]
    built.add(board, *slats, flat=True)
    built.add(
        wood("oak", "x"), *(box(0.03, d - 0.1, 0.18).moved(0, y * (w / 2 - 0.03), h * 0.22) for y in (-1, 1)), flat=True
    )
    return add_bedding(built, request, (w - 0.1, d - 0.12), h * 0.36, h * 0.2)


def upholstered_bed(request: BuildRequest) -> Built:
    """A frame covered with cloth, with a high padded head."""
    w, d, h = request.width, request.depth, request.height
    cloth = material("fabric", "gray")
    built = Built().add(cloth, box(w, d - 0.04, h * 0.27, 0.03).moved(0.0, 0, h * 0.09))
    built.add(wood("walnut"), *four(cylinder(0.03, h * 0.1), d / 2 - 0.1, w / 2 - 0.1))
    pads = [cushion(w / 3, h * 0.62, 0.12, 0.1).turned(y=90).moved(-d / 2, y * w / 3, h * 0.69) for y in (-1, 0, 1)]
    built.add(cloth, *pads)
    return add_bedding(built, request, (w - 0.06, d - 0.16), h * 0.36, h * 0.2)


def ladder_bunk(request: BuildRequest) -> Built:
    """Two beds one above the other, a ladder at the long side."""
    built = _bunk(request, wood("pine"))
    w, d, h = request.width, request.depth, request.height
    rails = [box(0.05, 0.03, h * 0.92).turned(x=0).moved(d * (0.24 + 0.16 * k), w / 2 - 0.03) for k in (0, 1)]
    rungs = [box(0.03, d * 0.16, 0.03).moved(d * 0.32, w / 2 - 0.025, h * (0.14 + 0.16 * k)) for k in range(5)]
    return built.add(wood("pine"), *rails, *rungs, flat=True)


def metal_bunk(request: BuildRequest) -> Built:
    """The same of painted tubes."""
    built = _bunk(request, material("paint", "charcoal"))
    w, d, h = request.width, request.depth, request.height
    rails = [
        tube([(d * (0.24 + 0.16 * k), w / 2 - 0.02, 0), (d * (0.24 + 0.16 * k), w / 2 - 0.02, h * 0.94)], 0.016)
        for k in (0, 1)
    ]
    rungs = [
        tube([(d * 0.24, w / 2 - 0.02, z), (d * 0.4, w / 2 - 0.02, z)], 0.014)
        for z in (h * 0.14, h * 0.3, h * 0.46, h * 0.62, h * 0.78)
    ]
    return built.add(material("paint", "charcoal"), *rails, *rungs)


def _bunk(request: BuildRequest, look: Material) -> Built:
    w, d, h = request.width, request.depth, request.height
    built = Built().add(look, *four_legs(w, d, h, 0.06), flat=True)
    for z in (h * 0.16, h * 0.68):
        sides = [box(0.03, d - 0.08, 0.12).moved(0, y * (w / 2 - 0.02), z) for y in (-1, 1)]
        ends = [box(w - 0.08, 0.03, 0.08).moved(x * (d / 2 - 0.03), 0, z + e) for x in (-1, 1) for e in (0, 0.22, 0.36)]
        built.add(look, *sides, *ends, flat=True)
        add_bedding(built, request, (w - 0.1, d - 0.1), z + 0.04, 0.14)
    guard = [
        box(0.025, d * 0.6, 0.07).moved(-d * 0.16, w / 2 - 0.02, h * 0.9),
        box(0.025, d - 0.1, 0.07).moved(0, -w / 2 + 0.02, h * 0.9),
    ]
    return built.add(look, *guard, flat=True)


def barred_cot(request: BuildRequest) -> Built:
    """A child's bed with bars on all sides."""
    return _cot(request, four_legs(request.width, request.depth, request.height, 0.045), 0.0)


def rocking_cot(request: BuildRequest) -> Built:
    """The same with high ends on round legs."""
    w, d, h = request.width, request.depth, request.height
    ends = [box(w, 0.03, h * 0.66, 0.012).moved(x * (d / 2 - 0.016), 0, h * 0.34) for x in (-1, 1)]
    return _cot(request, [*ends, *splayed_legs(w * 0.98, d * 0.98, h * 0.36, 0.026, 0.03)], 0.06)


def _cot(request: BuildRequest, ends: list[Mesh], lower: float) -> Built:
    w, d, h = request.width, request.depth, request.height
    look = material("wood", "white") if lower else wood("pine")
    top, low = h - 0.05 - lower, h * 0.36
    built = Built().add(look, *ends, flat=True)
    long = [box(0.03, d - 0.04, 0.04).moved(0, y * (w / 2 - 0.02), z) for y in (-1, 1) for z in (low, top)]
    short = [box(w - 0.04, 0.03, 0.04).moved(x * (d / 2 - 0.02), 0, z) for x in (-1, 1) for z in (low, top)]
    count = 15
    bars = [
        tube([(x, y * (w / 2 - 0.02), low), (x, y * (w / 2 - 0.02), top)], 0.009, 8)
        for y in (-1, 1)
        for x in [(k / count - 0.5) * d * 0.94 for k in range(1, count)]
    ]
    crossbars = [
        tube([(x * (d / 2 - 0.02), y, low), (x * (d / 2 - 0.02), y, top)], 0.009, 8)
        for x in (-1, 1)
        for y in [(k / 7 - 0.5) * w for k in range(1, 7)]
    ]
    built.add(look, *long, *short, flat=True).add(look, *bars, *crossbars)
    return add_bedding(built, request, (w - 0.07, d - 0.07), low + 0.03, 0.1)


def hospital_bed(request: BuildRequest) -> Built:
    """A bed on wheels with rails, its head raised."""
    return _hospital(request, raised=True)


def flat_hospital_bed(request: BuildRequest) -> Built:
    """The same, flat."""
    return _hospital(request, raised=False)


def _hospital(request: BuildRequest, raised: bool) -> Built:
    w, d, h = request.width, request.depth, request.height
    pale, lie = material("plastic", "cream"), h * 0.5
    built = Built()
    for y in (-1, 1):
        for x in (-1, 1):
            add_wheel(built, 0.075, 0.04, (x * d * 0.4, y * w * 0.36, 0.075), STEEL)
    built.add(
        pale,
        box(w * 0.6, d * 0.8, 0.1, 0.02).moved(z=0.14),
        box(w * 0.25, d * 0.3, lie - 0.2, 0.02).moved(z=0.2),
        box(w * 0.9, d * 0.96, 0.06, 0.02).moved(z=lie - 0.06),
    )
    ends = [
        box(w * 0.92, 0.04, h - lie + k, 0.02).moved(x * (d / 2 - 0.02), 0, lie - 0.05 - k)
        for x, k in ((-1, 0.05), (1, 0.05))
    ]
    built.add(request.made_of("plastic"), *ends, flat=True)
    add_bedding(built, request, (w * 0.86, d * 0.92), lie, 0.14)
    if raised:
        built.add(LINEN, cushion(w * 0.84, d * 0.4, 0.13, 0.03).turned(y=32).moved(-d * 0.27, 0, lie + 0.14))
        built.add(LINEN, cushion(0.6, 0.38, 0.12, 0.5).turned(y=32).moved(-d * 0.32, 0, lie + 0.29))
    for y in (-1, 1):
        at, z = y * (w / 2 - 0.012), h * 0.82
        rail = [(-d * 0.2, at, lie), (-d * 0.2, at, z), (d * 0.2, at, z), (d * 0.2, at, lie)]
        built.add(STEEL, tube(rail, 0.012), *(tube([(x * d, at, lie), (x * d, at, z)], 0.008) for x in (-0.1, 0, 0.1)))
    return built


BUILDERS: Builders = {
    "bed": {"wooden": wooden_bed, "upholstered": upholstered_bed},
    "bunk bed": {"wooden": ladder_bunk, "metal": metal_bunk},
    "cot": {"barred": barred_cot, "ends": rocking_cot},
    "hospital bed": {"raised": hospital_bed, "flat": flat_hospital_bed},
}
