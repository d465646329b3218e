"""LLaVA-1.6 conversations.

In: a source.  Out: `train.json` and so on, each a list of `id`, `image`, `conversations`; the pictures in `images/`.
The first thing that is said starts with the marker of the picture.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from dataset.exports.conversation_turns import Turn, Turns, numbered
from dataset.exports.export_source import Row, Source
from dataset.exports.files.json_stream import write_list
from dataset.exports.files.picture_files import save

TAG = "<image>"
MARKER = TAG + "\n"


def write(source: Source, out: Path) -> None:
    """One file a split."""
    for split in source.splits:
        rows = source.rows(split)
        write_list(out / f"{split}.json", (item for row in rows for item in _items(row, out, source.turns)))


def _items(row: Row, out: Path, turns: Turns) -> Iterator[dict[str, object]]:
    image = save(row, out / "images")
    for name, said in numbered(row, turns):
        yield {"id": name, "image": image, "conversations": messages_of(said)}


def messages_of(conversation: Sequence[Turn]) -> list[dict[str, str]]:
    """Questions and answers, the picture before the first."""
    said = []
    for number, turn in enumerate(conversation):
        said.append({"from": "human", "value": ("" if number else MARKER) + _plain(turn.asked)})
        said.append({"from": "gpt", "value": _plain(turn.answer)})
    return said


def _plain(text: str) -> str:
    """Without the marker, of which trainers count one a picture."""
    return text.replace(TAG, "image")
