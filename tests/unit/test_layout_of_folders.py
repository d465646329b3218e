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

LEAST_LINES = 40
"""A shorter module is a seam, or belongs into the module that it serves."""

SEAMS = {
    "an entry point, which only starts what others define": {
        "streams/app.py",
        "streams/cli/__main__.py",
    },
    "the only importer of an outside library, or of what takes long to load or the system offers": {
        "dataset/analysis/page_templates.py",
        "dataset/gallery/http_server.py",
        "gpu_workers/judge/shown_picture.py",
        "gpu_workers/perception/nsfw.py",
        "spatial/layout/lazy_cp_sat.py",
        "streams/broker/token_provider.py",
        "streams/demo/signals.py",
        "streams/llm/event_loop_thread.py",
    },
    "the implementation of one row of a table: a format, a kind of question, a form, a service, a renderer": {
        "dataset/exports/huggingface.py",
        "dataset/exports/qwen_vl.py",
        "dataset/reading/rejection_csv.py",
        "spatial/questions/proposals/between_proposals.py",
        "spatial/questions/proposals/order_proposals.py",
        "spatial/questions/rules/size_rules.py",
        "streams/seed_files/plain_lines.py",
        "streams/services/minio_server.py",
    },
    "values, errors or constants that several modules exchange and none of them owns": {
        "dataset/analysis/names_in_words.py",
        "gpu_workers/solid/scenery/room_table.py",
        "gpu_workers/solid/scenery/surroundings.py",
        "spatial/layout/constraints/placement_margins.py",
        "spatial/reasoning/draft.py",
        "streams/broker/records.py",
        "streams/seed_files/seed_lines.py",
        "streams/services/program_cache.py",
        "streams/services/service_errors.py",
    },
    "a format that one side writes and another reads, in one place or with a twin that shares no code": {
        "dataset/evaluation/prompting.py",
        "dataset/exports/files/json_stream.py",
        "gpu_workers/judge/scene_sentences.py",
        "gpu_workers/object_pixels.py",
        "streams/broker/topic_partitions.py",
    },
    "one rule that modules of several folders, or all of one, share": {
        "dataset/reading/picture_twins.py",
        "gpu_workers/annotated_pictures.py",
        "spatial/knowledge/annotation_names.py",
        "spatial/layout/layout_check.py",
        "spatial/questions/answering.py",
        "spatial/questions/views/frame_facts.py",
        "spatial/verify/wordings.py",
        "streams/address_redaction.py",
        "streams/operations/seed_publisher.py",
        "streams/steps/dead_letter_publisher.py",
        "streams/worker/call_age.py",
    },
    "a look at whether a service answers, without its clients": {
        "streams/storage/s3_probe.py",
    },
}
"""Why a short module stands alone, and which do for that reason."""

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


def test_a_short_module_is_a_seam():
    short = {str(path) for path in NAMED if len((ROOT / path).read_text("utf-8").splitlines()) < LEAST_LINES}
    justified = [name for names in SEAMS.values() for name in names]
    assert len(justified) == len(set(justified))
    assert short - set(justified) == set(), "fold it into the module that it serves, or say in SEAMS why it stands alone"
    assert set(justified) - short == set(), "take it out of SEAMS: it is gone, or no longer short"


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
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else node.module for name in inner}
    return found & known - {_module_of(path)}


@pytest.mark.thorough
def test_no_module_imports_itself_by_way_of_others():
    """A package's `__init__` counts as a module."""
    known = {_module_of(path) for path in MODULES}
    TopologicalSorter({_module_of(path): _imported(path, known) for path in MODULES}).prepare()  # CycleError names a circle
