"""Reads what a run left behind: tables, topics, bucket.

In: where they are.  Out: the plain values that `tests.chaos.accounting` judges.
"""

import json
from collections.abc import Iterable, Set
from pathlib import Path

from dataset.table.delta_table import Table
from dataset.table.rejection_table import IS_RETRIED, rejections_uri
from dataset.table.table_errors import NoDataset
from schemas.codec import decode
from schemas.events import DeadLetter, RenderedImage
from schemas.ids import sample_id
from schemas.topics import DEAD_LETTERS, IMAGES
from streams.settings import StoreSettings
from streams.steps.dead_letters import requests_in_letter
from tests.chaos.accounting import Evidence, Letter, Request, Twin, Undisturbed
from tests.chaos.broker_view import BrokerView
from tests.chaos.messages import POISON_KEY, TOPICS
from tests.fakes.left_behind import image_ids


def rows_of(uri: str) -> list[tuple[Request, str]]:
    """(request, sample id) of every row of the dataset."""
    found = _asked(uri, "SELECT sample_id, provenance FROM samples")
    stories = [(json.loads(str(row["provenance"])), str(row["sample_id"])) for row in found]
    return [((story["seed_id"], story["index"]), sample) for story, sample in stories]


def rejections_of(uri: str) -> list[tuple[Request, str]]:
    """(request, rejection id) of every rejection that was its request's end."""
    sql = f'SELECT seed_id, "index" AS number, rejection_id FROM samples WHERE NOT ({IS_RETRIED})'
    rows = _asked(rejections_uri(uri), sql)
    return [((str(row["seed_id"]), int(str(row["number"]))), str(row["rejection_id"])) for row in rows]


def twins_of(uri: str, view: BrokerView) -> dict[Request, Twin]:
    """The near duplicates that were rejected, each with the one that its evidence names."""
    sql = """SELECT seed_id, "index" AS number, image_id, evidence FROM samples WHERE reason = 'duplicate'"""
    rows = _asked(rejections_uri(uri), sql)
    drawn = _drawn(view) if rows else {}
    return {
        (str(row["seed_id"]), int(str(row["number"]))): Twin(
            sample_id(str(row["image_id"])), drawn.get(json.loads(str(row["evidence"])).get("first"))
        )
        for row in rows
    }


def _drawn(view: BrokerView) -> dict[str, Request]:
    """The request of each picture that was announced."""
    found = {}
    for record in view.records(IMAGES):
        if _names_a_picture(record.key):
            event = decode(IMAGES, record.value)
            assert isinstance(event, RenderedImage)
            found[event.image.image_id] = event.graph.seed_id, event.graph.index
    return found


def letters_of(view: BrokerView) -> list[Letter]:
    """The dead letters, each with the place where its message failed first."""
    found = []
    for record in view.records(DEAD_LETTERS):
        event = decode(DEAD_LETTERS, record.value)
        assert isinstance(event, DeadLetter)
        first = event.first or event
        origin = f"{first.topic}-{first.partition}-{first.offset}"
        found.append(Letter(origin, frozenset(requests_in_letter(event)), event.stage, event.reason))
    return found


Hoped = tuple[Set[Request], Undisturbed]
"""What was asked for, and what an undisturbed run made of it."""


def gathered(view: BrokerView, store: StoreSettings, uri: str, hoped: Hoped) -> Evidence:
    """All of it."""
    return Evidence(
        asked=hoped[0],
        rows=rows_of(uri),
        rejections=rejections_of(uri),
        letters=letters_of(view),
        undisturbed=hoped[1],
        twins=twins_of(uri, view),
        unnamed=sum(record.key == POISON_KEY for record in view.records(*TOPICS)),
        announced={(record.key or b"").decode() for record in view.records(IMAGES) if _names_a_picture(record.key)},
        objects=image_ids(store),
        lags=view.lags(),
    )


def commits_of(uri: str) -> int:
    """How many commits the dataset's log has."""
    return sum(1 for _ in _log(uri))


def _log(uri: str) -> Iterable[Path]:
    return (Path(uri) / "_delta_log").glob("*.json")


def _names_a_picture(key: bytes | None) -> bool:
    return key is not None and len(key) == 32


def _asked(uri: str, sql: str) -> list[dict[str, object]]:
    try:
        rows: list[dict[str, object]] = Table.load(uri).query(sql).to_pylist()
    except NoDataset:
        return []
    return rows
