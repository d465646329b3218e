"""Conversations for the Qwen-VL models.

In: a source.  Out: `train.json` and so on, each a list of `id`, `image`, `conversations`; the pictures in `images/`.
Of a question about two pictures `image` is a list, and there is a marker for each.
A place is answered as `{"bbox_2d": [x1, y1, x2, y2], "label": …}`, a point as `{"point_2d": [x, y], "label": …}`; they
count in thousandths of the picture (Qwen2-VL, Qwen3-VL) or in its pixels (Qwen2.5-VL).
"""

from pathlib import Path

from dataset.exports.box_conventions import QWEN
from dataset.exports.export_source import Source
from dataset.exports.files.json_stream import write_list
from dataset.exports.llava import items_of


def write(source: Source, out: Path) -> None:
    """Write one file a split."""
    convention = QWEN[source.coordinates]
    for split in source.splits:
        rows = source.rows(split)
        write_list(out / f"{split}.json", (item for row in rows for item in items_of(row, out, source.turns, convention)))
