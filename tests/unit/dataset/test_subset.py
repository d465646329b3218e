"""Subsets for ablations: equal size, reproducible, and nothing asked about what is left out."""

import pytest

from dataset.analysis.info import info
from dataset.analysis.question_predicates import expand_families, predicates_of
from dataset.analysis.subset import Place, SubsetResult, SubsetSpec, subset
from dataset.reading.row_reader import batches
from dataset.table.bulk_write import write_whole
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.table_errors import NoDataset
from schemas.errors import UserError
from schemas.events import Question
from schemas.ids import content_id
from spatial.questions import from_json, to_json
from spatial.splits import split_of
from tests.fakes.events import make_graph, make_qa

pytestmark = pytest.mark.thorough

P0 = "5f0c/0"
CAT, DOG = {"category": "cat"}, {"category": "dog"}
QUERIES = {
    "left": {"op": "directed", "subject": CAT, "predicate": "left_of", "object": DOG},
    "above": {"op": "directed", "subject": CAT, "predicate": "above", "object": DOG},
    "near": {"op": "closer", "subject": CAT, "anchor": DOG, "other": {"category": "cow"}},
    "there": {"op": "exists", "category": "cat"},
}


def certificate(query: object) -> str:
    return '{"query":' + str(to_json(from_json(query))).replace("'", '"') + "}"


def asked(sample: str, name: str) -> Question:
    return Question(
        id=content_id("question", sample, name), question=name, answer="yes", kind="k", choices=("yes", "no"),
        certificate=certificate(QUERIES[name]),
    )  # fmt: skip


@pytest.fixture
def grown(lab):
    """Eighty scenes; all are asked about left and above, every second about distance, every third about existence."""
    sink = lab.writer()
    sink.open(P0)
    events = []
    for n in range(80):
        event = make_qa(make_graph(categories=(f"thing {n}", "dog")))
        names = ["left", "above", *(["near"] if n % 2 == 0 else []), *(["there"] if n % 3 == 0 else [])]
        events.append(event.model_copy(update={"questions": tuple(asked(event.sample_id, name) for name in names)}))
    sink.append(lab.deliver(sink, P0, 0, events))
    lab.train = {event.sample_id for event in events if split_of(event.graph, event.held_out_per_mille) == "train"}
    return lab


def make(lab, name: str, recipe: SubsetSpec) -> SubsetResult:
    return subset(Place(lab.uri), recipe, Place(str(lab.folder / "made" / name)))


def questions(lab, name: str) -> dict[str, list[str]]:
    table = Table.load(str(lab.folder / "made" / name))
    rows = (row for batch in batches(table, ["sample_id", "questions"]) for row in batch.to_pylist())
    return {row["sample_id"]: [question["question"] for question in row["questions"]] for row in rows}


def test_a_subset_has_the_size_that_was_asked_for_and_only_rows_of_the_split(grown):
    made = make(grown, "a", SubsetSpec(20, questions=2))
    found = questions(grown, "a")
    assert (made.samples, made.questions, made.available) == (20, 40, len(grown.train))
    assert len(found) == 20
    assert all(len(asked) == 2 for asked in found.values())
    assert set(found) <= grown.train


def test_what_is_left_out_is_not_asked(grown):
    make(grown, "a", SubsetSpec(20, without=("left_of", "right_of")))
    assert "left" not in {name for asked in questions(grown, "a").values() for name in asked}
    make(grown, "b", SubsetSpec(20, only=("distance",)))
    assert {name for asked in questions(grown, "b").values() for name in asked} == {"near"}
    make(grown, "c", SubsetSpec(20, only=("left_of", "distance")))
    assert {name for asked in questions(grown, "c").values() for name in asked} == {"left", "near"}


def test_the_same_seed_draws_the_same_and_another_draws_others(grown):
    make(grown, "a", SubsetSpec(20, seed=1))
    make(grown, "b", SubsetSpec(20, seed=1))
    make(grown, "c", SubsetSpec(20, seed=2))
    assert questions(grown, "a") == questions(grown, "b")
    assert set(questions(grown, "a")) != set(questions(grown, "c"))


def test_a_smaller_subset_is_part_of_a_larger_one_and_recipes_share_pictures(grown):
    make(grown, "small", SubsetSpec(10))
    make(grown, "large", SubsetSpec(20))
    make(grown, "other", SubsetSpec(20, without=("left_of",)))
    assert questions(grown, "small").items() <= questions(grown, "large").items()
    assert set(questions(grown, "other")) == set(questions(grown, "large"))


def test_rows_that_were_stored_in_another_order_give_the_same_subset(grown):
    make(grown, "a", SubsetSpec(20))
    rows = Table.load(grown.uri).query("SELECT * FROM samples ORDER BY sample_id DESC")
    shuffled = str(grown.folder / "shuffled")
    Table.create(shuffled, rows.schema).append(rows, {})
    subset(Place(shuffled), SubsetSpec(20), Place(str(grown.folder / "made" / "b")))
    assert questions(grown, "a") == questions(grown, "b")


