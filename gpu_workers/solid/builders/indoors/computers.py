"""Computers and what belongs to them, mobile phones, printers."""

from math import cos, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    DARK_GLASS,
    facing,
    front_plate,
    long_loft,
    standing_outline,
)
from gpu_workers.solid.builders.indoors.electronics import PALE_KEYS, SCREEN, flat_screen, keys
from gpu_workers.solid.kit.curves import spline
from gpu_workers.solid.kit.materials import Material, glowing, material
from gpu_workers.solid.kit.primitives import ball, box, cylinder, plate, rounded_outline, tube

KEYS = material("plastic", (0.10, 0.10, 0.11))


def silver_laptop(request: BuildRequest) -> Built:
    """An open laptop of metal, leaning back."""
    return _laptop(request, request.made_of("metal"), KEYS, 14)


def plastic_laptop(request: BuildRequest) -> Built:
    """An open laptop of plastic, thicker, its keys pale."""
    return _laptop(request, request.made_of("plastic"), PALE_KEYS, 8)


def _laptop(request: BuildRequest, shell: Material, caps: Material, lean: float) -> Built:
    w, d, h = request.width, request.depth, request.height
    tall = (h - 0.014) / cos(np.radians(lean))
    deep = d - tall * sin(np.radians(lean)) - 0.006
    front = d / 2 - deep / 2
    built = Built().add(shell, plate(rounded_outline(w, deep, 0.014), 0.014, 0.003).moved(front))
    built.add(caps, *(m.moved(front - deep * 0.15, 0, 0.013) for m in keys(w * 0.86, deep * 0.45, (5, 14), 0.003)))
    built.add(material("plastic", "gray"), box(w * 0.3, deep * 0.28, 0.001, 0.0003).moved(front + deep * 0.28, 0, 0.0138))
    lid = front_plate(standing_outline(w, tall, 0.012), 0.007, 0.002).turned(y=-lean).moved(d / 2 - deep, 0, 0.013)
    glass = (
        box(w - 0.016, 0.001, tall - 0.022, 0.0003).moved(0.0076, 0, 0.012).turned(y=-lean).moved(d / 2 - deep, 0, 0.013)
    )
    patch = box(w * 0.4, 0.001, tall * 0.4, 0.0003).moved(0.0083, -w * 0.2, tall * 0.3)
    return (
        built.add(shell, lid)
        .add(SCREEN, glass)
        .add(glowing((0.8, 0.85, 0.9), 1.0), patch.turned(y=-lean).moved(d / 2 - deep, 0, 0.013))
    )


def tower_computer(request: BuildRequest) -> Built:
    """A screen, a tower beside it, a keyboard and a mouse before them."""
    w, d, h = request.width, request.depth, request.height
    back = -d / 2 + 0.12
    tower = h * 0.84
    y = -w / 2 + 0.09
    built = Built().add(request.made_of("plastic"), box(0.18, d * 0.78, tower, 0.008).moved(-d * 0.11, y), flat=True)
    built.add(
        BLACK,
        box(0.15, 0.004, tower * 0.2, 0.001).moved(d * 0.28, y, tower * 0.7),
        box(0.12, 0.004, 0.012, 0.001).moved(d * 0.28, y, tower * 0.6),
    )
    built.add(glowing((0.3, 0.6, 1.0), 3), facing(cylinder(0.008, 0.004)).moved(d * 0.28, y, tower * 0.5))
    return _screen_and_keys(built, request, (back, 0.11, w - 0.24))


def wide_computer(request: BuildRequest) -> Built:
    """A wide screen with a keyboard and a mouse."""
    return _screen_and_keys(Built(), request, (-request.depth / 2 + 0.1, 0.0, request.width))


def _screen_and_keys(built: Built, request: BuildRequest, place: tuple[float, float, float]) -> Built:
    x, y, wide = place
    d, h = request.depth, request.height
    built.add(
        request.made_of("plastic"),
        plate(rounded_outline(0.24, 0.18, 0.03), 0.012, 0.003).moved(x, y),
        box(0.06, 0.025, h * 0.4).moved(x - 0.03, y),
    )
    flat_screen(built, wide, h * 0.76, 0.03, (x, y, h * 0.24))
    front = d / 2 - 0.07
    built.add(request.made_of("plastic"), box(0.4, 0.135, 0.016, 0.004).moved(front, y + 0.04))
    built.add(PALE_KEYS, *(m.moved(front, y + 0.04, 0.015) for m in keys(0.38, 0.115, (5, 15), 0.005)))
    return built.add(request.made_of("plastic"), ball(0.05, 20).scaled(1, 0.6, 0.62).moved(front, y - 0.23, 0.004))


