"""Logging in to a broker over a plain socket (TLS, handshake, SASL), to learn why a broker refuses a login.

In: a connection, one of its addresses.  Out: nothing, AccessDenied with the setting to change, or an OSError.
kafka-python 3.0.12 drops the last answer of a broker that closes the connection after it, which is how brokers refuse a
login or a client without a certificate: its clients only know that they were disconnected, and try forever.
"""

import socket
import ssl
import struct

from kafka.errors import (
    FencedInstanceIdError,
    KafkaConfigurationError,
    KafkaError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)
from kafka.net.sasl import get_sasl_mechanism

from streams.broker.connection import KafkaConnection
from streams.errors import AccessDenied, Refused

METADATA, SASL_HANDSHAKE, API_VERSIONS, SASL_AUTHENTICATE = 3, 17, 18, 36
"""Kafka's API keys of the requests made here."""

NO_SUCH_MECHANISM, NO_LOGIN_HERE = 33, 34
"""Kafka's error codes."""

MAX_ANSWER_BYTES = 10_000_000
"""Size of a large cluster's metadata; a larger answer is not Kafka's."""

TLS_ALERT = b"\x15\x03"

HOST_MISMATCHES = (62, 64)
"""OpenSSL's codes for a certificate of another host, of another IP address."""

NAME = b"skg-login"


def log_in(connection: KafkaConnection, host: str, port: int, timeout_s: float) -> None:
    """Return once the broker has accepted this connection.

    Raises AccessDenied, Misconfigured, and OSError where nothing answers or the connection is closed: as brokers do when
    they end, and when a client uses another protocol than they expect.
    """
    where, context = f"Kafka at {host}:{port}", connection.context()
    with socket.create_connection((host, port), timeout=timeout_s) as plain:
        try:
            if context is None:
                _LoginSession(connection, plain, where).run()
            else:
                with context.wrap_socket(plain, server_hostname=host) as encrypted:
                    _LoginSession(connection, encrypted, where).run()
        except ssl.SSLCertVerificationError as error:
            remedy = "SKG_KAFKA_CA_FILE"
            if error.verify_code in HOST_MISMATCHES:
                remedy = "SKG_KAFKA_BOOTSTRAP needs a name that is in it, or SKG_KAFKA_CHECK_HOSTNAME=false"
            raise AccessDenied(
                f"{where}: certificate not accepted: {error.verify_message.rstrip('.')} ({remedy})"
            ) from error
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError) as error:
            suits = f"does SKG_KAFKA_SECURITY={connection.protocol} suit it?"
            raise OSError(f"it closed the connection; {suits}") from error
        except TimeoutError as error:
            raise OSError(f"it did not answer in time; does SKG_KAFKA_SECURITY={connection.protocol} suit it?") from error
        except ssl.SSLError as error:
            raise _of_tls(error, connection, where) from error


def _of_tls(error: ssl.SSLError, connection: KafkaConnection, where: str) -> Exception:
    """The exception for a TLS error; what may be transient is an OSError."""
    reason = error.reason or str(error)
    if "CERTIFICATE" in reason or "UNKNOWN_CA" in reason:
        if connection.cert_file is None:
            return AccessDenied(f"{where} wants a client's certificate: set SKG_KAFKA_CERT_FILE and SKG_KAFKA_KEY_FILE")
        return AccessDenied(f"{where} does not take the certificate of SKG_KAFKA_CERT_FILE: {reason}")
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return AccessDenied(f"{where} speaks no TLS, but SKG_KAFKA_SECURITY={connection.protocol} does")
    return OSError(f"TLS failed: {reason} (SKG_KAFKA_SECURITY={connection.protocol})")


def refusal(connection: KafkaConnection, doing: str, error: KafkaError) -> Refused:
    """The error of a client that cannot continue: the login is no longer accepted, or something else is not allowed."""
    said = connection.redacted(f"{type(error).__name__}: {error}")
    if isinstance(error, SaslAuthenticationFailedError | UnsupportedSaslMechanismError):
        return AccessDenied(f"{doing}: login not accepted ({connection.login}): {said}")
    if isinstance(error, FencedInstanceIdError):
        return Refused(f"{doing}: another process started under the same SKG_KAFKA_INSTANCE")
    return Refused(f"{doing}: {said}")


