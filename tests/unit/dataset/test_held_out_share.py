"""The held-out share: a property of the table that writers, subsets, exports, info and the audit agree on."""

import json
import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from dataset.analysis.info import info
from dataset.analysis.subset import Place, SubsetSpec, subset
from dataset.audit import audit
from dataset.audit.held_out import held_out_share
from dataset.audit.locations import NotADataset, folder_at
from dataset.exports import FORMATS, Source, export
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import PROPERTY, OtherShare, share_of
from dataset.table.maintenance import compact
from dataset.table.sample_writer import DatasetWriter, TableLocation
from schemas.errors import BadInput, PermanentError
from schemas.events import HELD_OUT_WHERE_UNSTATED, QAEvent
from schemas.interfaces import Delivery, Sample
from spatial.splits import split_of
from tests.fakes.events import make_graph, make_qa

P0 = "5f0c/0"


def writer_of(lab, held_out: int) -> DatasetWriter:
    return DatasetWriter(TableLocation(lab.uri, lab.folder / "index"), lab.store, held_out)


def different(number: int, held_out: int) -> list[QAEvent]:
    """Samples of scenes that are all different."""
    graphs = [make_graph(index=n, categories=(f"thing {n}", "dog")) for n in range(number)]
    return [make_qa(graph).model_copy(update={"held_out_per_mille": held_out}) for graph in graphs]


def fill(lab, held_out: int, samples: int = 12) -> str:
    """A table of samples that were all drawn for one share."""
    events = different(samples, held_out)
    writer = writer_of(lab, held_out)
    writer.open(P0)
    lab.draw(events)
    prepared = writer.prepare(events)
    writer.append([Delivery(P0, n, sample) for n, sample in enumerate(prepared) if isinstance(sample, Sample)])
    return lab.uri


def with_property(uri: str, text: str) -> str:
    DeltaTable(uri).alter.set_table_properties({PROPERTY: text}, raise_if_not_exists=False)
    return uri


def test_a_new_table_takes_the_writers_share_and_keeps_it_through_compaction_and_a_checkpoint(lab):
    writer_of(lab, 250).check()
    assert DeltaTable(lab.uri).metadata().configuration[PROPERTY] == "250"
    fill(lab, 250)
    fill(lab, 250, 20)
    compact(lab.uri)
    DeltaTable(lab.uri).create_checkpoint()
    assert share_of(Table.load(lab.uri)) == held_out_share(folder_at(lab.uri)) == 250
    assert info(lab.uri)["held_out_per_mille"] == 250


def test_a_writer_with_another_share_does_not_start_and_names_both_with_what_to_do(lab):
    writer_of(lab, 50).check()
    for step in (writer_of(lab, 100).check, lambda: writer_of(lab, 100).open(P0), lambda: writer_of(lab, 100).prepare([])):
        with pytest.raises(OtherShare) as refused:
            step()
        for part in (lab.uri, "holds out 50", "SKG_HELD_OUT_PER_MILLE is 100", "set SKG_HELD_OUT_PER_MILLE=50"):
            assert part in str(refused.value)
    assert isinstance(refused.value, BadInput)


def test_a_table_without_the_property_counts_as_50(lab):
    Table.create(lab.uri, COLUMNS)
    assert share_of(Table.load(lab.uri)) == held_out_share(folder_at(lab.uri)) == HELD_OUT_WHERE_UNSTATED == 50
    with pytest.raises(OtherShare, match="holds out 50"):
        writer_of(lab, 100).check()
    writer_of(lab, 50).check()


@pytest.mark.parametrize("text", ["many", "-1", "401", "5 0", "²"])
def test_a_property_that_is_no_share_is_refused_by_writers_and_by_the_audit(lab, text):
    writer_of(lab, 100).check()
    with_property(lab.uri, text)
    with pytest.raises(BadInput, match="no number from 0 to 400"):
        writer_of(lab, 100).check()
    with pytest.raises(NotADataset, match="no number from 0 to 400"):
        audit(lab.uri)


