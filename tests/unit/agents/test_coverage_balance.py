"""The balance agent's decisions: what lacks is asked for, in bounds, until the stated mix is there."""

import random
from collections import Counter
from pathlib import Path

import pytest
import yaml

from agents.balance_targets import Band, Targets, band, targets_of
from agents.coverage_balance import TRIED, Accepted, Balance, Cell, SeedRequest

ROOT = Path(__file__).parents[3]

KINDS_OF = {
    "direction": ("direction_yes_no", "direction_open", "chain"),
    "depth": ("depth_order",),
    "support": ("selection", "multi_hop"),
    "distance": ("distance_comparison",),
}


def stated(**changes: object) -> Targets:
    values: dict[str, object] = {
        "scenes": {"kitchen": 1, "park": 1, "harbour": 2},
        "density": {"2-3": 1, "4-6": 2, "7-9": 1},
        "relations": {"direction": 4, "depth": 2, "support": 2, "distance": 2},
        "tolerance": 0.02,
        "per_minute": 40,
        "total": 4000,
        "ahead": 40,
    }
    return targets_of({**values, **changes})


def kitchen(things: int = 2) -> Accepted:
    return Accepted("kitchen", things, {"direction": 1}, {"direction_yes_no": 2})


def skewed(targets: Targets, samples: int = 300) -> Balance:
    """A dataset of small kitchens in which one thing is left of another."""
    balance = Balance(targets)
    for _ in range(samples):
        balance.record_accepted(kitchen(), None)
    return balance


