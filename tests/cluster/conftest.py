"""One control plane for all tests of the chart on a cluster, with nodes that have GPUs and nodes that have none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import yaml

from tests.cluster.control_plane import KEDA, PROGRAMS, Cluster, control_plane, keda, missing
from tests.fakes.wait import until

GPU_LABEL = "nvidia.com/gpu.product"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running control plane with four nodes."""
    if reason := missing(PROGRAMS):
        pytest.skip(reason)
    with control_plane(tmp_path_factory.mktemp("cluster")) as running:
        nodes = [_node("plain-0"), _node("plain-1"), _node("gpu-0", 8), _node("gpu-1", 8)]
        running.kubectl("create", "-f", "-", given=yaml.safe_dump_all(nodes))  # applying them would drop their status
        running.apply(*(_class(kind) for kind in ("RuntimeClass", "PriorityClass", "IngressClass")))
        until(lambda: _ready_nodes(running) == len(nodes), 60, "all nodes are ready")
        yield running


@pytest.fixture(scope="session")
def scaled_cluster(cluster: Cluster) -> Iterator[Cluster]:
    """The control plane with KEDA beside it."""
    if reason := missing(KEDA):
        pytest.skip(reason)
    with keda(cluster):
        yield cluster


@pytest.fixture
def namespace(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace that admits restricted pods only; what a test leaves there is deleted."""
    name = f"skg-{crc32(request.node.nodeid.encode()):x}"
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def values() -> Path:
    """The folder of the eight files of values."""
    return Path(__file__).parents[1] / "unit" / "helm" / "values"


def _ready_nodes(cluster: Cluster) -> int:
    conditions = [node.get("status", {}).get("conditions", []) for node in cluster.items("nodes", "default")]
    return sum(any(c["type"] == "Ready" and c["status"] == "True" for c in each) for each in conditions)


def _node(name: str, gpus: int = 0) -> dict[str, Any]:
    """A simulated node; those with GPUs keep others away, as NVIDIA's operator has them do."""
    room = {"cpu": "64", "memory": "512Gi", "pods": "110", "ephemeral-storage": "1Ti"}
    labels = {"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux", "kubernetes.io/hostname": name, "pool": "small"}
    spec: dict[str, Any] = {}
    if gpus:
        room["nvidia.com/gpu"] = str(gpus)
        labels[GPU_LABEL] = "NVIDIA-H200"
        spec["taints"] = [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]
    metadata = {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}}
    status = {"allocatable": room, "capacity": room}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": spec, "status": status}


def _class(kind: str) -> dict[str, Any]:
    """The classes that files of values name."""
    rows: dict[str, dict[str, Any]] = {
        "RuntimeClass": {"apiVersion": "node.k8s.io/v1", "metadata": {"name": "nvidia"}, "handler": "nvidia"},
        "PriorityClass": {"apiVersion": "scheduling.k8s.io/v1", "metadata": {"name": "batch"}, "value": 10},
        "IngressClass": {
            "apiVersion": "networking.k8s.io/v1",
            "metadata": {"name": "nginx"},
            "spec": {"controller": "k8s.io/ingress-nginx"},
        },
    }
    return {"kind": kind, **rows[kind]}
