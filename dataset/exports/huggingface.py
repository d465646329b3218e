"""A Hugging Face dataset in a folder: Parquet, pictures as the Image feature, and a card.

In: a source.  Out: `data/train-00000-of-00001.parquet` and so on, all splits of one schema, and `README.md`.
`datasets.load_dataset(DIR)` needs no network; uploading the folder as it is makes a dataset on the hub.
"""

from pathlib import Path

from dataset.columns import COLUMNS
from dataset.exports.card import card
from dataset.exports.parquet_files import write_shards
from dataset.exports.source import Source
from dataset.loading import features_of


def write(source: Source, out: Path) -> None:
    """The data of every split and the card."""
    features = features_of(COLUMNS.names)
    for split in source.splits:
        write_shards(out / "data", split, source.batches(split), features)
    (out / "README.md").write_text(card(source), encoding="utf-8")
