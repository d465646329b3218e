"""The connection to Kafka: what is refused, what is shown, and certificates over a real TLS socket."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from streams.connection import KafkaConnection, connection_of
from streams.problems import Refused
from streams.reach import probe
from streams.settings import KafkaSettings, masked

PASSWORD = "planted-secret"


def test_a_password_is_in_no_form_of_the_connection_but_its_arguments():
    connection = KafkaConnection("h:1", "SASL_PLAINTEXT", "SCRAM-SHA-256", "me", SecretStr(PASSWORD))
    assert PASSWORD not in repr(connection) + str(connection)
    assert connection.client_arguments()["sasl_plain_password"] == PASSWORD


def test_a_password_in_the_addresses_is_refused_and_not_shown():
    settings = KafkaSettings(kafka_bootstrap=f"me:{PASSWORD}@host:9092")
    with pytest.raises(Refused, match="SKG_KAFKA_BOOTSTRAP") as told:
        connection_of(settings)
    assert PASSWORD not in str(told.value) + masked(settings.kafka_bootstrap)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"kafka_security": "SASL_SSL", "kafka_password": "x"}, "SKG_KAFKA_USERNAME"),
        ({"kafka_security": "SASL_SSL", "kafka_username": "x"}, "SKG_KAFKA_PASSWORD"),
        ({"kafka_password": "x"}, "SKG_KAFKA_PASSWORD"),
        ({"kafka_ca_file": "x"}, "SKG_KAFKA_CA_FILE"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_by_name(values: dict[str, str], name: str):
    with pytest.raises(Refused, match=name):
        connection_of(KafkaSettings.model_validate(values))


def test_a_ca_file_that_is_not_there_is_refused_by_name(tmp_path: Path):
    with pytest.raises(Refused, match="SKG_KAFKA_CA_FILE"):
        KafkaConnection("h:1", "SSL", ca_file=tmp_path / "none").context()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    made = tmp_path / "host.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(made), "-out", str(tmp_path / "c.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    made.write_text(made.read_text() + (tmp_path / "c.pem").read_text())
    return made


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_greet, args=(server, context), daemon=True).start()
        yield server.getsockname()[1]


def _greet(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            with server.accept()[0] as one, context.wrap_socket(one, server_side=True):
                pass
        except ssl.SSLError:
            continue  # the other side did not like the certificate
        except OSError:
            return  # the test is over


def test_a_certificate_is_taken_or_refused_in_a_line_that_says_why(certificate: Path, port: int):
    probe(KafkaConnection(f"localhost:{port}", "SSL", ca_file=certificate))
    with pytest.raises(Refused, match="self-signed"):
        probe(KafkaConnection(f"localhost:{port}", "SSL"))
    with pytest.raises(Refused, match=r"not valid for '127\.0\.0\.1'"):
        probe(KafkaConnection(f"127.0.0.1:{port}", "SSL", ca_file=certificate))
