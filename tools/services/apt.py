"""Debian packages, where this user may install them: as root, with apt-get on the machine.

In: programs that are wanted.  Out: the packages installed, or NotInstalled.  Never asks, never recommends.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from streams.services.program_cache import find_program

APT_S = 900.0
"""For an update or an installation on a slow network."""

GENTLE = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "DPkg::Lock::Timeout=120")
"""Fail within a minute without a network; wait for another apt-get."""

JAVA = 17
"""What Apache Kafka 4 needs."""

GO = (1, 24)
"""What MinIO's go.mod asks for."""


COLOURS = re.compile(r"\x1b\[[0-9;]*m")

FAULT = re.compile(r"\b(error|fatal|failed|unable to)\b|^E:", re.IGNORECASE)

PREAMBLE = ":"
"""A line that ends so only announces the faults that follow."""


class NotInstalled(Exception):
    """One thing is left out; the text says why."""


@dataclass(frozen=True)
class PackageSpec:
    """A program, the packages that bring it (the first that the machine's release has), and what it is for."""

    program: str
    packages: tuple[str, ...]
    purpose: str


JAVA_WANTED = PackageSpec("Java 17", ("default-jre-headless",), "Apache Kafka")
MAVEN_WANTED = PackageSpec("mvn", ("maven",), "Apache Kafka's jars")
GO_WANTED = PackageSpec("Go 1.24", ("golang-1.26-go", "golang-1.25-go", "golang-1.24-go"), "MinIO and compose-go")
PROMTOOL_WANTED = PackageSpec("promtool", ("prometheus",), "the tests of alert rules and dashboards")
CHROMIUM_WANTED = PackageSpec("Chromium", ("chromium",), "the tests of the gallery")


def find_java() -> Path | None:
    """A Java that is new enough."""
    java = find_program("java")
    version = re.search(r'version "(\d+)', _output(java, "-version"))
    return java if version and int(version[1]) >= JAVA else None


def find_go() -> Path | None:
    """A Go that is new enough, on the path or where Debian and Go's own archive put it."""
    usual = [Path("/usr/local/go/bin/go"), *sorted(Path("/usr/lib").glob("go-*/bin/go"), reverse=True)]
    for go in [find_program("go"), *usual]:
        version = re.search(r"go(\d+)\.(\d+)", _output(go, "version"))
        if go and version and (int(version[1]), int(version[2])) >= GO:
            return go
    return None


def find_chromium() -> Path | None:
    """Any build of Chromium."""
    return next(filter(None, map(find_program, ("chromium", "chromium-browser", "google-chrome"))), None)


def install_packages(wanted: list[PackageSpec]) -> list[str]:
    """Install what is wanted; a line for each thing that was left out."""
    if not wanted:
        return []
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        reason = "needs root and apt-get"
        return [f"left out {w.program} (for {w.purpose}): install {w.packages[0]}; doing it here {reason}" for w in wanted]
    try:
        _apt("update", "-q")
    except NotInstalled as error:
        return [f"left out {w.program} (for {w.purpose}): {error}" for w in wanted]
    return [line for line in map(_install, wanted) if line]


def _install(wanted: PackageSpec) -> str | None:
    package = next(filter(_has_candidate, wanted.packages), None)
    if package is None:
        return f"left out {wanted.program} (for {wanted.purpose}): this release has no package of it"
    try:
        _apt("install", "-y", "-q", "--no-install-recommends", package)
    except NotInstalled as error:
        return f"left out {wanted.program} (for {wanted.purpose}): {error}"
    return None


def _has_candidate(package: str) -> bool:
    policy = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=False).stdout
    return bool(re.search(r"Candidate: (?!\(none\))", policy))


def _apt(*arguments: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(("apt-get", *GENTLE, *arguments), APT_S, environment)


def run(command: tuple[str, ...], patience_s: float, environment: dict[str, str] | None = None) -> str:
    """What it prints. Raises NotInstalled with what it said of the fault."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=patience_s,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(str(error)) from error
    if done.returncode != 0:
        raise NotInstalled(f"{' '.join(command[:2])} failed: {_fault(done.stdout + done.stderr)}")
    return done.stdout


def _fault(said: str) -> str:
    """The line that names the fault: the first that mentions an error with a cause, else the last one."""
    lines = [line.strip() for line in COLOURS.sub("", said).splitlines() if line.strip()] or ["it said nothing"]
    named = [line for line in lines if FAULT.search(line) and not line.endswith(PREAMBLE)]
    return (named or lines[-1:])[0]


def _output(program: Path | None, argument: str) -> str:
    if program is None:
        return ""
    done = subprocess.run([program, argument], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
