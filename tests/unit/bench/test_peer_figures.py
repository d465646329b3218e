"""Peers are compared by what a row costs once they run; what cannot be had is left out with a word."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.figures import NotHere
from tests.bench.peers import LOOPS, PEERS, Peer, Run, figures, measured, run


def test_the_start_of_a_program_is_told_apart_from_what_a_row_costs():
    named = {each.name: each.value for each in figures("it", [Run(1000, 3.0, 50.0), Run(3000, 5.0, 60.0)], "note")}
    assert named["peers/it/rows a second"] == pytest.approx(1000)
    assert named["peers/it/start"] == pytest.approx(2.0)
    assert named["peers/it/memory"] == 60.0


def test_every_peer_has_its_loop_and_a_version():
    for peer in PEERS.values():
        assert (LOOPS / peer.loop).exists()
        assert "==" in peer.packages[0]


def test_an_unknown_peer_is_named_with_those_that_there_are():
    with pytest.raises(NotHere, match="no peer 'nothing'; there are distilabel, datatrove"):
        next(measured("nothing"))


def test_a_loop_is_run_in_its_environment_and_its_last_line_is_read(tmp_path: Path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "mine"], check=True)
    said = json.dumps({"seconds": 1.5, "megabytes": 2.0})
    (tmp_path / "loop.py").write_text(f"import sys\nprint('noise')\nprint({said!r} if sys.argv[1] == '7' else '')\n")
    loop = tmp_path / "loop.py"  # an absolute path stands for itself below the folder of loops
    assert run("mine", Peer((), str(loop)), 7, tmp_path) == Run(7, 1.5, 2.0)
