"""How Kafka is reached: addresses, TLS and SASL, for every client. The only place that knows the security settings.

In: settings.  Out: the arguments of a client, or Misconfigured with the setting to change.  Connects to nothing;
files are read each time, so that a renewed file is used by the next login.
"""

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from schemas.texts.written_text import whole_number
from streams.errors import Misconfigured
from streams.settings import KafkaSettings

TOKEN_MECHANISM = "OAUTHBEARER"
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*", re.ASCII)
"""The form of bearer tokens in RFC 6750."""

_HOST = re.compile(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.%]+\]", re.ASCII)
"""A name, an IPv4 address, or an IPv6 address in brackets."""

MOST_PORT = 65_535

RECONNECT_MAX_MS = 2_000
"""The longest pause between two attempts to connect. The client's own is 30 s, twice as long as a delivery may take: a
delivery could fail though the broker has been back for long."""

MAX_TOKEN_CHARS = 65_536
"""Real tokens have some thousand characters; brokers accept no login above 512 KiB."""


@dataclass(frozen=True)
class KafkaConnection:
    """Addresses and security. Its text is the addresses alone; no representation shows a password."""

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
    token_file: Path | None = None

    def __post_init__(self) -> None:
        if "@" in self.bootstrap:
            raise Misconfigured(
                "SKG_KAFKA_BOOTSTRAP holds a user or a password: give SKG_KAFKA_USERNAME and SKG_KAFKA_PASSWORD instead"
            )

    def __str__(self) -> str:
        return self.bootstrap

    @classmethod
    def plain(cls, bootstrap: str) -> "KafkaConnection":
        """A connection without TLS and without a user."""
        return cls(bootstrap)

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each bootstrap broker. Raises Misconfigured."""
        found = []
        for one in self.bootstrap.split(","):
            host, colon, port = one.strip().rpartition(":")
            number = whole_number(port)
            if not colon or not _HOST.fullmatch(host) or number is None or not 0 < number <= MOST_PORT:
                raise Misconfigured(f"SKG_KAFKA_BOOTSTRAP is {self.bootstrap!r}; it needs host:port, separated by commas")
            found.append((host.strip("[]"), number))
        return found

    def require_valid(self) -> None:
        """Raise Misconfigured for unusable addresses or files, whether or not a broker answers."""
        _ = self.addresses
        self.context()

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.protocol in ("SSL", "SASL_SSL")

    @property
    def sasl(self) -> bool:
        """Whether a user logs in."""
        return self.protocol.startswith("SASL")

    @property
    def by_token(self) -> bool:
        """Whether the login is a bearer token."""
        return self.sasl and self.mechanism == TOKEN_MECHANISM

    @property
    def login(self) -> str:
        """The settings of the login, for error messages."""
        return "SKG_KAFKA_TOKEN_FILE" if self.by_token else f"SKG_KAFKA_USERNAME={self.username} and SKG_KAFKA_PASSWORD"

    def redacted(self, text: str) -> str:
        """The text without this connection's secrets, on one line: for a broker's message about a login."""
        try:
            secret = self.token() if self.by_token else self.password.get_secret_value()
        except Misconfigured:
            secret = ""  # no file, no token
        return " ".join((text.replace(secret, "***") if secret else text).split())

    def context(self) -> ssl.SSLContext | None:
        """The TLS context. Raises Misconfigured, naming the setting whose file cannot be used."""
        if not self.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # an SSLError is one
            raise Misconfigured(f"SKG_KAFKA_CA_FILE {self.ca_file} cannot be used: {error.strerror or error}") from error
        context.check_hostname = self.check_hostname
        if self.cert_file:
            try:
                # Bytes, never None: without a password OpenSSL would ask for one at the terminal.
                context.load_cert_chain(self.cert_file, self.key_file, self.key_password.get_secret_value().encode())
            except OSError as error:
                what = f"SKG_KAFKA_CERT_FILE {self.cert_file} with SKG_KAFKA_KEY_FILE and SKG_KAFKA_KEY_PASSWORD"
                raise Misconfigured(f"{what} cannot be used: {error.strerror or error}") from error
        return context

    def token(self) -> str:
        """The bearer token, read from its file now. Raises Misconfigured."""
        try:
            token = "" if self.token_file is None else self.token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise Misconfigured(f"SKG_KAFKA_TOKEN_FILE {self.token_file} cannot be used: {why}") from error
        if len(token) > MAX_TOKEN_CHARS or not _TOKEN.fullmatch(token):
            raise Misconfigured(f"SKG_KAFKA_TOKEN_FILE {self.token_file} holds no bearer token")
        return token

    def client_arguments(self) -> dict[str, Any]:
        """The arguments of every client of kafka-python."""
        addresses = self.bootstrap.split(",")
        arguments: dict[str, Any] = {"bootstrap_servers": addresses, "reconnect_backoff_max_ms": RECONNECT_MAX_MS}
        if self.protocol != "PLAINTEXT":
            arguments |= {"security_protocol": self.protocol, "ssl_context": self.context()}
            arguments |= {"ssl_check_hostname": self.check_hostname}
        return arguments | self.login_arguments()

    def login_arguments(self) -> dict[str, Any]:
        """The login arguments of kafka-python; empty without a login."""
        if not self.sasl:
            return {}
        if self.by_token:
            from streams.broker.token_provider import TokenProvider  # kafka-python, which it imports, is in use by then

            return {"sasl_mechanism": self.mechanism, "sasl_oauth_token_provider": TokenProvider(self.token)}
        password = self.password.get_secret_value()
        return {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.username, "sasl_plain_password": password}


def connection_of(settings: KafkaSettings) -> KafkaConnection:
    """The connection of the settings. Raises Misconfigured, naming the setting that is missing or superfluous."""
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
        settings.kafka_token_file,
    )
    for rule in _rules(connection):
        if rule.given and rule.unless:
            raise Misconfigured(f"{rule.name} is set, {rule.unless}")
        if rule.needed and not rule.given:
            raise Misconfigured(f"{rule.name} is missing: {_chosen(connection)} needs it")
    return connection


class _Rule(NamedTuple):
    """One setting: whether it is given, why it must not be given (empty: it may), whether it is required."""

    name: str
    given: bool
    unless: str
    needed: bool = False


def _rules(of: KafkaConnection) -> tuple[_Rule, ...]:
    no_login = "" if of.sasl else f"but {_chosen(of)} takes no login: set SKG_KAFKA_SECURITY to SASL_SSL"
    no_user = no_login or (f"but {_chosen(of)} takes SKG_KAFKA_TOKEN_FILE instead" if of.by_token else "")
    no_token = no_login or ("" if of.by_token else f"but {_chosen(of)} takes none: set it to {TOKEN_MECHANISM}")
    no_tls = "" if of.tls else f"but {_chosen(of, 'SECURITY')} is not encrypted: set it to SSL or SASL_SSL"
    no_cert = no_tls or ("" if of.cert_file else "but SKG_KAFKA_CERT_FILE is not")
    by_user = of.sasl and not of.by_token
    return (
        _Rule("SKG_KAFKA_SASL_MECHANISM", of.mechanism != "PLAIN", no_login),
        _Rule("SKG_KAFKA_USERNAME", bool(of.username), no_user, by_user),
        _Rule("SKG_KAFKA_PASSWORD", bool(of.password.get_secret_value()), no_user, by_user),
        _Rule("SKG_KAFKA_TOKEN_FILE", of.token_file is not None, no_token, of.by_token),
        _Rule("SKG_KAFKA_CA_FILE", of.ca_file is not None, no_tls),
        _Rule("SKG_KAFKA_CERT_FILE", of.cert_file is not None, no_tls),
        _Rule("SKG_KAFKA_KEY_FILE", of.key_file is not None, no_cert),
        _Rule("SKG_KAFKA_KEY_PASSWORD", bool(of.key_password.get_secret_value()), no_cert),
        _Rule("SKG_KAFKA_CHECK_HOSTNAME", not of.check_hostname, no_tls),
    )


def _chosen(of: KafkaConnection, what: str = "") -> str:
    """The setting that requires it."""
    if of.sasl and what != "SECURITY":
        return f"SKG_KAFKA_SASL_MECHANISM={of.mechanism}"
    return f"SKG_KAFKA_SECURITY={of.protocol}"