def work_off(balance: Balance, wishes: list[SeedRequest], rng: random.Random) -> None:
    """A factory that brings most of what is asked for, adds relations of its own, and rejects some."""
    for wish in wishes:
        cell = wish.cell
        balance.record_requested(cell, wish.count)
        for _ in range(wish.count):
            if rng.random() < 0.15:
                balance.record_rejected(cell)
                continue
            things = rng.randint(*cell.band)
            families = Counter({cell.family: 1})
            families.update(rng.choices(("direction", "support"), k=things // 6))
            kinds = Counter(rng.choice(KINDS_OF[family]) for family in families.elements())
            balance.record_accepted(Accepted(cell.scene, things, families, kinds), cell)


def shares(counts: Counter, names) -> dict[object, float]:
    total = sum(counts[name] for name in names)
    return {name: counts[name] / total for name in names}


@pytest.mark.thorough
def test_a_skewed_dataset_reaches_the_stated_mix():
    targets = stated()
    balance, rng = skewed(targets), random.Random(4)
    rounds = 0
    while wishes := balance.seed_requests(40):
        work_off(balance, wishes, rng)
        rounds += 1
        assert rounds < 200, balance.deficits()
    assert balance.is_satisfied()
    for counts, want in (
        (balance.scenes, targets.scenes),
        (balance.bands, targets.bands),
        (balance.families, targets.relations),
    ):
        for name, share in shares(counts, want).items():
            assert abs(share - want[name]) < 0.06, (name, share, want[name])
    assert rounds > 5


@pytest.mark.thorough
def test_no_cell_stays_empty_though_its_axes_look_well():
    balance, rng = skewed(stated(least_samples=3000)), random.Random(1)
    while (wishes := balance.seed_requests(40)) and balance.samples < 3000:
        work_off(balance, wishes, rng)
    everything = {
        Cell(s, b, f) for s in balance.targets.scenes for b in balance.targets.bands for f in balance.targets.relations
    }
    assert {cell for cell in everything if balance.cells[cell] >= 5} == everything


def test_kinds_that_lack_are_sought_where_they_arise():
    balance = skewed(stated(kinds={"depth_order": 1, "direction_yes_no": 1}, relations={"direction": 1, "depth": 0.01}))
    wished = Counter({wish.cell.family: wish.count for wish in balance.seed_requests(20)})
    assert wished["depth"] > wished["direction"]


def test_kinds_that_need_many_things_bring_dense_scenes():
    even = {"density": {"2-3": 1, "4-6": 1}, "scenes": {"kitchen": 1}, "relations": {"direction": 1}}
    balance = Balance(stated(**even, kinds={"chain": 1, "direction_yes_no": 1}))
    for things in (2, 4) * 50:
        balance.record_accepted(kitchen(things), None)
    assert {wish.cell.band for wish in balance.seed_requests(1)} == {Band(4, 6)}


def test_nothing_is_wished_for_when_the_mix_is_there():
    balance = Balance(stated(scenes={"kitchen": 1}, density={"2-3": 1}, relations={"direction": 1}))
    balance.record_accepted(kitchen(), None)
    assert balance.is_satisfied()
    assert balance.seed_requests(10) == []


def test_an_empty_dataset_is_wanted_in_the_stated_mix():
    balance = Balance(stated())
    wished = Counter[str]()
    for wish in balance.seed_requests(40):
        wished[wish.cell.scene] += wish.count
    assert sum(wished.values()) == 40
    assert wished["harbour"] == pytest.approx(20, abs=3)


def test_too_few_samples_are_filled_up_in_the_mix_that_is_there():
    balance = Balance(stated(scenes={"kitchen": 1}, density={"2-3": 1}, relations={"direction": 1}, least_samples=10))
    balance.record_accepted(kitchen(), None)
    assert sum(wish.count for wish in balance.seed_requests(5)) == 5


@pytest.mark.parametrize("allowed", [0, 1, 7, 1000])
def test_no_more_is_asked_for_than_is_allowed_and_than_may_be_under_way(allowed: int):
    balance = skewed(stated(ahead=30))
    assert sum(wish.count for wish in balance.seed_requests(allowed)) == min(allowed, 30)


def test_what_is_under_way_counts_already():
    balance = skewed(stated(ahead=60))
    for wish in balance.seed_requests(40):
        balance.record_requested(wish.cell, wish.count)
    assert balance.in_flight == 40
    assert sum(wish.count for wish in balance.seed_requests(100)) == 20


def test_a_cell_that_brings_nothing_is_given_up():
    balance = Balance(stated(scenes={"kitchen": 1}, density={"2-3": 1}, relations={"depth": 1, "direction": 1}))
    hopeless = Cell("kitchen", Band(2, 3), "depth")
    balance.record_requested(hopeless, 25)
    for _ in range(25):
        balance.record_rejected(hopeless)
    assert balance.given_up() == [hopeless]
    assert {wish.cell.family for wish in balance.seed_requests(10)} == {"direction"}


def test_a_cell_is_given_up_with_the_last_outcome_that_it_is_granted_and_not_before():
    balance, cell = Balance(stated()), Cell("kitchen", Band(2, 3), "depth")
    for _ in range(TRIED - 1):
        balance.record_rejected(cell)
    assert balance.given_up() == []
    balance.record_rejected(cell)
    assert balance.given_up() == [cell]


def test_a_cell_that_brings_just_the_least_yield_is_not_given_up():
    balance, cell = Balance(stated()), Cell("kitchen", Band(2, 3), "depth")
    balance.record_accepted(Accepted("kitchen", 2, {"depth": 1}, {}), cell)
    for _ in range(TRIED - 1):
        balance.record_rejected(cell)
    assert balance.given_up() == []
    balance.record_rejected(cell)
    assert balance.given_up() == [cell]


def test_decisions_repeat():
    assert skewed(stated()).seed_requests(30) == skewed(stated()).seed_requests(30)


def test_the_example_in_the_docs_holds():
    targets = targets_of(yaml.safe_load((ROOT / "docs" / "targets.yaml").read_text("utf-8")))
    assert sum(targets.relations.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scenes": {"the moon": 1}}, "is no scene"),
        ({"relations": {"love": 1}}, "is no family of relations"),
        ({"kinds": {"riddle": 1}}, "is no kind of question"),
        ({"density": {"2-4": 1, "4-6": 1}}, "overlap"),
        ({"density": {"few": 1}}, "is no density"),
        ({"scenes": {"kitchen": 0}}, "greater than 0"),
        ({"per_hour": 3}, "Extra inputs"),
    ],
)
def test_bad_targets_are_named(changes: dict[str, object], said: str):
    with pytest.raises(ValueError, match=said):
        stated(**changes)


def test_a_density_may_be_one_number():
    assert band("4") == Band(4, 4)
