"""What the audit misses in a row, on crowded pictures of the factory's own."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dataset.audit.audit_run import audit
from dataset.audit.missing_relations import missing_relations
from schemas.events import SeedOptions
from schemas.ids import make_seed
from tests.fakes.line import collage_line, store_rows

pytestmark = pytest.mark.thorough

Row = dict[str, Any]
CROWDED = SeedOptions(min_objects=7, max_objects=10)


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("crowded")
    seeds = [make_seed(scene, 5, options=CROWDED) for scene in ("market stall", "living room", "desk")]
    return Path(store_rows(str(folder / "table"), collage_line(folder / "sprites").samples(seeds)))


@pytest.fixture(scope="module")
def rows(table: Path) -> list[Row]:
    return [row for path in sorted(table.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def notes(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row["provenance"])["notes"]
    return found


def without_between(row: Row, subject: int) -> Row:
    kept = [r for r in row["relations"] if (r["predicate"], r["subject"]) != ("between", subject)]
    return {**row, "relations": kept}


def test_crowded_rows_of_the_factory_lack_nothing(table: Path) -> None:
    assert audit(table).faults == ()


def test_each_thing_whose_neighbours_are_no_longer_said_is_named(rows: list[Row]) -> None:
    derived = [
        (row, r["subject"]) for row in rows for r in row["relations"] if r["predicate"] == "between" and not r["drawn"]
    ]
    assert len(derived) > 5
    for row, subject in derived:
        found = list(missing_relations(without_between(row, subject), notes(row)))
        assert found == [f"nothing says what object {subject} is between"]


def test_rows_from_before_such_relations_need_not_have_them(rows: list[Row]) -> None:
    for row in rows:
        bare = {**row, "relations": [r for r in row["relations"] if r["predicate"] != "between"]}
        assert list(missing_relations(bare, {})) == []
