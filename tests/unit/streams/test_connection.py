"""The connection to Kafka: what goes together, what is refused by name, what is shown."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from streams.address_redaction import masked
from streams.broker.connection import KafkaConnection, connection_of
from streams.errors import Misconfigured
from streams.settings import KafkaSettings
from tests.fakes.certificates import KEY_PASSWORD, certificates

PASSWORD = "planted-secret"
USER = {"kafka_username": "me", "kafka_password": PASSWORD}
TOKEN = {"kafka_sasl_mechanism": "OAUTHBEARER", "kafka_token_file": "/t"}


def test_a_password_is_in_no_form_of_the_connection_but_its_arguments():
    connection = KafkaConnection("h:1", "SASL_PLAINTEXT", "SCRAM-SHA-256", "me", SecretStr(PASSWORD))
    assert PASSWORD not in repr(connection) + str(connection)
    assert connection.client_arguments()["sasl_plain_password"] == PASSWORD
    assert connection.client_arguments()["reconnect_backoff_max_ms"] <= 2000, "a broker that is back is noticed"


def test_a_password_in_the_addresses_is_refused_and_not_shown():
    settings = KafkaSettings(kafka_bootstrap=f"me:{PASSWORD}@host:9092")
    with pytest.raises(Misconfigured, match="SKG_KAFKA_BOOTSTRAP") as told:
        connection_of(settings)
    assert PASSWORD not in str(told.value) + masked(settings.kafka_bootstrap)


@pytest.mark.parametrize(
    ("security", "values"),
    [
        ("PLAINTEXT", {}),
        ("SSL", {}),
        ("SSL", {"kafka_ca_file": "/ca", "kafka_cert_file": "/c", "kafka_key_file": "/k", "kafka_key_password": "p"}),
        ("SSL", {"kafka_cert_file": "/c", "kafka_key_password": "p", "kafka_check_hostname": "false"}),
        ("SASL_PLAINTEXT", USER),
        ("SASL_SSL", USER | {"kafka_sasl_mechanism": "SCRAM-SHA-512", "kafka_ca_file": "/ca", "kafka_cert_file": "/c"}),
        ("SASL_SSL", TOKEN),
        ("SASL_PLAINTEXT", TOKEN),
    ],
)
def test_settings_that_go_together_make_a_connection(security: str, values: dict[str, str]):
    connection = connection_of(KafkaSettings.model_validate({"kafka_security": security} | values))
    assert connection.protocol == security


@pytest.mark.parametrize(
    ("security", "values", "says"),
    [
        ("SASL_SSL", {"kafka_password": "x"}, "SKG_KAFKA_USERNAME is missing"),
        ("SASL_SSL", {"kafka_username": "x"}, "SKG_KAFKA_PASSWORD is missing"),
        ("SASL_SSL", {"kafka_sasl_mechanism": "OAUTHBEARER"}, "SKG_KAFKA_TOKEN_FILE is missing"),
        (
            "SASL_SSL",
            TOKEN | {"kafka_username": "me"},
            "SKG_KAFKA_USERNAME is set, but .*OAUTHBEARER takes SKG_KAFKA_TOKEN",
        ),
        ("SASL_SSL", TOKEN | {"kafka_password": "x"}, "SKG_KAFKA_PASSWORD is set"),
        ("SASL_SSL", USER | {"kafka_token_file": "/t"}, "SKG_KAFKA_TOKEN_FILE is set, but SKG_KAFKA_SASL_MECHANISM=PLAIN"),
        ("SASL_SSL", USER | {"kafka_key_file": "/k"}, "SKG_KAFKA_KEY_FILE is set, but SKG_KAFKA_CERT_FILE is not"),
        ("SSL", {"kafka_key_file": "/k"}, "SKG_KAFKA_KEY_FILE is set, but SKG_KAFKA_CERT_FILE is not"),
        ("SSL", {"kafka_key_password": "x"}, "SKG_KAFKA_KEY_PASSWORD is set, but SKG_KAFKA_CERT_FILE is not"),
        ("SSL", USER, "SKG_KAFKA_USERNAME is set, but SKG_KAFKA_SECURITY=SSL takes no login"),
        ("SSL", {"kafka_token_file": "/t"}, "SKG_KAFKA_TOKEN_FILE is set"),
        ("SSL", {"kafka_sasl_mechanism": "SCRAM-SHA-256"}, "SKG_KAFKA_SASL_MECHANISM is set"),
        ("PLAINTEXT", {"kafka_password": "x"}, "SKG_KAFKA_PASSWORD is set"),
        (
            "PLAINTEXT",
            {"kafka_ca_file": "x"},
            "SKG_KAFKA_CA_FILE is set, but SKG_KAFKA_SECURITY=PLAINTEXT is not encrypted",
        ),
        ("PLAINTEXT", {"kafka_cert_file": "x"}, "SKG_KAFKA_CERT_FILE"),
        ("PLAINTEXT", {"kafka_key_file": "x"}, "SKG_KAFKA_KEY_FILE"),
        ("SASL_PLAINTEXT", USER | {"kafka_ca_file": "x"}, "SKG_KAFKA_SECURITY=SASL_PLAINTEXT is not encrypted"),
        ("SASL_PLAINTEXT", USER | {"kafka_check_hostname": "false"}, "SKG_KAFKA_CHECK_HOSTNAME is set"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_by_name(security: str, values: dict[str, str], says: str):
    with pytest.raises(Misconfigured, match=says) as told:
        connection_of(KafkaSettings.model_validate({"kafka_security": security} | values))
    assert "\n" not in str(told.value)


@pytest.mark.thorough
def test_files_that_cannot_be_used_are_refused_by_name(tmp_path: Path):
    made = certificates(tmp_path)
    odd = tmp_path / "odd"
    odd.write_bytes(b"\xff\xfe not PEM")
    for path in (tmp_path / "none", odd):
        with pytest.raises(Misconfigured, match="SKG_KAFKA_CA_FILE"):
            KafkaConnection("h:1", "SSL", ca_file=path).context()
        with pytest.raises(Misconfigured, match="SKG_KAFKA_CERT_FILE"):
            KafkaConnection("h:1", "SSL", cert_file=path).context()
        with pytest.raises(Misconfigured, match="SKG_KAFKA_KEY_FILE"):
            KafkaConnection("h:1", "SSL", cert_file=made.client.certificate, key_file=path).context()


@pytest.mark.thorough
def test_an_encrypted_key_is_opened_by_its_password_and_never_asked_for_at_the_terminal(tmp_path: Path):
    made = certificates(tmp_path)
    shown = {"cert_file": made.client.certificate, "key_file": made.locked_key}
    KafkaConnection("h:1", "SSL", **shown, key_password=SecretStr(KEY_PASSWORD)).context()
    for wrong in ("", "planted-wrong"):
        with pytest.raises(Misconfigured, match="SKG_KAFKA_KEY_PASSWORD") as told:
            KafkaConnection("h:1", "SSL", **shown, key_password=SecretStr(wrong)).context()
        assert "planted" not in str(told.value)


def test_a_token_is_read_anew_each_time_and_shown_nowhere(tmp_path: Path):
    path = tmp_path / "token"
    connection = KafkaConnection("h:1", "SASL_SSL", "OAUTHBEARER", token_file=path)
    path.write_text("planted.first\n")
    provider = connection.client_arguments()["sasl_oauth_token_provider"]
    assert provider.token() == "planted.first"
    path.write_text("planted.second==")
    assert provider.token() == "planted.second=="
    assert "planted" not in repr(connection) + str(connection) + repr(provider)


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"planted two", b"planted\x01auth=", b"\xff\xfeplanted", b"planted" * 10_000]
)
def test_a_file_without_a_token_is_refused_and_not_shown(tmp_path: Path, content: bytes):
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match="SKG_KAFKA_TOKEN_FILE") as told:
        KafkaConnection("h:1", "SASL_SSL", "OAUTHBEARER", token_file=path).token()
    assert "planted" not in str(told.value)


def test_a_token_file_that_is_not_there_is_refused_by_name(tmp_path: Path):
    with pytest.raises(Misconfigured, match=r"SKG_KAFKA_TOKEN_FILE .*: No such file"):
        KafkaConnection("h:1", "SASL_SSL", "OAUTHBEARER", token_file=tmp_path / "none").token()
