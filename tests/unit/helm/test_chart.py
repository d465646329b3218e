"""The chart renders with the real helm, and its environment is the settings' environment."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.services.cache import find_program
from streams.settings import AgentSettings, ExamineSettings, RenderSettings, WriterSettings
from tests.fakes.services import require

CHART = Path(__file__).parents[3] / "helm" / "skg-factory"
SETTINGS = {"agents": AgentSettings, "render": RenderSettings, "examine": ExamineSettings, "write": WriterSettings}


def _helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    require("helm")
    return subprocess.run([str(find_program("helm")), *arguments], capture_output=True, text=True, check=False)


@cache
def _manifests(*arguments: str) -> list[dict[str, Any]]:
    done = _helm("template", "release", str(CHART), *arguments)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def _deployments() -> dict[str, dict[str, Any]]:
    found = [m for m in _manifests() if m["kind"] == "Deployment"]
    return {m["metadata"]["labels"]["app.kubernetes.io/component"]: m for m in found}


def _container(stage: str) -> dict[str, Any]:
    (container,) = _deployments()[stage]["spec"]["template"]["spec"]["containers"]
    return container


def _environment(stage: str) -> dict[str, str]:
    (config,) = [m for m in _manifests() if m["kind"] == "ConfigMap"]
    return dict(config["data"]) | {entry["name"]: entry.get("value", "") for entry in _container(stage)["env"] or ()}


def test_helm_lints_the_chart_without_a_warning():
    done = _helm("lint", "--strict", str(CHART))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout


def test_there_is_a_deployment_for_each_kind_of_process():
    assert set(_deployments()) == set(SETTINGS)
    for stage in SETTINGS:
        assert _container(stage)["args"] == ["skg", stage]


@pytest.mark.parametrize("stage", SETTINGS)
def test_a_deployment_sets_only_what_its_settings_read(stage: str):
    known = {f"SKG_{name.upper()}" for name in SETTINGS[stage].model_fields}
    assert set(_environment(stage)) <= known


@pytest.mark.parametrize("stage", SETTINGS)
def test_the_values_that_a_deployment_sets_are_valid_settings(stage: str, tmp_path: Path):
    values = {name.removeprefix("SKG_").lower(): value for name, value in _environment(stage).items()}
    assert SETTINGS[stage].model_validate(values).kafka_bootstrap == "kafka:9092"


@pytest.mark.parametrize("stage", SETTINGS)
def test_a_deployment_has_probes_limits_and_no_rights(stage: str):
    container = _container(stage)
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    pod = _deployments()[stage]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True


def test_the_keys_of_the_store_come_from_a_secret_and_stand_in_no_deployment():
    done = _helm("template", "release", str(CHART), "--set", "s3.accessKey=open,s3.secretKey=sesame")
    documents = [d for d in yaml.safe_load_all(done.stdout) if d]
    holding = {d["kind"] for d in documents if "sesame" in json.dumps(d)}
    assert holding == {"Secret"}
    existing = _manifests("--set", "s3.existingSecret=mine")
    assert not [m for m in existing if m["kind"] == "Secret"]


def test_a_misspelt_value_is_refused():
    done = _helm("template", "release", str(CHART), "--set", "kafka.boostrap=x")
    assert done.returncode != 0
    assert "boostrap" in done.stderr


def test_kubernetes_itself_would_accept_the_manifests():
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    for manifest in _manifests():
        kubernetes_validate.validate(manifest, "1.30", strict=True)
