"""BalanceController the real factory without its carriers: planner, renderer and every gate decide what comes of each
seed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.balance_targets import targets_of
from monitoring.traces import child_of
from schemas.base import Event
from schemas.codec import Message, to_message
from schemas.events import SeedOptions
from schemas.ids import make_seed
from streams.broker.records import Partition, Record
from streams.operations.balance_controller import BalanceController
from tests.fakes.line import collage_line

NOW = datetime(2031, 5, 1, tzinfo=UTC)
PER_MINUTE = 12
MINUTES = 20

# of kinds what such scenes yield: the mix of relations leaves depth orders a third of these kinds
TARGETS = targets_of(
    {
        "scenes": {"kitchen": 1, "park": 1},
        "density": {"2-3": 1, "4-5": 1},
        "relations": {"direction": 3, "depth": 2, "support": 1},
        "kinds": {"direction_yes_no": 5, "depth_order": 3, "chain": 1},
        "tolerance": 0.05,
        "per_minute": PER_MINUTE,
        "total": PER_MINUTE * MINUTES,
        "ahead": PER_MINUTE,
    }
)


class Nowhere:
    """A topic that nobody reads: the test hands the seeds on itself."""

    def publish(self, messages: Sequence[Message]) -> None:
        assert all(message.topic == "skg.seeds" for message in messages)


def recorded(events: Iterable[Event]) -> list[Record]:
    messages = [to_message(event, "test", child_of(None), NOW) for event in events]
    return [Record(Partition(m.topic, 0), 0, m.key, m.value, m.headers) for m in messages]


def shares(counts: Counter, names: Iterable[object]) -> dict[object, float]:
    wanted = {name: counts[name] for name in names}
    return {name: count / sum(wanted.values()) for name, count in wanted.items()}


@pytest.mark.thorough
@pytest.mark.parametrize("salt", ["", "another start", "a third one"])
def test_the_real_line_reaches_the_stated_mix_from_a_skewed_start(tmp_path: Path, salt: str):
    line, steering = collage_line(tmp_path / "sprites"), BalanceController(TARGETS, Nowhere())
    skewed = SeedOptions(min_objects=2, max_objects=2, families={"direction": 1.0}, salt=salt)
    skew = make_seed("kitchen", 20, options=skewed)
    steering.observe(recorded(line.outcomes([skew])))
    begun = steering.balance.deficits()
    assert set(begun) == {"scenes", "relations", "density", "kinds"}, "the start is skewed on every axis"
    minute = 0
    while not steering.balance.is_satisfied():
        minute += 1
        assert minute <= MINUTES, steering.balance.deficits()
        seeds = steering.publish_seeds(60.0 * minute)
        assert 0 < sum(seed.count for seed in seeds) <= PER_MINUTE
        steering.observe(recorded(line.outcomes(seeds)))
        assert steering.balance.in_flight == 0, "every request has an outcome"
    balance = steering.balance
    assert steering.state.startswith("the mix is there")
    assert steering.publish_seeds(60.0 * minute + 60) == []
    for counts, want in (
        (balance.scenes, TARGETS.scenes),
        (balance.bands, TARGETS.bands),
        (balance.families, TARGETS.relations),
        (balance.kinds, TARGETS.kinds),
    ):
        found = shares(counts, want)
        assert all(found[name] >= share - TARGETS.tolerance for name, share in want.items()), (found, want)
