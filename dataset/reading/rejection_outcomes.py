"""Decides which rejections are the outcome of their request; the only place that does.

In: both tables.  Out: an outcome for each rejection.
Tables only grow, so an event that was judged again leaves its earlier rejection there.  A request, a seed's id and the
number of one of its graphs, has one outcome: its sample, if there is one; otherwise the rejection that was stored last.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from dataset.reading.rejection_rows import OUTCOME, Row, rows
from dataset.reading.row_reader import batches
from dataset.table.delta_table import Table

ENDED, DRAWN_AGAIN, SUPERSEDED = "ended", "drawn_again", "superseded"
"""The request ended here; it went on with another picture; it was judged again and ended otherwise."""

OUTCOMES = (ENDED, DRAWN_AGAIN, SUPERSEDED)

Request = tuple[str, int]

HEAD_CHARS = 200
"""A provenance begins with seed and number: reading all of it would read every graph."""

HEAD = r'^\s*\{\s*"seed_id"\s*:\s*"([^"\\]*)"\s*,\s*"index"\s*:\s*(\d+)\s*,'
_HEAD = re.compile(HEAD)

SETTLE_OUTCOMES_SQL = f"""
WITH sampled_once AS (SELECT DISTINCT seed_id, number FROM sampled),
final AS (
  SELECT file, row, seed_id, number, row_number() OVER (
    PARTITION BY seed_id, number ORDER BY kept_at DESC NULLS LAST, file DESC, row DESC
  ) = 1 AS newest FROM rows WHERE outcome <> '{DRAWN_AGAIN}'
),
reported AS (
  SELECT f.file, f.row, CASE WHEN s.seed_id IS NULL AND newest THEN '{ENDED}' ELSE '{SUPERSEDED}' END AS outcome
  FROM final f LEFT JOIN sampled_once s ON f.seed_id = s.seed_id AND f.number = s.number
)
UPDATE rows SET outcome = reported.outcome FROM reported
WHERE rows.file = reported.file AND rows.row = reported.row AND rows.outcome <> reported.outcome
"""
"""SQL that does the same on a copy of the rejections (`rows`), given the requests that have a sample (`sampled`)."""


def outcomes(samples: Table | None, rejections: Table) -> dict[str, str]:
    """The outcome of each rejection, by id. Raises RetryableError."""
    return {row["rejection_id"]: name for name, found in by_outcome(samples, rejections).items() for row in found}


def by_outcome(samples: Table | None, rejections: Table) -> dict[str, list[Row]]:
    """The rejections of each outcome, in `OUTCOME`'s columns. Raises RetryableError."""
    found = list(rows(rejections, OUTCOME))
    outcome_by_id = outcomes_of(found, sampled(samples, {request_of(row) for row in found}))
    sorted_out: dict[str, list[Row]] = {name: [] for name in OUTCOMES}
    for row in found:
        sorted_out[outcome_by_id[row["rejection_id"]]].append(row)
    return sorted_out


def outcomes_of(found: Iterable[Mapping[str, Any]], with_sample: Collection[Request]) -> dict[str, str]:
    """The outcome of each rejection, by id, from rows in the order in which they were stored."""
    outcome_by_id: dict[str, str] = {}
    last: dict[Request, str] = {}
    for row in sorted(found, key=lambda row: (not row["undated"], row["kept_at"])):
        one, request = row["rejection_id"], request_of(row)
        if row["retried"]:
            outcome_by_id[one] = DRAWN_AGAIN
            continue
        outcome_by_id[one] = SUPERSEDED if request in with_sample else ENDED
        before = last.get(request)
        if before is not None:
            outcome_by_id[before] = SUPERSEDED
        last[request] = one
    return outcome_by_id


def request_of(row: Mapping[str, Any]) -> Request:
    """The request of a row."""
    return row["seed_id"], row["index"]


def sampled(samples: Table | None, among: Collection[Request]) -> frozenset[Request]:
    """Those of some requests that have a sample. Raises RetryableError."""
    if samples is None or not among:
        return frozenset()
    return frozenset(accepted_requests(samples)).intersection(among)


def accepted_requests(samples: Table) -> Iterable[Request]:
    """The request of each sample, once a sample. Raises RetryableError."""
    heads = samples.query(f"SELECT substr(provenance, 1, {HEAD_CHARS}) AS head FROM samples")["head"]
    read = (_HEAD.match(head.as_py() or "") for head in heads)
    plain = [(match[1], int(match[2])) for match in read if match]
    return plain if len(plain) == len(heads) else _from_full_provenance(samples)


def rejected_requests(rejections: Table) -> Iterator[Request]:
    """The request of each rejection that did not go on with another picture. Raises RetryableError."""
    for row in rows(rejections, ("seed_id", "index", "retried")):
        if not row["retried"]:
            yield request_of(row)


def _from_full_provenance(samples: Table) -> Iterable[Request]:
    """From the whole provenance, where its fields are in another order."""
    for batch in batches(samples, ["provenance"]):
        for text in batch["provenance"].to_pylist():
            provenance = json.loads(text or "{}")
            if isinstance(provenance.get("seed_id"), str) and isinstance(provenance.get("index"), int):
                yield provenance["seed_id"], provenance["index"]
