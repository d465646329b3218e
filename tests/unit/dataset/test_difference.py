"""What one dataset has that another lacks."""

import json
from pathlib import Path

import pytest

from dataset.analysis.difference import Snapshot, difference
from dataset.reading.published_copy import IncompleteCopy
from dataset.table.table_errors import NoDataset
from streams.cli.root import run
from tests.fakes.events import make_graph, make_qa
from tests.unit.dataset.conftest import Lab

P0 = "5f0c/0"
EVENTS = [make_qa(make_graph(categories=(f"thing {n}", f"other {n}"))) for n in range(6)]


def stored(lab: Lab, *batches) -> str:
    sink, offset = lab.writer(), 0
    sink.open(P0)
    for events in batches:
        sink.append(lab.deliver(sink, P0, offset, events))
        offset += len(events)
    return lab.uri


def test_a_dataset_does_not_differ_from_itself(lab):
    one = Snapshot(stored(lab, EVENTS[:3]))
    found = difference(one, one)
    assert (found["both"], found["moved"], found["asked_otherwise"]) == (3, 0, 0)
    assert found["only_first"] == found["only_second"]
    assert found["only_first"]["samples"] == found["only_first"]["questions"] == 0


def test_what_was_added_since_is_only_in_the_later_state(lab):
    uri = stored(lab, EVENTS[:2], EVENTS[2:])
    found = difference(Snapshot(uri, version=1), Snapshot(uri))
    assert (found["both"], found["only_first"]["samples"], found["only_second"]["samples"]) == (2, 0, 4)
    assert found["only_second"]["questions"] == sum(len(event.questions) for event in EVENTS[2:])
    assert sum(found["only_second"]["splits"].values()) == sum(found["only_second"]["scenes"].values()) == 4


def test_a_sample_whose_questions_differ_is_in_both_and_the_questions_are_not(tmp_path):
    one, other = Lab(tmp_path / "one"), Lab(tmp_path / "other")
    asked = EVENTS[0]
    fewer = asked.model_copy(update={"questions": asked.questions[1:]})
    found = difference(Snapshot(stored(one, [asked])), Snapshot(stored(other, [fewer])))
    assert (found["both"], found["asked_otherwise"]) == (1, 1)
    assert (found["only_first"]["samples"], found["only_first"]["questions"]) == (0, 1)
    assert found["only_first"]["kinds"] == {asked.questions[0].kind: 1}
    assert found["only_second"]["questions"] == 0


def pushed(lab: Lab, *tags: str) -> Path:
    """A folder with copies of the dataset as it is, one a tag."""
    place = lab.folder / "pub"
    for tag in tags:
        assert run(["dataset", "push", lab.uri, str(place), "--tag", tag, "--no-measure"]) == 0
    return place


def test_a_pushed_copy_is_compared_under_its_tag_or_where_it_is_the_only_one(lab, capfd):
    uri = stored(lab, EVENTS[:2], EVENTS[2:])
    place = pushed(lab, "v1")
    for copy in (place, place / "v1"):
        found = difference(Snapshot(uri, version=1), Snapshot(str(copy)))
        assert (found["both"], found["asked_otherwise"], found["only_second"]["samples"]) == (2, 0, 4)
    pushed(lab, "v2")
    with pytest.raises(NoDataset, match=r"holds 2 published copies: name one, as .*/pub/TAG; tags: v1, v2"):
        difference(Snapshot(uri), Snapshot(str(place)))
    with pytest.raises(NoDataset, match="one state and no versions"):
        difference(Snapshot(uri), Snapshot(str(place / "v1"), version=1))
    capfd.readouterr()
    assert run(["dataset", "diff", uri, str(place / "v1")]) == 0
    assert "in both: 6 samples" in capfd.readouterr().out


def test_a_copy_whose_push_was_interrupted_is_compared_with_nothing(lab):
    uri = stored(lab, EVENTS[:2])
    record = pushed(lab, "v1") / "v1" / "published.json"
    record.write_text(json.dumps({**json.loads(record.read_text("utf-8")), "published": None}), encoding="utf-8")
    with pytest.raises(IncompleteCopy, match="the same push goes on"):
        difference(Snapshot(uri), Snapshot(str(record.parent)))


def test_the_command_compares_states_and_names_a_path_that_is_no_dataset(lab, capfd):
    uri = stored(lab, EVENTS[:2], EVENTS[2:])
    assert run(["dataset", "diff", uri, uri, "--version", "1"]) == 0
    assert "only in the second: 4 samples, " in capfd.readouterr().out
    assert run(["dataset", "diff", uri, uri, "--version", "1", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["only_second"]["samples"] == 4
    assert run(["dataset", "diff", uri, "/nowhere"]) == 2
    assert "there is no dataset at /nowhere" in capfd.readouterr().err
    with pytest.raises(NoDataset):
        difference(Snapshot(uri), Snapshot("/nowhere"))
