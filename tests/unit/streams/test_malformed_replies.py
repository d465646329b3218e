"""Servers that answer 200 with no answer of the API: bounded, over real HTTP, for planner, judge and evaluation."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dataset.analysis.info import info
from schemas.events import Rejection
from schemas.ids import make_seed
from schemas.llm.contract import Form, MalformedReply, Request, Turn
from streams.cli.root import run
from streams.demo.llm_answers import good
from streams.demo.llm_stub import StubRequest, StubResponse, serving
from streams.errors import Refused
from streams.llm import rate_limiter
from streams.llm.endpoint import Endpoint
from streams.llm.factory import make_judge, make_language_agents
from streams.llm.openai_client import OpenAIClient
from streams.llm.rate_limiter import ATTEMPTS, ConcurrencyLimit, RateLimitedModel
from streams.settings import AgentSettings, ExamineSettings
from tests.fakes.events import make_graph, make_rendered, make_samples
from tests.fakes.gallery import store_samples
from tests.fakes.store import InMemoryStore
from tests.unit.gpu_workers.test_picture_judge import SCENE, PictureContext

pytestmark = pytest.mark.thorough

KEY = "sk-0123456789abcdef"
REQUEST = Request("objects", "objects-1", (Turn("system", "s"), Turn("user", "{}")), Form("objects", {}))

BODIES = {
    "no choices": ('{"choices": []}', '{"choices": []}'),
    "server-sent events": ('data: {"choices": [{"delta": {"content": "{"}}]}\n\ndata: [DONE]\n\n', "data: {"),
    "an error object": (f'{{"error": {{"message": "no model for {KEY}"}}}}', "no model for ***"),
    "a page": ("<!DOCTYPE html>\n<html><body>Welcome" + 500 * " to nginx" + "</body></html>", "<!DOCTYPE html> <html>"),
    "a text": ("OK", "OK"),
    "nothing": ("", "nothing"),
    "null": ("null", "null"),
    "a list": ("[1, 2]", "[1, 2]"),
    "a choice without a message": ('{"choices": [{"text": "legacy"}]}', "legacy"),
    "JSON that ends too early": ('{"choices": [{"mess', '{"choices": [{"mess'),
    "nesting without end": ("[" * 100_000, ""),
    "a key at the cut": (70 * "x" + KEY, 70 * "x" + "***"),
}
"""What servers send, and a part of what the error shows of it."""


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between attempts."""
    monkeypatch.setattr(rate_limiter, "FIRST_PAUSE_S", 0.001)


def patient(url: str) -> RateLimitedModel:
    return RateLimitedModel(OpenAIClient(Endpoint(url, "tiny", KEY, 5.0)), ConcurrencyLimit(4, lambda *_: None))


@pytest.mark.parametrize("kind", BODIES)
def test_a_server_that_never_answers_properly_ends_the_process_in_one_line_with_its_address_and_words(kind: str):
    body, part = BODIES[kind]
    with serving(lambda _: StubResponse(raw=body)) as stub, pytest.raises(Refused) as raised:
        asyncio.run(patient(stub.url).complete(REQUEST))
    told = str(raised.value)
    assert [asked.stage for asked in stub.asked] == ["objects"] * ATTEMPTS + ["probe"]
    assert f"tiny at {stub.url} sent no answer of the API, but " in told
    assert part in told
    assert len(told.splitlines()) == 1
    assert len(told) < 300
    assert "0123456" not in told


@pytest.mark.parametrize("kind", BODIES)
def test_a_server_that_has_answered_before_rejects_this_request_alone(kind: str):
    body, part = BODIES[kind]

    async def play(model: RateLimitedModel) -> None:
        await model.complete(REQUEST)
        with pytest.raises(MalformedReply) as raised:
            await model.complete(REQUEST)
        assert part in str(raised.value)
        await model.complete(REQUEST)

    said = iter([StubResponse("{}"), *[StubResponse(raw=body)] * ATTEMPTS, StubResponse("{}")])
    with serving(lambda _: next(said)) as stub:
        asyncio.run(play(patient(stub.url)))


def test_a_first_request_that_a_server_cannot_answer_stops_no_process_as_long_as_it_answers_another():
    def moderated(asked: StubRequest) -> StubResponse:
        return StubResponse("{}") if asked.stage == "probe" else StubResponse(raw='{"error": "moderated"}')

    with serving(moderated) as stub, pytest.raises(MalformedReply, match="moderated"):
        asyncio.run(patient(stub.url).complete(REQUEST))


