"""Builds the targets of the Dockerfile: `python -m tools.images.build [TARGET …]`, all of them without one.

In: the working tree, and this machine's settings of pip and npm.  Out: images `skg-factory:VERSION-TARGET`, on a base made
of Debian's packages, since no registry is asked.  What cannot be built is said in a line; the exit code is then 0 too,
and 1 where a build fails.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from streams.services.program_cache import find_program
from tools.images import container_store
from tools.services import apt

ROOT = Path(__file__).parents[2]
REPOSITORY = "skg-factory"
TARGETS = ("base", "render", "solid", "gpu")

PYTHON_IMAGE = "localhost/skg-python:3.11"
DEBIAN = "bookworm"
"""Its Python is 3.11."""
PACKAGES = "python3.11,python3.11-venv,ca-certificates,usr-is-merged"
MERGED = "/usr/share/mmdebstrap/hooks/merged-usr"
"""Without it a package merges the folders at the first start, and brings 50 MB of Perl for that."""

LARGE = ("solid", "gpu")
LARGE_GB = 40.0
"""Free space that these need: torch is 5 GB, and each step of a build keeps a copy where layers cannot be overlaid."""

PASSED_ON = (
    "PIP_INDEX_URL", "PIP_CERT", "PIP_DEFAULT_TIMEOUT", "NPM_CONFIG_REGISTRY", "NODE_EXTRA_CA_CERTS", "HTTP_PROXY",
    "HTTPS_PROXY", "NO_PROXY",
)  # fmt: skip
"""Variables that say how packages are fetched here: arguments of the build, of which no image keeps anything."""

PIP_FILES = ("/etc/pip.conf", "~/.config/pip/pip.conf", "~/.pip/pip.conf")

WANTED = tuple(apt.PackageSpec(name, (name,), "building images") for name in container_store.PROGRAMS)


def main(arguments: list[str]) -> int:
    """Build; print what was built and what was left out."""
    unknown = set(arguments) - set(TARGETS)
    if unknown:
        sys.stderr.write(f"no such target: {', '.join(sorted(unknown))} (there are {', '.join(TARGETS)})\n")
        return 2
    for line in apt.install_packages([wanted for wanted in WANTED if find_program(wanted.program) is None]):
        sys.stdout.write(f"{line}\n")
    try:
        for target in arguments or TARGETS:
            sys.stdout.write(f"{target}: {why_not(target) or _build(target)}\n")
            sys.stdout.flush()
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{' '.join(error.cmd[:3])} failed with exit code {error.returncode}\n")
        return 1
    return 0


def why_not(target: str) -> str | None:
    """Why this target is not built here; None if it can be."""
    reason = container_store.missing()
    if reason:
        return f"left out, {reason}"
    free = container_store.free_gb()
    if target in LARGE and free < LARGE_GB:
        return f"left out, it needs {LARGE_GB:.0f} GB free and there are {free:.0f}"
    return None


def image_name(target: str) -> str:
    """The name of a target's image, as the chart and the compose file have it."""
    return f"{REPOSITORY}:{version()}-{target}"


def version() -> str:
    """The package's version."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def _build(target: str) -> str:
    if not container_store.has_image(PYTHON_IMAGE):
        _make_python_image()
    name = image_name(target)
    command = ["buildah", "bud", "--isolation", "chroot", "--pull-never", "--layers", *_arguments()]
    _run([*command, "--target", target, "--tag", name, str(ROOT)])
    return f"built {name}"


def _arguments() -> list[str]:
    """Arguments of a build, and volumes for the files that they name."""
    passed = {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)}
    files = {Path(value) for value in passed.values() if value.startswith("/") and Path(value).is_file()}
    volumes = [f"{file}:{file}:ro" for file in sorted(files)]
    pip = next(filter(Path.is_file, (Path(name).expanduser() for name in PIP_FILES)), None)
    if pip:
        volumes.append(f"{pip}:/etc/pip.conf:ro")
    named = {"BASE": PYTHON_IMAGE, "VERSION": version(), "REVISION": _revision(), **passed}
    return [
        *(word for name, value in named.items() for word in ("--build-arg", f"{name}={value}")),
        *(word for volume in volumes for word in ("--volume", volume)),
    ]


def _revision() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _make_python_image() -> None:
    archive = container_store.containers_dir() / "python.tar"
    _run(["mmdebstrap", "--variant=minbase", f"--hook-dir={MERGED}", f"--include={PACKAGES}", DEBIAN, str(archive)])
    _run(["podman", "import", str(archive), PYTHON_IMAGE])
    archive.unlink()


def _run(command: list[str]) -> None:
    """What it prints goes to standard error. Raises CalledProcessError."""
    subprocess.run(command, env=container_store.environment(), stdout=sys.stderr, stdin=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
