"""Being let in by a broker: what a server may say, and what is made of it. (Real brokers have a contract of their own.)"""

import socket
import ssl
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka.errors import FencedInstanceIdError
from pydantic import SecretStr

from streams.broker.access_probe import log_in, refusal
from streams.broker.connection import KafkaConnection
from streams.broker.reachability import ServiceAway, probe
from streams.errors import AccessDenied
from tests.fakes.certificates import certificates
from tests.fakes.greeter import WELL, frame, greeter

pytestmark = pytest.mark.thorough

PASSWORD = "planted-secret"


def user_at(port: int, mechanism: str = "PLAIN") -> KafkaConnection:
    return KafkaConnection(f"127.0.0.1:{port}", "SASL_PLAINTEXT", mechanism, "me", SecretStr(PASSWORD))


def texts(*values: bytes) -> bytes:
    return struct.pack(">i", len(values)) + b"".join(struct.pack(">h", len(value)) + value for value in values)


AGREED = frame(struct.pack(">h", 0) + texts(b"PLAIN"))
LET_IN = frame(struct.pack(">hhi", 0, -1, 0))


def refused(why: bytes) -> bytes:
    return frame(struct.pack(">hh", 58, len(why)) + why + struct.pack(">i", 0))


def test_a_member_whose_name_was_taken_is_told_by_which_setting():
    said = str(refusal(user_at(9), "cannot commit", FencedInstanceIdError()))
    assert said == "cannot commit: another process started under the same SKG_KAFKA_INSTANCE"


def test_a_certificate_is_taken_or_refused_in_a_line_that_names_the_setting(tmp_path: Path):
    made, server = certificates(tmp_path), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.elsewhere.both)
    with greeter(WELL, server) as port:
        address = f"127.0.0.1:{port}"
        probe(KafkaConnection(address, "SSL", ca_file=made.authority, check_hostname=False))
        with pytest.raises(AccessDenied, match=r"unable to get .*issuer.* \(SKG_KAFKA_CA_FILE\)"):
            probe(KafkaConnection(address, "SSL", ca_file=made.stranger.certificate))
        with pytest.raises(AccessDenied, match=r"not valid for '127\.0\.0\.1' \(SKG_KAFKA_BOOTSTRAP .*CHECK_HOSTNAME"):
            probe(KafkaConnection(address, "SSL", ca_file=made.authority))


def test_tls_with_a_server_that_does_not_speak_it_is_waited_for_and_says_so():
    """A broker that ends breaks off in the same way, so it may pass."""
    with greeter([]) as port, pytest.raises(ServiceAway, match="SKG_KAFKA_SECURITY=SSL"):
        probe(KafkaConnection(f"127.0.0.1:{port}", "SSL"))


def test_tls_with_a_server_that_answers_something_else_is_refused():
    with greeter([b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as port, pytest.raises(AccessDenied, match="speaks no TLS"):
        probe(KafkaConnection(f"127.0.0.1:{port}", "SSL"))


def test_a_user_is_let_in():
    with greeter([frame(), AGREED, LET_IN]) as port:
        probe(user_at(port))


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([frame(), frame(struct.pack(">h", 33) + texts(b"GSSAPI"))], "SKG_KAFKA_SASL_MECHANISM=PLAIN .*it offers GSSAPI"),
        ([frame(), frame(struct.pack(">h", 33) + texts(b"PLAIN"))], "it wants no login here, and SKG_KAFKA_SECURITY=SASL"),
        ([frame(), frame(struct.pack(">h", 34) + texts())], "takes no login, but SKG_KAFKA_SECURITY=SASL_PLAINTEXT"),
        ([frame(), AGREED, refused(b"wrong\nor " + PASSWORD.encode())], r"SKG_KAFKA_USERNAME=me .*: wrong or \*\*\*$"),
        ([b"\x15\x03\x03\x00\x02\x02\x50"], "speaks TLS"),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "does not speak Kafka"),
    ],
)
def test_a_login_that_is_not_accepted_names_the_setting_and_no_password(answers: list[bytes], says: str):
    with greeter(answers) as port, pytest.raises(AccessDenied, match=says) as told:
        probe(user_at(port))
    assert PASSWORD not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_broker_that_ends_in_the_midst_of_a_login_is_away():
    for answers in ([], [frame()], [frame(), AGREED], [frame(), AGREED[:-2]]):
        with greeter(answers) as port, pytest.raises(ServiceAway):
            probe(user_at(port))


def test_a_broker_that_accepts_connections_and_never_answers_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for protocol in ("PLAINTEXT", "SSL"):
            with pytest.raises(OSError, match=f"does SKG_KAFKA_SECURITY={protocol} suit it"):
                log_in(KafkaConnection(f"127.0.0.1:{port}", protocol), "127.0.0.1", port, 0.2)


def test_a_broker_that_closes_the_connection_after_its_greeting_may_want_a_login():
    with greeter([frame()]) as port, pytest.raises(ServiceAway, match="does SKG_KAFKA_SECURITY=PLAINTEXT suit it"):
        probe(KafkaConnection.plain(f"127.0.0.1:{port}"))


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.binary(max_size=60).map(frame) | st.binary(min_size=1, max_size=60), max_size=3),
    st.sampled_from(["PLAIN", "SCRAM-SHA-256"]),
)
def test_whatever_a_server_says_is_a_refusal_or_an_outage(answers: list[bytes], mechanism: str):
    with greeter([frame(), *answers]) as port, suppress(AccessDenied, OSError):
        log_in(user_at(port, mechanism), "127.0.0.1", port, 0.5)
