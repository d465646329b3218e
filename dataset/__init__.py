"""What grows: the Delta Lake table of samples, its splits, its readers, its gallery. Knows no broker."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datasets

    from dataset.reading.change_feed import VersionRows


def load(
    uri: str,
    split: str | None = None,
    columns: Sequence[str] | None = None,
    storage_options: Mapping[str, str] | None = None,
    version: int | datetime | None = None,
) -> "datasets.Dataset":
    """A snapshot, the current one by default, as a `datasets.Dataset` with decoded images; see
    `dataset.reading.loading.load`. `s3://…` is reached by the `SKG_S3_…` settings unless `storage_options` are given."""
    from dataset.reading import loading

    return loading.load(uri, split, columns, _reaching(uri, storage_options), version=version)


def follow(
    uri: str,
    after: int | None = None,
    split: str | None = None,
    columns: Sequence[str] | None = None,
    storage_options: Mapping[str, str] | None = None,
) -> Iterator["VersionRows"]:
    """Each new version's rows as they come, forever; see `dataset.reading.change_feed.follow`."""
    from dataset.reading.change_feed import FeedRequest
    from dataset.reading.change_feed import follow as follow_table

    return follow_table(uri, FeedRequest(after, split, columns), _reaching(uri, storage_options))


def _reaching(uri: str, storage_options: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """The options that are given, else those of the `SKG_S3_…` settings for an address in an object store."""
    import os

    from dataset.table.store_options import options_of_settings

    return options_of_settings(uri, os.environ) if storage_options is None else storage_options
