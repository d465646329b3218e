"""Shaders of the kinds of surface, by Blender's nodes: half of the program that imports Blender.

In: a material as the header of a scene says it.  Out: Blender's material.
Patterns follow a thing's own axes in metres, so that a table's wood is a table's wherever it stands.
"""

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np

PATTERNS: dict[str, tuple[Any, ...]] = {
    # kind: roughness, metallic, transmission, pattern (x, y, z stretch against the grain), contrast, bump, sheen
    "wood": (0.42, 0, 0, (1.7, 26.0, 26.0), 0.5, 0.06, 0),
    "metal": (0.28, 1, 0, (60.0, 60.0, 60.0), 0.04, 0.0, 0),
    "plastic": (0.35, 0, 0, None, 0, 0, 0),
    "paint": (0.22, 0, 0, None, 0, 0, 0),
    "fabric": (0.95, 0, 0, (110.0, 110.0, 110.0), 0.35, 0.25, 0.3),
    "leather": (0.5, 0, 0, (60.0, 60.0, 60.0), 0.18, 0.2, 0),
    "glass": (0.02, 0, 1, None, 0, 0, 0),
    "ceramic": (0.14, 0, 0, None, 0, 0, 0),
    "paper": (0.85, 0, 0, (20.0, 20.0, 20.0), 0.05, 0.0, 0),
    "rubber": (0.7, 0, 0, None, 0, 0, 0),
    "leaf": (0.5, 0, 0, (18.0, 18.0, 18.0), 0.45, 0.1, 0),
    "skin": (0.55, 0, 0, (12.0, 12.0, 12.0), 0.12, 0.0, 0),
    "fur": (0.9, 0, 0, (35.0, 35.0, 35.0), 0.35, 0.35, 0.4),
    "stone": (0.8, 0, 0, (7.0, 7.0, 7.0), 0.5, 0.5, 0),
    "plaster": (0.9, 0, 0, (25.0, 25.0, 25.0), 0.06, 0.08, 0),
    "carpet": (1.0, 0, 0, (90.0, 90.0, 90.0), 0.35, 0.4, 0.4),
    "grass": (0.9, 0, 0, (6.0, 6.0, 6.0), 0.75, 0.9, 0.2),
    "earth": (0.95, 0, 0, (5.0, 5.0, 5.0), 0.6, 0.7, 0),
    "sand": (0.95, 0, 0, (3.0, 3.0, 3.0), 0.3, 0.5, 0),
    "asphalt": (0.9, 0, 0, (40.0, 40.0, 40.0), 0.4, 0.3, 0),
    "snow": (0.7, 0, 0, (2.0, 2.0, 2.0), 0.12, 0.4, 0),
    "water": (0.06, 0, 0, (0.6, 1.6, 1.0), 0.25, 0.35, 0),
    "food": (0.42, 0, 0, (26.0, 26.0, 26.0), 0.22, 0.08, 0),
    "mirror": (0.02, 1, 0, None, 0, 0, 0),
    "screen": (0.12, 0, 0, None, 0, 0, 0),
    "picture": (0.6, 0, 0, (4.0, 4.0, 4.0), 1.6, 0.0, 0),
}

BRICKED = {"brick": (0.215, 0.065, 0.008), "floorboards": (1.1, 0.13, 0.002), "tiles": (0.3, 0.3, 0.004)}
"""Kinds made of pieces: length, height and gap of a piece in metres."""


def linear(colour: Sequence[float]) -> list[float]:
    """From a screen's colour to light."""
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]


def shade(colour: Sequence[float], factor: float) -> list[float]:
    """A colour made lighter or darker."""
    return [min(1.0, c * factor) for c in colour]


OCTAVES = 4
"""Of the noise that patterns are made of: finer ones are smaller than a pixel."""

COATED = ("paint", "ceramic")
SOFT = ("skin", "food")


class Shader:
    """A material's nodes, and the one that says how its surface looks."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self._tree = self.material.node_tree
        self.surface = self._tree.nodes["Principled BSDF"]
        self.end = self._tree.nodes["Material Output"]

    def node(self, kind: str, **settings: Any) -> Any:
        """A new node; settings are named inputs, with underscores for spaces."""
        made = self._tree.nodes.new(f"ShaderNode{kind}")
        for name, value in settings.items():
            made.inputs[name.replace("_", " ")].default_value = value
        return made

    def link(self, source: Any, target: Any) -> None:
        """Join an output with an input."""
        self._tree.links.new(source, target)

    def own_place(self, **mapping: Any) -> Any:
        """A thing's own coordinates, stretched or turned."""
        place = self.node("TexCoord").outputs["Object"]
        if not mapping:
            return place
        mapped = self.node("Mapping", **mapping)
        self.link(place, mapped.inputs["Vector"])
        return mapped.outputs["Vector"]

    def ramp(self, source: Any, ends: Sequence[Sequence[float]], at: Sequence[float]) -> Any:
        """A value turned into a colour between two."""
        node = self.node("ValToRGB")
        for element, colour, position in zip(node.color_ramp.elements, ends, at, strict=True):
            element.color, element.position = (*colour, 1), position
        self.link(source, node.inputs["Fac"])
        return node.outputs["Color"]

    def bump(self, height: Any, strength: float) -> None:
        """Roughen the surface by a height."""
        node = self.node("Bump", Strength=strength, Distance=0.02)
        self.link(height, node.inputs["Height"])
        self.link(node.outputs["Normal"], self.surface.inputs["Normal"])

    def set(self, **values: Any) -> None:
        """Inputs of the surface, with underscores for spaces."""
        for name, value in values.items():
            self.surface.inputs[name.replace("_", " ")].default_value = value


