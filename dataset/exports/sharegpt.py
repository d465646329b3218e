"""ShareGPT conversations with the description that LLaMA-Factory reads.

In: a source.  Out: `skg_train.json` and so on, `dataset_info.json` that names them, the pictures in `images/`.
Train with `dataset_dir: DIR`, `media_dir: DIR`, `dataset: skg_train`.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from dataset.exports.conversation_turns import conversations
from dataset.exports.export_source import Row, Source, Turns
from dataset.exports.files.json_stream import write_list
from dataset.exports.files.picture_files import save, save_views
from dataset.exports.llava import messages_of


def write(source: Source, out: Path) -> None:
    """Write one file a split, and the description."""
    info = {}
    for split in source.splits:
        rows = source.rows(split)
        write_list(out / f"skg_{split}.json", (item for row in rows for item in _items(row, out, source.turns)))
        info[f"skg_{split}"] = _description(f"skg_{split}.json")
    (out / "dataset_info.json").write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")


def _items(row: Row, out: Path, turns: Turns) -> Iterator[dict[str, object]]:
    save(row, out / "images")
    for conversation in conversations(row, turns):
        images = save_views(row, conversation[0].views, out / "images")
        yield {"conversations": messages_of(conversation), "images": images}


def _description(file_name: str) -> dict[str, object]:
    return {
        "file_name": file_name,
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "images": "images"},
        "tags": {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"},
    }
