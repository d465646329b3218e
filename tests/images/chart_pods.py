"""The chart's pods as containers of this machine: image, command, environment, files and security as the chart says.

In: manifests that helm made.  Out: running containers on the host's network, since the services are on loopback.
Does not bring probes, limits or replicas: a test asks the probes itself.
"""

import os
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.services.ports import free_ports
from tools.images.container_store import LIMITS, podman

Manifest = dict[str, Any]

GRACE_S = 60
"""What the chart gives a stage to end."""


@dataclass(frozen=True)
class Release:
    """What one `helm template` made, and a folder for the volumes of its pods."""

    manifests: list[Manifest]
    folder: Path

    def template(self, kind: str, component: str) -> Manifest:
        """The pod template of the Deployment or the Job of this component."""
        (manifest,) = (m for m in self.manifests if m["kind"] == kind and m["metadata"]["name"].endswith(f"-{component}"))
        template: Manifest = manifest["spec"]["template"]
        return template

    def arguments(self, template: Manifest) -> list[str]:
        """Of `podman run`, up to the image and its command."""
        spec, (container,) = template["spec"], template["spec"]["containers"]
        outer, inner = spec["securityContext"], container["securityContext"]
        assert (inner["readOnlyRootFilesystem"], inner["allowPrivilegeEscalation"]) == (True, False)
        assert (inner["capabilities"], outer["runAsNonRoot"]) == ({"drop": ["ALL"]}, True)
        owner = f"{outer['runAsUser']}:{outer['fsGroup']}"
        environment = self._environment(container)
        return [
            *LIMITS, "--network", "host", "--read-only", "--read-only-tmpfs=false", "--user", owner,
            "--cap-drop", "all", "--security-opt", "no-new-privileges",
            *(word for name, value in environment.items() for word in ("--env", f"{name}={value}")),
            *(word for volume in self._volumes(spec, container, outer) for word in ("--volume", volume)),
            container["image"],
        ]  # fmt: skip

    def _environment(self, container: Manifest) -> dict[str, str]:
        found: dict[str, str] = {}
        for source in container["envFrom"]:
            found |= self._data("ConfigMap", source["configMapRef"]["name"], "data")
        return found | {entry["name"]: entry["value"] for entry in container["env"]}

    def _data(self, kind: str, name: str, key: str) -> dict[str, str]:
        (manifest,) = (m for m in self.manifests if m["kind"] == kind and m["metadata"]["name"] == name)
        data: dict[str, str] = manifest[key]
        return data

    def _volumes(self, spec: Manifest, container: Manifest, security: Manifest) -> Iterator[str]:
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        own = self.folder / uuid.uuid4().hex[:8]
        for mount in container["volumeMounts"]:
            volume, folder = volumes[mount["name"]], own / mount["name"]
            folder.mkdir(parents=True)
            for source in volume.get("projected", {}).get("sources", []):
                self._write(source["secret"], folder)
            for path in (folder, *folder.iterdir()):
                os.chown(path, 0 if path.is_file() else security["runAsUser"], security["fsGroup"])
            yield f"{folder}:{mount['mountPath']}{':ro' if mount.get('readOnly') else ''}"

    def _write(self, source: Manifest, folder: Path) -> None:
        (data,) = (
            m["stringData"] for m in self.manifests if m["kind"] == "Secret" and m["metadata"]["name"] == source["name"]
        )
        for item in source["items"]:
            (folder / item["path"]).write_text(data[item["key"]])
            (folder / item["path"]).chmod(0o440)

    def call(self, template: Manifest, *command: str, timeout_s: float = 300) -> str:
        """What a container of this pod says with another command, or its own; fails where its exit code is not 0."""
        words = command or template["spec"]["containers"][0]["args"]
        done = podman("run", "--rm", *self.arguments(template), *words, timeout_s=timeout_s)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    @contextmanager
    def serving(self, template: Manifest, command: Sequence[str]) -> Iterator["Container"]:
        """A container of this pod with another command, in which PORT is a free port; it has ended at the end."""
        container = Container.start(self.arguments(template), command)
        try:
            yield container
        finally:
            container.remove()

    @contextmanager
    def running(self, *stages: str) -> Iterator[dict[str, "Container"]]:
        """A container of each stage; each has ended at the end."""
        with ExitStack() as stack:
            templates = {stage: self.template("Deployment", stage) for stage in stages}
            commands = {stage: template["spec"]["containers"][0]["args"] for stage, template in templates.items()}
            yield {stage: stack.enter_context(self.serving(templates[stage], commands[stage])) for stage in stages}


@dataclass(frozen=True)
class Container:
    """A running container, and the port of its metrics or pages."""

    name: str
    port: int

    @classmethod
    def start(cls, arguments: list[str], command: Sequence[str]) -> "Container":
        """Start it; on the host's network each needs a port of its own."""
        (port,) = free_ports(1)
        name = f"skg-{uuid.uuid4().hex[:8]}"
        *options, image = arguments
        own = ["--detach", "--name", name, "--env", f"SKG_METRICS_PORT={port}"]
        words = [str(port) if word == "PORT" else word for word in command]
        done = podman("run", *options, *own, image, *words)
        assert done.returncode == 0, done.stderr
        return cls(name, port)

    def answers(self, path: str) -> bool:
        """Whether a probe of this path succeeds. Fails where the container has ended."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            state = podman("inspect", "--format", "{{.State.Status}}", self.name).stdout.strip()
            assert state == "running", f"{state}: {self.said()}"
            return False

    def said(self) -> str:
        """The end of its log."""
        done = podman("logs", self.name)
        return (done.stdout + done.stderr)[-3000:]

    def stop(self) -> int:
        """SIGTERM, as a cluster sends it; the exit code."""
        podman("stop", "--time", str(GRACE_S), self.name)
        return int(podman("inspect", "--format", "{{.State.ExitCode}}", self.name).stdout)

    def remove(self) -> None:
        """End it at once, if it runs, and forget it."""
        podman("rm", "--force", "--time", "0", self.name)
