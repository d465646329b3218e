"""The chart with eight files of values, each as a cluster may want it: it lints, renders, and Kubernetes accepts it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from dataset.gallery.templates_engine import ASSETS
from monitoring.dashboard import DASHBOARDS, dashboard
from schemas.topics import GRAPHS, IMAGES, SEEDS, TOPICS
from streams.broker.topic_partitions import parse_partitions
from streams.composition import FAUST_END_S
from streams.settings import AgentSettings, RenderSettings, describe
from streams.worker.worker_process import LEAVE_GROUP_S
from tests.fakes.helm_chart import CHART, helm, manifests_of, words_of_refusal

VALUES = sorted((Path(__file__).parent / "values").glob("*.yaml"))
MOST_LINES = 200
OF_OPERATORS = ("monitoring.coreos.com/", "keda.sh/")
"""Kinds whose schemas come with their operators."""


def manifests(name: str) -> list[dict[str, Any]]:
    """All that the chart makes of a file of values."""
    return manifests_of("--values", str(Path(__file__).parent / "values" / f"{name}.yaml"))


def pod(name: str, stage: str) -> dict[str, Any]:
    """The template of a stage's pods."""
    of_stage = {
        m["metadata"]["labels"].get("app.kubernetes.io/component"): m for m in manifests(name) if m["kind"] == "Deployment"
    }
    found: dict[str, Any] = of_stage[stage]["spec"]["template"]
    return found


def of_kind(name: str, kind: str) -> list[dict[str, Any]]:
    """The manifests of a kind."""
    return [manifest for manifest in manifests(name) if manifest["kind"] == kind]


@pytest.mark.thorough
@pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
def test_helm_lints_each_file_of_values_and_kubernetes_would_accept_what_it_makes(values: Path):
    done = helm("lint", "--strict", str(CHART), "--values", str(values))
    assert done.returncode == 0, done.stdout + done.stderr
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    for manifest in manifests(values.stem):
        if not manifest["apiVersion"].startswith(OF_OPERATORS):
            kubernetes_validate.validate(manifest, "1.30", strict=True)


def test_there_are_eight_files_of_values():
    assert len(VALUES) == 8


