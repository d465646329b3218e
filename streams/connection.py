"""How Kafka is reached: addresses, TLS and SASL, for every client. The one place that knows the security settings.

In: settings, or bare addresses for a plain connection.  Out: the arguments that a client takes.  Connects to nothing.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from streams.problems import Refused
from streams.settings import KafkaSettings


@dataclass(frozen=True)
class KafkaConnection:
    """Addresses and security. Its text is the addresses alone; no form of it shows a password."""

    bootstrap: str
    protocol: str = "PLAINTEXT"
    mechanism: str = "PLAIN"
    username: str = ""
    password: SecretStr = field(default=SecretStr(""), repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    key_password: SecretStr = field(default=SecretStr(""), repr=False)
    check_hostname: bool = True

    def __post_init__(self) -> None:
        if "@" in self.bootstrap:
            raise Refused(
                "SKG_KAFKA_BOOTSTRAP holds a user or a password: give SKG_KAFKA_USERNAME and SKG_KAFKA_PASSWORD instead"
            )

    def __str__(self) -> str:
        return self.bootstrap

    @classmethod
    def plain(cls, bootstrap: str) -> "KafkaConnection":
        """Without TLS and without a user."""
        return cls(bootstrap)

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.protocol in ("SSL", "SASL_SSL")

    @property
    def sasl(self) -> bool:
        """Whether a user logs in."""
        return self.protocol.startswith("SASL")

    def context(self) -> ssl.SSLContext | None:
        """What TLS trusts and shows. Raises Refused, naming the setting whose file cannot be used."""
        if not self.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # an SSLError is one
            raise Refused(f"SKG_KAFKA_CA_FILE {self.ca_file} cannot be used: {error.strerror or error}") from error
        context.check_hostname = self.check_hostname
        if self.cert_file:
            try:
                # Bytes, never None: without a password OpenSSL would ask for one at the terminal.
                context.load_cert_chain(self.cert_file, self.key_file, self.key_password.get_secret_value().encode())
            except OSError as error:
                what = f"SKG_KAFKA_CERT_FILE {self.cert_file} with SKG_KAFKA_KEY_FILE and SKG_KAFKA_KEY_PASSWORD"
                raise Refused(f"{what} cannot be used: {error.strerror or error}") from error
        return context

    def client_arguments(self) -> dict[str, Any]:
        """What every client of kafka-python takes."""
        arguments: dict[str, Any] = {"bootstrap_servers": self.bootstrap.split(",")}
        if self.protocol != "PLAINTEXT":
            arguments |= {"security_protocol": self.protocol, "ssl_context": self.context()}
            arguments |= {"ssl_check_hostname": self.check_hostname}
        if self.sasl:
            arguments |= {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.username}
            arguments |= {"sasl_plain_password": self.password.get_secret_value()}
        return arguments


Address = KafkaConnection | str
"""A connection, or bare addresses of a plain one."""


def as_connection(address: Address) -> KafkaConnection:
    """The connection to an address."""
    return KafkaConnection.plain(address) if isinstance(address, str) else address


def connection_of(settings: KafkaSettings) -> KafkaConnection:
    """The connection that the settings describe. Raises Refused, naming the setting that is missing or too much."""
    connection = KafkaConnection(
        settings.kafka_bootstrap,
        settings.kafka_security,
        settings.kafka_sasl_mechanism,
        settings.kafka_username,
        settings.kafka_password,
        settings.kafka_ca_file,
        settings.kafka_cert_file,
        settings.kafka_key_file,
        settings.kafka_key_password,
        settings.kafka_check_hostname,
    )
    named = {"SKG_KAFKA_USERNAME": connection.username, "SKG_KAFKA_PASSWORD": connection.password.get_secret_value()}
    for name, value in named.items():
        if bool(value) != connection.sasl:
            wants = f"needs {name}" if connection.sasl else f"takes no {name}: set SASL_SSL"
            raise Refused(f"SKG_KAFKA_SECURITY={connection.protocol} {wants}")
    files = {"SKG_KAFKA_CA_FILE": connection.ca_file, "SKG_KAFKA_CERT_FILE": connection.cert_file}
    for name, path in files.items():
        if path and not connection.tls:
            raise Refused(f"SKG_KAFKA_SECURITY={connection.protocol} takes no {name}: set SSL or SASL_SSL")
    return connection
