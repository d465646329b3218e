"""The program that imports Blender: reads scenes from stdin, path-traces them, writes pictures and passes to stdout.

Run by the Python of an environment of its own that has bpy, numpy and OpenEXR; imports nothing of this project but the
file beside it, and nothing of this project imports it.  A message is a header (JSON) and arrays: 8 bytes big-endian length
of the header, the header, 8 bytes length of the arrays, the arrays one after another.
`gpu_workers.solid.blender_process` is the other end.

Tested with Blender 5.0: passes are read from a multi-layer EXR file.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import bpy
import numpy as np
import OpenEXR
from blender_shaders import linear, make_material
from mathutils import Matrix

SMOOTH_DEGREES = 38.0
"""Edges that bend by less are shaded as one round surface."""

MANY_LIGHTS = 8
"""From so many on, it pays to look for those that matter at each point."""


def main() -> None:
    """Answer scenes until stdin ends."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Blender writes its progress to stdout
    while (message := read_message(sys.stdin.buffer)) is not None:
        header, arrays = message
        write_message(replies, *draw(header, arrays))


def read_message(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next header and its arrays as bytes, or None at the end."""
    size = stream.read(8)
    if len(size) < 8:
        return None
    header = json.loads(stream.read(int.from_bytes(size, "big")))
    return header, stream.read(int.from_bytes(stream.read(8), "big"))


def write_message(stream: BinaryIO, header: dict[str, Any], arrays: Sequence[Any]) -> None:
    """Send a header and arrays."""
    text = json.dumps(header).encode()
    data = b"".join(array.tobytes() for array in arrays)
    stream.write(len(text).to_bytes(8, "big") + text + len(data).to_bytes(8, "big") + data)
    stream.flush()


def draw(header: dict[str, Any], arrays: bytes) -> tuple[dict[str, Any], list[Any]]:
    """One scene: build it, trace it from each of its cameras, read its passes."""
    started = time.perf_counter()
    clear()
    scene = bpy.context.scene
    set_up_render(scene, header)
    build(scene, header, arrays)
    reply = {"height": scene.render.resolution_y, "width": scene.render.resolution_x}
    reply |= {"build_s": time.perf_counter() - started, "trace_s": []}
    passes: list[Any] = []
    for camera in header["cameras"]:
        started = time.perf_counter()
        make_camera(scene, camera)
        with tempfile.TemporaryDirectory() as folder:
            passes += trace(scene, Path(folder))
        reply["trace_s"].append(time.perf_counter() - started)
    return reply, passes


def clear() -> None:
    """Remove everything of the scene before."""
    for kind in (bpy.data.objects, bpy.data.meshes, bpy.data.materials, bpy.data.lights, bpy.data.cameras, bpy.data.worlds):
        bpy.data.batch_remove(list(kind))


def set_up_render(scene: Any, header: dict[str, Any]) -> None:
    """Cycles with a fixed number of samples and threads: the same scene gives the same bytes."""
    settings = header["render"]
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = use_device(settings["device"])
    cycles.samples, cycles.use_adaptive_sampling, cycles.seed = settings["samples"], False, 0
    cycles.use_denoising = settings["denoise"]
    cycles.denoiser, cycles.denoising_prefilter = "OPENIMAGEDENOISE", "FAST"  # "ACCURATE" costs as much as half the tracing
    cycles.use_light_tree = len(header["lights"]) >= MANY_LIGHTS
    cycles.max_bounces = settings["bounces"]
    cycles.diffuse_bounces = cycles.glossy_bounces = min(4, settings["bounces"])
    cycles.transmission_bounces = cycles.transparent_max_bounces = settings["bounces"]
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 6.0
    scene.render.threads_mode = "FIXED" if settings["threads"] else "AUTO"
    scene.render.threads = settings["threads"] or scene.render.threads
    scene.render.resolution_x, scene.render.resolution_y = settings["width"], settings["height"]
    scene.render.resolution_percentage = 100
    scene.render.use_persistent_data = False
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    scene.view_settings.exposure = settings["exposure"]
    layer = scene.view_layers[0]
    layer.use_pass_z = layer.use_pass_object_index = True


def use_device(wanted: str) -> str:
    """ "GPU" with that kind of device, "auto" with any there is, or "CPU"."""
    if wanted == "cpu":
        return "CPU"
    preferences = bpy.context.preferences.addons["cycles"].preferences
    for kind in ("OPTIX", "CUDA") if wanted == "auto" else (wanted.upper(),):
        try:
            preferences.compute_device_type = kind
        except TypeError:
            continue
        preferences.get_devices()
        found = [device for device in preferences.devices if device.type == kind]
        for device in preferences.devices:
            device.use = device in found
        if found:
            return "GPU"
    if wanted == "auto":
        return "CPU"
    raise SystemExit(f"no {wanted} device was found")


def build(scene: Any, header: dict[str, Any], arrays: bytes) -> None:
    """Meshes, materials, lights and sky."""
    materials = [make_material(number, spec) for number, spec in enumerate(header["materials"])]
    for number, part in enumerate(header["parts"]):
        mesh = make_mesh(f"part{number}", part, arrays)
        mesh.materials.append(materials[part["material"]])
        thing = bpy.data.objects.new(mesh.name, mesh)
        thing.matrix_world = matrix(part["pose"])
        thing.pass_index = part["index"]
        thing.visible_shadow = part["shadow"]
        scene.collection.objects.link(thing)
    for number, light in enumerate(header["lights"]):
        scene.collection.objects.link(make_light(number, light))
    make_sky(scene, header["sky"])


def matrix(values: Sequence[float]) -> Any:
    """A 4 × 4 matrix from 16 numbers, row-major."""
    return Matrix([values[k : k + 4] for k in range(0, 16, 4)])


def part_array(part: dict[str, Any], name: str, arrays: bytes) -> Any:
    """One of a part's arrays: points as float32, indices and counts as int32."""
    start, count = part[name]
    return np.frombuffer(arrays, np.float32 if name == "points" else np.int32, count, start)


def make_mesh(name: str, part: dict[str, Any], arrays: bytes) -> Any:
    """A mesh from its points, corners and counts."""
    points = part_array(part, "points", arrays)
    corners = part_array(part, "corners", arrays)
    counts = part_array(part, "counts", arrays)
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(points) // 3)
    mesh.vertices.foreach_set("co", points)
    mesh.loops.add(len(corners))
    mesh.loops.foreach_set("vertex_index", corners)
    mesh.polygons.add(len(counts))
    mesh.polygons.foreach_set("loop_start", (np.cumsum(counts) - counts).astype(np.int32))
    mesh.update(calc_edges=True)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(counts), bool))
    mesh.set_sharp_from_angle(angle=np.radians(SMOOTH_DEGREES))
    if part["weighted"]:
        weight_normals(mesh)
    return mesh