def test_a_stage_that_draws_on_a_gpu_runs_where_one_is_with_its_models_and_its_token():
    spec = pod("gpu", "render")["spec"]
    assert spec["nodeSelector"] == {"kubernetes.io/arch": "amd64", "nvidia.com/gpu.product": "NVIDIA-H200"}
    assert [each["key"] for each in spec["tolerations"]] == ["nvidia.com/gpu"], "its own list is taken whole"
    assert (spec["runtimeClassName"], spec["priorityClassName"]) == ("nvidia", "batch")
    assert spec["imagePullSecrets"] == [{"name": "registry"}]
    (container,) = spec["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    environment = {each["name"]: each for each in container["env"]}
    assert environment["HF_TOKEN"]["valueFrom"] == {"secretKeyRef": {"name": "hugging-face", "key": "token"}}
    assert {"name": "models", "mountPath": "/models"} in container["volumeMounts"]
    assert {"name": "sprites", "mountPath": "/sprites", "readOnly": True} in container["volumeMounts"]
    claims = {v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"] if "persistentVolumeClaim" in v}
    assert claims == {"models", "sprites"}
    assert environment["HF_HOME"]["value"].startswith("/models/")
    assert "models" not in {volume["name"] for volume in pod("gpu", "agents")["spec"]["volumes"]}


def test_other_stages_have_only_what_is_said_of_every_pod():
    spec = pod("gpu", "examine")["spec"]
    assert spec["nodeSelector"] == {"kubernetes.io/arch": "amd64"}
    assert [each["key"] for each in spec["tolerations"]] == ["shared"]
    assert "runtimeClassName" not in spec
    assert "sprites" not in {volume["name"] for volume in spec["volumes"]}


def test_agents_and_render_share_one_renderer():
    for stage, told in (("agents", "gligen"), ("render", "gligen"), ("examine", None), ("write", None)):
        (container,) = pod("gpu", stage)["spec"]["containers"]
        assert {each["name"]: each.get("value") for each in container["env"]}.get("SKG_RENDERER") == told
    assert "agents plan for collage and render draws with solid" in words_of_refusal("stages.render.env.SKG_RENDERER=solid")


def test_a_stage_may_have_an_environment_that_names_its_renderer_as_before():
    given = ("--set", "stages.render.env.SKG_RENDERER=solid,stages.agents.env.SKG_RENDERER=solid")
    for manifest in manifests_of(*given):
        if manifest["kind"] == "Deployment":
            (container,) = manifest["spec"]["template"]["spec"]["containers"]
            named = [each["value"] for each in container["env"] if each["name"] == "SKG_RENDERER"]
            assert named == (["solid"] if container["name"] in {"agents", "render"} else [])


def test_a_pod_has_time_to_finish_what_is_in_flight_and_to_leave_its_group():
    ends_s = {"agents": AgentSettings().agents_drain_s + FAUST_END_S}
    for stage in ("render", "examine", "write"):
        ends_s[stage] = RenderSettings().drain_s + LEAVE_GROUP_S
    for stage, least_s in ends_s.items():
        assert least_s < pod("defaults", stage)["spec"]["terminationGracePeriodSeconds"] < 2 * least_s
    assert pod("gpu", "render")["spec"]["terminationGracePeriodSeconds"] > 900 + LEAVE_GROUP_S
    assert "graceSeconds is below 50" in words_of_refusal("stages.write.graceSeconds=40")


def test_a_process_has_as_long_to_start_as_the_values_say():
    for stage, bound_s in (("render", 600), ("write", 120)):
        probe = pod("gpu", stage)["spec"]["containers"][0]["startupProbe"]
        assert probe["periodSeconds"] * probe["failureThreshold"] == bound_s


def test_the_gallery_is_served_to_an_ingress_and_takes_no_seeds_unless_it_is_told_to():
    (container,) = pod("secured", "gallery")["spec"]["containers"]
    assert container["args"][:4] == ["skg", "gallery", "--host", "0.0.0.0"]
    assert container["args"][-1] == "--no-feed"
    assert {each["name"] for each in container["env"]} >= {"SKG_DATASET_URI", "SKG_S3_SECRET_KEY_FILE"}
    (service,), (ingress,) = of_kind("secured", "Service"), of_kind("secured", "Ingress")
    assert service["spec"]["selector"].items() <= pod("secured", "gallery")["metadata"]["labels"].items()
    (rule,) = ingress["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert (rule["host"], backend["name"]) == ("skg.example", service["metadata"]["name"])
    asset = container["livenessProbe"]["httpGet"]["path"].removeprefix("/assets/")
    assert asset in ASSETS


def test_what_a_secret_of_somebody_else_holds_is_looked_up_where_a_stage_uses_it():
    assert "checksum/named" in pod("secured", "render")["metadata"]["annotations"]
    assert "checksum/named" not in pod("defaults", "render")["metadata"]["annotations"]


def test_without_values_of_pods_nothing_is_said_of_where_they_run():
    spec = pod("defaults", "render")["spec"]
    assert not {"nodeSelector", "tolerations", "affinity", "topologySpreadConstraints", "imagePullSecrets"} & set(spec)


def test_an_upgrade_and_a_drain_of_nodes_take_one_renderer_at_a_time():
    (deployment,) = [m for m in of_kind("gpu", "Deployment") if m["metadata"]["name"].endswith("-render")]
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}
    (budget,) = of_kind("gpu", "PodDisruptionBudget")
    assert budget["spec"]["selector"]["matchLabels"].items() <= pod("gpu", "render")["metadata"]["labels"].items()
    assert budget["spec"]["maxUnavailable"] == 1


def test_labels_and_annotations_are_added_and_change_no_selector():
    found = pod("spread", "examine")["metadata"]
    assert found["labels"].items() >= {"team": "data", "tier": "cpu"}.items()
    assert found["annotations"]["note"] == "examines"
    assert "checksum/config" in found["annotations"]
    (container,) = pod("spread", "write")["spec"]["containers"]
    assert {"configMapRef": {"name": "proxies"}} in container["envFrom"]
    for deployment in of_kind("spread", "Deployment"):
        assert "team" not in deployment["spec"]["selector"]["matchLabels"]


def test_the_alerts_and_the_dashboards_of_the_chart_are_those_of_the_repository():
    rules = yaml.safe_load((CHART.parents[1] / "monitoring" / "rules" / "skg.yaml").read_text("utf-8"))
    (rule,) = of_kind("monitored", "PrometheusRule")
    assert rule["spec"] == rules
    shown = {name: text for m in of_kind("monitored", "ConfigMap") for name, text in m["data"].items() if ".json" in name}
    assert {name.removesuffix(".json"): json.loads(text) for name, text in shown.items()} == {
        name: json.loads(dashboard(name)) for name in DASHBOARDS
    }
    assert pod("monitored", "lag-exporter")["spec"]["nodeSelector"] == {"pool": "small"}


def test_a_scaled_stage_has_as_many_processes_as_its_lag_wants_and_no_replicas_of_its_own():
    scaled = {m["metadata"]["labels"]["app.kubernetes.io/component"]: m["spec"] for m in of_kind("spread", "ScaledObject")}
    assert set(scaled) == {"agents", "render", "examine"}
    for deployment in of_kind("spread", "Deployment"):
        stage = deployment["metadata"]["labels"]["app.kubernetes.io/component"]
        assert ("replicas" in deployment["spec"]) == (stage == "write")
    render = scaled["render"]
    assert (render["minReplicaCount"], render["maxReplicaCount"], render["cooldownPeriod"]) == (0, 24, 600)
    (trigger,) = render["triggers"]
    assert trigger["metadata"] == {
        "bootstrapServers": "kafka:9092", "consumerGroup": RenderSettings().render_group, "topic": GRAPHS,
        "lagThreshold": "20", "offsetResetPolicy": "earliest",
    }  # fmt: skip
    assert render["scaleTargetRef"]["name"] in {m["metadata"]["name"] for m in of_kind("spread", "Deployment")}


def test_a_scaler_logs_in_as_the_stages_do():
    (scaled,), (login,) = of_kind("secured", "ScaledObject"), of_kind("secured", "TriggerAuthentication")
    metadata = scaled["spec"]["triggers"][0]["metadata"]
    assert (metadata["sasl"], metadata["tls"]) == ("scram_sha512", "enable")
    assert scaled["spec"]["triggers"][0]["authenticationRef"]["name"] == login["metadata"]["name"]
    given = {each["parameter"]: (each["name"], each["key"]) for each in login["spec"]["secretTargetRef"]}
    assert given["password"] == ("kafka-login", "password")
    (secret,) = [m for m in of_kind("secured", "Secret") if m["metadata"]["name"] == given["username"][0]]
    assert secret["stringData"] == {"username": "skg"}
    assert login["spec"]["configMapTargetRef"] == [{"parameter": "ca", "name": "roots", "key": "root.pem"}]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("stages.render.scaling.max=17", "above the 16 partitions of skg.graphs"),
        ("stages.agents.scaling.max=9", "above the 8 partitions of skg.seeds"),
        ("stages.write.scaling.max=1", "scaling"),
        ("stages.render.scaling.min=1", "max"),
        ("stages.render.scaling.min=5,stages.render.scaling.max=3", "scaling.min is above its max of 3"),
    ],
)
def test_more_processes_than_partitions_and_half_a_scaling_are_refused(given: str, why: str):
    assert why in words_of_refusal(given)


