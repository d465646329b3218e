"""What grows: the Delta Lake table of samples, its splits, its readers, its gallery. Knows no broker."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datasets

    from dataset.following import Grown


def load(
    uri: str,
    split: str | None = None,
    columns: Sequence[str] | None = None,
    storage_options: Mapping[str, str] | None = None,
    version: int | datetime | None = None,
) -> "datasets.Dataset":
    """A snapshot, the current one by default, as a `datasets.Dataset` with decoded images; see `dataset.loading.load`."""
    from dataset import loading

    return loading.load(uri, split, columns, storage_options, version=version)


def follow(
    uri: str,
    after: int | None = None,
    split: str | None = None,
    columns: Sequence[str] | None = None,
    storage_options: Mapping[str, str] | None = None,
) -> Iterator["Grown"]:
    """Each new version's rows as they come, for ever; see `dataset.following.follow`."""
    from dataset.following import Wish
    from dataset.following import follow as follow_table

    return follow_table(uri, Wish(after, split, columns), storage_options)
