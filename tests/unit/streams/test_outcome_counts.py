"""The demo's end is known by counting: each request once, whatever is delivered twice."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from dataset.table.delta_table import Table
from dataset.table.rejection_table import REJECTION_COLUMNS, rejections_uri, rows_of
from schemas.base import Event
from schemas.codec import encode
from schemas.events import DeadLetter
from schemas.interfaces import Sample
from schemas.reference.examples import dead_letter, graph, rejection, rendered, sample, seed
from schemas.topics import BY_EVENT, GRAPHS, IMAGES, QA, SEEDS, key_of
from streams.broker.records import Partition, Record
from streams.demo.demo_summary import Counted, Result, write_up
from streams.demo.outcome_counts import OutcomeCounts, TableIds
from streams.operations.seeds import requests_of
from streams.steps.dead_letters import requests_in_letter


def _record(event: Event, offset: int = 0) -> Record:
    return Record(Partition(BY_EVENT[type(event)].name, 0), offset, key_of(event).encode(), encode(event), ())


def _letter(topic: str, value: bytes | None) -> DeadLetter:
    return dead_letter().model_copy(update={"topic": topic, "value": value})


def test_a_seed_of_two_graphs_is_done_when_one_is_accepted_and_one_rejected():
    outcomes = OutcomeCounts(requests_of([seed()]))
    assert outcomes.requested == 2
    outcomes.feed([_record(sample()), _record(sample(), 1)])
    assert len(outcomes.open) == 1
    assert outcomes.kinds["direction_yes_no"] == 1, "a redelivery must not count twice"
    outcomes.feed([_record(rejection())])
    assert not outcomes.open
    assert list(outcomes.rejected.values()) == ["contradiction"]


@pytest.mark.parametrize(
    ("topic", "event", "count"), [(SEEDS, seed(), 2), (GRAPHS, graph(), 1), (IMAGES, rendered(), 1), (QA, sample(), 1)]
)
def test_a_dead_letter_ends_the_requests_that_its_bytes_name(topic: str, event: Event, count: int):
    letter = _letter(topic, encode(event))
    assert len(requests_in_letter(letter)) == count
    outcomes = OutcomeCounts(requests_of([seed()]))
    outcomes.feed([_record(letter)])
    assert len(outcomes.open) == 2 - count
    assert sum(outcomes.dead_letters.values()) == 1


def test_a_dead_letter_that_was_sent_back_is_no_outcome_once_there_is_another():
    outcomes = OutcomeCounts(requests_of([seed()]))
    letter = _letter(GRAPHS, encode(graph()))
    outcomes.feed([_record(letter), _record(letter, 1)])
    assert (len(outcomes.open), outcomes.dead_letters) == (1, {"undecodable": 1})
    outcomes.feed([_record(sample()), _record(letter, 2)])
    assert (len(outcomes.open), len(outcomes.samples), outcomes.dead_letters) == (1, 1, {})


def test_the_summary_says_why_most_dead_letters_died_and_where_the_logs_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    outcomes = OutcomeCounts(requests_of([seed()]))
    letters = [_letter(GRAPHS, None).model_copy(update={"offset": n, "error": "no module\n  named x"}) for n in (1, 2)]
    letters.append(letters[0].model_copy(update={"offset": 3, "error": "another one"}))
    outcomes.feed([_record(letter, number) for number, letter in enumerate(letters)])
    result = Result(tmp_path, tmp_path / "dataset", tmp_path / "logs", outcomes, 1.0, Counted(0, 0))
    assert write_up(result, Console(width=80)) == 1
    said = capsys.readouterr().out
    assert "dead       3 (undecodable 3), most often: no module named x" in said
    assert f"logs       {tmp_path / 'logs'}" in said


@pytest.mark.parametrize("letter", [dead_letter(), _letter(SEEDS, None), _letter("somebody.elses", b"x")])
def test_a_dead_letter_that_tells_nothing_ends_nothing(letter: DeadLetter):
    assert requests_in_letter(letter) == []


def test_a_picture_that_is_drawn_again_ends_no_request_but_what_it_cost_is_paid():
    row = {"answer": "a1", "stage": "filter", "model": "m", "tokens_in": 30, "tokens_out": 4}
    given_up = rejection().model_copy(update={"retried": True, "evidence": {"judge_ledger": json.dumps([row])}})
    outcomes = OutcomeCounts(requests_of([seed()]))
    outcomes.feed([_record(given_up), _record(given_up, 1)])
    assert len(outcomes.open) == 2
    assert outcomes.rejected == {}
    assert outcomes.retried == {given_up.rejection_id}
    assert outcomes.costs.tokens["filter"] == 34
    others = OutcomeCounts([("ab" * 16, 0)])
    others.feed([_record(given_up)])
    assert others.costs.answers == 0


def test_outcomes_of_other_requests_are_not_counted():
    outcomes = OutcomeCounts([("ab" * 16, 0)])
    outcomes.feed([_record(sample()), _record(rejection())])
    assert len(outcomes.open) == 1
    assert not outcomes.samples
    assert not outcomes.rejected


def test_rejections_are_found_where_no_sample_was_ever_accepted(tmp_path: Path):
    dataset, event = tmp_path / "dataset", rejection()
    stored, refused = TableIds(dataset), TableIds(dataset, rejections=True)
    assert stored.refresh() == refused.refresh() == 0
    assert not refused.holds([event.rejection_id])
    Table.create(rejections_uri(str(dataset)), REJECTION_COLUMNS).append(rows_of([Sample(event, None)]), {})
    assert refused.holds([event.rejection_id])
    assert stored.refresh() == 0
