"""What Blender traces is what was sent: depths in metres, objects by their numbers, the same bytes each time."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpu_workers.solid.blender_process import BlenderProcess
from gpu_workers.solid.kit.materials import material
from gpu_workers.solid.kit.mesh import mesh_of
from gpu_workers.solid.kit.primitives import ball, box
from gpu_workers.solid.shot import Light, Part, Placed, Shot, Sky, TraceSettings, facing_pose, pose
from schemas.errors import PermanentError
from spatial.world.pinhole import Pinhole, intrinsics, look_at
from tests.fakes.wait import until

SIDE = 96
EYE = np.array([0.3, -3.0, 1.4])


def small_shot(samples: int = 1) -> Shot:
    """A cube and a ball on a floor."""
    floor = Part(mesh_of([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [(0, 1, 2, 3)]), material("floorboards", "oak"))
    cube = Part(box(0.5, 0.5, 0.5, 0.01), material("wood", "oak"), weighted=True)
    parts = [
        Placed(floor, pose()),
        Placed(cube, pose(-0.5, 0.5, 0, 20), 1),
        Placed(Part(ball(0.25), material("glass", "blue")), pose(0.6, 0.2, 0.25), 2),
    ]
    light = Light("AREA", facing_pose((-2, -2, 3), (0, 0, 0)), 150, size=(1, 1))
    camera = Pinhole(intrinsics(SIDE, 35), look_at(EYE, np.array([0, 0.3, 0.2])))
    settings = TraceSettings(SIDE, samples, denoise=True, bounces=3, device="cpu")
    return Shot(parts, [light], Sky((0.9, 0.9, 1), (0.5, 0.7, 1), 0.5), camera, (SIDE, SIDE), settings=settings)


def rays(camera: Pinhole) -> np.ndarray:
    """Directions of the pixels' centres in the world, with a length of 1 along the camera's axis."""
    fx, fy, cx, cy = camera.intrinsics
    u, v = np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5)
    return np.stack([(u - cx) / fx, (v - cy) / fy, np.ones_like(u)], axis=-1) @ camera.world_to_camera[:3, :3]


def test_depth_is_metres_along_the_cameras_axis(blender: BlenderProcess):
    shot = small_shot()
    traced = blender.trace(shot)
    to_floor = -EYE[2] / rays(shot.camera)[..., 2]
    floor = (traced.index == 0) & (to_floor > 0) & (to_floor < 8)
    assert floor.sum() > 1000
    assert np.abs(traced.depth - to_floor)[floor].max() < 0.002


def test_the_index_of_a_ball_is_where_rays_meet_it(blender: BlenderProcess):
    shot = small_shot()
    traced = blender.trace(shot)
    direction = rays(shot.camera)
    away = EYE - (0.6, 0.2, 0.25)
    a, b = (direction**2).sum(-1), direction @ away
    met = b**2 - a * (away @ away - 0.25**2) > 0
    assert (met != (traced.index == 2)).mean() < 0.004  # at the rim: a mesh has corners
    assert set(np.unique(traced.index)) == {0, 1, 2}


def test_a_further_camera_sees_what_it_would_see_alone(blender: BlenderProcess):
    shot = small_shot(2)
    aside = Pinhole(intrinsics(SIDE, 35), look_at(np.array([-1.6, -2.4, 1.2]), np.array([0, 0.3, 0.2])))
    both = blender.trace(replace(shot, views=[aside]))
    alone, other = blender.trace(shot), blender.trace(replace(shot, camera=aside))
    assert len(both.views) == 1
    for traced, single in ((both, alone), (both.views[0], other)):
        assert np.array_equal(traced.picture, single.picture)
        assert np.array_equal(traced.index, single.index)
        assert np.array_equal(traced.depth, single.depth, equal_nan=True)
    assert not np.array_equal(both.views[0].index, both.index)


def test_the_same_shot_gives_the_same_bytes_again_and_in_another_process(blender: BlenderProcess, blender_python: Path):
    first, again = (blender.trace(small_shot(4)) for _ in range(2))
    other = BlenderProcess(blender_python)
    elsewhere = other.trace(small_shot(4))
    other.close()
    for traced in (again, elsewhere):
        assert np.array_equal(traced.picture, first.picture)
        assert np.array_equal(traced.index, first.index)
        assert np.array_equal(traced.depth, first.depth, equal_nan=True)
    assert first.picture.std() > 10


def test_the_picture_is_traced_again_where_blender_is_killed_in_the_middle_of_it(blender: BlenderProcess):
    shot = replace(small_shot(), settings=replace(small_shot().settings, samples=600, denoise=False))
    quick = blender.trace(small_shot())
    with ThreadPoolExecutor(1) as pool:
        before = seconds_used(blender)
        traced = pool.submit(blender.trace, shot)
        until(lambda: seconds_used(blender) > before + 0.3, what="Blender traces")
        killed = blender.process_id
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        result = traced.result(120)
    assert np.array_equal(result.index, quick.index)
    assert blender.process_id not in (None, killed)


def test_blender_finds_its_modules_whatever_this_interpreter_is_told(
    blender: BlenderProcess, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    assert blender.trace(small_shot()).picture.std() > 10


def seconds_used(blender: BlenderProcess) -> float:
    """CPU time of the process."""
    fields = Path(f"/proc/{blender.process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_shot_that_kills_blender_each_time_is_given_up(tmp_path: Path):
    dies = tmp_path / "python"
    dies.write_text("#!/bin/sh\nexit 3\n")
    dies.chmod(0o755)
    with pytest.raises(PermanentError, match="ended 3 times at the same picture"):
        BlenderProcess(dies).trace(small_shot())
