"""The dataset's address, from the command line or the settings, and folders for results."""

from pathlib import Path


def where(uri: str | None, waits: bool = False) -> tuple[str, dict[str, str] | None]:
    """The table's address and, in an object store, the options that reach it.

    Raises RetryableError for a store that does not answer within `connect_timeout_s`: clients of tables try for
    minutes.  Who `waits` for it asks for no such look.
    """
    from streams.errors import Misused
    from streams.settings import WriterSettings
    from streams.storage.s3 import require_keys, storage_options
    from streams.storage.s3_connection import endpoint_of
    from streams.storage.s3_probe import store_answers

    settings = WriterSettings()
    found = uri or settings.dataset_uri
    if not found.startswith("s3://"):
        if "://" in found:
            raise Misused(f"{found}: a dataset is in a folder or at s3://bucket/path")
        return found, None
    options = storage_options(settings, found)
    if not waits:
        store_answers(endpoint_of(settings), settings.connect_timeout_s)
    require_keys(settings)
    return found, options


def folder(path: Path) -> Path:
    """A folder of this machine for results. Raises Misused for an address in an object store."""
    from streams.errors import Misused

    if path.parts and path.parts[0].endswith(":"):
        raise Misused(f"--out {path}: give a folder of this machine; only tables can be written to an object store")
    return path
