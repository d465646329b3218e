"""Containers without a daemon: buildah builds, podman and runc run, and all that they keep is in one folder of the cache.

In: arguments of the two programs.  Out: what they print. Images of the machine's own are neither seen nor changed.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from streams.services.program_cache import cache_dir, find_program

PROGRAMS = ("buildah", "podman", "runc", "mmdebstrap")

RUNTIME = ("--runtime", "runc", "--cgroup-manager", "cgroupfs")
"""crun refuses machines with both kinds of control groups, and systemd is not everywhere."""

LIMITS = ("--cgroups=enabled", "--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096")
"""Podman's own are above what a machine may allow."""


def missing() -> str | None:
    """Why no image can be built here; None if it can."""
    if os.geteuid() != 0:
        return "images are built by root"
    lacking = [name for name in PROGRAMS if find_program(name) is None]
    return f"{', '.join(lacking)} is not installed" if lacking else None


def containers_dir() -> Path:
    """Where images and containers are."""
    return cache_dir() / "containers"


def free_gb() -> float:
    """The free space there, in GB."""
    containers_dir().mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(containers_dir()).free / 1e9


def driver() -> str:
    """How layers are kept: `overlay`, or `vfs`, which copies every layer, where the machine cannot mount overlays."""
    containers_dir().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=containers_dir()) as folder:
        lower, upper, work, merged = (Path(folder, name) for name in ("lower", "upper", "work", "merged"))
        for path in (lower, upper, work, merged):
            path.mkdir()
        options = f"lowerdir={lower},upperdir={upper},workdir={work}"
        mount = ["mount", "-t", "overlay", "overlay", "-o", options, str(merged)]
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            return "vfs"
        subprocess.run(["umount", str(merged)], check=True)
        return "overlay"


def environment() -> dict[str, str]:
    """The environment of both programs: they agree on a driver only where a file names it."""
    settings = containers_dir() / "storage.conf"
    if not settings.exists():
        roots = [f'{root}root = "{containers_dir()}/{root}"' for root in ("run", "graph")]
        settings.write_text("\n".join(["[storage]", f'driver = "{driver()}"', *roots, ""]))
    return {**os.environ, "CONTAINERS_STORAGE_CONF": str(settings)}


def podman(*arguments: str, timeout_s: float = 600) -> "subprocess.CompletedProcess[str]":
    """What podman says; its exit code is the caller's to judge."""
    command = ["podman", *RUNTIME, *arguments]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=timeout_s)


def has_image(name: str) -> bool:
    """Whether an image of this name is there."""
    return podman("image", "exists", name).returncode == 0