def test_a_sample_of_another_share_is_a_dead_letter_and_the_others_are_stored(lab):
    ours, older = make_qa(make_graph()), make_qa(make_graph(index=1)).model_copy(update={"held_out_per_mille": 50})
    lab.draw([ours, older])
    writer = writer_of(lab, 100)
    kept, refused = writer.prepare([ours, older])
    assert isinstance(kept, Sample)
    assert kept.event == ours
    assert isinstance(refused, PermanentError)
    assert refused.reason == "held_out_share"
    assert "SKG_HELD_OUT_PER_MILLE=50, the dataset holds out 100" in str(refused)


def test_a_stored_sample_that_comes_again_with_another_share_is_only_seen_again(lab):
    fill(lab, 100, 1)
    (event,) = different(1, 100)
    again = event.model_copy(update={"held_out_per_mille": 50})
    assert writer_of(lab, 100).prepare([again]) == [Sample(again, None)]


def test_a_row_is_in_the_split_of_its_own_share(lab):
    fill(lab, 300, 40)
    rows = Table.load(lab.uri).query("SELECT sample_id, split FROM samples").to_pylist()
    wanted = {event.sample_id: split_of(event.graph, 300) for event in different(40, 300)}
    assert {row["sample_id"]: row["split"] for row in rows} == wanted
    assert len(set(wanted.values())) == 3


def split_faults(address: Path | str) -> int:
    return audit(address).counts.get("split", 0)


def test_the_audit_holds_each_row_to_the_share_that_the_table_states(lab):
    uri = fill(lab, 300, 40)
    assert split_faults(uri) == 0
    assert split_faults(with_property(uri, "50")) > 5


def test_a_subset_keeps_the_share_in_one_commit(lab):
    source = fill(lab, 300, 40)
    made = str(lab.folder / "subset")
    subset(Place(source), SubsetSpec(size=20, split=None), Place(made))
    table = Table.load(made)
    assert (table.version, share_of(table), held_out_share(folder_at(made))) == (0, 300, 300)
    assert info(made)["held_out_per_mille"] == 300
    DeltaTable(made).create_checkpoint()
    for commit in Path(made, "_delta_log").glob("*.json"):
        commit.unlink()
    assert held_out_share(folder_at(made)) == 300
    assert split_faults(made) == 0


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"bop"}))  # that one is of scenes in metres
def test_every_export_states_the_share_on_its_card(lab, name):
    out = export(Source.open(fill(lab, 300, 40)), name, lab.folder / name)
    card = (out / "README.md").read_text("utf-8")
    assert "Of 1,000 scenes 300 are held out for validation, and as many for test." in card
    assert "\nskg_held_out_per_mille: 300\n" in card.split("---\n")[1]
    assert held_out_share(folder_at(out)) == 300


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["huggingface", "webdataset"])
def test_the_audit_holds_an_export_to_its_card_and_one_without_a_card_to_50(lab, name):
    out = export(Source.open(fill(lab, 300, 40)), name, lab.folder / name)
    assert split_faults(out) == 0
    (out / "README.md").unlink()
    assert split_faults(out) > 5


def test_a_card_that_only_speaks_of_a_share_in_its_text_states_none(tmp_path):
    (tmp_path / "README.md").write_text("---\nname: x\n---\nskg_held_out_per_mille: 300\n", encoding="utf-8")
    assert held_out_share(folder_at(tmp_path)) == 50
    (tmp_path / "README.md").write_text("skg_held_out_per_mille: 300\n", encoding="utf-8")
    assert held_out_share(folder_at(tmp_path)) == 50


def test_a_broken_log_is_said_to_be_broken(lab):
    fill(lab, 100)
    copy = shutil.copytree(lab.uri, lab.folder / "copy")
    (log,) = (copy / "_delta_log").glob("*0.json")
    log.write_text(json.dumps({"metaData": {"configuration": {}}}), encoding="utf-8")
    with pytest.raises(NotADataset, match="log cannot be read"):
        held_out_share(folder_at(copy))
