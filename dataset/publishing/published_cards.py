"""The cards of published copies: one of each tag, and one above them that lists the tags.

In: a source, what is on record.  Out: Markdown with the YAML head that the hub and `datasets` read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dataset.analysis.names_in_words import for_markdown
from dataset.exports.dataset_card import CardNotes, card_with, content_version
from dataset.exports.export_source import Source
from dataset.publishing.picture_sources import PictureSource
from dataset.publishing.push_record import PushRecord
from dataset.quality.quality_report import MEANINGS

_LICENCES = """\
## Licences

| pictures | made with | licence |
|---:|---|---|
{rows}

{whole}
Whoever passes pictures of a model on is bound by that model's licence.

"""

_WHOLE = "The whole, with its questions, answers, boxes and graphs, is published under `{licence}`."
_OTHER = "No one licence holds for the whole: that of a picture is its source's."

_QUALITY = """\
## Quality

Measured by `skg dataset quality` on {samples:,} samples; intervals are of 95 %.

{head}
{rows}

{groups}"""

_HEAD = """\
| measure | value | interval | n | goal met |
|---|---:|---|---:|---|"""

_GROUP = """\
<details><summary>{meaning} {met} of {count} goals are met.</summary>

{head}
{rows}

</details>

"""

_NOT_MEASURED = """\
## Quality

Not measured for this copy: `skg dataset quality` measures it.

"""

_COPY = """\
## This copy

Tag `{tag}`, made by skg-factory {made_by} from version {version} of the table {table}{part}.
`published.json` has the rows, bytes and SHA-256 of every file.

"""

_TAGS = """\
## Tags

A tag never changes: `load_dataset("path/to/this/folder", "{newest}")`; without a name the newest is read.

| tag | version of the table | samples | published |
|---|---:|---:|---|
{rows}

"""


def tag_card(source: Source, record: PushRecord, sources: Mapping[PictureSource, int]) -> str:
    """The card of a tag's own folder, which is a dataset of its own."""
    files = {split: [path for path, shard in record.files.items() if shard.split == split] for split in source.splits}
    return card_with(source, CardNotes(_head(record, _config("default", files, record)), _sections(record, sources)))


def top_card(source: Source, records: Sequence[PushRecord], sources: Mapping[PictureSource, int]) -> str:
    """The card above all tags, the newest last: its counts are the newest's."""
    head: list[str] = []
    for record in records:
        files: dict[str, list[str]] = {}
        for path, shard in record.files.items():
            files.setdefault(shard.split, []).append(f"{record.tag}/{path}")
        head += _config(record.tag, files, record, is_default=record is records[-1])
    rows = [
        f"| `{one.tag}` | {one.origin.version} | {sum(one.rows.values()):,} | {one.published or 'now'} |" for one in records
    ]
    tags = _TAGS.format(newest=records[-1].tag, rows="\n".join(rows))
    return card_with(source, CardNotes(_head(records[-1], head), tags + _sections(records[-1], sources)))


def _head(record: PushRecord, configs: Sequence[str]) -> list[str]:
    named = [f"license: {record.licence}"] if record.licence else ["license: other", "license_name: see-licences"]
    return [*named, "configs:", *configs]


def _config(name: str, files: Mapping[str, Sequence[str]], record: PushRecord, is_default: bool = False) -> list[str]:
    version = content_version(sorted(shard.sha256 for shard in record.files.values()))
    lines = [f"- config_name: {name}", *(["  default: true"] if is_default else []), version, "  data_files:"]
    for split, paths in files.items():
        lines += [f"  - split: {split}", "    path:", *(f"    - {path}" for path in paths)]
    return lines


def _sections(record: PushRecord, sources: Mapping[PictureSource, int]) -> str:
    rows = "\n".join(f"| {count:,} | {made} | {licence} |" for (made, licence), count in sorted(sources.items()))
    origin = record.origin
    part = f", split {origin.split}" if origin.split else ""
    part += "" if origin.flagged else ", without what reviewers flagged"
    copy = _COPY.format(
        tag=record.tag, made_by=record.made_by, version=origin.version, table=f"`{origin.table}`", part=part
    )
    whole = _WHOLE.format(licence=record.licence) if record.licence else _OTHER
    return copy + _LICENCES.format(rows=rows, whole=whole) + _quality(record.quality)


def _quality(measured: Mapping[str, Any] | None) -> str:
    """The measures: those of the whole in one table, those by kind or split folded below what they mean."""
    if not measured:
        return _NOT_MEASURED
    parts: dict[str, list[str]] = {}
    for name in measured:
        parts.setdefault(name.partition("/")[0], []).append(name)
    whole = [f"| {_meaning(part)} | {_measure(measured[names[0]])} |" for part, names in parts.items() if names == [part]]
    groups = "".join(_group(part, names, measured) for part, names in parts.items() if names != [part])
    samples = int(measured.get("samples", {}).get("value", 0))
    return _QUALITY.format(samples=samples, head=_HEAD, rows="\n".join(whole), groups=groups)


def _group(part: str, names: Sequence[str], measured: Mapping[str, Any]) -> str:
    rows = [f"| {for_markdown(name.partition('/')[2] or name)} | {_measure(measured[name])} |" for name in names]
    met = sum(bool(measured[name]["ok"]) for name in names)
    return _GROUP.format(meaning=_meaning(part), met=met, count=len(names), head=_HEAD, rows="\n".join(rows))


def _meaning(part: str) -> str:
    """What a measure means; of another version's its name."""
    return MEANINGS.get(part) or f"{for_markdown(part)}."


def _measure(one: Mapping[str, Any]) -> str:
    met = "yes" if one["ok"] else "no"
    return f"{one['value']:.4g} | {one['low']:.4g} to {one['high']:.4g} | {one['n']:,} | {met}"
