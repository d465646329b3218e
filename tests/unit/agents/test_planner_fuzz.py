"""Whatever seed the schemas let through ends in a graph or a rejection that travels: nothing is raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.planner import RulePlanner
from agents.user_graphs import read_graph
from gpu_workers.renderers import capabilities_of
from schemas.bounds import MAX_PAYLOAD_BYTES, MAX_WHOLE
from schemas.codec import decode, encode
from schemas.events import Rejection, SeedConcept, SeedOptions
from schemas.ids import make_seed
from schemas.topics import BY_EVENT
from tests.fakes.event_strategies import models
from tests.fakes.examples_count import examples
from tests.fakes.seed_strategies import ODD_FORMS, seeds

pytestmark = pytest.mark.thorough

PLANNERS = {name: RulePlanner(capabilities_of(name)) for name in ("collage-1", "gligen-1")}


def planned(seed: SeedConcept, index: int, renderer: str) -> None:
    made = PLANNERS[renderer].plan_now(seed, index)
    value = encode(made)
    assert len(value) <= MAX_PAYLOAD_BYTES
    assert decode(BY_EVENT[type(made)].name, value) == made


@examples(300)
@given(seeds(), st.sampled_from([0, 1, 7, MAX_WHOLE]), st.sampled_from(sorted(PLANNERS)))
def test_any_wish_ends_in_an_event(seed: SeedConcept, index: int, renderer: str):
    planned(seed, index, renderer)


@examples(100)
@given(models(SeedConcept))
def test_any_valid_seed_ends_in_an_event(seed: SeedConcept):
    planned(seed, seed.first, "gligen-1")


@pytest.mark.parametrize("field", ["scene", "chosen_objects", "attributes", "negative_objects", "objects_kg"])
@pytest.mark.parametrize("odd", ODD_FORMS, ids=range(len(ODD_FORMS)))
def test_a_users_graph_with_something_odd_in_it_is_an_invalid_graph_in_one_line(field: str, odd: object):
    form = {"scene": "kitchen", "chosen_objects": ["cat", "dog"], "objects_kg": [[0, "near", 1]], field: odd}
    made = PLANNERS["gligen-1"].plan_now(make_seed("kitchen", options=SeedOptions(graph=form)), 0)
    if isinstance(made, Rejection):
        assert made.reason in ("invalid_graph", "contradiction")
        assert "\n" not in made.detail
    assert decode(BY_EVENT[type(made)].name, encode(made)) == made


def test_a_users_graph_may_have_as_many_things_as_a_graph_takes():
    things = [f"thing {number}" for number in range(50)]
    relations = [[number, "left of", number + 1] for number in range(49)]
    form = {"scene": "kitchen", "chosen_objects": things, "objects_kg": relations}
    assert len(read_graph(form, PLANNERS["gligen-1"]._capabilities).relations) == 49
    planned(make_seed("kitchen", options=SeedOptions(graph=form)), 0, "gligen-1")