class _LoginSession:
    """Requests and answers over one socket."""

    def __init__(self, connection: KafkaConnection, stream: socket.socket, where: str) -> None:
        self._connection, self._stream, self._where = connection, stream, where

    def run(self) -> None:
        """Greet, and log in; a broker without logins is asked for what it tells only those that it has let in."""
        self._ask(API_VERSIONS, 0, b"")
        if self._connection.sasl:
            self._log_in()
        else:
            self._ask(METADATA, 1, struct.pack(">i", 0))

    def _log_in(self) -> None:
        try:
            self._agree()
            self._authenticate()
        except (ValueError, KeyError, KafkaConfigurationError) as error:  # an answer that is none, or of an impostor
            raise self._refused(f"the broker's answer is wrong: {error}") from error

    def _agree(self) -> None:
        """Agree on the mechanism."""
        mechanism = self._connection.mechanism
        answer = _AnswerReader(self._ask(SASL_HANDSHAKE, 1, _text(mechanism)))
        error, offered = answer.number(), answer.texts()
        if error == NO_LOGIN_HERE:
            wrong = f"takes no login, but SKG_KAFKA_SECURITY={self._connection.protocol} makes one"
            raise AccessDenied(f"{self._where} {wrong}")
        if error:
            if mechanism in offered:  # the answer of a Kafka without any listener with logins
                why = f"it wants no login here, and SKG_KAFKA_SECURITY={self._connection.protocol} makes one"
                raise AccessDenied(f"{self._where} does not log in with {mechanism}: {why}")
            which = f"offers {' and '.join(offered) or 'none'}" if error == NO_SUCH_MECHANISM else f"says error {error}"
            raise AccessDenied(f"{self._where}: SKG_KAFKA_SASL_MECHANISM={mechanism} not accepted: it {which}")

    def _authenticate(self) -> None:
        arguments = self._connection.login_arguments()
        mechanism = get_sasl_mechanism(self._connection.mechanism)(security_protocol="", **arguments)
        while not mechanism.is_done():
            said: bytes = mechanism.auth_bytes()
            body = struct.pack(">i", len(said)) + said
            answer = _AnswerReader(self._ask(SASL_AUTHENTICATE, 0, body))
            error, why, received = answer.number(), answer.text(), answer.blob()
            if error:
                raise self._refused(why or f"error {error}")
            mechanism.receive(received)
        if not mechanism.is_authenticated():
            raise self._refused("no reason given")

    def _refused(self, why: str) -> AccessDenied:
        """The error of a failed login. The broker's message never shows the secret."""
        of = self._connection
        return AccessDenied(f"{self._where}: login not accepted ({of.login}): {of.redacted(why)[:300]}")

    def _ask(self, key: int, version: int, body: bytes) -> bytes:
        """An answer without its header."""
        request = struct.pack(">hhih", key, version, key, len(NAME)) + NAME + body
        self._stream.sendall(struct.pack(">i", len(request)) + request)
        head = self._received(4)
        if head.startswith(TLS_ALERT):
            raise AccessDenied(f"{self._where} speaks TLS, but SKG_KAFKA_SECURITY={self._connection.protocol} does not")
        size = int.from_bytes(head, "big", signed=True)
        if not 4 <= size <= MAX_ANSWER_BYTES:
            raise AccessDenied(f"{self._where} does not speak Kafka (SKG_KAFKA_BOOTSTRAP)")
        return self._received(size)[4:]

    def _received(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size > 0:
            part = self._stream.recv(min(size, 65_536))
            if not part:
                raise ConnectionResetError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


class _AnswerReader:
    """The fields of an answer, in order. Raises ValueError where they end too early."""

    def __init__(self, raw: bytes) -> None:
        self._left = raw

    def number(self) -> int:
        """The next two bytes."""
        return int.from_bytes(self._taken(2), "big", signed=True)

    def text(self) -> str:
        """The next string; a missing one is empty."""
        return self._taken(self.number()).decode("utf-8", "replace")

    def texts(self) -> list[str]:
        """The next list of strings."""
        return [self.text() for _ in range(max(0, self._long()))]

    def blob(self) -> bytes:
        """The next bytes."""
        return self._taken(self._long())

    def _long(self) -> int:
        return int.from_bytes(self._taken(4), "big", signed=True)

    def _taken(self, size: int) -> bytes:
        size = max(0, size)
        taken, self._left = self._left[:size], self._left[size:]
        if len(taken) < size:
            raise ValueError("an answer that ends too early")
        return taken


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack(">h", len(raw)) + raw
