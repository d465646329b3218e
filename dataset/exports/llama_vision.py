"""Llama-3.2-Vision chat messages.

In: a source.  Out: `train.jsonl` and so on, each line with `id`, `images` and `messages` in the form that a processor's
chat template takes; the pictures in `images/`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from dataset.exports.conversation_turns import Turn, conversations_with_ids
from dataset.exports.export_source import Row, Source, Turns
from dataset.exports.files.json_stream import write_lines
from dataset.exports.files.picture_files import save, save_views


def write(source: Source, out: Path) -> None:
    """Write one file a split."""
    for split in source.splits:
        rows = source.rows(split)
        write_lines(out / f"{split}.jsonl", (item for row in rows for item in _items(row, out, source.turns)))


def _items(row: Row, out: Path, turns: Turns) -> Iterator[dict[str, object]]:
    save(row, out / "images")
    for name, conversation in conversations_with_ids(row, turns):
        images = save_views(row, conversation[0].views, out / "images")
        yield {"id": name, "images": images, "messages": messages(conversation)}


def messages(conversation: Sequence[Turn]) -> list[dict[str, object]]:
    """Messages of questions and answers, with the pictures before the first."""
    found: list[dict[str, object]] = []
    for number, turn in enumerate(conversation):
        pictures = [] if number else [{"type": "image"} for _ in turn.views]
        found.append({"role": "user", "content": [*pictures, _text(turn.question)]})
        found.append({"role": "assistant", "content": [_text(turn.answer)]})
    return found


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}
