"""Formats a rejection: the event, the gate, and the evidence.

In: a row.  Out: plain values for JSON, or lines for people.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dataset.analysis.certificate_text import ids_of, names_of, relation_in_words
from dataset.reading.rejection_rows import Row
from dataset.table.rejection_table import judged_event
from schemas.reasons import GATES, REASONS

SUMMARY_FIELDS = (
    "rejection_id", "seed_id", "index", "concept", "stage", "gate", "reason", "detail", "graph_id", "image_id",
    "image_key", "outcome",
)  # fmt: skip
"""The fields of a rejection's JSON line, besides its time."""


def as_summary_json(row: Row) -> dict[str, Any]:
    """The small fields as JSON values."""
    return {**{name: row[name] for name in SUMMARY_FIELDS}, "retried": bool(row["retried"]), "time": _time(row["kept_at"])}


def as_full_json(row: Row) -> dict[str, Any]:
    """All fields as JSON values; `judged` is the rejected event, null where its bytes cannot be decoded."""
    judged = judged_event(row["source_topic"], row["source"])
    return {
        **as_summary_json(row),
        "conflict": row["conflict"],
        "things": row["things"] or [],
        "evidence": _evidence(row),
        "source_topic": row["source_topic"],
        "judged": None if judged is None else judged.model_dump(mode="json"),
    }


def lines(row: Row) -> Iterator[str]:
    """Lines for people, from the outcome to the rejected event."""
    outcome_by_id = as_full_json(row)
    yield f"rejection  {row['rejection_id']}  ({row['outcome'].replace('_', ' ')})"
    yield f"kept       {outcome_by_id['time']}"
    yield f"stage      {row['stage']}"
    yield f"gate       {row['gate']}: {GATES.get(row['gate'], 'unknown here')}"
    yield f"reason     {row['reason']}: {REASONS.get(row['reason'], 'unknown here')}"
    if row["detail"]:
        yield f"detail     {row['detail']}"
    yield f"seed       {row['seed_id']} number {row['index']}: {row['concept']!r}"
    yield f"graph      {row['graph_id'] or 'none yet'}"
    yield f"picture    {row['image_key'] or 'none yet'}"
    names = names_of([{"id": number, "category": name} for number, name in enumerate(row["things"] or ())])
    for r in row["conflict"] or ():
        yield f"conflict   {relation_in_words(ids_of(r), names)}"
    for name, value in outcome_by_id["evidence"].items():
        yield f"evidence   {name}: {json.dumps(value, ensure_ascii=False)}"
    if outcome_by_id["judged"] is None:
        yield f"judged     {len(row['source'] or b'')} bytes of {row['source_topic']} that are no event of today"
    else:
        yield f"judged     of {row['source_topic']}: {json.dumps(outcome_by_id['judged'], ensure_ascii=False)}"


def short(row: Mapping[str, Any]) -> str:
    """One line for people."""
    concept = "?" if row["concept"] is None else row["concept"]
    head = f"{row['rejection_id'][:12]}  {row['kept_at']:%Y-%m-%d %H:%M:%S}  {row['stage']:<7} {row['reason']:<20}"
    return f"{head} {row['outcome'].replace('_', ' '):<11}  {concept}{': ' + row['detail'] if row['detail'] else ''}"


def _evidence(row: Row) -> dict[str, Any]:
    try:
        found = json.loads(row["evidence"] or "{}")
    except ValueError:
        return {"evidence": row["evidence"]}
    return found if isinstance(found, dict) else {"evidence": found}


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