def make_material(number: int, spec: dict[str, Any]) -> Any:
    """A shader for a kind of surface."""
    shader, kind, colour = Shader(f"material{number}"), spec["kind"], linear(spec["colour"])
    shader.set(Base_Color=(*colour, 1))
    if spec["glow"]:
        shader.set(Emission_Color=(*colour, 1), Emission_Strength=spec["glow"])
    if kind in BRICKED:
        add_pieces(shader, spec, colour)
    elif kind != "light":
        add_surface(shader, spec, colour)
    return shader.material


def add_surface(shader: Shader, spec: dict[str, Any], colour: Sequence[float]) -> None:
    """How a surface of one piece reflects, and its pattern."""
    kind = spec["kind"]
    rough, metallic, clear, stretch, contrast, bump, sheen = PATTERNS[kind]
    shader.set(Roughness=rough, Metallic=metallic, Transmission_Weight=clear, Sheen_Weight=sheen)
    shader.set(Coat_Weight=0.4 if kind in COATED else 0.0, Subsurface_Weight=0.06 if kind in SOFT else 0.0)
    if clear:
        let_light_through(shader, colour)
    if stretch is None:
        return
    turn = {"x": (0, 1, 2), "y": (1, 0, 2), "z": (2, 1, 0)}[spec["grain"]]
    dark, bright = shade(colour, 1 - 0.6 * contrast), shade(colour, 1 + 0.45 * contrast)
    ends = (colour, linear(spec["second"])) if spec["second"] else (dark, bright)
    noise = shader.node("TexNoise", Scale=1.6, Detail=OCTAVES, Distortion=0.6)
    shader.link(shader.own_place(Scale=tuple(stretch[k] / spec["scale"] for k in turn)), noise.inputs["Vector"])
    shader.link(shader.ramp(noise.outputs["Fac"], ends, (0.33, 0.68)), shader.surface.inputs["Base Color"])
    if bump:
        shader.bump(noise.outputs["Fac"], bump)


def let_light_through(shader: Shader, colour: Sequence[float]) -> None:
    """Light passes glass unbent on its way to what it lights: what stands in and under it would be dark without."""
    path, clear, mix = (
        shader.node("LightPath"),
        shader.node("BsdfTransparent", Color=(*colour, 1)),
        shader.node("MixShader"),
    )
    lights = shader.node("Math")
    lights.operation = "MAXIMUM"
    for number, ray in enumerate(("Is Shadow Ray", "Is Diffuse Ray")):
        shader.link(path.outputs[ray], lights.inputs[number])
    for number, source in enumerate((lights.outputs[0], shader.surface.outputs[0], clear.outputs[0])):
        shader.link(source, mix.inputs[number])
    shader.link(mix.outputs[0], shader.end.inputs["Surface"])


def add_pieces(shader: Shader, spec: dict[str, Any], colour: Sequence[float]) -> None:
    """Bricks, boards or tiles with gaps, and grain where they are boards."""
    kind = spec["kind"]
    length, height, gap = (value * spec["scale"] for value in BRICKED[kind])
    mortar = linear(spec["second"]) if spec["second"] else shade(colour, 0.45)
    pieces = shader.node("TexBrick", Scale=1.0, Brick_Width=length, Row_Height=height, Mortar_Size=gap, Mortar=(*mortar, 1))
    pieces.inputs["Color1"].default_value = (*shade(colour, 1.12), 1)
    pieces.inputs["Color2"].default_value = (*shade(colour, 0.82), 1)
    pieces.offset = 0.0 if kind == "tiles" else 0.5
    up: dict[str, dict[str, Any]] = {
        "x": {"Rotation": (np.pi / 2, 0, np.pi / 2)},
        "y": {"Rotation": (np.pi / 2, 0, 0)},
        "z": {},
    }  # z: they lie
    shader.link(shader.own_place(**up[spec["grain"]]), pieces.inputs["Vector"])
    source = grained(shader, pieces.outputs["Color"]) if kind == "floorboards" else pieces.outputs["Color"]
    shader.link(source, shader.surface.inputs["Base Color"])
    shader.set(Roughness={"brick": 0.85, "floorboards": 0.38, "tiles": 0.18}[kind])
    raised = shader.node("Math")
    raised.operation = "SUBTRACT"
    raised.inputs[0].default_value = 1.0
    shader.link(pieces.outputs["Fac"], raised.inputs[1])
    shader.bump(raised.outputs[0], 0.35)


def grained(shader: Shader, source: Any) -> Any:
    """A colour with wood's grain along x over it."""
    noise = shader.node("TexNoise", Scale=3.0, Detail=OCTAVES, Distortion=0.8)
    shader.link(shader.own_place(Scale=(1.4, 18.0, 1.0)), noise.inputs["Vector"])
    grain = shader.ramp(noise.outputs["Fac"], ((0.62, 0.58, 0.55), (1.0, 1.0, 1.0)), (0.3, 0.62))
    mix = shader.node("Mix")
    mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
    mix.inputs["Factor"].default_value = 1.0
    shader.link(source, mix.inputs[6])  # A and B of a mix of colours have the names of those of numbers
    shader.link(grain, mix.inputs[7])
    return mix.outputs[2]
