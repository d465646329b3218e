"""Opens the folder of a dataset, local or in an object store, read-only.

In: an address, and for `s3://…` the connection options.  Out: a file system in which the dataset's files have relative
paths.  Writes nothing and lists nothing.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pyarrow.fs import AwsStandardS3RetryStrategy, FileSystem, FileType, LocalFileSystem, S3FileSystem, SubTreeFileSystem

from schemas.errors import BadInput, NotAdmitted, NothingThere, RetryableError

S3 = "s3://"
REFUSED = (
    "ACCESS_DENIED",
    "AccessDenied",
    "INVALID_ACCESS_KEY_ID",
    "InvalidAccessKeyId",
    "SIGNATURE_DOES_NOT_MATCH",
    "SignatureDoesNotMatch",
)
"""Error codes of stores that refuse the keys."""

CONNECT_S, REQUEST_S, TRIES = 5, 60, 3
"""Timeouts of a store in seconds, and attempts."""

Options = Mapping[str, str] | None
"""Connection options by the names that AWS's own tools use; None: from the environment."""


class NotADataset(BadInput):
    """There is nothing to audit at the address."""


class NoFolder(NotADataset, NothingThere):
    """There is no folder at `address`."""

    def __init__(self, address: str) -> None:
        super().__init__(f"there is no dataset at {address}" if address.startswith(S3) else f"{address} is no folder")
        self.address = address


def folder_at(address: str | Path, options: Options = None) -> FileSystem:
    """The folder at the address. Raises NoFolder where there is none, RetryableError where the store does not answer,
    NotAdmitted where it refuses the keys."""
    text = str(address)
    filesystem, path = (_store(options), text[len(S3) :]) if text.startswith(S3) else (LocalFileSystem(), text)
    try:
        found = filesystem.get_file_info(path.rstrip("/") or path)
    except OSError as error:
        if text.startswith(S3) and any(word in str(error) for word in REFUSED):
            raise NotAdmitted(f"the store refused these keys (SKG_S3_ACCESS_KEY, SKG_S3_SECRET_KEY) for {text}") from error
        raise RetryableError(f"{text} cannot be reached: {' '.join(str(error).split())[:300]}") from error
    if found.type is not FileType.Directory:
        raise NoFolder(text)
    return SubTreeFileSystem(path.rstrip("/") or path, filesystem)


def _store(options: Options) -> S3FileSystem:
    given = dict(options or {})
    endpoint = urlsplit(given.get("AWS_ENDPOINT_URL", ""))
    in_host = given.get("AWS_VIRTUAL_HOSTED_STYLE_REQUEST") == "true"  # the endpoint is the bucket's own then
    host = endpoint.netloc.partition(".")[2] if in_host else endpoint.netloc
    return S3FileSystem(
        access_key=given.get("AWS_ACCESS_KEY_ID"),
        secret_key=given.get("AWS_SECRET_ACCESS_KEY"),
        session_token=given.get("AWS_SESSION_TOKEN"),
        region=given.get("AWS_REGION"),
        endpoint_override=host or None,
        force_virtual_addressing=in_host,
        tls_ca_file_path=given.get("AWS_CA_BUNDLE"),
        scheme=endpoint.scheme or "https",
        connect_timeout=CONNECT_S,
        request_timeout=REQUEST_S,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=TRIES),
    )
