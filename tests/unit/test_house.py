"""The house rules that no linter holds: the README's tree, one door for each outside thing, nothing of elsewhere."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

MOST_OWN_WORDS = 25
"""What a reader can learn before starting."""

PRIVATE_WORDS = re.compile(
    r"\b(unwell|hears?|sought|witness(es)?|deeds|(is|are|was|were) told|mend(s|ed)?|in hand|works? seeds off)\b",
    re.IGNORECASE,
)
"""Words that once stood where the field has its own: unavailable, receives, wanted, evidence, in flight, fixed."""

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "spatial", "agents", "gpu_workers", "dataset", "streams", "monitoring", "tools")
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]

ISOLATION = ROOT / "streams" / "steps" / "isolation.py"
"""Where the carriers keep a poison record to itself: the one place that catches every exception."""

DOORS = {
    "faust": {
        "streams/faust_app/seed_agent.py",
        "streams/faust_app/application.py",
        "streams/faust_app/faust_publisher.py",
        "streams/app.py",
    },
    "kafka": {
        "streams/broker/client_factory.py",
        "streams/broker/clients.py",
        "streams/broker/membership/consumer.py",
        "streams/broker/topic_admin.py",
        "streams/broker/group_admin.py",
        "streams/broker/access_probe.py",
        "streams/broker/token_provider.py",
        "streams/services/readiness_probe.py",
    },
    "minio": {"streams/storage/s3.py", "streams/storage/s3_credentials.py", "streams/services/readiness_probe.py"},
    "deltalake": {"dataset/table/delta_table.py"},
    "openai": {"streams/llm/openai_client.py"},
    "duckdb": {"dataset/gallery/duckdb_index.py"},
    "opentelemetry": {"monitoring/otel_export.py"},
    "uvicorn": {"dataset/gallery/http_server.py"},
    "ortools": {"spatial/layout/cp_sat.py"},
    "torch": {"gpu_workers/diffusion/lazy_imports.py", "dataset/evaluation/local_model.py"},
    "diffusers": {"gpu_workers/diffusion/lazy_imports.py"},
    "transformers": {"gpu_workers/diffusion/lazy_imports.py", "dataset/evaluation/local_model.py"},
}
"""Who may import an outside library. The services' probe has clients of its own: it needs a timeout of a second, and
the doors try too patiently for a look."""


TO_THE_BROKER = {
    "kafka_bootstrap": {
        "streams/broker/connection.py": "makes the connection",
        "streams/operations/metrics_server.py": "one line of the log",
        "streams/demo/demo_services.py": "the settings of a broker of its own",
    },
    "bootstrap_servers": {
        "streams/broker/connection.py": "the arguments of every client of kafka-python",
        "streams/services/readiness_probe.py": "a broker of this machine, as it starts",
    },
    "security_protocol": {
        "streams/broker/connection.py": "the arguments of every client of kafka-python",
        "streams/broker/access_probe.py": "keeps the library from warning of each look",
    },
}
"""Words by which addresses become clients, and who may say them: all others take a `KafkaConnection`, with its TLS and
logins. (Settings declare the first as a field.)"""


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


@cache
def _said(path: Path) -> set[str]:
    """Attributes that are read, keywords and texts."""
    words = set()
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.keyword):
            words.add(node.arg or "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
    return words


def _tree() -> list[str]:
    text = (ROOT / "README.md").read_text("utf-8").rpartition("## The tree")[2]
    block = text.split("```")[1]
    found, room = [], ""
    for line in block.strip().splitlines():
        name = line.split()[0]
        room = name if not line.startswith(" ") else room
        found.append(name if not line.startswith(" ") else room + name)
    return found


def test_the_readmes_tree_is_the_tree_of_folders_that_hold_code():
    listed = {entry.rstrip("/") for entry in _tree()}
    assert {entry for entry in listed if not (ROOT / entry).is_dir()} == set()
    packages = {str(path.parent.relative_to(ROOT)) for path in SOURCES if path.name == "__init__.py"}
    two_deep = {package for package in packages if package.count("/") <= 1}
    assert two_deep <= listed, "say in README.md what these folders are"


@pytest.mark.thorough
@pytest.mark.parametrize("library", DOORS)
def test_an_outside_library_has_one_door(library: str):
    found = {str(path.relative_to(ROOT)) for path in SOURCES if library in _imported(path)}
    assert found <= DOORS[library]


@pytest.mark.thorough
@pytest.mark.parametrize("word", TO_THE_BROKER)
def test_only_the_connection_turns_addresses_of_a_broker_into_clients(word: str):
    assert {str(path.relative_to(ROOT)) for path in SOURCES if word in _said(path)} == set(TO_THE_BROKER[word])


def test_faust_takes_its_addresses_and_credentials_from_the_connection():
    tree = ast.parse((ROOT / "streams/faust_app/seed_agent.py").read_text("utf-8"))
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SeedApp"]
    given = {keyword.arg: ast.unparse(keyword.value) for call in made for keyword in call.keywords}
    assert len(made) == 1
    assert "connection.addresses" in given["broker"]
    assert given["broker_credentials"] == "_credentials(connection)"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_and_keeps_its_functions_short(path: Path):
    tree = _parsed(path)
    assert ast.get_docstring(tree), "a module's docstring says what flows in and out"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, f"{node.name} is too long"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, "a bare except"
            broad = getattr(node.type, "id", "") == "Exception"
            assert not broad or path == ISOLATION, f"a broad except in line {node.lineno}"


def test_nothing_that_is_committed_names_a_registry_or_another_machine():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    foreign = re.compile(r"://[\w.-]*(pypi|npmjs|maven|golang|crates|debian)|/work/(main|shared)")
    faulty = []
    for name in files:
        path = ROOT / name
        if (
            path.is_file()
            and path.suffix in {".py", ".md", ".toml", ".txt", ".json", ".yaml", ".xml", ""}
            and name != str(Path(__file__).relative_to(ROOT))
        ):
            faulty += [name] if foreign.search(path.read_text("utf-8", "replace")) else []
    assert faulty == []


def test_no_dependency_brings_a_package_of_our_name():
    locked = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    assert not re.search(r"^openai-agents==", locked, re.MULTILINE), "it installs a top-level `agents` too"


def test_the_projects_own_words_are_few_and_each_is_one_line():
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE)
    words = [word for word, _ in rows if word != "word"]
    assert len(words) == len(set(words))
    assert 0 < len(words) <= MOST_OWN_WORDS


def test_sources_and_documents_use_the_words_of_the_field():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "monitoring" / "rules").glob("*.yaml")]
    faulty = [
        f"{path.relative_to(ROOT)}:{number}: {found[0]}"
        for path in (*SOURCES, *pages)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := PRIVATE_WORDS.search(line))
    ]
    assert faulty == [], "say it with the words of the field, as unavailable, receives, wanted, in flight, fixed"