@pytest.mark.parametrize("greeting", [b"-ERR unknown command 'POST'\r\n\r\n", b"\x00\x00\x00\x1dSSH-2.0\r\n"])
def test_a_port_that_speaks_no_http_ends_the_process_too(greeting: bytes):
    with greeted_by(greeting) as url, pytest.raises(Refused, match="sent no answer of the API"):
        asyncio.run(patient(url).complete(REQUEST))


def test_a_body_that_cannot_be_decoded_ends_the_process_too():
    odd = StubResponse(raw="plain", headers={"Content-Encoding": "gzip"})
    with serving(lambda _: odd) as stub, pytest.raises(Refused, match="sent no answer of the API"):
        asyncio.run(patient(stub.url).complete(REQUEST))


def test_a_connection_that_breaks_off_is_waited_for():
    with serving(lambda _: StubResponse(reset=True)) as stub, pytest.raises(rate_limiter.RetryableError, match="6 times"):
        asyncio.run(patient(stub.url).complete(REQUEST))


@contextmanager
def greeted_by(greeting: bytes) -> Iterator[str]:
    """The URL of a port that answers every connection so."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(greeting)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        listener.shutdown(socket.SHUT_RDWR)


def spoilt_at(stage: str) -> Callable[[StubRequest], StubResponse]:
    """A good model, but for a page at one stage."""
    return lambda asked: StubResponse(raw="<html>blocked</html>") if asked.stage == stage else good(asked)


@pytest.mark.parametrize("stage", ["objects", "nodes", "edges"])
def test_a_graph_whose_request_is_never_answered_is_rejected_with_the_servers_words(stage: str):
    with serving(spoilt_at(stage)) as stub:
        made = make_language_agents(AgentSettings(llm_url=stub.url, llm_model="stub"), InMemoryStore())
        outcome = asyncio.run(made.planner.plan(make_seed("kitchen"), 0))
    assert isinstance(outcome, Rejection)
    assert (outcome.gate, outcome.reason) == ("language", "bad_answer")
    assert outcome.detail == (
        f"{stage}: stub at {stub.url} sent no answer of the API, but '<html>blocked</html>' (tried 6 times)"
    )


def judging(url: str) -> Any:
    settings = ExamineSettings(mllm_url=url, mllm_model="a", mllm_check_model="b")
    return make_judge(settings, InMemoryStore(), lambda key, _: key)


def test_a_judge_ends_the_process_at_first_and_rejects_a_picture_later():
    known = PictureContext(make_rendered(make_graph()), "ab" * 16, SCENE, ())
    spoilt, fine = StubResponse(raw="<html>"), StubResponse('{"verdict": "accept", "reasons": []}')
    said = [spoilt]
    with serving(lambda asked: StubResponse('{"questions": []}') if asked.stage == "author" else said[-1]) as stub:
        judge = judging(stub.url)
        with pytest.raises(Refused, match=r"a at http.*sent no answer of the API, but '<html>'"):
            judge.judge(b"one", known)
        said.append(fine)
        assert judge.judge(b"one", known).finding is None
        said.append(spoilt)
        other = make_rendered(make_graph())
        other = other.model_copy(update={"image": other.image.model_copy(update={"sha256": "cd" * 32})})
        finding = judge.judge(b"two", PictureContext(other, "cd" * 16, SCENE, ())).finding
    assert finding is not None
    assert (finding.gate, finding.reason, finding.evidence["rounds"]) == ("judge", "bad_answer", 0)
    assert "filter: a at http" in finding.detail


@pytest.fixture
def uri(tmp_path: Path) -> str:
    found = str(tmp_path / "dataset")
    store_samples(found, make_samples(3))
    return found


@pytest.mark.thorough
def test_an_evaluation_ends_in_one_line_or_leaves_the_question_open(uri: str, tmp_path: Path, capsys):
    ask = ["eval", uri, "--split", next(iter(info(uri)["splits"])), "--name", "seer", "--parallel", "1"]
    with serving(lambda _: StubResponse(raw="<html>welcome</html>")) as stub:
        assert run([*ask, "--url", stub.url, "--out", str(tmp_path / "none")]) == 2
        assert len(stub.asked) == ATTEMPTS + 1
    (last,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("skg: ")]
    assert f"skg: seer at {stub.url} sent no answer of the API, but '<html>welcome</html>'" in last
    times = iter(range(100))
    with serving(lambda _: StubResponse('{"answer": "A"}') if next(times) < 2 else StubResponse(raw="[]")) as stub:
        assert run([*ask, "--url", stub.url, "--out", str(tmp_path / "some")]) == 1
    told = capsys.readouterr()
    assert "4 questions have no answer (seer at " in told.err
    assert " of 2" in told.out
