"""The digest of a model's configurations: of all that changes pictures besides weights and schedule.

In: a folder.  Out: an id.  The same contents have the same one wherever they lie and however their JSON is written: names
and places of a model, versions of libraries and the number format it was saved in do not count.
"""

import hashlib
from fnmatch import fnmatch
from typing import Any

from gpu_workers.model_shelf.model_files import ModelFiles
from gpu_workers.model_shelf.read_files import CARD, INDEX, MODULAR, PIECES, class_of, read_texts, used_parts
from schemas.ids import content_id

SCHEDULE = "scheduler"
"""A part whose configuration is digested by itself, once it is loaded: a setting may replace it."""

UNCOUNTED = frozenset((
    "name_or_path", "tokenizer_file", "special_tokens_map_file", "transformers_version", "torch_dtype", "dtype",
    "requires_safety_checker",
))  # fmt: skip
"""Names and places, versions, and the number format, which a setting chooses; so are all that begin with `_` but KIND."""

KIND = "_class_name"
"""The class of a network or a pipeline."""


CONFIG = "config.json"
"""How the names of configurations end; the keys of other files, as of vocabularies, are words, each of which counts."""


def config_digest(files: ModelFiles) -> str:
    """Of a model's index and of the configurations, words and templates of its parts. Raises UserError for broken JSON."""
    read = [name for name in read_texts(files.sizes, files.json_of) if name != CARD]
    of_parts = (name for name in read if name not in (INDEX, MODULAR) and not name.startswith(f"{SCHEDULE}/"))
    contents = {name: _content(files, name) for name in of_parts if not fnmatch(name, PIECES)}
    return content_id("configuration", _index(files), contents)


def _content(files: ModelFiles, name: str) -> object:
    """A JSON object as far as it counts, of any other file the hash of its bytes, with line ends of one kind."""
    found = files.json_of(name) if name.endswith(".json") else None
    if found is not None:
        return counted(found) if name.endswith(CONFIG) else found
    return hashlib.sha256((files.place / name).read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def counted(value: Any) -> Any:
    """Without what does not count, at any depth; a whole number is the same however it is written (1.0, 1)."""
    if isinstance(value, dict):
        return {key: counted(each) for key, each in value.items() if is_counted(key)}
    if isinstance(value, list):
        return [counted(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def is_counted(key: str) -> bool:
    """Whether a key of a configuration says what the model does."""
    return key == KIND or not (key in UNCOUNTED or key.startswith("_"))


def _index(files: ModelFiles) -> dict[str, object]:
    """The kind of a pipeline, its settings, and the classes of the parts that are loaded."""
    listed = files.json_of(INDEX) or files.json_of(MODULAR) or {}
    settings = {name: value for name, value in listed.items() if not isinstance(value, list)}
    used = {part.name: list(class_of(listed[part.name])) for part in used_parts(listed) or () if part.name != SCHEDULE}
    return {"settings": counted(settings), "parts": used}
