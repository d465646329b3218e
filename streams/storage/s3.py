"""Client of S3: the only file that imports minio.

In: keys and objects.  Out: objects, RetryableError or a Problem.
Every put of bytes is conditional, so no picture is ever overwritten; a file of a published copy is.
Holds no bytes and does not check hashes.
"""

import io
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError

from schemas.interfaces import StoredObject
from streams.broker.reachability import ServiceAway, retry_until
from streams.errors import AccessDenied, Refused
from streams.settings import StoreSettings
from streams.storage.s3_connection import endpoint_of, in_path, named, require_valid, storage_options, tls_of
from streams.storage.s3_credentials import NoKeys, provider_of

__all__ = ["KeysRefused", "NotS3", "S3Store", "bucket_answers", "connect", "require_keys", "storage_options"]

CONNECT_S = 3.0
READ_S = 20.0
"""Enough for a picture of some megabytes over a slow link; a store that is silent for longer is failing."""

RETRIES = 3
SMALLEST_PART = 5 * 1024 * 1024
"""minio's smallest part size. A picture is always one part: only then does one request decide which put was first."""

_PASSING = {
    "SlowDown",
    "InternalError",
    "ServiceUnavailable",
    "RequestTimeout",
    "NoSuchBucket",
    "XMinioServerNotInitialized",
}
_OF_KEYS = {
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidToken",
    "ExpiredToken",
    "InvalidSecurity",
}
_HOLD_NOTHING = {"NoSuchKey", "KeyTooLongError", "XMinioInvalidObjectName"}
"""No object is there, or none can be: a key that this store does not take comes from an event, not from our settings."""

_META = "x-amz-meta-"

NO_PREFIX = "skg-asks-whether-it-may-look/"
"""No object's key begins so: a listing of it is as small as an answer can be."""


class KeysRefused(AccessDenied):
    """The store answers, and does not admit these keys to the bucket."""


class NotS3(Refused):
    """Something answers at the address that is no object store."""


class _ConditionalPuts(urllib3.PoolManager):
    """Adds `If-None-Match: *` to each put. minio's `metadata` would store it as metadata of the object instead."""

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override] # urllib3's overloads
        if method == "PUT":
            options["headers"] = {**(options.get("headers") or {}), "If-None-Match": "*"}
        return super().urlopen(method, url, redirect, **options)


class _Listings(urllib3.PoolManager):
    """Takes listings and a store's refusals alone: a page of a web server would be read as a bucket without objects."""

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override] # urllib3's overloads
        answer = super().urlopen(method, url, redirect, **options)
        expected = b"ListBucketResult" if answer.status == 200 else b"<Error"
        if expected not in answer.data:
            raise InvalidResponseError(answer.status, answer.headers.get("content-type"), None)
        return answer


class _Retry(urllib3.Retry):
    """Does not wait a second time for a silent store: the caller retries a batch itself, and must be
    able to stop meanwhile."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        *rest: Any,
        **named: Any,
    ) -> "_Retry":
        """As urllib3's, except for a read timeout and for an untrusted certificate."""
        if isinstance(error, (urllib3.exceptions.ReadTimeoutError, urllib3.exceptions.SSLError)):
            raise error
        return super().increment(method, url, response, error, *rest, **named)


