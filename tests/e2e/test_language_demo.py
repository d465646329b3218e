"""The demo on the stand-in for a language model: the same invariants, its bill, and a budget that ends it early."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dataset
from dataset.reading.loading import sample_ids_by_file

pytestmark = pytest.mark.e2e


def _demo(out: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", "demo", "--out", str(out), "--llm", "stub", *arguments],
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def _stored(out: Path) -> list[str]:
    return [one for _, ids in sample_ids_by_file(str(out / "dataset"), {}) for one in ids]


def test_the_whole_factory_runs_on_the_stand_in_and_a_second_run_pays_nothing_and_adds_nothing(tmp_path: Path):
    said = _demo(tmp_path, "--graphs", "25")
    samples = _stored(tmp_path)
    assert len(samples) == len(set(samples))
    assert 12 <= len(samples) <= 25
    assert f"accepted {len(samples)} of 25" in said
    assert re.search(r"tokens \d+ in \d+ answers \(.*edges \d+.*\); \d+ an accepted sample", said)
    rows = dataset.load(str(tmp_path / "dataset"))
    notes = [json.loads(text)["notes"] for text in rows["provenance"]]
    stages = {row["stage"] for note in notes for row in json.loads(note["ledger"]) + json.loads(note["judge_ledger"])}
    assert {"scenes", "objects", "nodes", "edges", "layout", "filter", "author"} <= stages
    assert all(note["judges"] == "stub-author, checked by stub-checker" for note in notes)
    before = set(samples)
    _demo(tmp_path, "--graphs", "25", "--add")
    assert set(_stored(tmp_path)) == before


@pytest.mark.slow
def test_a_budget_ends_the_demo_visibly_and_keeps_what_was_in_flight(tmp_path: Path):
    said = _demo(tmp_path, "--graphs", "60", "--max-tokens", "15000")
    found = re.search(r"accepted (\d+) of 60 rejected (\d+).* not begun (\d+) \(the token budget is spent\)", said)
    assert found, said
    accepted, rejected, not_begun = (int(number) for number in found.groups())
    assert accepted + rejected + not_begun == 60
    assert not_begun > 0
    assert accepted == len(_stored(tmp_path)) > 0
