"""compose.yaml, read by the reference reader of such files, and its services' commands in the images."""

import json
import os
import re
import subprocess
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import yaml

from streams.secret_files import variable_of
from streams.services.apache_kafka import APACHE
from streams.services.bound_process import Command
from streams.services.launcher import start_recipe
from streams.services.ports import HOST
from streams.services.program_cache import find_program
from streams.services.service_spec import Place
from streams.settings import LagSettings, StatusSettings
from streams.stages import STAGE_TABLE
from tests.fakes.helm_chart import CHART, manifests_of
from tests.fakes.services import require
from tests.images.conftest import require_image
from tools.images.build import image_name
from tools.images.container_store import LIMITS, podman

ROOT = CHART.parents[1]
COMPOSE = ROOT / "compose.yaml"

STAGES = ("agents", "render", "examine", "write")
EVERY = {*STAGES, "kafka", "store", "topics", "lag-exporter", "gallery", "prometheus", "grafana"}
OURS = (*STAGES, "render-solid", "render-gpu", "topics", "lag-exporter", "gallery")
SHORT = re.compile(r"\$\{([A-Z0-9]+_IMAGE):-[a-z0-9-]+/[a-z0-9-]+:[\w.-]+\}")
SETTINGS = (*(spec.settings for spec in STAGE_TABLE.values()), StatusSettings, LagSettings)


@cache
def _services() -> dict[str, dict[str, Any]]:
    """The services of all profiles, as the reader understands them: its schema, variables, references."""
    require("compose-go")
    command = [str(find_program("compose-go")), "-format", "json", str(COMPOSE)]
    clean = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["services"]
    return found


def test_the_reference_reader_accepts_the_file_and_two_services_wait_for_their_profile():
    services = _services()
    assert {name for name, service in services.items() if "profiles" not in service} == EVERY
    asked = {name: service["profiles"] for name, service in services.items() if name not in EVERY}
    assert asked == {"render-solid": ["solid"], "render-gpu": ["gpu"]}


def test_a_misspelt_key_is_refused_by_the_reader(tmp_path):
    require("compose-go")
    (tmp_path / "compose.yaml").write_text("services: {one: {image: a, comand: [b]}}\n")
    done = subprocess.run([str(find_program("compose-go")), "compose.yaml"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode != 0
    assert b"comand" in done.stdout + done.stderr


def test_images_of_others_are_variables_with_short_names_and_tags():
    raw = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    others = {name: service["image"] for name, service in raw.items() if name not in OURS}
    named = {name: SHORT.fullmatch(image) for name, image in others.items()}
    assert all(named.values()), others
    variables = {match[1] for match in named.values() if match}
    assert variables == {"KAFKA_IMAGE", "S3_IMAGE", "PROMETHEUS_IMAGE", "GRAFANA_IMAGE"}


def test_services_of_ours_have_the_images_of_the_dockerfile():
    services = _services()
    for name in OURS:
        assert services[name]["image"] == image_name(services[name]["build"]["target"])
    assert services["render"]["deploy"]["replicas"] == 2


def test_services_of_ours_have_the_security_of_the_chart():
    pod = next(m for m in manifests_of() if m["kind"] == "Deployment")["spec"]["template"]["spec"]
    user = f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['fsGroup']}"
    for name in OURS:
        service = _services()[name]
        assert (service["user"], service["read_only"], service["cap_drop"]) == (user, True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_services_of_ours_are_given_only_settings_that_there_are():
    known = {variable_of(name) for settings in SETTINGS for name in settings.model_fields}
    for name in OURS:
        given = {variable for variable in _services()[name]["environment"] if variable.startswith("SKG_")}
        assert given <= known, name


def test_every_port_is_on_loopback():
    ports = [port for service in _services().values() for port in service.get("ports", ())]
    assert len(ports) == 3
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}


def test_every_file_that_is_mounted_is_there():
    mounted = [v for service in _services().values() for v in service.get("volumes", ()) if v["type"] == "bind"]
    assert len(mounted) == 5
    assert all((ROOT / volume["source"]).exists() for volume in mounted)


def test_prometheus_accepts_its_settings_and_looks_at_every_process_that_has_metrics(tmp_path):
    require("promtool")
    text = (ROOT / "monitoring" / "compose" / "prometheus.yaml").read_text("utf-8")
    (tmp_path / "prometheus.yaml").write_text(text.replace("/etc/prometheus/rules", str(ROOT / "monitoring" / "rules")))
    command = [str(find_program("promtool")), "check", "config", str(tmp_path / "prometheus.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (job,) = yaml.safe_load(text)["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert set(found["names"]) == set(OURS) - {"topics", "gallery"}
    assert str(found["port"]) == _services()["agents"]["environment"]["SKG_METRICS_PORT"]


def _broker_of_compose(place: Place) -> Command:
    """Apache Kafka with the settings of the compose file, at the addresses and in the folder of the place."""
    command = APACHE.command(place)
    folder = place.folder.resolve()
    port, controller = place.ports
    given = _services()["kafka"]["environment"]
    text = "\n".join(f"{name.removeprefix('KAFKA_').lower().replace('_', '.')}={value}" for name, value in given.items())
    for number, here in ((9092, port), (9093, controller)):
        text = re.sub(rf"(//|@)(kafka)?:{number}", rf"\g<1>{HOST}:{here}", text)
    (folder / "server.properties").write_text(text.replace("/var/lib/kafka/data", f"{folder}/data"))
    return command


def test_apache_kafka_starts_with_the_settings_of_its_service(tmp_path):
    require("apache")
    recipe = replace(APACHE, command=_broker_of_compose)
    with start_recipe("apache", recipe, Place(tmp_path, ())) as broker:
        assert broker.alive, "it has acknowledged a record"


@pytest.mark.parametrize("name", OURS)
def test_an_image_knows_the_command_and_the_settings_of_its_service(name: str):
    service = _services()[name]
    require_image(service["build"]["target"])
    environment = [word for key, value in service["environment"].items() for word in ("--env", f"{key}={value}")]
    safe = (*LIMITS, "--rm", "--network", "none", "--read-only", "--cap-drop", "all", "--user", service["user"])
    for command in ([*service["command"], "--help"], ["skg", "config"]):
        done = podman("run", *safe, *environment, service["image"], *command)
        assert done.returncode == 0, done.stderr
