"""Where the dataset is: from the command line, or from the settings; and where results go."""

from pathlib import Path


def where(uri: str | None) -> tuple[str, dict[str, str] | None]:
    """The table's address and, in an object store, the options that reach it."""
    from streams.settings import WriterSettings
    from streams.store import require_keys, storage_options

    settings = WriterSettings()
    found = uri or settings.dataset_uri
    if not found.startswith("s3://"):
        return found, None
    options = storage_options(settings, found)
    require_keys(settings)
    return found, options


def folder(path: Path) -> Path:
    """A folder of this machine for results. Raises UserError for an address in an object store."""
    from schemas.failures import UserError

    if path.parts and path.parts[0].endswith(":"):
        raise UserError(f"--out {path}: give a folder of this machine; only tables can be written to an object store")
    return path
