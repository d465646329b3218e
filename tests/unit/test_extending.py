"""The lists of files in docs/extending.md are the truth."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = "docs/extending.md"
BUILT = ("schemas/generated/", "monitoring/dashboards/")
SOURCE = ("schemas", "spatial", "agents", "gpu_workers", "dataset", "streams", "monitoring", "helm")

EXAMPLES = {
    "An export format": "sharegpt",
    "A renderer": '"collage"',
    "A diffusion method": '"boxdiff"',
    "A family of models": '"Sana"',
    "A topic": '"skg.replays"',
    "A metric": "skg_redrawn_total",
    "A rejection reason": '"too_dark"',
    "An object store": "S3Store",
    "A question kind": "Closer",
    "A binary predicate": '"next_to"',
    "A predicate of a group": '"between"',
    "A scene with its objects": '"accordion"',
    "A thing in metres": '"xylophone"',
    "A SASL mechanism": '"SCRAM-SHA-256"',
}
"""Section to what all source files say that its example needed: a new one needs the same."""


def sections() -> dict[str, list[str]]:
    """Heading to the files of its lists."""
    parts = (ROOT / PAGE).read_text("utf-8").split("\n## ")[1:]
    return {part.partition("\n")[0]: re.findall(r"^- `([\w./-]+)`", part, re.MULTILINE) for part in parts}


def saying(text: str) -> set[str]:
    done = subprocess.run(
        ["git", "grep", "-lF", "--untracked", text, "--", *SOURCE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in done.stdout.split() if not name.startswith(BUILT)}


@pytest.mark.parametrize("section", sections())
def test_every_file_of_a_list_is_there(section: str):
    files = sections()[section]
    assert files, f"{PAGE}: {section} lists no file"
    assert [name for name in files if not (ROOT / name).exists()] == [], f"edit {PAGE}: {section}"


@pytest.mark.parametrize("section", EXAMPLES)
def test_a_list_names_every_source_file_that_its_example_needed(section: str):
    assert saying(EXAMPLES[section]) - set(sections()[section]) == set(), f"edit {PAGE}: {section}"


def test_what_a_plugin_is_written_with_is_what_the_page_says():
    text = (ROOT / PAGE).read_text("utf-8")
    from dataset.exports import formats
    from gpu_workers import renderers

    for group, row in ((formats.GROUP, formats.Format), (renderers.GROUP, renderers.RendererSpec)):
        assert f"the group `{group}`" in text
        assert row.__name__ in text
