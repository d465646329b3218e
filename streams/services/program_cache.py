"""The cache folder of the real services' programs: outside any checkout, so that one installation serves all.

In: the environment variable SKG_CACHE, or nothing.  Out: paths.  Installs nothing.
"""

import os
import shutil
import sys
from pathlib import Path

KAFKA_VERSION = "4.1.1"
"""The same as in tools/services/pom.xml."""


def cache_dir() -> Path:
    """`SKG_CACHE`, by default `~/.cache/skg`."""
    return Path(os.environ.get("SKG_CACHE") or Path.home() / ".cache" / "skg").expanduser()


def bin_dir() -> Path:
    """The folder of programs that come from no system package."""
    return cache_dir() / "bin"


def cluster_dir() -> Path:
    """The folder of what a simulated cluster needs besides programs."""
    return cache_dir() / "cluster"


def kafka_jars() -> Path:
    """The folder of Apache Kafka's jars; its name has the version, so that a new one is installed beside it."""
    return cache_dir() / f"kafka-{KAFKA_VERSION}"


def find_program(name: str) -> Path | None:
    """A program in the cache, beside this Python, or on the path; None if there is none."""
    beside = Path(sys.prefix) / "bin"
    found = shutil.which(name, path=os.pathsep.join([str(bin_dir()), str(beside), os.environ.get("PATH", "")]))
    return Path(found) if found else None
