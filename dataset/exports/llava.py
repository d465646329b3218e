"""LLaVA-1.6 conversations.

In: a source.  Out: `train.json` and so on, each a list of `id`, `image`, `conversations`; the pictures in `images/`.
The first message starts with the marker of the picture; of a question about two pictures `image` is a list, and there is a
marker for each.  Boxes are [x1, y1, x2, y2] from 0 to 1, as LLaVA writes them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from dataset.exports.box_conventions import LLAVA, Convention
from dataset.exports.conversation_turns import Turn, conversations_with_ids
from dataset.exports.export_source import Row, Source, Turns
from dataset.exports.files.json_stream import write_list
from dataset.exports.files.picture_files import save, save_views

TAG = "<image>"
MARKER = TAG + "\n"


def write(source: Source, out: Path) -> None:
    """Write one file a split."""
    for split in source.splits:
        rows = source.rows(split)
        write_list(out / f"{split}.json", (item for row in rows for item in items_of(row, out, source.turns, LLAVA)))


def items_of(row: Row, out: Path, turns: Turns, convention: Convention) -> Iterator[dict[str, object]]:
    """A row's conversations with its picture, which is written to the folder."""
    save(row, out / "images")
    for name, conversation in conversations_with_ids(row, turns, convention):
        paths = save_views(row, conversation[0].views, out / "images")
        image = paths[0] if len(paths) == 1 else paths
        yield {"id": name, "image": image, "conversations": messages_of(conversation)}


def messages_of(conversation: Sequence[Turn]) -> list[dict[str, str]]:
    """Messages of questions and answers, with a marker for each picture before the first."""
    found = []
    for number, turn in enumerate(conversation):
        markers = "" if number else MARKER * len(turn.views)
        found.append({"from": "human", "value": markers + _plain(turn.question)})
        found.append({"from": "gpt", "value": _plain(turn.answer)})
    return found


def _plain(text: str) -> str:
    """The text without the marker: trainers expect one marker a picture."""
    return text.replace(TAG, "image")
