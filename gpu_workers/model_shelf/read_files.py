"""Which files of a model are read: of each part of its index the weights and the configurations that libraries load.

In: the names of its files, and a way to read its JSON.  Out: names.  Reads no weights.
A pipeline's index names its parts and the library of each.  A library reads weights of one name, in one file or in the
pieces that an index beside them names.  Whatever else lies there, as copies, pruned or merged weights, is not read.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

INDEX, MODULAR = "model_index.json", "modular_model_index.json"
"""A pipeline's list of its parts, each a folder."""

CARD = "README.md"
"""It names the licence."""

VARIANTS = ("fp16", "bf16", "non_ema")
"""Copies of weights in other number formats, by the word before `.safetensors`: one is read where it is asked for."""

ENDS = (".safetensors", "-*.safetensors")
"""Of one file, and of one piece of several."""

UNUSED_PARTS = ("safety_checker", "feature_extractor", "image_encoder")
"""Parts of a pipeline that are not loaded: a safety checker blackens pictures in silence, where `SKG_NSFW_ABOVE` rejects
them with their score."""

WEIGHTLESS = ("scheduler", "tokenizer", "processor", "image_processor", "feature_extractor")
"""How parts begin that have no weights: what their classes are called changes with the library that saved them."""

STEMS = {"diffusers": ("diffusion_pytorch_model",), "transformers": ("model",)}
"""What a library calls weights; of a part of another one either is read."""

ANY_STEM = ("diffusion_pytorch_model", "model")

TEXTS = (
    "config.json", "generation_config.json", "scheduler_config.json", "preprocessor_config.json", "processor_config.json",
    "video_preprocessor_config.json", "tokenizer_config.json", "tokenizer.json", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "spiece.model", "tokenizer.model",
    "sentencepiece.bpe.model", "chat_template.json", "chat_template.jinja",
)  # fmt: skip
"""Configurations, and what tokenizers and processors have: all that libraries read of a model besides its weights."""

TEXT_KINDS = ("*.json", "*.jinja", "*.txt", "*.model")
"""Of a part that is a tokenizer or a processor all of these are read: which it has is its class's own matter."""

PIECES = "*.safetensors.*index*.json"
"""Indexes of weights in pieces."""

Reads = Callable[[str], Mapping[str, Any] | None]
"""The JSON object of a name; None where there is none."""


@dataclass(frozen=True)
class Part:
    """A folder of a model, `name` empty for the model's own, and the library that loads it, empty where none is named."""

    name: str
    library: str

    def place(self, name: str) -> str:
        """Of a file in it, within the model."""
        return f"{self.name}/{name}" if self.name else name

    def files(self, names: Iterable[str]) -> set[str]:
        """Of the names of a model's files those right in it, without its own."""
        own = (name.rpartition("/") for name in names)
        return {file for folder, _, file in own if folder == self.name}


def used_parts(index: Mapping[str, Any] | None) -> list[Part] | None:
    """The parts that an index names and that are loaded, in the order of their names; None for a model without one."""
    if not index:
        return None
    loaded = {name: entry for name, entry in index.items() if is_part(entry) and name not in UNUSED_PARTS}
    return [Part(name, class_of(loaded[name])[0]) for name in sorted(loaded)]


def is_part(entry: object) -> bool:
    """Whether an entry of an index is a part, and not a setting or the place of one that is not there."""
    return isinstance(entry, list) and bool(entry) and (entry[0] is not None or len(entry) > 2)


def class_of(entry: Any) -> tuple[str, str]:
    """The library and the class that an index names for a part, empty where it names none; a modular index gives a hint of
    those that were not loaded when it was written."""
    hint = entry[2].get("type_hint") if len(entry) > 2 and isinstance(entry[2], dict) else None
    named = [*(hint if entry[0] is None and isinstance(hint, list) else entry), None, None][:2]
    library, kind = (each if isinstance(each, str) else "" for each in named)
    return library, kind