def test_density_bounds_the_objects_of_a_picture(grown):
    assert make(grown, "a", SubsetSpec(5, density=(2, 2))).samples == 5
    with pytest.raises(UserError, match="only 0 samples fit"):
        make(grown, "b", SubsetSpec(5, density=(3, 12)))


def test_too_few_samples_write_nothing(grown):
    with pytest.raises(UserError, match=r"only \d+ samples fit the recipe, 79 are wanted"):
        make(grown, "a", SubsetSpec(79))
    assert not (grown.folder / "made" / "a").exists()


def test_a_dataset_that_is_there_is_not_written_into(grown):
    make(grown, "a", SubsetSpec(5))
    with pytest.raises(UserError, match="already"):
        make(grown, "a", SubsetSpec(5))


class Stopped(BaseException):
    """As Ctrl-C is: not an Exception."""


def test_a_table_is_made_whole_or_leaves_nothing(grown):
    uri = str(grown.folder / "whole")

    def rows(stop: bool):
        yield from batches(Table.load(grown.uri), COLUMNS.names)
        if stop:
            raise Stopped

    with pytest.raises(Stopped):
        write_whole(uri, COLUMNS, rows(stop=True))
    with pytest.raises(NoDataset):
        Table.load(uri)
    assert list((grown.folder / "whole").iterdir()) == []
    made = write_whole(uri, COLUMNS, rows(stop=False))
    assert made.version == 0, "rows and table come in one commit"
    assert sum(batch.num_rows for batch in batches(made, ["sample_id"])) == 80
    assert sum(batch.num_rows for batch in made.changes(0, 0, ["sample_id"])) == 80
    assert [step["rows"] for step in info(uri)["growth"]] == [80]
    with pytest.raises(UserError, match="already"):
        write_whole(uri, COLUMNS, rows(stop=False))
    assert sum(batch.num_rows for batch in batches(Table.load(uri), ["sample_id"])) == 80


def test_a_table_without_rows_may_be_made_too(grown):
    assert write_whole(str(grown.folder / "empty"), COLUMNS, ()).files() == []


def test_the_pictures_and_what_is_known_of_them_stay(grown):
    make(grown, "a", SubsetSpec(5, only=("distance",)))
    before = {row["sample_id"]: row for b in batches(Table.load(grown.uri), COLUMNS_KEPT) for row in b.to_pylist()}
    for batch in batches(Table.load(str(grown.folder / "made" / "a")), COLUMNS_KEPT):
        assert all(row == before[row["sample_id"]] for row in batch.to_pylist())


COLUMNS_KEPT = ["sample_id", "image", "objects", "relations", "excluded", "split", "provenance"]


@pytest.mark.parametrize(
    ("query", "predicates"),
    [
        ({"op": "side", "subject": CAT, "object": DOG}, {"left_of", "right_of"}),
        ({"op": "bearing", "subject": CAT, "object": DOG}, {"left_of", "right_of", "above", "below"}),
        ({"op": "in_order", "course": "top_to_bottom", "first": CAT, "second": DOG, "third": CAT}, {"above", "below"}),
        ({"op": "in_place", "subject": CAT, "place": "top_left"}, {"top_left"}),
        ({"op": "outermost", "extreme": "leftmost"}, {"left_of"}),
        ({"op": "nearest", "anchor": {"predicate": "on", "anchor": DOG}}, {"near", "far", "on"}),
        ({"op": "count", "category": "cat", "predicate": "below", "anchor": DOG}, {"below"}),
        ({"op": "attribute", "family": "colour", "subject": {"category": "cat", "extreme": "highest"}}, {"above"}),
        ({"op": "deeper", "subject": CAT, "predicate": "behind", "object": DOG}, {"behind"}),
        ({"op": "exists", "category": "cat"}, set()),
    ],
)
def test_the_relations_of_a_question_are_those_that_its_answer_needs(query, predicates):
    assert predicates_of(certificate(query)) == predicates


def test_a_question_that_does_not_say_what_it_is_about_fits_only_where_nobody_cares():
    assert predicates_of('{"rule":"left_of"}') is None
    assert SubsetSpec(1).allows('{"rule":"left_of"}')
    assert not SubsetSpec(1, without=("far",)).allows('{"rule":"left_of"}')
    assert not SubsetSpec(1, only=("direction",)).allows('{"rule":"left_of"}')


def test_names_are_relations_or_families():
    assert expand_families(["left_of", "depth"]) == {"left_of", "in_front_of", "behind"}
    with pytest.raises(UserError, match="no relation or family 'sideways'; there are arrangement, containment, "):
        expand_families(["sideways"])
