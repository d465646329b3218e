"""Where the dataset is: from the command line, or from the settings."""


def where(uri: str | None) -> tuple[str, dict[str, str] | None]:
    """The table's address and, in an object store, the options that reach it."""
    from streams.settings import WriterSettings
    from streams.store import storage_options

    settings = WriterSettings()
    found = uri or settings.dataset_uri
    return found, storage_options(settings) if found.startswith("s3://") else None
