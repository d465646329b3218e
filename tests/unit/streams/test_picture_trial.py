"""A dry run says what the line will say: the first pictures are drawn and compared before a seed is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gpu_workers.renderers import capabilities_of
from schemas.ids import make_seed
from streams.operations.seeds import SeedRequest, seeds_of
from streams.readings.concept_readings import readings_by
from streams.readings.picture_trial import trial_for


def check(concept: str, count: int = 4):
    ((_, found),) = readings_by([make_seed(concept, count)], "collage", "collage", by_model=False).checks
    return found


@pytest.mark.parametrize(
    ("concept", "why", "nearest"),
    [
        ("a dragon on a crescent moon", "not so in the picture: dragon on", "a dragon next to a crescent moon"),
        ("a dog in a house", "not so in the picture: dog inside house", "a dog next to a house"),
    ],
)
def test_a_concept_of_which_no_picture_passes_is_refused_with_the_nearest_that_works(concept: str, why: str, nearest: str):
    fault = check(concept).fault or ""
    assert fault.startswith(f"each of the first 3 pictures would be rejected: {why}")
    assert fault.endswith(f"the nearest that works: {nearest!r}")
    assert check(nearest).fault is None


def test_a_concept_of_which_some_pictures_pass_is_sent_and_the_others_are_told():
    found = check("three books on a bench")
    assert found.fault is None
    assert "of the first 3 pictures 1 would be rejected: not so in the picture: book on bench" in found.reading


def test_things_that_would_be_hidden_are_counted():
    (seed,) = seeds_of(SeedRequest.model_validate({"concept": "five apples and four oranges in a fruit bowl", "count": 4}))
    ((_, found),) = readings_by([seed], "collage", "collage", by_model=False).checks
    fault = found.fault or ""
    assert "would be rejected: not visible enough: 5 apples, " in fault
    assert "apple, apple" not in fault


def test_a_single_picture_is_tried_alone():
    assert (check("a dragon on a crescent moon", count=1).fault or "").startswith("the only picture would be rejected")


def test_a_concept_whose_pictures_pass_is_read_as_before():
    found = check("a cat and two mugs on a table")
    assert found.fault is None
    assert found.reading.endswith("cat on table; mugs on table")


@pytest.mark.parametrize("renderer", ["solid", "gligen", "nonesuch"])
def test_slow_and_unknown_renderers_are_not_tried(renderer: str):
    assert trial_for(renderer, capabilities_of("collage")) is None


def test_of_many_concepts_none_is_drawn_for_a_trial():
    seeds = [make_seed("a dragon on a crescent moon", 4), *(make_seed(f"{number} cats", 1) for number in range(2, 12))]
    checks = dict(readings_by(seeds, "collage", "collage", by_model=False).checks)
    assert checks["a dragon on a crescent moon"].fault is None


def test_people_who_read_concepts_at_once_get_what_each_would_get_alone():
    concepts = [
        "a cat and two mugs on a table",
        "a dragon on a crescent moon",
        "a dog in a house",
        "three books on a bench",
    ]
    alone = [check(concept) for concept in concepts]
    with ThreadPoolExecutor(4) as people:
        assert list(people.map(check, concepts)) == alone
