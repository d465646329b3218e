"""Builds a Kubernetes control plane, simulated nodes and KEDA for `make test-cluster`: `python -m tools.cluster.install`.

In: Go and its module proxy (SKG_CACHE moves the cache).  Out: programs, definitions of resources and kwok's stages in the
cache, and a line for each thing that was left out. Takes about 12 minutes on two idle cores, once, and 4 GB of Go's cache.
Ends with 0 either way: tests without their cluster say so themselves.  Starts nothing.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from streams.services.program_cache import bin_dir, cluster_dir, find_program
from tools.services import apt
from tools.services.apt import NotInstalled
from tools.services.install import put_in_place, workbench

KUBERNETES, STAGING = "v1.34.3", "v0.34.3"
"""Its own modules have a version of their own."""

ETCD = "go.etcd.io/etcd/server/v3@v3.6.16"
KWOK = "sigs.k8s.io/kwok@v0.8.0"
KEDA = "github.com/kedacore/keda/v2@v2.21.0"
PROMETHEUS_OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0"

CONTROL_PLANE = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")

VERSION = "k8s.io/component-base/version"
STAMP = " ".join(
    ("-s -w", f"-X {VERSION}.gitVersion={KUBERNETES}", f"-X {VERSION}.gitMajor=1", f"-X {VERSION}.gitMinor=34")
)
"""Without a version in the server its clients cannot read it; without symbols programs are a third smaller."""

GO_S = 5400.0
"""The longest build takes 4 minutes on two idle cores, and many times as long beside other work."""

FAST = ("node/fast/node-initialize", "node/heartbeat/node-heartbeat", "pod/fast/pod-ready", "pod/fast/pod-complete")
STAGES = (*FAST, "pod/fast/pod-delete")
"""What kwok does to nodes and pods: they are ready, complete and gone at once."""


def main() -> int:
    """Build what is missing; print what was left out."""
    go = apt.find_go()
    if go is None:
        sys.stdout.write("left out the cluster: it needs Go 1.24 or newer, as `make services` installs it\n")
        return 0
    jobs = {"Kubernetes": _kubernetes, "etcd": build_etcd, "kwok": _kwok, "KEDA": _keda, "Prometheus' operator": _operator}
    lines = [line for line in (left_out(title, job, go) for title, job in jobs.items()) if line]
    for line in lines or [f"cluster: everything is installed (cache: {cluster_dir()})"]:
        sys.stdout.write(f"{line}\n")
    return 0


def left_out(title: str, job: Callable[[Path], None], go: Path) -> str | None:
    """The line for what could not be built; None where it was, or is there."""
    try:
        job(go)
    except (NotInstalled, OSError) as error:
        return f"left out {title}: {error}"
    return None


def _kubernetes(go: Path) -> None:
    missing = [name for name in CONTROL_PLANE if find_program(name) is None]
    if not missing:
        return
    with workbench() as folder:
        Path(folder, "go.mod").write_text(
            main_module((_module(go, f"k8s.io/kubernetes@{KUBERNETES}")["GoMod"]).read_text())
        )
        for name in missing:
            _build(go, Path(folder), name, (f"-ldflags={STAMP}", f"k8s.io/kubernetes/cmd/{name}"))


def main_module(kubernetes: str) -> str:
    """A go.mod that requires Kubernetes, from Kubernetes' own: it takes its parts from folders that only it has."""
    parts = re.findall(r"^\s*(k8s\.io/\S+) => \./staging/", kubernetes, re.MULTILINE)
    replaced = "".join(f"\t{part} => {part} {STAGING}\n" for part in parts)
    return f"module cluster\n\ngo 1.24.0\n\nrequire k8s.io/kubernetes {KUBERNETES}\n\nreplace (\n{replaced})\n"


def build_etcd(go: Path) -> None:
    """The store of the API server. Raises NotInstalled."""
    if find_program("etcd"):
        return
    with workbench() as folder:
        Path(folder, "go.mod").write_text("module cluster\n\ngo 1.24.0\n")
        _run_go(go, Path(folder), "get", ETCD)
        _build(go, Path(folder), "etcd", ("-ldflags=-s -w", ETCD.partition("@")[0]))


def _kwok(go: Path) -> None:
    stages = cluster_dir() / "stages.yaml"
    if not stages.exists():
        given = _module(go, KWOK)["Dir"] / "kustomize" / "stage"
        _write(stages, "\n---\n".join((given / f"{name}.yaml").read_text() for name in STAGES))
    if find_program("kwok") is None:
        with workbench() as folder:
            environment = {**os.environ, "CGO_ENABLED": "0", "GOBIN": folder}
            name, _, version = KWOK.partition("@")
            apt.run((str(go), "install", "-ldflags=-s -w", f"{name}/cmd/kwok@{version}"), GO_S, environment)
            put_in_place(Path(folder, "kwok"))


def _keda(go: Path) -> None:
    module = _module(go, KEDA)["Dir"]
    _definitions("keda", sorted((module / "config" / "crd" / "bases").glob("keda.sh_*.yaml")))
    missing = [name for name in ("operator", "adapter") if find_program(f"keda-{name}") is None]
    if not missing:
        return
    with workbench() as folder:  # modules in Go's cache are not writable, and a build may have to complete go.sum
        source = shutil.copytree(module, Path(folder, "keda"), copy_function=shutil.copyfile)
        for path in source.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        for name in missing:
            _build(go, source, f"keda-{name}", ("-ldflags=-s -w", f"./cmd/{name}"))


def _operator(go: Path) -> None:
    folder = _module(go, PROMETHEUS_OPERATOR)["Dir"] / "example" / "prometheus-operator-crd"
    kinds = ("podmonitors", "prometheusrules")
    _definitions("prometheus-operator", [folder / f"monitoring.coreos.com_{kind}.yaml" for kind in kinds])


def _definitions(name: str, files: list[Path]) -> None:
    """Custom resource definitions, in one file."""
    _write(cluster_dir() / "definitions" / f"{name}.yaml", "\n---\n".join(file.read_text() for file in files))


def _write(path: Path, text: str) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with workbench() as folder:
            made = Path(folder, path.name)
            made.write_text(text)
            made.replace(path)


def _module(go: Path, module: str) -> dict[str, Path]:
    """Where Go keeps a module: its folder (`Dir`) and its go.mod (`GoMod`), fetched if need be. Raises NotInstalled."""
    said = _run_go(go, cluster_dir().parent, "mod", "download", "-json", module)
    return {key: Path(value) for key, value in json.loads(said).items() if key in {"Dir", "GoMod"}}


def _build(go: Path, folder: Path, name: str, arguments: tuple[str, ...]) -> None:
    sys.stdout.write(f"building {name}: minutes, once\n")
    sys.stdout.flush()
    with workbench() as made:  # the folder itself may have one of that name
        _run_go(go, folder, "build", "-o", f"{made}/{name}", *arguments)
        put_in_place(Path(made, name))


def _run_go(go: Path, folder: Path, *arguments: str) -> str:
    return apt.run((str(go), "-C", str(folder), *arguments), GO_S, _environment())


def _environment() -> dict[str, str]:
    flags = f"{os.environ.get('GOFLAGS', '')} -mod=mod -buildvcs=false".strip()
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": flags}


if __name__ == "__main__":
    bin_dir().mkdir(parents=True, exist_ok=True)
    sys.exit(main())
