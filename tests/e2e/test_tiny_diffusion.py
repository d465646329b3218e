"""The factory on a diffusion model: broker, batcher, network, store and examiner, with weights that know nothing."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from dataset.table.delta_table import Table
from dataset.table.rejection_table import rejections_uri
from schemas.codec import decode
from schemas.events import RenderedImage

pytest.importorskip("torch", reason="torch is in the gpu extra: make test-gpu")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

GRAPHS = 3
DRAWN = 3
"""A first picture and two more attempts, by default."""


def test_noise_of_a_tiny_model_is_drawn_stored_judged_drawn_again_and_rejected(tmp_path: Path):
    command = [sys.executable, "-m", "streams.cli", "demo", "--renderer", "gligen", "--model", "tiny"]
    done = subprocess.run(
        [*command, "--graphs", str(GRAPHS), "--out", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"rejected   {GRAPHS} (missing_object {GRAPHS})" in done.stdout
    rows = Table.load(rejections_uri(str(tmp_path / "dataset"))).query("SELECT * FROM samples").to_pylist()
    requests = Counter((row["seed_id"], row["index"]) for row in rows)
    assert list(requests.values()) == [DRAWN] * GRAPHS
    assert sum(not row["retried"] for row in rows) == GRAPHS, "one outcome a request"
    assert len({row["image_id"] for row in rows}) == DRAWN * GRAPHS, "another seed, another picture"
    for row in rows:
        judged = decode(row["source_topic"], row["source"])
        assert isinstance(judged, RenderedImage)
        assert judged.renderer.startswith("gligen")
        assert row["graph_id"][:12] in judged.provenance.notes["batch"], "the batch that it was drawn in is on record"