def straight_keyboard(request: BuildRequest) -> Built:
    """Rows of keys, a space bar and a block of digits."""
    w, d, h = request.width, request.depth, request.height
    base = h * 0.6
    built = Built().add(request.made_of("plastic"), plate(rounded_outline(w, d, 0.012), base, 0.003))
    main = [m.moved(-d * 0.07, w * 0.12, base * 0.9) for m in keys(w * 0.7, d * 0.7, (5, 14), h * 0.42)]
    digits = [m.moved(-d * 0.07, -w * 0.37, base * 0.9) for m in keys(w * 0.2, d * 0.7, (5, 4), h * 0.42)]
    space = [
        box(w * 0.28, d * 0.12, h * 0.42, 0.002).moved(d * 0.36, w * 0.13, base * 0.9),
        *(box(w * 0.06, d * 0.12, h * 0.42, 0.002).moved(d * 0.36, w * y, base * 0.9) for y in (0.33, 0.41, -0.07, -0.14)),
    ]
    dark = sum(request.colour) < 0.9
    return built.add(PALE_KEYS if dark else KEYS, *main, *digits, *space)


def split_keyboard(request: BuildRequest) -> Built:
    """Two fields of keys that spread like a fan."""
    w, d, h = request.width, request.depth, request.height
    base = h * 0.6
    wing = [(d / 2, 0.0), (d * 0.3, w / 2), (-d / 2, w * 0.48), (-d * 0.42, 0.0), (-d / 2, -w * 0.48), (d * 0.3, -w / 2)]
    built = Built().add(request.made_of("plastic"), plate(wing, base, 0.003))
    look = PALE_KEYS if sum(request.colour) < 0.9 else KEYS
    for y in (-1, 1):
        field = keys(w * 0.36, d * 0.62, (5, 7), h * 0.42)
        built.add(look, *(m.turned(z=6 * y).moved(-d * 0.06, y * w * 0.25, base * 0.9) for m in field))
    return built


def round_mouse(request: BuildRequest) -> Built:
    """A domed mouse with a wheel between its two buttons."""
    return _mouse(request, 1.0)


def slim_mouse(request: BuildRequest) -> Built:
    """The same with a slim waist."""
    return _mouse(request, 0.8)


def _mouse(request: BuildRequest, waist: float) -> Built:
    """It lies with its buttons to the front, where its cord leaves in a bend."""
    w, d, h = 0.68 * request.width, 0.66 * request.depth, request.height
    rows = [
        (-0.5, 0.5, 0.34), (-0.46, 0.78, 0.55), (-0.3, 0.98, 0.92), (-0.1, 1.0 * waist, 1.0), (0.15, 0.92 * waist, 0.88),
        (0.34, 0.94, 0.62), (0.46, 0.86, 0.42), (0.5, 0.66, 0.26),
    ]  # fmt: skip
    back, side = -request.depth / 2 + d / 2, -request.width / 2 + w / 2
    shell = long_loft((x * d, w * wide, 0.0, h * tall, 0.8) for x, wide, tall in rows)
    cut = box(d * 0.4, 0.003, 0.004, 0.0005).turned(y=25).moved(d * 0.3, 0, h * 0.6)
    wheel = cylinder(h * 0.3, 0.01, round_by=0.001).turned(x=90).moved(d * 0.27, 0.005, h * 0.62)
    ahead, aside, low = request.depth - d - 0.003, request.width - w - 0.003, 0.003
    bend = [(0.48 * d, 0, 0.2 * h), (d / 2 + 0.4 * ahead, 0, 0.1 * h), (d / 2 + 0.95 * ahead, w / 4 + aside / 4, low)]
    bend += [
        (d / 2 + ahead, w / 2 + aside / 2, low),
        (d / 2 + 0.5 * ahead, w / 2 + aside, low),
        (0.3 * d, w / 2 + aside, low),
    ]
    cord = tube(spline(bend, 6), 0.0026, 8)
    built = Built().add(request.made_of("plastic"), shell.moved(back, side))
    built.add(BLACK, *(mesh.moved(back, side) for mesh in (cut, cord)))
    return built.add(material("rubber", "gray"), wheel.moved(back, side))


