"""How an object store is reached where a program names no options: by the settings that every command has.

In: an address, the environment.  Out: options by the names of AWS's own tools; None where the settings say nothing, so that
the usual chain of AWS finds them.  Commands read the same settings with all their checks (`streams.storage.s3_connection`).
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

OF_SETTINGS = {
    "SKG_S3_ACCESS_KEY": "AWS_ACCESS_KEY_ID",
    "SKG_S3_SECRET_KEY": "AWS_SECRET_ACCESS_KEY",
    "SKG_S3_SESSION_TOKEN": "AWS_SESSION_TOKEN",
    "SKG_S3_REGION": "AWS_REGION",
    "SKG_S3_CA_FILE": "AWS_CA_BUNDLE",
    "SKG_S3_ENDPOINT": "AWS_ENDPOINT_URL",
}
"""Settings and the options that they become."""

CONDITIONAL_PUT = {"aws_conditional_put": "etag"}
"""Keeps writers apart."""

USUAL = {"AWS_REGION": "us-east-1", **CONDITIONAL_PUT}

NO = {"false", "0", "no", "off"}


def options_of_settings(uri: str, environment: Mapping[str, str]) -> dict[str, str] | None:
    """The options that reach the table at `uri` by the `SKG_S3_…` settings; a setting may be in the file that `…_FILE`
    names. None for a folder, and where no key and no endpoint is set."""
    given = {option: value for name, option in OF_SETTINGS.items() if (value := _value(environment, name))}
    if not uri.startswith("s3://") or not given.keys() & {"AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"}:
        return None
    endpoint, is_in_host = given.get("AWS_ENDPOINT_URL", ""), environment.get("SKG_S3_PATH_STYLE", "").lower() in NO
    if not urlsplit(endpoint).netloc:
        return {**USUAL, "AWS_ALLOW_HTTP": "false", **given}
    return {**USUAL, **given, **addressed(endpoint, urlsplit(uri).netloc, is_in_host)}


def addressed(endpoint: str, bucket: str, is_in_host: bool) -> dict[str, str]:
    """The options for a store's address. `is_in_host`: the bucket is in the host's name, not in the path."""
    parts = urlsplit(endpoint)
    return {
        "AWS_ENDPOINT_URL": parts._replace(netloc=f"{bucket}.{parts.netloc}").geturl() if is_in_host else endpoint,
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true" if is_in_host else "false",
        "AWS_ALLOW_HTTP": "true" if parts.scheme == "http" else "false",
    }


def _value(environment: Mapping[str, str], name: str) -> str:
    if environment.get(name):
        return environment[name]
    file = environment.get(f"{name}_FILE")
    return Path(file).read_text("utf-8").strip() if file else ""
