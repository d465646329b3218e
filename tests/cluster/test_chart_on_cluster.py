"""The chart on a real API server: admission of restricted pods, GPUs, upgrades that restart, rollback and uninstall."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.conftest import GPU_LABEL
from tests.cluster.control_plane import Cluster
from tests.fakes.helm_chart import CHART
from tests.fakes.wait import until

pytestmark = pytest.mark.slow

PATIENCE = "--timeout=3m"
FILES = ("balanced", "defaults", "gpu", "models", "monitored", "role", "secured", "spread")


def install(cluster: Cluster, namespace: str, *given: str) -> None:
    """Install or upgrade the release `skg`, and wait for its Deployments and hooks."""
    cluster.helm("upgrade", "--install", "skg", str(CHART), "-n", namespace, "--wait", PATIENCE, *given)


def pods(cluster: Cluster, namespace: str, component: str) -> list[dict[str, Any]]:
    """The pods of a component that are not about to end."""
    found = cluster.items("pods", namespace, f"app.kubernetes.io/component={component}")
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def names(cluster: Cluster, namespace: str) -> dict[str, set[str]]:
    """Component to names of its pods."""
    stages = ("agents", "render", "examine", "write")
    return {stage: {pod["metadata"]["name"] for pod in pods(cluster, namespace, stage)} for stage in stages}


def give_claim(cluster: Cluster, namespace: str, name: str) -> None:
    """A claim that is bound to a volume of its own."""
    size = {"storage": "1Gi"}
    volume = {
        "capacity": size, "accessModes": ["ReadWriteMany"], "hostPath": {"path": "/models"}, "storageClassName": "",
        "claimRef": {"name": name, "namespace": namespace},
    }  # fmt: skip
    claim = {
        "accessModes": ["ReadWriteMany"], "resources": {"requests": size}, "storageClassName": "",
        "volumeName": f"{namespace}-{name}",
    }  # fmt: skip
    cluster.apply(
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"{namespace}-{name}"}, "spec": volume},
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": namespace},
            "spec": claim,
        },
    )


def secret(namespace: str, name: str, **texts: str) -> dict[str, Any]:
    """A Secret of somebody else."""
    data = {key.replace("_", "-"): base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}, "data": data}


@pytest.mark.parametrize("name", FILES)
def test_each_file_of_values_is_admitted_and_its_pods_become_ready(
    cluster: Cluster, namespace: str, values: Path, name: str
) -> None:
    if name == "gpu":
        for claim in ("models", "sprites"):
            give_claim(cluster, namespace, claim)
    install(cluster, namespace, "--values", str(values / f"{name}.yaml"))
    made = cluster.items("deployments", namespace)
    assert made
    for deployment in made:
        wanted = deployment["spec"]["replicas"]
        assert deployment["status"].get("readyReplicas", 0) == wanted, deployment["metadata"]["name"]
    cluster.helm("uninstall", "skg", "-n", namespace, "--wait", PATIENCE)


def test_renderers_share_the_nodes_with_gpus_and_nobody_else_is_there(
    cluster: Cluster, namespace: str, values: Path
) -> None:
    for claim in ("models", "sprites"):
        give_claim(cluster, namespace, claim)
    install(cluster, namespace, "--values", str(values / "gpu.yaml"), "--set", "stages.render.replicas=16")
    gpu = {n["metadata"]["name"] for n in cluster.items("nodes", "default") if GPU_LABEL in n["metadata"]["labels"]}
    drawn_on = [pod["spec"]["nodeName"] for pod in pods(cluster, namespace, "render")]
    assert (len(drawn_on), set(drawn_on)) == (16, gpu), "all sixteen GPUs, one a pod"
    cluster.kubectl("scale", "deployment/skg-skg-factory-render", "-n", namespace, "--replicas=17")

    def waiting() -> list[dict[str, Any]]:
        return [pod for pod in pods(cluster, namespace, "render") if "nodeName" not in pod["spec"]]

    until(lambda: len(pods(cluster, namespace, "render")) == 17 and len(waiting()) == 1, 60, "one pod too many waits")


def test_a_changed_secret_restarts_the_pods_that_use_it_and_a_rollback_brings_the_old_values_back(
    cluster: Cluster, namespace: str
) -> None:
    given = (
        "--set", "s3.accessKey=open,s3.secretKey=sesame,llm.url=http://model/v1,llm.model=planner",
        "--set", "llm.existingSecret=llm-key",
    )  # fmt: skip
    cluster.apply(secret(namespace, "llm-key", api_key="first"))
    install(cluster, namespace, *given)
    first = names(cluster, namespace)
    install(cluster, namespace, *given)
    assert names(cluster, namespace) == first, "nothing has changed"

    cluster.apply(secret(namespace, "llm-key", api_key="second"))
    install(cluster, namespace, *given)
    second = names(cluster, namespace)
    assert not first["agents"] & second["agents"], "agents read the Secret of somebody else"
    assert {stage: second[stage] for stage in ("render", "examine", "write")} == {
        stage: first[stage] for stage in ("render", "examine", "write")
    }

    install(cluster, namespace, *given, "--set", "s3.secretKey=another,stages.render.replicas=3")
    third = names(cluster, namespace)
    assert not any(second[stage] & third[stage] for stage in second), "the store's keys are in every stage"
    assert len(third["render"]) == 3

    cluster.helm("rollback", "skg", "3", "-n", namespace, "--wait", PATIENCE)
    fourth = names(cluster, namespace)
    assert len(fourth["render"]) == 2
    (keys,) = [s for s in cluster.items("secrets", namespace) if s["metadata"]["name"].endswith("-s3")]
    assert base64.b64decode(keys["data"]["secret-key"]) == b"sesame"


def test_an_uninstalled_release_leaves_nothing_but_what_was_there(cluster: Cluster, namespace: str, values: Path) -> None:
    cluster.apply(secret(namespace, "kafka-login", password="sesame"))
    install(cluster, namespace, "--values", str(values / "secured.yaml"))
    cluster.helm("uninstall", "skg", "-n", namespace, "--wait", PATIENCE)
    kinds = "deployments,pods,jobs,cronjobs,configmaps,secrets,services,ingresses,networkpolicies,serviceaccounts"
    more = "scaledobjects,triggerauthentications,podmonitors,prometheusrules,poddisruptionbudgets"

    def left() -> set[str]:
        found = cluster.items(f"{kinds},{more}", namespace)
        return {f"{each['kind']}/{each['metadata']['name']}" for each in found}

    everywhere = {"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}
    until(lambda: left() <= {"Secret/kafka-login"} | everywhere, 60, "only what was there is left")
    assert "Secret/kafka-login" in left()


def test_a_pod_that_is_not_restricted_is_refused_there(cluster: Cluster, namespace: str) -> None:
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "root", "namespace": namespace},
        "spec": {"containers": [{"name": "root", "image": "any"}]},
    }  # fmt: skip
    with pytest.raises(AssertionError, match="violates PodSecurity"):
        cluster.apply(pod)
