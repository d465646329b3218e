"""What `make` runs in the current folder is found there whatever the shell says of Python's paths."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_programs_of_this_folder_are_found_whatever_the_shell_says_of_pythons_paths(tmp_path: Path):
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"include {ROOT / 'Makefile'}\nshown:\n\t@env\n")
    given = os.environ | {"PYTHONSAFEPATH": "1", "PYTHONHOME": "/nowhere"}
    found = subprocess.run(["make", "-sf", makefile, "shown"], env=given, capture_output=True, text=True, check=True)
    assert "PYTHONDONTWRITEBYTECODE" in found.stdout
    assert "PYTHONSAFEPATH" not in found.stdout
    assert "PYTHONHOME" not in found.stdout
