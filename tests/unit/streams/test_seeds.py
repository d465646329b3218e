"""Seeds are checked whole before anything is published."""

import json
from pathlib import Path

import pytest

from agents.concepts.seed_check import check_seed
from schemas.ids import make_seed
from spatial.knowledge.renderer_capabilities import pictures_only
from streams.errors import BadSeeds
from streams.operations.seeds import SAMPLE_SEEDS, SeedRequest, distribute_graphs, requests_of, seeds_of
from streams.seed_files.seed_reading import parse_seeds, read_context, read_seeds


def test_a_large_wish_becomes_several_events_that_share_one_id_and_leave_no_gap():
    seeds = seeds_of(SeedRequest(concept="harbour", count=2500))
    assert [(s.first, s.count) for s in seeds] == [(0, 1000), (1000, 1000), (2000, 500)]
    assert len({s.seed_id for s in seeds}) == 1
    assert len(requests_of(seeds)) == 2500


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "seed: must be a JSON object"),
        ('{"concept": "park", "options": 3}', "options: must be a JSON object"),
        ('{"concept": ""}', "must have 1 to 200 characters"),
        ('{"concept": "  "}', "must have 1 to 200 characters"),
        (json.dumps({"concept": "x" * 201}), "this one has 201"),
        ('{"concept": "park", "count": 0}', "count"),
        ('{"concept": "park", "colour": "red"}', "colour"),
        ('{"count": 3}', "concept"),
        ('{"concept": "park", "options": {"min_objects": 5, "max_objects": 2}}', "min_objects 5 is above"),
    ],
)
def test_a_malformed_line_is_named_with_its_number_and_its_reason(line: str, reason: str):
    with pytest.raises(BadSeeds, match=r"seeds\.jsonl, line 3: ") as caught:
        parse_seeds(f'{{"concept": "park"}}\n\n{line}', "seeds.jsonl")
    assert reason in str(caught.value)


def test_all_faulty_lines_are_named_at_once_up_to_ten():
    with pytest.raises(BadSeeds) as caught:
        parse_seeds("{\n" * 12, "s")
    assert str(caught.value).count("line") == 10
    assert "and 2 more" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n# nothing\n", b"\xff\xfe"])
def test_an_empty_or_binary_file_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "seeds.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadSeeds):
        read_seeds(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(BadSeeds, match=r"none\.jsonl"):
        read_seeds(tmp_path / "none.jsonl")


def test_the_sample_seeds_are_at_least_twenty_concepts_and_a_hundred_graphs():
    seeds = read_seeds(SAMPLE_SEEDS)
    assert len({s.seed_id for s in seeds}) >= 20
    assert len(requests_of(seeds)) >= 100


@pytest.mark.parametrize("graphs", [1, 7, 100, 1234])
def test_graphs_are_shared_out_evenly(graphs: int):
    shared = distribute_graphs(read_seeds(SAMPLE_SEEDS), graphs)
    assert sum(s.count for s in shared) == graphs
    assert max(s.count for s in shared) - min(s.count for s in shared) <= 1


def test_a_context_is_read_from_a_file_and_changes_the_seed(tmp_path: Path):
    path = tmp_path / "market.txt"
    path.write_text("  Stalls sell fruit under striped awnings.\n", "utf-8")
    assert read_context(path) == "Stalls sell fruit under striped awnings."
    assert make_seed("market", context=read_context(path)).seed_id != make_seed("market").seed_id


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "1 to 20000"), (b"x" * 20_001, "this one has 20001"), (b"\xff\xfe", "not UTF-8"), (None, "No such file")],
)
def test_a_context_that_cannot_be_used_is_named(tmp_path: Path, data: bytes | None, why: str):
    path = tmp_path / "context.txt"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(BadSeeds, match=why):
        read_context(path)


def test_a_third_of_the_concepts_is_dense_where_nobody_says_how_many_objects_there_are():
    sizes = [seeds_of(SeedRequest(concept=f"place {number}"))[0].options for number in range(600)]
    assert {(each.min_objects, each.max_objects) for each in sizes} == {(2, 5), (6, 12)}
    assert 150 < sum(each.min_objects == 6 for each in sizes) < 250


@pytest.mark.parametrize(
    ("concept", "most"),
    [
        ("3 cats in a park", {5, 12}), ("3 cats and 3 dogs", {8, 12}), ("a cat, 2 dogs, and 3 birds", {8, 12}),
        ("six mugs on a table", {9, 12}), ("11 cats in a park", {12}), ("50 cats in a park", {12}),
    ],
)  # fmt: skip
def test_a_concept_that_names_more_than_the_usual_number_of_objects_may_have_them(concept: str, most: set[int]):
    [seed] = seeds_of(SeedRequest(concept=concept))
    assert seed.options.max_objects in most
    assert (check_seed(seed, pictures_only("collage"), by_model=False).fault is None) == ("50" not in concept)
    [said] = seeds_of(SeedRequest.model_validate({"concept": concept, "options": {"max_objects": 5}}))
    assert said.options.max_objects == 5, "what is said holds"


@pytest.mark.parametrize("options", [{"min_objects": 2}, {"max_objects": 5}, {"min_objects": 3, "max_objects": 4}])
def test_what_is_said_of_the_number_of_objects_holds(options: dict[str, int]):
    for number in range(30):
        [seed] = seeds_of(SeedRequest.model_validate({"concept": f"place {number}", "options": options}))
        assert (seed.options.min_objects, seed.options.max_objects) == (
            options.get("min_objects", 2), options.get("max_objects", 5)
        )  # fmt: skip