class S3Store:
    """A bucket. Thread-safe; do not use it after a fork."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._bucket = settings.s3_bucket
        self._region = settings.s3_region
        self._reads = _client(settings, urllib3.PoolManager)
        self._puts = _client(settings, _ConditionalPuts)

    @property
    def address(self) -> str:
        """The store in messages: its address, and the setting that changes it."""
        return named(self._settings)

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self._bucket

    def create_bucket(self) -> None:
        """Create the bucket unless it exists. Raises RetryableError, or Refused for wrong credentials."""
        with self.translate_errors():
            if self._reads.bucket_exists(self._bucket):
                return
            try:
                self._reads.make_bucket(self._bucket, self._region)
            except S3Error as error:
                if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                    raise

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        """Store under `key` unless an object exists. True if this call stored it."""
        size = len(stored.data)
        with self.translate_errors():
            try:
                self._puts.put_object(
                    self._bucket,
                    key,
                    io.BytesIO(stored.data),
                    size,
                    content_type=stored.media_type,
                    metadata=dict(stored.metadata),
                    part_size=max(SMALLEST_PART, size),
                )
            except S3Error as error:
                if error.code != "PreconditionFailed":
                    raise
                return False
        return True

    def put_file(self, key: str, file: Path) -> None:
        """Store a file of this machine under `key`, in parts where it is large; what was there is replaced."""
        with self.translate_errors():
            self._reads.fput_object(self._bucket, key, str(file))

    def get(self, key: str) -> StoredObject | None:
        """The object stored under `key`, or None."""
        with self.translate_errors():
            try:
                answer = self._reads.get_object(self._bucket, key)
            except S3Error as error:
                if error.code not in _HOLD_NOTHING:
                    raise
                return None
            try:
                data = answer.read()
                headers = {name.lower(): value for name, value in answer.headers.items()}
            finally:
                answer.close()
                answer.release_conn()
        metadata = {name.removeprefix(_META): text for name, text in headers.items() if name.startswith(_META)}
        return StoredObject(data, headers.get("content-type", "application/octet-stream"), metadata)

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in order."""
        with self.translate_errors():
            for entry in self._reads.list_objects(self._bucket, prefix=prefix, recursive=True):
                yield entry.object_name

    def link(self, key: str, seconds: int) -> str:
        """A URL for reading `key` without keys for so many seconds; made without a request to the store."""
        return str(self._reads.presigned_get_object(self._bucket, key, timedelta(seconds=seconds)))

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Turns errors into RetryableError, or a Problem that names the setting."""
        try:
            yield
        except NoKeys as error:
            self._check_address_before_keys(error)
            raise
        except (urllib3.exceptions.HTTPError, OSError, ElementTree.ParseError) as error:
            if (fault := _tls_fault(error)) is not None:
                raise _distrusted(self.address, fault) from error
            raise ServiceAway(self.address, _why(error), "store") from error
        except MinioException as error:
            if _may_pass(error):
                raise ServiceAway(self.address, self._failure_text(error), "store") from error
            if isinstance(error, S3Error) and error.code in _OF_KEYS:
                keys = "SKG_S3_ACCESS_KEY, SKG_S3_SECRET_KEY"
                raise KeysRefused(
                    f"{self.address} refused these keys ({keys}) for the bucket {self._bucket}: {error.code}"
                ) from error
            raise Refused(f"{self.address} refused (bucket {self._bucket}): {error}") from error

    def _failure_text(self, error: MinioException) -> str:
        if isinstance(error, S3Error) and error.code == "NoSuchBucket":
            return f"there is no bucket {error.bucket_name or self._bucket} (SKG_S3_BUCKET)"
        return f"failing: {error}"

    def _check_address_before_keys(self, keys: NoKeys) -> None:
        """Continue without an error if the store is unavailable: it is waited for, with keys or without."""
        if self._settings.s3_endpoint:
            try:
                _connected(self._settings)
            except OSError as error:
                raise ServiceAway(self.address, f"{_why(error)}; {keys}", "store") from error


def connect(settings: StoreSettings, timeout_s: float) -> S3Store:
    """A store whose bucket exists, once it answers. Raises Unreachable after `timeout_s`."""
    store = S3Store(settings)
    retry_until(store.create_bucket, timeout_s)
    return store


def bucket_answers(settings: StoreSettings, timeout_s: float) -> bool:
    """Whether the bucket is there, by one small signed request of at most `timeout_s` for each wait.

    Raises ServiceAway, KeysRefused, NotS3, Refused for another refusal, Misconfigured (NoKeys where there are none).
    """
    require_valid(settings)
    store, once = S3Store(settings), _Retry(total=0, raise_on_redirect=False)
    client = _client(settings, _Listings, urllib3.Timeout(connect=timeout_s, read=timeout_s), once)
    with store.translate_errors():
        try:
            next(iter(client.list_objects(settings.s3_bucket, prefix=NO_PREFIX)), None)
        except S3Error as error:
            if error.code != "NoSuchBucket":
                raise
            return False
        except (InvalidResponseError, ElementTree.ParseError) as error:
            raise _no_store(store.address, error) from error
    return True


def _no_store(address: str, error: InvalidResponseError | ElementTree.ParseError) -> Exception:
    if not isinstance(error, InvalidResponseError):
        return NotS3(f"{address} answers, but not as S3 does: {error}")
    if error._code >= 500:
        return ServiceAway(address, f"it answers {error._code}", "store")
    kind = (error._content_type or "no type").partition(";")[0]
    return NotS3(f"{address} answers, but not as S3 does (HTTP {error._code}, {kind})")


def require_keys(settings: StoreSettings) -> None:
    """Raise a Problem where no keys are found, or where the store's certificate is not trusted."""
    store = S3Store(settings)
    with store.translate_errors():
        provider_of(settings).retrieve()
    context = tls_of(settings)
    if context is not None:
        # an unavailable store is reported when it is used
        with store.translate_errors(), suppress(TimeoutError, ConnectionError, socket.gaierror):
            _connected(settings, context)


def _connected(settings: StoreSettings, context: ssl.SSLContext | None = None) -> None:
    parts = urlsplit(endpoint_of(settings))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    with socket.create_connection((parts.hostname or "", port), timeout=CONNECT_S) as plain:
        if context is not None:
            context.wrap_socket(plain, server_hostname=parts.hostname).close()


def _client(
    settings: StoreSettings,
    pool: type[urllib3.PoolManager],
    timeout: urllib3.Timeout | None = None,
    retry: urllib3.Retry | None = None,
) -> Minio:
    parts, context = urlsplit(endpoint_of(settings)), tls_of(settings)
    timeout = timeout or urllib3.Timeout(connect=CONNECT_S, read=READ_S)
    retry = retry or _Retry(
        total=RETRIES, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504),
        respect_retry_after_header=False,  # MinIO asks for a minute while it starts, in which nothing could be stopped
    )  # fmt: skip
    client = Minio(
        parts.netloc,
        credentials=provider_of(settings),
        secure=context is not None,
        region=settings.s3_region,
        http_client=pool(timeout=timeout, retries=retry, maxsize=16, ssl_context=context),
    )
    if in_path(settings):
        client.disable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
    else:
        client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
    return client


def _distrusted(address: str, fault: ssl.SSLError) -> AccessDenied:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return AccessDenied(
            f"{address}: certificate not accepted: {fault.verify_message}; SKG_S3_CA_FILE names who signed it"
        )
    return AccessDenied(f"{address}: TLS failed: {fault.reason or fault}")


def _tls_fault(error: BaseException | None) -> ssl.SSLError | None:
    """The TLS error in the chain of causes."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return error
        inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
        error = inner if isinstance(inner, BaseException) else error.__cause__
    return None


def _why(error: Exception) -> str:
    last = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) and error.reason else error
    return re.sub(r"^\[Errno \d+\] ", "", str(last).rpartition(": ")[2]).lower() or type(last).__name__


def _may_pass(error: MinioException) -> bool:
    match error:
        case S3Error():
            return error.code in _PASSING or error.response.status >= 500
        case ServerError():
            return int(error.status_code) >= 500
        case InvalidResponseError():
            return error._code >= 500
    return False
