"""LLaVA-1.6 conversations.

In: a source.  Out: `train.json` and so on, each a list of `id`, `image`, `conversations`; the pictures in `images/`.
The first thing that is said starts with the marker of the picture.
"""

from pathlib import Path

from dataset.exports.conversation_turns import turns
from dataset.exports.export_source import Row, Source
from dataset.exports.files.json_stream import write_list
from dataset.exports.files.picture_files import save

TAG = "<image>"
MARKER = TAG + "\n"


def write(source: Source, out: Path) -> None:
    """One file a split."""
    for split in source.splits:
        write_list(out / f"{split}.json", (_item(row, out) for row in source.rows(split)))


def _item(row: Row, out: Path) -> dict[str, object]:
    return {"id": row["sample_id"], "image": save(row, out / "images"), "conversations": conversation(row)}


def conversation(row: Row) -> list[dict[str, str]]:
    """The sample's questions and answers, the picture before the first."""
    said = []
    for number, turn in enumerate(turns(row)):
        said.append({"from": "human", "value": ("" if number else MARKER) + _plain(turn.asked)})
        said.append({"from": "gpt", "value": _plain(turn.answer)})
    return said


def _plain(text: str) -> str:
    """Without the marker, of which trainers count one a picture."""
    return text.replace(TAG, "image")
