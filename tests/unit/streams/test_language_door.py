"""The door to language models over real HTTP: what servers answer, refuse, forget and break."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

import pytest

from schemas.errors import PermanentError, RetryableError
from schemas.llm.contract import Form, Picture, Reply, Request, Turn
from streams.demo.llm_stub import Stub, StubRequest, StubResponse, serving
from streams.errors import Refused
from streams.llm.endpoint import Endpoint
from streams.llm.openai_client import Away, Busy, OpenAIClient
from tests.fakes.planted import echoing

pytestmark = pytest.mark.thorough

FORM = Form("objects", {"type": "object", "properties": {}, "required": [], "additionalProperties": False})
REQUEST = Request("objects", "objects-1", (Turn("system", "List."), Turn("user", '{"scene": "kitchen"}')), FORM)


def in_turn(says: Sequence[StubResponse]) -> Callable[[StubRequest], StubResponse]:
    """A script that says one thing after the other, the last one for ever."""
    left = list(says)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def opened(
    says: Sequence[StubResponse], *, knows_forms: bool = True, timeout_s: float = 10.0
) -> Iterator[tuple[OpenAIClient, Stub]]:
    """A door to a stub that says these things."""
    with serving(in_turn(says), knows_forms=knows_forms) as stub:
        yield OpenAIClient(Endpoint(stub.url, "tiny", "secret", timeout_s)), stub


def complete(door: OpenAIClient, request: Request = REQUEST) -> Reply:
    return asyncio.run(door.complete(request))


def complete_all(door: OpenAIClient, count: int) -> list[Reply | BaseException]:
    """One after the other on one event loop, as a client wants it; failures are results."""

    async def play() -> list[Reply | BaseException]:
        return [(await asyncio.gather(door.complete(REQUEST), return_exceptions=True))[0] for _ in range(count)]

    return asyncio.run(play())


def test_an_answer_comes_back_with_its_tokens_its_seconds_and_its_key():
    with opened([StubResponse('{"objects": ["cup"]}', delay_s=0.05)]) as (door, stub):
        reply = complete(door)
    assert reply.text == '{"objects": ["cup"]}'
    assert (reply.finish, reply.model, reply.key) == ("done", "tiny", REQUEST.key("tiny"))
    assert reply.tokens_in > 0
    assert reply.tokens_out == 5
    assert 0.05 <= reply.seconds < 5
    assert stub.asked[0].given == {"scene": "kitchen"}
    assert stub.asked[0].body["response_format"]["json_schema"]["schema"] == FORM.schema


def test_a_server_that_knows_no_forms_is_told_the_form_in_words_and_not_asked_twice_again():
    with opened([StubResponse("{}")], knows_forms=False) as (door, stub):
        complete_all(door, 2)
    assert len(stub.asked) == 2
    for asked in stub.asked:
        assert "response_format" not in asked.body
        assert json.dumps(FORM.schema, separators=(",", ":")) in asked.body["messages"][0]["content"]


def test_a_request_that_no_mode_makes_acceptable_will_never_pass_and_spoils_no_other():
    bad = StubResponse("the context is too long", status=400)
    with opened([bad, bad, bad, bad, StubResponse("{}")]) as (door, stub):
        refused, answered = complete_all(door, 2)
    assert isinstance(refused, PermanentError)
    assert "context is too long" in str(refused)
    assert isinstance(answered, Reply)
    assert "json_schema" in str(stub.asked[-1].body["response_format"])


@pytest.mark.parametrize(
    ("says", "retry_after_s"),
    [
        (StubResponse("slow down", status=429, headers={"Retry-After": "7"}), 7.0),
        (StubResponse("slow down", status=429, headers={"retry-after-ms": "250"}), 0.25),
        (StubResponse("slow down", status=429, headers={"Retry-After": "soon"}), None),
        (StubResponse("slow down", status=429, headers={"Retry-After": "Thu, 05 Mar 2020 12:00:00 GMT"}), 0.0),
        (StubResponse("a timeout of its own", status=408), None),
        (StubResponse("fell over", status=500), None),
        (StubResponse("restarting", status=503, headers={"Retry-After": "2"}), 2.0),
        (StubResponse(reset=True), None),
        (StubResponse("{}", delay_s=1.0), None),
    ],
)
def test_what_may_pass_is_busy_and_carries_what_the_server_asked_for(says: StubResponse, retry_after_s: float | None):
    with opened([says], timeout_s=0.3) as (door, _), pytest.raises(Busy) as caught:
        complete(door)
    assert caught.value.retry_after_s == retry_after_s


def test_the_hard_timeout_ends_a_call_that_hangs():
    with opened([StubResponse("{}", delay_s=3.0)], timeout_s=0.2) as (door, _):
        started = monotonic()
        with pytest.raises(Busy, match=r"did not answer|timed out|Timeout"):
            complete(door)
        assert monotonic() - started < 2.0


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(RetryableError, match=r"tiny at http://127.0.0.1:9/v1"):
        complete(OpenAIClient(Endpoint("http://127.0.0.1:9/v1", "tiny", "", 2.0)))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "https://127.0.0.1:{plain}/v1", "http://no.such.host.invalid/v1"])
def test_a_server_to_which_no_connection_is_made_is_away(url: str):
    with serving(in_turn([StubResponse("{}")])) as stub, pytest.raises(Away, match="cannot be reached"):
        complete(OpenAIClient(Endpoint(url.replace("{plain}", str(stub.server_port)), "tiny", "", 2.0)))


def test_a_host_that_takes_no_connection_in_time_is_away_and_not_slow():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, contextlib.ExitStack() as waiting:
        for _ in range(3):  # its queue is full
            waiting.enter_context(_begun(deaf.getsockname()))
        with pytest.raises(Away, match="ConnectTimeout"):
            complete(OpenAIClient(Endpoint(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1", "tiny", "", 1.0)))


def _begun(address: tuple[str, int]) -> socket.socket:
    """A connection that is asked for, whether or not anybody takes it."""
    connection = socket.socket()
    connection.setblocking(False)
    connection.connect_ex(address)
    return connection


@pytest.mark.parametrize(
    ("says", "is_away"),
    [
        (StubResponse("no upstream", status=502), True),
        (StubResponse("loading", status=503), True),
        (StubResponse("one slow request", status=504), False),
        (StubResponse("fell over", status=500), False),
        (StubResponse("slow down", status=429), False),
        (StubResponse(reset=True), False),
        (StubResponse("{}", delay_s=1.0), False),
    ],
)
def test_a_gateway_without_a_server_is_away_and_a_server_that_fails_at_a_request_is_not(says: StubResponse, is_away: bool):
    with opened([says], timeout_s=0.3) as (door, _), pytest.raises(Busy) as caught:
        complete(door)
    assert isinstance(caught.value, Away) == is_away


@pytest.mark.parametrize("status", [301, 307, 401, 402, 403, 404, 405])
def test_a_wrong_key_or_model_is_a_matter_of_set_up_and_stops_the_process(status: int):
    with (
        opened([StubResponse("no", status=status)]) as (door, _),
        pytest.raises(Refused, match="check URL, model and key") as caught,
    ):
        complete(door)
    assert "secret" not in str(caught.value)


def test_a_refusal_and_a_cut_off_answer_are_told_apart_from_a_whole_one():
    says = [
        StubResponse(refusal="I cannot"),
        StubResponse("", finish="content_filter"),
        StubResponse('{"obj', finish="length"),
        StubResponse("{}"),
    ]
    with opened(says) as (door, _):
        replies = [reply for reply in complete_all(door, len(says)) if isinstance(reply, Reply)]
    assert [reply.finish for reply in replies] == ["refused", "refused", "cut", "done"]
    assert replies[0].text == "I cannot"


def test_a_picture_goes_as_a_data_url_or_as_a_link():
    picture = Picture(b"abc", "image/webp", "0" * 64, "images/00/x.webp")
    request = Request("filter", "filter-1", REQUEST.turns, FORM, picture)
    with serving(lambda _: StubResponse("{}")) as stub:
        end = Endpoint(stub.url, "eyes", "", 5.0)
        complete(OpenAIClient(end), request)
        complete(OpenAIClient(end, lambda shown: f"http://store/{shown.key}?signed"), request)
    urls = [asked.body["messages"][1]["content"][1]["image_url"]["url"] for asked in stub.asked]
    assert urls == ["data:image/webp;base64,YWJj", "http://store/images/00/x.webp?signed"]
    assert [asked.given for asked in stub.asked] == [{"scene": "kitchen"}] * 2


def test_a_model_that_refuses_a_parameter_is_asked_without_it_from_then_on():
    refused = [
        StubResponse("use max_completion_tokens", status=400, param="max_tokens"),
        StubResponse("only the default is supported", status=400, param="temperature"),
    ]
    with opened([*refused, StubResponse("{}")]) as (door, stub):
        complete_all(door, 2)
    assert len(stub.asked) == 4
    for asked in stub.asked[2:]:
        assert asked.body["max_completion_tokens"] == REQUEST.max_tokens
        assert not {"max_tokens", "temperature"} & set(asked.body)
        assert asked.body["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    "complaint",
    [
        "System role not supported",
        "Only user and assistant roles are supported!",
        "Conversation roles must alternate user/assistant/user/assistant/...",
    ],
)
def test_a_model_without_a_turn_for_the_system_is_told_the_instructions_by_the_user_from_then_on(complaint: str):
    def template(asked: StubRequest) -> StubResponse:
        roles = [message["role"] for message in asked.body["messages"]]
        return StubResponse("{}") if roles == ["user"] else StubResponse(complaint, status=400)

    with serving(template) as stub:
        door = OpenAIClient(Endpoint(stub.url, "tiny", "secret", 10.0))
        assert all(isinstance(each, Reply) for each in complete_all(door, 2))
    assert [len(asked.body["messages"]) for asked in stub.asked] == [2, 1, 1]
    assert stub.asked[-1].body["messages"][0]["content"] == 'List.\n\n{"scene": "kitchen"}'
    assert "json_schema" in str(stub.asked[-1].body["response_format"]), "the form is not to blame"


def test_a_server_that_refuses_every_turn_is_not_asked_for_ever():
    never = StubResponse("Conversation roles must alternate", status=400)
    with opened([never]) as (door, stub), pytest.raises(PermanentError, match="must alternate"):
        complete(door)
    assert len(stub.asked) == 5


def test_a_server_that_falls_over_a_form_gets_the_next_one():
    fell = StubResponse("1 validation error: body.response_format.type", status=500)
    with opened([fell, StubResponse("{}")]) as (door, stub):
        complete_all(door, 2)
    assert [asked.body["response_format"]["type"] for asked in stub.asked] == ["json_schema", "json_object", "json_object"]
    assert stub.asked[1].body["response_format"]["schema"] == FORM.schema


def test_a_key_goes_to_no_other_address_than_the_one_that_was_given():
    with serving(lambda _: StubResponse("{}")) as elsewhere:
        there = StubResponse(status=307, headers={"Location": f"{elsewhere.url}/chat/completions"})
        with opened([there]) as (door, _), pytest.raises(Refused, match=f"redirected to {elsewhere.url}"):
            complete(door)
        assert elsewhere.asked == []


def test_a_quota_that_is_used_up_is_no_matter_of_patience():
    spent = '{"error": {"message": "you exceeded your quota", "code": "insufficient_quota"}}'
    with opened([StubResponse(raw=spent, status=429)]) as (door, _), pytest.raises(Refused, match="exceeded your quota"):
        complete(door)


@pytest.mark.parametrize("status", [413, 431, 451])
def test_what_is_wrong_with_one_request_alone_is_not_tried_for_ever(status: int):
    with (
        opened([StubResponse(raw="too large", status=status)]) as (door, _),
        pytest.raises(PermanentError, match="too large"),
    ):
        complete(door)


@pytest.mark.parametrize("param", ['{"a": 1}', "[1]", "7"])
def test_a_parameter_is_only_blamed_by_its_name(param: str):
    bad = f'{{"error": {{"message": "no", "param": {param}}}}}'
    with opened([StubResponse(raw=bad, status=400)]) as (door, _), pytest.raises(PermanentError):
        complete(door)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "null",
        "[]",
        "<html>welcome</html>",
        '{"a":' * 5000 + "1" + "}" * 5000,
        '{"choices": []}',
        '{"choices": {"0": 1}}',
        '{"choices": ["hello"]}',
        '{"choices": [null]}',
        '{"choices": [{"message": null}]}',
        '{"choices": [{"message": "hello"}]}',
        '{"error": {"message": "overloaded"}}',
    ],
)
def test_a_body_that_is_no_answer_may_pass_and_ends_no_process(raw: str):
    with opened([StubResponse(raw=raw)]) as (door, _), pytest.raises(Busy, match="tiny at http"):
        complete(door)


def test_a_body_may_go_without_its_media_type():
    whole = '{"choices": [{"message": {"content": "{}"}}]}'
    with opened([StubResponse(raw=whole)]) as (door, _):
        assert complete(door).text == "{}"


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_key_that_a_server_repeats_is_not_repeated_nor_cut_in_two(status: int):
    key = "sk-" + "0123456789" * 5
    with echoing(status) as url, pytest.raises((Refused, Busy, PermanentError)) as caught:
        complete(OpenAIClient(Endpoint(f"{url}?version={key}", "tiny", key, 10.0)))
    assert "incorrect API key provided" in str(caught.value)
    assert key[:6] not in str(caught.value)
