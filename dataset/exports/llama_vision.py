"""Llama-3.2-Vision chat messages.

In: a source.  Out: `train.jsonl` and so on, each line with `id`, `images` and `messages` in the form that a processor's
chat template takes; the pictures in `images/`.
"""

from pathlib import Path

from dataset.exports.conversation_turns import turns
from dataset.exports.export_source import Row, Source
from dataset.exports.files.json_stream import write_lines
from dataset.exports.files.picture_files import save


def write(source: Source, out: Path) -> None:
    """One file a split."""
    for split in source.splits:
        write_lines(out / f"{split}.jsonl", (_item(row, out) for row in source.rows(split)))


def _item(row: Row, out: Path) -> dict[str, object]:
    return {"id": row["sample_id"], "images": [save(row, out / "images")], "messages": messages(row)}


def messages(row: Row) -> list[dict[str, object]]:
    """The sample's questions and answers, the picture before the first."""
    said: list[dict[str, object]] = []
    for number, turn in enumerate(turns(row)):
        picture = [] if number else [{"type": "image"}]
        said.append({"role": "user", "content": [*picture, _text(turn.asked)]})
        said.append({"role": "assistant", "content": [_text(turn.answer)]})
    return said


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
