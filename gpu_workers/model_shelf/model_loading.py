"""The errors of loading a model, all of which a user sees as one line that names the folder and the file.

In: the folder of a model, a block that loads it.  Out: nothing, or UserError.
Libraries raise nearly everything for damaged files, from a KeyError in a configuration to a bare Exception of a tokenizer
in Rust.  So files are looked at before, which tells the file, and what the libraries raise afterwards is one sentence.
"""

import json
import re
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from fnmatch import fnmatch
from pathlib import Path
from types import TracebackType
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.device_errors import is_context_lost, is_out_of_memory
from gpu_workers.model_shelf.model_files import files_in
from gpu_workers.model_shelf.read_files import read_texts, read_weights
from schemas.errors import UserError

OBJECTS = (
    "config.json", "*_config.json", "*index.json", "tokenizer.json", "vocab.json", "added_tokens.json",
    "special_tokens_map.json",
)  # fmt: skip
"""Files that are JSON objects in every model."""

READ_MARK = "_is_hf_initialized"
"""The attribute by which transformers marks weights that it has read, or made another name of one that it has."""

UNUSED = (r"fusion_stage\.layers\.0\.residual_layer1\.", r"\bmask_token$")
"""Weights that networks have and never use, so that published files may lack them: nothing comes before the first layer of
a fusion of depths, and places are masked while a network is trained."""

MOST_CHARS = 300
"""Of what a library says."""


def json_object(file: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises UserError that names the file."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file} is no JSON: {_words(error)}") from error
    if not isinstance(found, dict):
        raise UserError(f"{file} is no JSON object: it begins with {json.dumps(found)[:20]}")
    return found


class Loading(AbstractContextManager[None]):
    """A block that loads the model, or the part of one, in `folder`; `name` is what the user calls the model."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name, self._folder = name, folder

    def __enter__(self) -> None:
        """Raises UserError for a file that is cut or no JSON."""
        for fault in _damages(self._folder):
            raise UserError(f"{self._name} cannot be loaded: {fault}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Raises UserError in place of what says that the files do not fit; other errors pass."""
        if error is not None and is_load_error(error):
            raise UserError(f"{self._name} cannot be loaded: {self._folder}: {_words(error)}") from error


def require_kind(folder: Path, name: str, known: Collection[str], what: str) -> None:
    """Raises UserError for a model of another type than those that are known, before its weights are read.

    What cannot be read is said when it is loaded.
    """
    file = folder / "config.json"
    kind = json_object(file).get("model_type") if file.is_file() else None
    if isinstance(kind, str) and kind not in known:
        raise UserError(f"{name} is a {kind}; {what} are: {', '.join(known)}")


def require_weights(name: str, model: Any) -> None:
    """Raises UserError for a loaded network with weights that its files did not have: libraries leave them without values,
    or at random, and say so in a log at most."""
    lacking = sorted(_lacking_weights(model))
    if lacking:
        more = f" and {len(lacking) - 1} others" if lacking[1:] else ""
        raise UserError(f"{name} cannot be loaded: its files lack weights of a {type(model).__name__}: {lacking[0]}{more}")


def _lacking_weights(model: Any) -> Iterator[str]:
    """By diffusers they have no values, by transformers not the mark that it gives each weight that it has read."""
    is_marked = isinstance(model, lazy_imports.transformers().PreTrainedModel)
    unneeded = [*UNUSED, *(getattr(model, "_keys_to_ignore_on_load_missing", None) or ())]
    for name, weight in model.named_parameters():
        is_lacking = weight.is_meta or (is_marked and not getattr(weight, READ_MARK, False))
        if is_lacking and not any(re.search(each, name) for each in unneeded):
            yield name


def is_load_error(error: BaseException) -> bool:
    """Whether it says that files are missing, damaged, or do not fit each other; not what a device or this code says."""
    if isinstance(error, lazy_imports.torch().OutOfMemoryError):
        return False
    if isinstance(error, RuntimeError) and (is_out_of_memory(error) or is_context_lost(error)):
        return False
    return type(error) is Exception or isinstance(error, lazy_imports.load_errors())


def _damages(folder: Path) -> Iterator[str]:
    """Of a model's own files, and of those of its parts."""
    try:
        files = files_in(folder, str(folder))
        texts = read_texts(files.sizes, files.json_of)
        for name in texts:
            if any(fnmatch(name.rpartition("/")[2], each) for each in OBJECTS):
                json_object(folder / name)
        read = read_weights(files.sizes, files.json_of)
    except UserError as error:
        yield str(error)
        return
    yield from (f"{folder / name} is cut or no safetensors: fetch it again" for name in read if not files.is_whole(name))


def _words(error: BaseException) -> str:
    """What an error says, in one line; of one that says a bare value its kind, too."""
    said = " ".join(str(error).split())
    if "ignore_mismatched_sizes" in said or "size mismatch" in said:
        return "weights have other shapes than the config.json beside them says"
    kind = "" if isinstance(error, OSError | ValueError | RuntimeError) and said else f"{type(error).__name__} "
    return f"{kind}{said}"[:MOST_CHARS].strip()