def touch_phone(request: BuildRequest) -> Built:
    """A phone that lies, icons on its screen."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(request.made_of("plastic"), plate(rounded_outline(w, d, w * 0.16), h * 0.92, h * 0.2))
    built.add(SCREEN, plate(rounded_outline(w * 0.94, d * 0.96, w * 0.14), h * 0.1).moved(z=h * 0.86))
    tints = ((0.9, 0.4, 0.3), (0.95, 0.8, 0.3), (0.4, 0.8, 0.5), (0.9, 0.9, 0.95))
    icon = plate(rounded_outline(w * 0.16, w * 0.16, w * 0.04), h * 0.06)
    for r in range(6):
        for c in range(4):
            place = ((r - 3.1 + (r == 5) * 0.6) * d * 0.14, (c - 1.5) * w * 0.22, h * 0.94)
            built.add(glowing(tints[(r * 3 + c) % 4], 1.0), icon.moved(*place))
    return built


def key_phone(request: BuildRequest) -> Built:
    """A phone with a small screen over its keys."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(request.made_of("plastic"), plate(rounded_outline(w, d, w * 0.3), h * 0.8, h * 0.2))
    built.add(SCREEN, plate(rounded_outline(w * 0.74, d * 0.34, w * 0.05), h * 0.1).moved(-d * 0.24, 0, h * 0.78))
    return built.add(
        PALE_KEYS,
        *(m.moved(d * 0.24, 0, h * 0.76) for m in keys(w * 0.76, d * 0.34, (4, 3), h * 0.24)),
        plate(rounded_outline(w * 0.3, d * 0.08, w * 0.08), h * 0.2).moved(d * 0.01, 0, h * 0.78),
    )


def flat_printer(request: BuildRequest) -> Built:
    """A printer with a tray, a sheet coming out and buttons."""
    return _printer(request, 0.0)


def fed_printer(request: BuildRequest) -> Built:
    """The same with sheets standing in its back."""
    return _printer(request, 0.3)


def _printer(request: BuildRequest, fed: float) -> Built:
    w, d, h = request.width, request.depth, request.height
    tall, deep = h * (1 - fed), d * 0.78
    built = Built().add(
        request.made_of("plastic"),
        box(w, deep, tall * 0.46, 0.016).moved(-d * 0.11),
        box(w, deep * 0.72, tall * 0.56, 0.016).moved(-d * 0.21, 0, tall * 0.44),
    )
    built.add(
        BLACK,
        box(w * 0.7, deep * 0.4, tall * 0.14, 0.004).moved(d * 0.02, 0, tall * 0.43),
        box(w * 0.66, d * 0.34, 0.01, 0.003).moved(d * 0.33, 0, tall * 0.12),
    )
    built.add(material("paper", "white"), box(w * 0.56, d * 0.42, 0.003, 0.001).turned(y=12).moved(d * 0.26, 0, tall * 0.3))
    built.add(DARK_GLASS, box(w * 0.2, 0.004, tall * 0.14, 0.001).moved(d * 0.072, -w * 0.3, tall * 0.74)).add(
        glowing((0.3, 0.9, 0.5), 2), facing(cylinder(0.008, 0.004)).moved(d * 0.072, w * 0.3, tall * 0.8)
    )
    if fed:
        built.add(
            material("paper", "white"), box(w * 0.56, 0.012, h * 0.55, 0.002).turned(y=-14).moved(-d * 0.4, 0, h * 0.47)
        )
    return built


BUILDERS: Builders = {
    "laptop": {"metal": silver_laptop, "plastic": plastic_laptop},
    "computer": {"tower": tower_computer, "wide": wide_computer},
    "keyboard": {"straight": straight_keyboard, "split": split_keyboard},
    "computer mouse": {"round": round_mouse, "slim": slim_mouse},
    "mobile phone": {"touch": touch_phone, "keys": key_phone},
    "printer": {"flat": flat_printer, "fed": fed_printer},
}
