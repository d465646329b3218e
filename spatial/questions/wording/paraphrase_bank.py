"""The bank of paraphrases: sentences with slots, beside those of the grammar.

In: `paraphrases.json`, and the `phrases.json` of the folders that SKG_KNOWLEDGE names.  Out: sentences by shape of query;
BadKnowledge with file, line and reason for a malformed row.
Does not judge a sentence: `paraphrase_gate` does.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spatial.knowledge.knowledge_files import PARAPHRASES, files_of, knowledge_folders, rows_of
from spatial.knowledge.row_forms import ParaphraseForm, validated

OWN = Path(__file__).with_name("paraphrases.json")

Sentences = dict[str, tuple[str, ...]]
"""The sentences of every shape of query."""


@dataclass(frozen=True)
class Paraphrase:
    """A sentence for a shape of query, and the file and the line where it stands."""

    shape: str
    text: str
    where: str = ""


def paraphrases_in(path: Path) -> tuple[Paraphrase, ...]:
    """The paraphrases of a file. Raises BadKnowledge."""
    rows = [(validated(found, ParaphraseForm), found.where) for found in rows_of(path)]
    return tuple(Paraphrase(row.shape, row.text, where) for row, where in rows)


@lru_cache(maxsize=1)
def own() -> tuple[Paraphrase, ...]:
    """The package's own."""
    return paraphrases_in(OWN)


@lru_cache(maxsize=1)
def added() -> tuple[Paraphrase, ...]:
    """Those from outside the package; the same sentence of two folders once. Raises BadKnowledge."""
    found: dict[tuple[str, str], Paraphrase] = {}
    for path in (path for folder in knowledge_folders() for path in files_of(folder, PARAPHRASES)):
        for each in paraphrases_in(path):
            found.setdefault((each.shape, each.text), each)
    return tuple(found.values())


@lru_cache(maxsize=1)
def bank() -> Sentences:
    """All of them, by shape."""
    return by_shape((*own(), *added()))


def by_shape(paraphrases: tuple[Paraphrase, ...]) -> Sentences:
    """The sentences of each shape, in the order given."""
    found: dict[str, list[str]] = {}
    for each in paraphrases:
        found.setdefault(each.shape, []).append(each.text)
    return {shape: tuple(dict.fromkeys(texts)) for shape, texts in found.items()}


def write_paraphrases(path: Path, paraphrases: Iterable[Paraphrase]) -> int:
    """Write a file of paraphrases, one a line, sorted, none twice. Returns how many there are."""
    rows = sorted({(each.shape, each.text) for each in paraphrases})
    lines = [json.dumps({"shape": shape, "text": text}, ensure_ascii=False) for shape, text in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text("[\n" + ",\n".join(f"  {line}" for line in lines) + "\n]\n", "utf-8")
    part.replace(path)
    return len(rows)