def parts_of(json_of: Reads) -> list[Part]:
    """All parts of a model that are read: those of its index, or the model as a whole."""
    found = used_parts(json_of(INDEX) or json_of(MODULAR))
    if found is not None:
        return found
    config = json_of("config.json") or {}
    whole = {"_class_name": "diffusers", "model_type": "transformers"}
    return [Part("", next((library for key, library in whole.items() if key in config), ""))]


def read_texts(names: Collection[str], json_of: Reads) -> list[str]:
    """The configurations that are read, the index and the card, in the order of their names."""
    top = {INDEX, MODULAR, CARD} & set(names)
    of_parts = {part.place(name) for part in parts_of(json_of) for name in part.files(names) if is_text(part, name)}
    return sorted(top | of_parts)


def is_text(part: Part, name: str) -> bool:
    """Whether a part's file of that name is a configuration, words or a template, or an index of weights in pieces."""
    if part.name.startswith(WEIGHTLESS):
        return any(fnmatch(name, kind) for kind in TEXT_KINDS)
    return name in TEXTS or fnmatch(name, PIECES)


def read_weights(names: Collection[str], json_of: Reads, variant: str | None = None) -> list[str]:
    """The safetensors files that are read, in the order of their names: of each part the variant if it has one."""
    return sorted(name for part in parts_of(json_of) for name in weights_of(part, names, json_of, variant))


def weights_of(part: Part, names: Collection[str], json_of: Reads, variant: str | None = None) -> list[str]:
    """The same of one part: pieces that its index names and that are not there are left out."""
    return [part.place(name) for name in sorted(_choice(part, names, json_of, variant).files & part.files(names))]


@dataclass(frozen=True)
class _Choice:
    """The copy of a part's weights that is read: its files, and the index that names them, empty for a single one."""

    files: set[str]
    index: str = ""


def _choice(part: Part, names: Collection[str], json_of: Reads, variant: str | None) -> _Choice:
    """The variant where there is one, else the usual weights; no files where there are none."""
    inside = part.files(names)
    for copy in dict.fromkeys((variant, None)):
        for stem in STEMS.get(part.library, ANY_STEM):
            found = [*_single(stem, copy, inside), *_in_pieces(stem, copy, part, inside, json_of)]
            if found:  # where there are both, transformers reads the single file and diffusers the pieces
                return found[0] if part.library == "transformers" else found[-1]
    return _Choice(set())


def _single(stem: str, copy: str | None, inside: set[str]) -> Iterator[_Choice]:
    name = f"{stem}.{copy}.safetensors" if copy else f"{stem}.safetensors"
    if name in inside:
        yield _Choice({name})


def _in_pieces(stem: str, copy: str | None, part: Part, inside: set[str], json_of: Reads) -> Iterator[_Choice]:
    for name in piece_indexes(stem, copy):
        pieces = pieces_of(json_of(part.place(name))) if name in inside else set()
        if pieces:
            yield _Choice(pieces, name)
            return


def piece_indexes(stem: str, copy: str | None) -> tuple[str, ...]:
    """What the index of a copy in pieces may be called."""
    start = f"{stem}.safetensors"
    return (f"{start}.index.{copy}.json", f"{start}.{copy}.index.json") if copy else (f"{start}.index.json",)


def pieces_of(index: Mapping[str, Any] | None) -> set[str]:
    """The files that an index of weights in pieces names."""
    listed = (index or {}).get("weight_map")
    return {piece for piece in listed.values() if isinstance(piece, str)} if isinstance(listed, dict) else set()


def lacking_pieces(names: Collection[str], json_of: Reads, variant: str | None = None) -> dict[str, list[str]]:
    """Pieces that are to be read and are not there, by the index that names them."""
    found = {}
    for part in parts_of(json_of):
        choice = _choice(part, names, json_of, variant)
        lacking = sorted(choice.files - part.files(names))
        if lacking:
            found[part.place(choice.index)] = lacking
    return found


def is_variant(name: str, variant: str | None) -> bool:
    """Whether a file's name says that it is that copy of the weights."""
    return variant is not None and any(fnmatch(name, f"*.{variant}{end}") for end in ENDS)


def is_other_copy(name: str) -> bool:
    """Whether it is a copy that is not read unless it is asked for."""
    return any(is_variant(name, each) for each in VARIANTS)
