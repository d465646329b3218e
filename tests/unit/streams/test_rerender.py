"""Lineage: a sample's whole story, and its picture drawn again from it."""

from pathlib import Path

import pytest

from dataset.reading.lineage import Lineage, NoSample, lineage
from dataset.table.table_errors import NoDataset
from schemas.errors import BadInput
from schemas.ids import make_seed
from schemas.interfaces import Drawing
from streams.errors import Refused
from streams.operations.rerender import rerender_sample
from tests.fakes.line import Line, collage_line, store_rows


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Line, str, list[str]]:
    """A line, the table it filled, and its sample ids."""
    folder = tmp_path_factory.mktemp("lineage")
    line = collage_line(folder / "sprites")
    samples = line.samples([make_seed("kitchen", 4)])
    return line, store_rows(str(folder / "table"), samples), [sample.event.sample_id for sample in samples]


def found_of(made: tuple[Line, str, list[str]]) -> Lineage:
    return lineage(made[1], made[2][0])


@pytest.mark.thorough
def test_a_lineage_tells_seed_graph_layout_picture_checks_prompt_and_versions(made):
    found = found_of(made)
    text = "\n".join(found.lines())
    graph = found.graph
    for part in (found.row["sample_id"], graph.seed_id, graph.graph_id, graph.prompt.positive, found.provenance["sha256"]):
        assert part in text
    for part in ("kitchen", "collage-1", "rule-planner", "examine", "layout", found.row["questions"][0]["question"]):
        assert part in text
    assert found.as_json()["provenance"] == found.provenance


@pytest.mark.thorough
def test_the_beginning_of_an_id_is_enough_if_it_is_the_only_one(made):
    _, uri, ids = made
    assert lineage(uri, ids[1][:10]).row["sample_id"] == ids[1]


@pytest.mark.parametrize(("sample", "error"), [("ffffffffffffffff", NoSample), ("' OR 1=1 --", BadInput), ("ab", BadInput)])
def test_an_id_that_is_not_there_is_no_sample_and_what_is_no_id_is_bad_input(made, sample: str, error: type[Exception]):
    with pytest.raises(error):
        lineage(made[1], sample)


def test_no_dataset_is_said_to_be_none(tmp_path: Path):
    with pytest.raises(NoDataset):
        lineage(str(tmp_path / "nothing"), "0123456789")


def test_a_picture_is_drawn_again_to_the_byte(made):
    line = made[0]
    redrawn = rerender_sample(found_of(made), line.renderer)
    assert redrawn.is_identical
    assert redrawn.is_same_picture
    assert redrawn.difference == 0
    assert "the same file" in str(redrawn)


def test_a_picture_that_comes_out_differently_is_unlike(made):
    found = found_of(made)

    class Other:
        """Draws the picture of another sample."""

        name = "collage-1"
        parameters: dict[str, object] = {}  # noqa: RUF012

        def render(self, graphs, seeds):
            data = lineage(made[1], made[2][1]).picture
            return [Drawing(lambda: data, "image/webp", 512, 512, None)]

        def read_truth(self, data):
            return None

    redrawn = rerender_sample(found, Other())
    assert not redrawn.is_same_picture
    assert "beyond the tolerance" in str(redrawn)


def test_another_renderer_is_refused(made):
    class Another:
        name = "gligen-1"
        parameters: dict[str, object] = {}  # noqa: RUF012

        def render(self, graphs, seeds):
            raise AssertionError("not asked")

        def read_truth(self, data):
            return None

    with pytest.raises(Refused, match="collage-1"):
        rerender_sample(found_of(made), Another())
