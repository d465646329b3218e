"""A Hugging Face dataset in a folder: Parquet, pictures as the Image feature, and a card.

In: a source.  Out: `data/train-00000-of-00001.parquet` and so on, all splits of one schema, and `README.md`.
`datasets.load_dataset(DIR)` needs no network; uploading the folder as it is makes a dataset on the hub.
"""

from pathlib import Path

from dataset.exports.dataset_card import CARD, card
from dataset.exports.export_source import Source
from dataset.exports.files.parquet_shards import write_shards
from dataset.reading.loading import features_of
from dataset.table.columns import COLUMNS


def write(source: Source, out: Path) -> None:
    """Write the data of every split and the card."""
    features = features_of(COLUMNS.names)
    for split in source.splits:
        write_shards(out / "data", split, source.batches(split), features)
    (out / CARD).write_text(card(source), encoding="utf-8")
