"""What grows: the Delta Lake table of samples, its splits, its readers, its gallery. Knows no broker."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datasets


def load(
    uri: str,
    split: str | None = None,
    columns: Sequence[str] | None = None,
    storage_options: Mapping[str, str] | None = None,
) -> "datasets.Dataset":
    """The current snapshot as a `datasets.Dataset` with decoded images; see `dataset.loading.load`."""
    from dataset import loading

    return loading.load(uri, split, columns, storage_options)