def weight_normals(mesh: Any) -> None:
    """Let large flat faces keep their normals up to their rounded edges."""
    areas, normals = np.zeros(len(mesh.polygons)), np.zeros(3 * len(mesh.polygons))
    mesh.polygons.foreach_get("area", areas)
    mesh.polygons.foreach_get("normal", normals)
    totals = np.zeros(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("loop_total", totals)
    corners = np.zeros(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    summed = np.zeros((len(mesh.vertices), 3))
    np.add.at(summed, corners, np.repeat(normals.reshape(-1, 3) * areas[:, None], totals, axis=0))
    summed /= np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)
    mesh.normals_split_custom_set_from_vertices(summed.tolist())


def make_light(number: int, light: dict[str, Any]) -> Any:
    """A lamp, a soft area like a window, or the sun."""
    data = bpy.data.lights.new(f"light{number}", light["kind"])
    data.energy, data.color = light["watts"], light["colour"]
    if light["kind"] == "AREA":
        data.shape, data.size, data.size_y = "RECTANGLE", light["size"][0], light["size"][1]
    elif light["kind"] == "SUN":
        data.angle = light["radius"]
    else:
        data.shadow_soft_size = light["radius"]
    made = bpy.data.objects.new(data.name, data)
    made.matrix_world = matrix(light["pose"])
    made.visible_camera = False
    return made


def make_sky(scene: Any, sky: dict[str, Any]) -> None:
    """Plain light from everywhere, shading from the horizon to the zenith.

    Rays find so even a light by themselves: none are sent to look for it, and no map of it is made.
    """
    world = bpy.data.worlds.new("sky")
    scene.world = world
    world.cycles.sampling_method = "NONE"
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    background = nodes["Background"]
    background.inputs["Strength"].default_value = sky["strength"]
    place, parts = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color = (*linear(sky["horizon"]), 1)
    ramp.color_ramp.elements[0].position = 0.0
    ramp.color_ramp.elements[1].color = (*linear(sky["zenith"]), 1)
    ramp.color_ramp.elements[1].position = 0.4
    links.new(place.outputs["Generated"], parts.inputs["Vector"])
    links.new(parts.outputs["Z"], ramp.inputs["Fac"])
    colour = with_clouds(world.node_tree, sky, (ramp.outputs["Color"], parts)) if sky["clouds"] else ramp.outputs["Color"]
    links.new(colour, background.inputs["Color"])


def with_clouds(tree: Any, sky: dict[str, Any], under: tuple[Any, Any]) -> Any:
    """The colour of the sky (`under`: it, and the node that parts the direction) with clouds before it."""
    (clear, parts), nodes, links = under, tree.nodes, tree.links
    lift, flat, noise = nodes.new("ShaderNodeMath"), nodes.new("ShaderNodeCombineXYZ"), nodes.new("ShaderNodeTexNoise")
    lift.operation, lift.inputs[1].default_value = "ADD", 0.12
    links.new(parts.outputs["Z"], lift.inputs[0])
    for axis in "XY":
        ratio = nodes.new("ShaderNodeMath")
        ratio.operation = "DIVIDE"
        links.new(parts.outputs[axis], ratio.inputs[0])
        links.new(lift.outputs[0], ratio.inputs[1])
        links.new(ratio.outputs[0], flat.inputs[axis])
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = 0.8, 7
    links.new(flat.outputs["Vector"], noise.inputs["Vector"])
    cover, mix = nodes.new("ShaderNodeValToRGB"), nodes.new("ShaderNodeMix")
    cover.color_ramp.elements[0].position = 0.75 - 0.4 * sky["clouds"]
    cover.color_ramp.elements[1].position = 0.95 - 0.4 * sky["clouds"]
    cover.color_ramp.elements[1].color = (0.85, 0.85, 0.85, 1)
    links.new(noise.outputs["Fac"], cover.inputs["Fac"])
    mix.data_type = "RGBA"
    links.new(cover.outputs["Color"], mix.inputs["Factor"])
    links.new(clear, mix.inputs[6])  # A and B of a mix of colours have the names of those of numbers
    mix.inputs[7].default_value = (*(min(1.0, 0.35 + 0.7 * c) for c in linear(sky["horizon"])), 1)
    return mix.outputs[2]


def make_camera(scene: Any, camera: dict[str, Any]) -> None:
    """A pinhole with intrinsics in pixels: square pixels, the middle may be shifted. It takes the place of another one."""
    width, height = scene.render.resolution_x, scene.render.resolution_y
    fx, _, cx, cy = camera["intrinsics"]
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_width = "HORIZONTAL", 36.0
    data.lens = fx * 36.0 / width
    data.shift_x, data.shift_y = (width / 2 - cx) / width, (cy - height / 2) / width
    data.clip_start, data.clip_end = 0.02, 2000.0
    made = bpy.data.objects.new("camera", data)
    made.matrix_world = matrix(camera["pose"])
    scene.collection.objects.link(made)
    scene.camera = made


def trace(scene: Any, folder: Path) -> tuple[Any, Any, Any]:
    """The picture (height × width × 3 bytes), the depth (metres) and the index of the thing at each pixel."""
    scene.render.image_settings.media_type = "MULTI_LAYER_IMAGE"
    scene.render.image_settings.file_format = "OPEN_EXR_MULTILAYER"
    scene.render.image_settings.color_depth = "32"
    scene.render.image_settings.exr_codec = "NONE"
    scene.render.filepath = str(folder / "passes.exr")
    bpy.ops.render.render(write_still=True)
    scene.render.image_settings.media_type = "IMAGE"
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode, scene.render.image_settings.color_depth = "RGB", "8"
    bpy.data.images["Render Result"].save_render(str(folder / "picture.png"), scene=scene)
    depth, index = read_passes(folder / "passes.exr")
    return read_png(folder / "picture.png"), depth, index


def read_passes(path: Path) -> tuple[Any, Any]:
    """Depth in metres (float32) and index (uint16), both height × width."""
    channels = {}
    with OpenEXR.File(str(path)) as file:
        for part in file.parts:
            for name, channel in part.channels.items():
                channels[name] = np.array(channel.pixels)
    return channels["ViewLayer.Depth.Z"].astype(np.float32), np.rint(channels["ViewLayer.Object Index.X"]).astype(np.uint16)


def read_png(path: Path) -> Any:
    """The pixels of a picture as Blender reads them back, without a change of colour."""
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    width, height = image.size
    bpy.data.images.remove(image)
    return np.rint(pixels.reshape(height, width, 4)[::-1, :, :3] * 255).astype(np.uint8)


if __name__ == "__main__":
    main()
