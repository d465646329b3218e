"""The tutorial does what it says: its lines are run as they stand, but for the set-up and what waits for a browser."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e]

ROOT = Path(__file__).parents[2]
NOT_RUN = ("make setup", "export PATH", "skg gallery")

A_SAMPLE = r"""skg dataset follow first/dataset --after 0 --once | sed -n '1s/.*"sample_id": "\([0-9a-f]*\)".*/\1/p'"""
"""Prints an id as a person would take it from the gallery."""


def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for kind, block in blocks if kind == "sh" for line in block.splitlines()]
    script = [line for line in lines if not line.startswith(NOT_RUN)]
    commands = "\n".join(["set -euo pipefail", *script]).replace("SAMPLE", f"$({A_SAMPLE})")
    python = "\n".join(block for kind, block in blocks if kind == "python")
    around = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HF_HOME": str(tmp_path / "cache"),
    }
    for command in (["bash", "-c", commands], [sys.executable, "-c", f"{python}\nimport os; os._exit(0)"]):
        done = subprocess.run(command, cwd=tmp_path, env=around, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
    assert (tmp_path / "published" / "v1" / "published.json").is_file()
