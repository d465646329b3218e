"""A real Kubernetes control plane on loopback with simulated nodes, and KEDA beside it.

In: a folder, programs of `python -m tools.cluster.install`.  Out: a Cluster that helm and kubectl reach.
Nodes and pods are kwok's: pods are scheduled and become ready, and no container runs.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from streams.services.bound_process import Bound, Command
from streams.services.ports import HOST, free_ports
from streams.services.program_cache import cluster_dir, find_program
from tests.fakes.wait import until

PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "helm", "kubectl")
KEDA = ("keda-operator", "keda-adapter")

TOKEN = "cluster-of-a-test"
START_S = 120.0
"""An API server is ready after 4 s on idle cores."""

SERVICES = "10.96.0.0/24"
STOP_S = 2.0


def missing(programs: Sequence[str]) -> str | None:
    """Why these programs cannot run; None where all are installed."""
    lacking = [name for name in programs if find_program(name) is None]
    return f"{', '.join(lacking)} not installed: run `make test-cluster`, which builds them" if lacking else None


@dataclass(frozen=True)
class Cluster:
    """A running control plane. `folder` has its kubeconfig and the programs' logs."""

    folder: Path

    @property
    def kubeconfig(self) -> Path:
        """What clients read."""
        return self.folder / "kubeconfig"

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """What kubectl prints; `given` is its standard input."""
        return self._run("kubectl", *arguments, given=given)

    def helm(self, *arguments: str) -> str:
        """What helm prints."""
        return self._run("helm", *arguments)

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Create or change these objects."""
        self.kubectl("apply", "--server-side", "-f", "-", given=yaml.safe_dump_all(objects))

    def items(self, kind: str, namespace: str, selector: str = "") -> list[dict[str, Any]]:
        """The objects of a kind."""
        found = self.kubectl("get", kind, "-n", namespace, "-l", selector, "-o", "json")
        return list(json.loads(found)["items"])

    def _run(self, program: str, *arguments: str, given: str | None = None) -> str:
        command = [str(find_program(program)), f"--kubeconfig={self.kubeconfig}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, input=given, timeout=300)
        assert done.returncode == 0, f"{program} {' '.join(arguments)}: {done.stderr}"
        assert "would violate PodSecurity" not in done.stderr, done.stderr
        return done.stdout


@contextmanager
def control_plane(folder: Path) -> Iterator[Cluster]:
    """A control plane without nodes, until the end of the block."""
    cluster = Cluster(folder)
    etcd, peer, api, manager, scheduler, kwok = free_ports(6)
    certificates(folder)
    _write_kubeconfig(cluster, api)
    with ExitStack() as running:
        store = f"http://{HOST}:{etcd}"
        _start(running, folder, "etcd", *_etcd_flags(folder, store, f"http://{HOST}:{peer}"))
        _start(running, folder, "kube-apiserver", *_api_flags(folder, store, api))
        until(lambda: _is_ready(cluster), START_S, "the API server is ready")
        told = (f"--kubeconfig={cluster.kubeconfig}",)
        local = (*told, "--leader-elect=false", f"--bind-address={HOST}")
        key = f"--service-account-private-key-file={folder}/sa.key"
        quick = "--horizontal-pod-autoscaler-sync-period=2s"
        _start(running, folder, "kube-controller-manager", *local, f"--secure-port={manager}", key, quick)
        _start(running, folder, "kube-scheduler", *local, f"--secure-port={scheduler}")
        stages = f"--config={cluster_dir()}/stages.yaml"
        server = f"--server-address={HOST}:{kwok}"
        _start(running, folder, "kwok", *told, stages, server, "--manage-all-nodes=true")
        for definitions in sorted((cluster_dir() / "definitions").glob("*.yaml")):
            cluster.kubectl("apply", "--server-side", "-f", str(definitions))
        yield cluster


@contextmanager
def keda(cluster: Cluster) -> Iterator[None]:
    """KEDA's operator and its adapter for external metrics, outside the cluster that they scale."""
    grpc, metrics, health, adapter, more = free_ports(5)
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "keda"}}, *_external_metrics(adapter))
    names = {
        "WATCH_NAMESPACE": "", "POD_NAMESPACE": "keda", "KEDA_CLUSTER_OBJECT_NAMESPACE": "keda",
        "KUBECONFIG": str(cluster.kubeconfig), "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    told = (f"--kubeconfig={cluster.kubeconfig}",)
    with ExitStack() as running:
        operator = _start(
            running, cluster.folder, "keda-operator", *told, f"--cert-dir={cluster.folder}",
            f"--metrics-bind-address={HOST}:{metrics}", f"--health-probe-bind-address={HOST}:{health}",
            f"--metrics-service-bind-address={HOST}:{grpc}", "--enable-apiservice-patching=false",
            "--enable-webhook-patching=false", environment=names,
        )  # fmt: skip
        server = _start(
            running, cluster.folder, "keda-adapter", f"--secure-port={adapter}", f"--port={more}",
            f"--metrics-service-address=localhost:{grpc}", f"--lister-kubeconfig={cluster.kubeconfig}",
            f"--authentication-kubeconfig={cluster.kubeconfig}", f"--authorization-kubeconfig={cluster.kubeconfig}",
            f"--cert-dir={cluster.folder}", environment=names,
        )  # fmt: skip
        until(
            lambda: _is_available(cluster) or not (operator.alive and server.alive), START_S, "external metrics are there"
        )
        assert operator.alive, f"it ended: {operator.command.log}"
        assert server.alive, f"it ended: {server.command.log}"
        yield


def _external_metrics(port: int) -> tuple[dict[str, Any], ...]:
    """A name in the cluster for the adapter on this machine, and the API that it serves."""
    service = {"externalName": "localhost", "type": "ExternalName", "ports": [{"port": port}]}
    api = {
        "group": "external.metrics.k8s.io", "version": "v1beta1", "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100, "versionPriority": 100,
        "service": {"name": "keda-adapter", "namespace": "keda", "port": port},
    }  # fmt: skip
    return (
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "keda-adapter", "namespace": "keda"}, "spec": service},
        {
            "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
            "metadata": {"name": "v1beta1.external.metrics.k8s.io"}, "spec": api,
        },
    )  # fmt: skip


