"""The chart as the real helm reads it.

In: arguments of helm.  Out: what it prints, or the manifests that it makes.
"""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from streams.services.program_cache import find_program
from tests.fakes.services import require

CHART = Path(__file__).parents[2] / "helm" / "skg-factory"


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What helm makes of the arguments; its exit code is the caller's to judge."""
    require("helm")
    return subprocess.run([str(find_program("helm")), *arguments], capture_output=True, text=True, check=False)


@cache
def manifests_of(*arguments: str) -> list[dict[str, Any]]:
    """All that the chart makes with these arguments."""
    done = helm("template", "release", str(CHART), *arguments)
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def words_of_refusal(values: str) -> str:
    """What helm says of values, given as to `--set`, that it must refuse."""
    done = helm("template", "release", str(CHART), "--set", values)
    assert done.returncode != 0
    return done.stderr
