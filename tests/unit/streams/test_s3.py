"""The door to S3 against a server that misbehaves on purpose."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from dataset.audit.locations import folder_at
from dataset.table.delta_table import Table
from dataset.table.table_errors import NoAccess, NoDataset
from schemas.errors import NotAdmitted, RetryableError
from schemas.interfaces import StoredObject
from streams.errors import AccessDenied
from streams.settings import StoreSettings
from streams.storage.s3 import KeysRefused, NotS3, S3Store, bucket_answers, storage_options
from tests.fakes.stage_process import timed

PICTURE = StoredObject(b"picture", "image/webp", {"who": "me"})
ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>"


class _Handler(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append(dict(self.headers))  # type: ignore[attr-defined]
        answers = self.server.answers  # type: ignore[attr-defined]
        status, code = answers.pop(0) if answers else (200, "")
        body = ERROR.format(code=code).encode() if code else b""
        self.send_response(status)
        self.send_header("ETag", '"0"')
        if status == 503:
            self.send_header("Retry-After", "60")
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        status, code = self.server.reads  # type: ignore[attr-defined]
        body = ERROR.format(code=code).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *args: object) -> None: ...


class Odd:
    """A server that gives the given answers (status, S3 code) to puts, and 200 when they are used up."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.seen: list[dict[str, str]] = server.seen  # type: ignore[attr-defined]
        endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        self.settings = StoreSettings(s3_endpoint=endpoint, s3_access_key=SecretStr("a"), s3_secret_key=SecretStr("b"))

    def refuse_reads(self, status: int, code: str) -> None:
        """From now on every read is refused."""
        self._server.reads = (status, code)  # type: ignore[attr-defined]


@contextmanager
def answering(*answers: tuple[int, str]) -> Iterator[Odd]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.seen, server.answers = [], list(answers)  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Odd(server)
    finally:
        server.shutdown()
        server.server_close()


def test_a_put_is_conditional_by_a_header_of_its_own() -> None:
    with answering() as odd:
        assert S3Store(odd.settings).put_if_absent("k", PICTURE)
    (headers,) = odd.seen
    assert headers["If-None-Match"] == "*"
    assert headers["Content-Type"] == "image/webp"
    assert {name.lower(): value for name, value in headers.items()}["x-amz-meta-who"] == "me"


def test_a_store_that_is_busy_for_a_moment_is_asked_again_though_it_asks_for_a_minute() -> None:
    with answering((503, "SlowDown"), (503, "XMinioServerNotInitialized")) as odd, timed(10, "a put"):
        assert S3Store(odd.settings).put_if_absent("k", PICTURE)
    assert len(odd.seen) == 3


def test_a_put_that_was_stored_before_its_answer_was_lost_counts_as_somebody_elses() -> None:
    with answering((500, "InternalError"), (412, "PreconditionFailed")) as odd:
        assert not S3Store(odd.settings).put_if_absent("k", PICTURE)


def test_a_bucket_is_asked_for_by_one_signed_request_and_a_missing_one_is_no_error() -> None:
    with answering() as odd:
        odd.refuse_reads(404, "NoSuchBucket")
        assert not bucket_answers(odd.settings, 3)


def test_a_silent_store_is_asked_for_its_bucket_once_and_not_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, answering() as odd, timed(2, "one look"):
        settings = odd.settings.model_copy(update={"s3_endpoint": f"http://127.0.0.1:{silent.getsockname()[1]}"})
        with pytest.raises(RetryableError, match=settings.s3_endpoint):
            bucket_answers(settings, 0.2)


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_keys_that_a_bucket_refuses_are_told_from_a_server_that_is_no_store(code: str) -> None:
    with answering() as odd:
        odd.refuse_reads(403, code)
        with pytest.raises(KeysRefused, match=f"for the bucket skg: {code}"):
            bucket_answers(odd.settings, 3)
        odd.refuse_reads(503, "SlowDown")
        with timed(5, "one request"), pytest.raises(RetryableError, match=odd.settings.s3_endpoint):
            bucket_answers(odd.settings, 3)
        odd.refuse_reads(200, "A page of XML")
        with pytest.raises(NotS3, match=r"answers, but not as S3 does \(HTTP 200, application/xml\)"):
            bucket_answers(odd.settings, 3)


@pytest.mark.thorough
def test_a_store_that_stays_busy_is_for_later() -> None:
    with answering(*[(503, "SlowDown")] * 10) as odd, pytest.raises(RetryableError, match=odd.settings.s3_endpoint):
        S3Store(odd.settings).put_if_absent("k", PICTURE)


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_a_store_that_refuses_the_keys_is_not_asked_again_and_the_settings_are_named(code: str) -> None:
    with answering((403, code)) as odd, pytest.raises(AccessDenied, match=odd.settings.s3_endpoint) as told:
        S3Store(odd.settings).put_if_absent("k", PICTURE)
    assert len(odd.seen) == 1
    assert "refused these keys (SKG_S3_ACCESS_KEY, SKG_S3_SECRET_KEY)" in str(told.value)


def test_a_bucket_that_is_not_there_is_named_with_its_setting() -> None:
    with answering((404, "NoSuchBucket")) as odd, pytest.raises(RetryableError) as told:
        S3Store(odd.settings).put_if_absent("k", PICTURE)
    assert "there is no bucket skg (SKG_S3_BUCKET)" in str(told.value)


def test_a_table_in_a_store_that_refuses_the_keys_says_so_without_xml() -> None:
    with answering() as odd:
        odd.refuse_reads(403, "SignatureDoesNotMatch")
        with pytest.raises(NoAccess, match=r"refused these keys \(SKG_S3_ACCESS_KEY, SKG_S3_SECRET_KEY\)") as told:
            Table.load("s3://skg/dataset", storage_options(odd.settings, "s3://skg/dataset"))
    assert "<" not in str(told.value)
    assert odd.settings.s3_endpoint in str(told.value)


def test_a_table_in_a_bucket_that_is_not_there_names_the_bucket() -> None:
    with answering() as odd:
        odd.refuse_reads(404, "NoSuchBucket")
        with pytest.raises((RetryableError, NoDataset)) as told:
            Table.load("s3://skg/dataset", storage_options(odd.settings, "s3://skg/dataset"))
    assert "<" not in str(told.value)
    assert "skg" in str(told.value)


def test_an_audit_at_a_store_that_refuses_the_keys_names_the_settings() -> None:
    with answering() as odd:
        odd.refuse_reads(403, "SignatureDoesNotMatch")
        with pytest.raises(NotAdmitted, match=r"\(SKG_S3_ACCESS_KEY, SKG_S3_SECRET_KEY\)"):
            folder_at("s3://skg/dataset", storage_options(odd.settings, "s3://skg/dataset"))