def test_the_partitions_that_bound_scaling_are_those_of_the_table():
    for stage, topic in (("agents", SEEDS), ("render", GRAPHS), ("examine", IMAGES)):
        for more, code in ((0, 0), (1, 1)):
            most = TOPICS[topic].partitions + more
            assert helm("template", "r", str(CHART), "--set", f"stages.{stage}.scaling.max={most}").returncode == code


def test_a_job_makes_the_topics_and_jobs_by_the_clock_tend_the_dataset():
    (job,) = of_kind("secured", "Job")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "post-install,post-upgrade"
    commands = {}
    for manifest in [*of_kind("secured", "Job"), *of_kind("spread", "CronJob")]:
        spec = manifest["spec"].get("jobTemplate", manifest)["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        commands[container["name"]] = container["args"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert spec["securityContext"]["runAsNonRoot"] is True
    assert commands == {
        "topics": ["skg", "topics", "apply"],
        "compact": ["skg", "dataset", "compact"],
        "vacuum": ["skg", "dataset", "vacuum"],
    }
    environment = {each["name"]: each.get("value") for each in job["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert environment["SKG_KAFKA_PASSWORD_FILE"] == "/etc/skg-access/kafka-password"
    assert not [name for name in environment if "S3" in name]
    (config,) = [m for m in of_kind("spread", "ConfigMap") if "SKG_KAFKA_BOOTSTRAP" in m["data"]]
    assert parse_partitions([config["data"]["SKG_TOPIC_PARTITIONS"]]) == {GRAPHS: 32, IMAGES: 32}


@pytest.mark.parametrize(
    "given",
    [
        "stages.render.env.SKG_RENDRER=x",
        "pods.nodeSelectr.a=b",
        "stages.render.pod.extra=x",
        "stages.render.strategy.type=Quick",
    ],
)
def test_a_misspelt_setting_or_value_of_a_pod_is_refused(given: str):
    words = words_of_refusal(given)
    assert given.partition("=")[0].rpartition(".")[2] in words or "strategy" in words


def test_the_schema_knows_every_setting_and_no_other():
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    assert schema["definitions"]["setting"]["enum"] == [row[0] for row in describe()]


def test_the_values_are_few_enough_to_be_read():
    lines = (CHART / "values.yaml").read_text("utf-8").splitlines()
    assert len(lines) <= MOST_LINES
