"""How S3 is reached: address, addressing and TLS, for every client. The only place that knows these settings.

In: settings.  Out: the arguments of a client: an address, a TLS context, the options of delta-rs.  Connects to nothing.
Without keys in the settings delta-rs looks for them as AWS's own tools do.
"""

import re
import ssl
from urllib.parse import urlsplit

from dataset.table.store_options import CONDITIONAL_PUT, addressed
from streams.errors import Misconfigured
from streams.settings import StoreSettings

AMAZON = "amazonaws.com"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
REGION = re.compile(r"[A-Za-z0-9-]{1,63}", re.ASCII)
WITH_PASSWORD = "holds a user or a password: give SKG_S3_ACCESS_KEY and SKG_S3_SECRET_KEY instead"


def endpoint_of(settings: StoreSettings) -> str:
    """The store's address with scheme. Raises Misconfigured for an invalid one, or one with a user or a password."""
    if not settings.s3_endpoint:
        return f"https://s3.{settings.s3_region}.{AMAZON}{'.cn' if settings.s3_region.startswith('cn-') else ''}"
    if "@" in settings.s3_endpoint:
        raise Misconfigured(f"SKG_S3_ENDPOINT {WITH_PASSWORD}")
    if not _is_address(settings.s3_endpoint):
        raise Misconfigured(
            f"SKG_S3_ENDPOINT is {settings.s3_endpoint!r}; it needs a scheme and a host, as in http://host:9000"
        )
    if settings.s3_ca_file and settings.s3_endpoint.startswith("http://"):
        raise Misconfigured(f"SKG_S3_ENDPOINT is {settings.s3_endpoint}, which takes no SKG_S3_CA_FILE: write https://")
    return settings.s3_endpoint


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        whole = bool(parts.hostname) and parts.port != 0  # a port that is no number raises
    except ValueError:
        return False
    plain = text.isprintable() and not any(character.isspace() for character in text)
    return whole and plain and text.startswith(("http://", "https://")) and not parts.query


def require_valid(settings: StoreSettings) -> None:
    """Raise Misconfigured for unusable settings of the store, whether or not it answers."""
    endpoint_of(settings)
    keys_of(settings)
    tls_of(settings)
    for name, bucket in (("SKG_S3_BUCKET", settings.s3_bucket), ("SKG_S3_NOTES_BUCKET", settings.s3_notes_bucket)):
        if bucket and not BUCKET.fullmatch(bucket):
            raise Misconfigured(f"{name} is {bucket!r}; a bucket has 3 to 63 small letters, digits, dots and hyphens")
    if not REGION.fullmatch(settings.s3_region):
        raise Misconfigured(f"SKG_S3_REGION is {settings.s3_region!r}; a region has letters, digits and hyphens alone")


def named(settings: StoreSettings) -> str:
    """The store in messages: its address, and the setting that changes it."""
    return f"S3 at {endpoint_of(settings)} (SKG_S3_ENDPOINT)"


def keys_of(settings: StoreSettings) -> tuple[str, str, str] | None:
    """Access key, secret key and session token; None: the chain finds them. Raises Misconfigured for half a pair."""
    access, secret = settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    token = settings.s3_session_token.get_secret_value()
    if access and secret:
        return access, secret, token
    for name, value in (("SKG_S3_ACCESS_KEY", access), ("SKG_S3_SECRET_KEY", secret), ("SKG_S3_SESSION_TOKEN", token)):
        if value:
            raise Misconfigured(f"{name} alone is no use: give SKG_S3_ACCESS_KEY and SKG_S3_SECRET_KEY, or neither")
    return None


def in_path(settings: StoreSettings) -> bool:
    """Whether the bucket is in the path, not in the host's name."""
    amazon = (urlsplit(endpoint_of(settings)).hostname or "").endswith((AMAZON, f"{AMAZON}.cn"))
    return not amazon if settings.s3_path_style is None else settings.s3_path_style


def tls_of(settings: StoreSettings) -> ssl.SSLContext | None:
    """The TLS context, None without TLS. Raises Misconfigured for a file that cannot be used."""
    if urlsplit(endpoint_of(settings)).scheme != "https":
        return None
    try:
        return ssl.create_default_context(cafile=settings.s3_ca_file)
    except OSError as error:  # an SSLError is one
        raise Misconfigured(f"SKG_S3_CA_FILE {settings.s3_ca_file} cannot be used: {error.strerror or error}") from error


def storage_options(settings: StoreSettings, uri: str = "") -> dict[str, str]:
    """The options that reach the table at `uri` in the store, with the names of AWS's own tools and of delta-rs.

    Conditional puts keep writers apart. Raises a Problem for unusable settings.
    """
    bucket = urlsplit(uri).netloc
    if "@" in bucket:
        raise Misconfigured(f"SKG_DATASET_URI {WITH_PASSWORD}")
    options = {
        **addressed(endpoint_of(settings), bucket or settings.s3_bucket, not in_path(settings)),
        "AWS_REGION": settings.s3_region,
        **CONDITIONAL_PUT,
    }
    if settings.s3_ca_file:
        tls_of(settings)  # reports an unusable file now
        options["AWS_CA_BUNDLE"] = str(settings.s3_ca_file)
    return options | _keys(settings)


def _keys(settings: StoreSettings) -> dict[str, str]:
    keys = keys_of(settings)
    if keys is None:
        return {"AWS_FORCE_CREDENTIAL_LOAD": "true"}  # or delta-rs would ignore profiles where the endpoint is another
    named = zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), keys, strict=True)
    return {name: value for name, value in named if value}
