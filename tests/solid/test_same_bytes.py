"""The same seed gives the same plan and the same file: in one process, and in another whose sets are in another order."""

import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from agents.planner import RulePlanner
from gpu_workers.solid.shot import TraceSettings
from gpu_workers.solid.solid_renderer import SolidRenderer
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.world.solid_capabilities import solids_only

ROOT = Path(__file__).parents[2]
CONCEPTS = ("home office", "farm")
HASH_SEEDS = ("1", "2")
PROGRAM = """
import sys
from pathlib import Path
from tests.solid.test_same_bytes import digests
print(*digests(Path(sys.argv[1])))
"""

pytestmark = pytest.mark.timeout(900)


def digests(python: Path) -> list[str]:
    """Of the files of a room and of an open place, each from two or three cameras."""
    renderer, planner = (
        SolidRenderer(python, TraceSettings(side=96, samples=2)),
        RulePlanner(replace(solids_only("solid"), view_share=1.0)),
    )
    graphs = [planner.plan_now(make_seed(concept, 1), 0) for concept in CONCEPTS]
    assert all(isinstance(graph, SpatialGraph) for graph in graphs)
    drawings = renderer.render([g for g in graphs if isinstance(g, SpatialGraph)], [7, 7])
    files = [each.file() for drawn in drawings for each in (drawn, *drawn.views)]
    renderer.close()
    return [sha256(file).hexdigest() for file in files]


def test_a_planned_scene_has_the_same_bytes_in_two_processes(blender_python: Path):
    assert digests_elsewhere(blender_python, HASH_SEEDS[0]) == digests_elsewhere(blender_python, HASH_SEEDS[1])


def digests_elsewhere(python: Path, hash_seed: str) -> list[str]:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(python)],
        cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()
