"""How the house is laid out: folders that can be taken in at a glance, names that say which file is meant, no circles."""

import ast
from collections import Counter, defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "spatial", "agents", "gpu_workers", "dataset", "streams", "monitoring")
MODULES = sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))
NAMED = [path for path in MODULES if path.name != "__init__.py"]

MOST_MODULES = 15
"""In one folder: what a reader takes in without searching."""

SIBLINGS = {
    "interfaces": "the Protocols of its folder",
}
"""Names that may occur twice in a room, with what they are everywhere."""

TWIN = "spatial/verify"
"""Independent of what it verifies, on purpose, and named alike."""


def test_a_folder_holds_no_more_modules_than_a_reader_takes_in():
    counts = Counter(str(path.parent) for path in NAMED)
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_no_two_files_of_a_room_have_the_same_name():
    places = defaultdict(list)
    for path in NAMED:
        if str(path.parent) != TWIN and path.stem not in SIBLINGS:
            places[path.parts[0], path.stem].append(str(path))
    assert [paths for paths in places.values() if len(paths) > 1] == []


@pytest.mark.parametrize("name", SIBLINGS)
def test_a_name_that_may_occur_twice_does(name: str):
    assert sum(path.stem == name for path in NAMED) > 1, "take it out of SIBLINGS"


def _module_of(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, known: set[str]) -> set[str]:
    """What a module imports of the house, wherever in the file: late imports and those for types count too."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found & known - {_module_of(path)}


@pytest.mark.thorough
def test_no_module_imports_itself_by_way_of_others():
    known = {_module_of(path) for path in NAMED}
    TopologicalSorter({_module_of(path): _imported(path, known) for path in NAMED}).prepare()  # CycleError names a circle
