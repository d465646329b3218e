"""The dataset card: the content of an export, for readers and for the hub.

In: a source.  Out: Markdown with a YAML head.  Counts in SQL over the snapshot; reads no picture.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dataset.analysis.names_in_words import for_markdown
from dataset.exports.export_source import Source
from dataset.table.held_out_share import share_of
from schemas.ids import content_id

MAX_LISTED = 20
"""Objects and relations that are listed, the most frequent first."""

_FROM = "FROM samples WHERE split IN ({splits})"
_COUNTS = {
    "Objects": "SELECT unnest(objects)['category'] AS name " + _FROM,
    "Relations": "SELECT unnest(relations)['predicate'] AS name " + _FROM,
    "Kinds of questions": "SELECT unnest(questions)['kind'] AS name " + _FROM,
    "Scenes": "SELECT scene AS name " + _FROM,
    "Objects in a picture": "SELECT cast(cardinality(objects) AS varchar) AS name " + _FROM,
}

_TEXT = """\
# Spatial knowledge graph dataset

Pictures made from spatial knowledge graphs, with boxes, depth, relations and questions whose answers are proven.
Version {version} of the table, {rows:,} samples, {questions:,} questions.
Of 1,000 scenes {held_out} are held out for validation, and as many for test.

{use}{sections}{tables}"""

_USE = """\
```python
from datasets import load_dataset

samples = load_dataset("path/to/this/folder", split="{first}")
samples[0]["image"]      # a PIL picture
samples[0]["questions"]  # question, answer, choices, kind, and the proof as `certificate`
```

Boxes are [x, y, width, height] in pixels of the picture, origin top left, of what is visible.
Smaller depths are nearer.
A relation is `drawn` when the renderer carried it out on purpose, and else follows from the boxes.
`excluded` names categories that are certainly not in the picture.
All splits have the same columns.

"""

CARD = "README.md"


@dataclass(frozen=True)
class CardNotes:
    """What a published copy adds: lines of the YAML head, its `configs` among them, and sections before the counts."""

    head: Sequence[str]
    sections: str


def card(source: Source) -> str:
    """The card of a folder that `datasets.load_dataset` reads."""
    flagged = source.flagged
    left_out = [] if flagged is None else [sorted(flagged.samples), sorted(flagged.questions)]
    version = content_version(source.table.id, source.table.version, source.asked, left_out)
    configs = ["configs:", "- config_name: default", version, "  data_files:"]
    for split in source.splits:
        configs += [f"  - split: {split}", f"    path: data/{split}-*.parquet"]
    return card_with(source, CardNotes(configs, ""))


def content_version(*content: object) -> str:
    """The line of a configuration by which `datasets` tells two of one name apart in its cache: without it a folder of
    another table, or of another version, would be read as the first one that had the folder's name."""
    digest = content_id("published", *content)
    return f"  version: 1.{int(digest[:8], 16)}.{int(digest[8:16], 16)}"


def card_with(source: Source, notes: CardNotes) -> str:
    """The card of a folder that `datasets.load_dataset` reads, with notes of the caller."""
    return _card(source, notes, _USE.format(first=source.splits[0]))


def plain_card(source: Source) -> str:
    """The card of any other form."""
    return _card(source, CardNotes([], ""), "")


def _card(source: Source, notes: CardNotes, use: str) -> str:
    splits = ", ".join(f"'{split}'" for split in source.splits)
    counts = {title: _count(source, query.format(splits=splits)) for title, query in _COUNTS.items()}
    rows = sum(source.sizes.values())
    text = _TEXT.format(
        version=source.table.version,
        rows=rows,
        questions=sum(counts["Kinds of questions"].values()),
        held_out=share_of(source.table),
        use=use,
        sections=notes.sections,
        tables="\n".join([_table("Splits", source.sizes), *(_table(title, found) for title, found in counts.items())]),
    )
    return _yaml_head(source, rows, notes.head) + text


def _yaml_head(source: Source, rows: int, configs: Sequence[str]) -> str:
    """The head: what the hub reads, and the held-out share, which the audit reads."""
    lines = ["---", "pretty_name: Spatial knowledge graph dataset", "language:", "- en", "task_categories:"]
    lines += ["- visual-question-answering", "- object-detection", "tags:", "- spatial-reasoning", "- synthetic"]
    lines += ["size_categories:", f"- {_size(rows)}", f"skg_held_out_per_mille: {share_of(source.table)}", *configs]
    return "\n".join([*lines, "---", "", ""])


def _size(rows: int) -> str:
    bounds = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]
    return next((name for bound, name in bounds if rows < bound), "1M<n<10M")


def _count(source: Source, query: str) -> dict[str, int]:
    found = source.table.query(f"SELECT name, count(*) AS n FROM ({query}) GROUP BY name ORDER BY n DESC, name")
    return dict(zip(found["name"].to_pylist(), found["n"].to_pylist(), strict=True))


def _table(title: str, counts: Mapping[str, int]) -> str:
    shown: Iterable[tuple[str, int]] = list(counts.items())[:MAX_LISTED]
    more = f"\nand {len(counts) - MAX_LISTED} more\n" if len(counts) > MAX_LISTED else ""
    lines = [
        f"## {title}",
        "",
        "| name | number |",
        "|---|---:|",
        *(f"| {for_markdown(name)} | {count:,} |" for name, count in shown),
    ]
    return "\n".join([*lines, more])
