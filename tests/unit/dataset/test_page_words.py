"""What pages say in place of the names of the data, and by which words the page from disk is searched."""

from dataset.analysis.charts import charts_of, page_values
from dataset.analysis.names_in_words import PHRASES, in_words
from dataset.analysis.statistics import statistics
from dataset.gallery.templates_engine import kind_meaning
from dataset.gallery.views.row_views import view
from dataset.table.delta_table import Table
from spatial.questions.kind_table import KINDS
from tests.fakes.events import make_graph, make_qa
from tests.fakes.gallery import store_samples


def test_every_kind_has_a_meaning_and_no_two_the_same_words():
    assert PHRASES.keys() <= set(KINDS)
    assert len({in_words(kind) for kind in KINDS}) == len(KINDS)
    assert all(kind_meaning(kind) for kind in KINDS)
    assert kind_meaning("of a plug-in that is not here") == ""


def test_the_page_from_disk_is_searched_by_what_a_sample_shows_and_not_by_its_questions(tmp_path):
    uri = str(tmp_path / "dataset")
    store_samples(uri, [make_qa(make_graph(categories=("cat", "dog"), scene="living_room"))])
    (row,) = Table.load(uri).query("SELECT * FROM samples").to_pylist()
    words = view(row, "")["searched"].split()
    assert {"cat", "dog", "living", "room", row["split"], row["sample_id"]} <= set(words)
    asked = {word for question in row["questions"] for word in question["question"].split()}
    assert not asked & {"is", "the"} & set(words)


def test_shares_are_percent_and_places_in_pixels_are_no_bars(tmp_path):
    uri = str(tmp_path / "dataset")
    store_samples(uri, [make_qa()])
    found = statistics(uri)
    found.answers["grounding"] = {"[1, 2, 3, 4]": 3, "left": 1}
    bars = charts_of(found)["answers"]
    assert "grounding: left" in bars
    assert not [name for name in bars if "[" in name]
    ((rows),) = [rows for name, _, rows in page_values(found)["tables"] if name == "answers"]
    assert all(number.endswith(" %") for _, number, _ in rows)
