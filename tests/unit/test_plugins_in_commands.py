"""What an installed distribution adds is found by the command, without a line of the package being changed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from gpu_workers.renderers import RENDERERS
from schemas.ids import make_seed
from schemas.interfaces import Sample
from tests.fakes.collage import make_sprites
from tests.fakes.events import make_graph, make_picture, make_qa
from tests.fakes.line import Line, store_rows
from tests.fakes.plugins import install

pytestmark = pytest.mark.thorough

TOY_EXPORT = '''
"""Sample ids, one a line."""
from dataset.exports import Format

def write(source, out):
    rows = (row for split in source.splits for row in source.rows(split))
    (out / "ids.txt").write_text("".join(row["sample_id"] + "\\n" for row in rows), "utf-8")

IDS = Format(write, "the ids, one a line")
'''

TOY_RENDERER = '''
"""Collages under another name."""
from gpu_workers.collage import CollageRenderer
from gpu_workers.renderers import RendererSpec
from spatial.knowledge.renderer_capabilities import pictures_only

class Crayons(CollageRenderer):
    name = "crayons-1"

def make(given):
    return Crayons(given["sprites_dir"])

CRAYONS = RendererSpec("collages under another name", pictures_only, ("sprites_dir",), make, knows_truth=True)
'''


def skg(plugins: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own that finds these distributions beside the package."""
    paths = os.pathsep.join([str(plugins), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", *arguments],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def dataset(tmp_path: Path) -> str:
    event = make_qa(make_graph(categories=("cat", "dog")))
    return store_rows(str(tmp_path / "table"), [Sample(event, make_picture(event.graph))])


def test_an_export_format_of_a_plugin_is_listed_and_written(tmp_path: Path, dataset: str):
    plugins = install(tmp_path / "site", "toy_export", {"skg.exports": {"ids": "toy_export:IDS"}}, TOY_EXPORT)
    listed = skg(plugins, "dataset", "export")
    assert "ids           the ids, one a line" in listed.stdout.splitlines()
    done = skg(plugins, "dataset", "export", dataset, "--format", "ids", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "out" / "ids.txt").read_text("utf-8").splitlines()) == 1


@pytest.fixture
def crayons(tmp_path: Path) -> Iterator[Path]:
    """The folder of a renderer's distribution, which this process finds too until the test ends."""
    points = {"skg.renderers": {"crayons": "toy_renderer:CRAYONS"}}
    plugins = install(tmp_path / "site", "toy_renderer", points, TOY_RENDERER)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(plugins))
        RENDERERS.rediscover()
        yield plugins
    RENDERERS.rediscover()


def test_a_renderer_of_a_plugin_draws(crayons: Path, tmp_path: Path):
    sprites = make_sprites(tmp_path / "sprites")
    drawn = Line(import_module("toy_renderer").Crayons(sprites)).samples([make_seed("kitchen", 2)])
    uri, sample = store_rows(str(tmp_path / "drawn"), drawn), drawn[0].event.sample_id
    chosen = {"SKG_RENDERER": "crayons", "SKG_SPRITES_DIR": str(sprites)}
    done = skg(crayons, "lineage", sample, "--uri", uri, "--rerender", **chosen)
    assert done.returncode == 0, done.stderr
    assert "the same file" in done.stdout
    refused = skg(crayons, "lineage", sample, "--uri", uri, "--rerender", SKG_RENDERER="chalk")
    assert "collage, solid, photo, gligen, " in refused.stderr


def test_a_plugin_that_cannot_be_loaded_is_one_line_that_names_its_distribution(tmp_path: Path, dataset: str):
    broken = install(tmp_path / "site", "toy_broken", {"skg.exports": {"ids": "toy_broken:IDS"}}, "import not_there")
    done = skg(broken, "dataset", "export", dataset, "--format", "ids", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "toy_broken 1.0 cannot be loaded: ModuleNotFoundError: No module named 'not_there'" in line


def test_a_plugin_with_the_name_of_a_format_is_one_line_that_names_its_distribution(tmp_path: Path, dataset: str):
    clash = install(tmp_path / "site", "toy_clash", {"skg.exports": {"coco": "toy_clash:COCO"}}, "COCO = None")
    done = skg(clash, "dataset", "export", dataset, "--format", "coco", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "toy_clash 1.0 has a name that the package itself uses" in line