def _is_available(cluster: Cluster) -> bool:
    found = cluster.items("apiservice", "default")
    api = next(each for each in found if each["metadata"]["name"] == "v1beta1.external.metrics.k8s.io")
    return any(c["type"] == "Available" and c["status"] == "True" for c in api.get("status", {}).get("conditions", []))


def _is_ready(cluster: Cluster) -> bool:
    command = [str(find_program("kubectl")), f"--kubeconfig={cluster.kubeconfig}", "get", "--raw", "/readyz"]
    return subprocess.run(command, capture_output=True, check=False, timeout=30).stdout == b"ok"


def _start(running: ExitStack, folder: Path, name: str, *flags: str, environment: Mapping[str, str] | None = None) -> Bound:
    """Run a program until the end of the block; its output is a log in a folder of its own."""
    process = Bound(Command((str(find_program(name)), *flags), folder / name, environment))
    running.callback(process.stop, STOP_S)
    return process


def _etcd_flags(folder: Path, clients: str, peers: str) -> tuple[str, ...]:
    return (
        f"--data-dir={folder}/etcd-data", f"--listen-client-urls={clients}", f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync", "--log-level=warn",
    )  # fmt: skip


def _api_flags(folder: Path, store: str, port: int) -> tuple[str, ...]:
    return (
        f"--etcd-servers={store}", f"--secure-port={port}", f"--bind-address={HOST}", "--endpoint-reconciler-type=none",
        f"--cert-dir={folder}/api", f"--token-auth-file={folder}/tokens.csv", "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={folder}/sa.key",
        f"--service-account-signing-key-file={folder}/sa.key", f"--service-cluster-ip-range={SERVICES}",
        f"--requestheader-client-ca-file={folder}/ca.crt", "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-", f"--proxy-client-cert-file={folder}/proxy.crt",
        f"--proxy-client-key-file={folder}/proxy.key",
    )  # fmt: skip


def _write_kubeconfig(cluster: Cluster, port: int) -> None:
    (cluster.folder / "tokens.csv").write_text(f'{TOKEN},tester,1,"system:masters"\n')
    server = {"server": f"https://{HOST}:{port}", "insecure-skip-tls-verify": True}
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "test", "cluster": server}], "users": [{"name": "tester", "user": {"token": TOKEN}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "tester"}}],
    }  # fmt: skip
    cluster.kubeconfig.write_text(yaml.safe_dump(config))


def certificates(folder: Path) -> None:
    """An authority (ca.crt), a certificate of localhost (tls.crt), the API server's own as a proxy, a key of accounts."""
    folder.mkdir(parents=True, exist_ok=True)
    _openssl(folder, "genrsa", "-out", "sa.key", "2048")
    own = ("-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt")
    _openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *own)
    for name, subject in (("tls", "localhost"), ("proxy", "front-proxy-client")):
        hosts = ("-subj", f"/CN={subject}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        made = ("-keyout", f"{name}.key", "-out", f"{name}.csr")
        _openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", *hosts, *made)
        signed = ("-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-out", f"{name}.crt")
        _openssl(folder, "x509", "-req", "-days", "2", "-copy_extensions", "copyall", *signed)


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
