"""BalanceController over topics: what is read, what is published, and that bounds hold over restarts."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.balance_targets import Band, Targets, targets_of
from agents.planner import RulePlanner
from gpu_workers.renderers import capabilities_of
from monitoring.traces import child_of
from schemas.base import Event
from schemas.codec import Message, to_message
from schemas.errors import PermanentError, RetryableError
from schemas.events import DeadLetter, QAEvent, SeedConcept, SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from streams.broker.records import Partition, Record
from streams.operations.balance_controller import SALT, BalanceController, RateLimit, accepted
from streams.operations.balance_process import BadTargets, read_targets
from streams.steps.dead_letters import dead_letter
from tests.fakes.events import make_graph, make_qa, make_rejection

NOW = datetime(2031, 5, 1, tzinfo=UTC)


class Topic:
    """Keeps what is published, as records."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def publish(self, messages: Sequence[Message]) -> None:
        self.records += [record_of(message) for message in messages]


def record_of(message: Message) -> Record:
    return Record(Partition(message.topic, 0), 0, message.key, message.value, message.headers)


def recorded(event: Event, when: datetime = NOW) -> Record:
    return record_of(to_message(event, "test", child_of(None), when))


def stated(**changes: object) -> Targets:
    values: dict[str, object] = {
        "scenes": {"kitchen": 1, "park": 1},
        "density": {"2-3": 1, "4-6": 1},
        "relations": {"direction": 1, "depth": 1, "distance": 1},
        "tolerance": 0.03,
        "per_minute": 30,
        "total": 1000,
        "ahead": 30,
    }
    return targets_of({**values, **changes})


def buried(event: Event) -> DeadLetter:
    """The dead letter that keeps the event."""
    return dead_letter(recorded(event), "render", PermanentError("failed", "gone"))


def outcome(planner: RulePlanner, seed: SeedConcept, index: int) -> Event:
    """What the factory would make of a request, without a picture: the plan is the scene."""
    event = planner.plan_now(seed, index)
    return make_qa(event) if isinstance(event, SpatialGraph) else event


@pytest.mark.thorough
def test_a_factory_is_steered_from_a_skewed_start_to_the_stated_mix():
    planner, topic = RulePlanner(capabilities_of("collage")), Topic()
    steering = BalanceController(stated(), topic)
    skew = make_seed("kitchen", 60, options=SeedOptions(min_objects=2, max_objects=2, families={"direction": 1.0}))
    steering.observe(recorded(outcome(planner, skew, i)) for i in range(60))
    assert steering.balance.deficits()
    minute, published = 0, 0
    while not steering.balance.is_satisfied():
        minute += 1
        assert minute < 40, steering.balance.deficits()
        for seed in steering.publish_seeds(60.0 * minute):
            published += seed.count
            steering.observe(recorded(outcome(planner, seed, i)) for i in range(seed.count))
        assert published <= 30 * minute
    assert steering.publish_seeds(60.0 * minute + 60) == []
    balance = steering.balance
    for counts, want in ((balance.scenes, {"kitchen", "park"}), (balance.families, {"direction", "depth", "distance"})):
        total = sum(counts[name] for name in want)
        assert all(abs(counts[name] / total - 1 / len(want)) < 0.07 for name in want), counts


def test_seeds_are_published_and_say_whose_they_are():
    topic = Topic()
    seeds = BalanceController(stated(), topic).publish_seeds(0.0)
    assert sum(seed.count for seed in seeds) == 30
    assert all(seed.options.salt.startswith(SALT) for seed in seeds)
    assert len({seed.seed_id for seed in seeds}) == len(seeds) == len(topic.records)


def test_no_minute_sees_more_than_is_allowed():
    steering = BalanceController(stated(ahead=1000), Topic())
    counts = [sum(seed.count for seed in steering.publish_seeds(now)) for now in (0.0, 5.0, 59.0, 61.0, 62.0)]
    assert counts == [30, 0, 0, 30, 0]


def test_no_more_than_the_total_is_ever_asked_for():
    steering = BalanceController(stated(total=70, ahead=1000), Topic())
    assert sum(seed.count for minute in range(10) for seed in steering.publish_seeds(61.0 * minute)) == 70


def test_a_restart_remembers_what_was_asked_for_and_when():
    topic = Topic()
    first = BalanceController(stated(total=50, ahead=1000), topic)
    first.publish_seeds(0.0)
    again = BalanceController(stated(total=50, ahead=1000), topic)
    again.restore(topic.records, now=5.0)
    assert again.publish_seeds(5.0) == []
    later = again.publish_seeds(70.0)
    assert sum(seed.count for seed in later) == 20
    assert len({record.key for record in topic.records}) == len(topic.records)


def test_seeds_of_long_ago_do_not_count_for_this_minute():
    old = make_seed("kitchen", 30, options=SeedOptions(families={"depth": 1.0}, salt=f"{SALT}7"))
    steering = BalanceController(stated(ahead=1000), Topic())
    steering.restore([recorded(old, datetime.now(UTC) - timedelta(hours=1))], now=0.0)
    assert sum(seed.count for seed in steering.publish_seeds(0.0)) == 30
    assert steering.rate_limit.spent == 60


def test_seeds_of_others_are_none_of_its_own():
    steering = BalanceController(stated(), Topic())
    steering.restore([recorded(make_seed("kitchen", 500))], now=0.0)
    assert steering.rate_limit.spent == 0


def test_a_redelivered_outcome_counts_once():
    steering = BalanceController(stated(), Topic())
    events = [recorded(make_qa(make_graph(scene="kitchen")))] * 3
    steering.observe(events)
    steering.observe(events)
    assert steering.balance.samples == 1


def test_rejections_of_its_own_seeds_lower_their_hopes():
    steering = BalanceController(stated(), Topic())
    seed = steering.publish_seeds(0.0)[0]
    steering.observe([recorded(make_rejection(seed, index)) for index in range(seed.count)])
    assert sum(steering.balance.misses.values()) == seed.count
    steering.observe([recorded(make_rejection())])
    assert sum(steering.balance.misses.values()) == seed.count


def test_a_picture_that_gets_another_attempt_is_no_outcome_yet():
    steering = BalanceController(stated(), Topic())
    seed = steering.publish_seeds(0.0)[0]
    before = steering.balance.in_flight
    steering.observe([recorded(make_rejection(seed).model_copy(update={"retried": True}))])
    assert steering.balance.in_flight == before


def test_what_ended_as_a_dead_letter_is_not_waited_for():
    steering = BalanceController(stated(), Topic())
    seed, other = steering.publish_seeds(0.0)[:2]
    before = steering.balance.in_flight
    letters = [buried(seed), buried(seed), buried(make_graph(other)), buried(make_seed("kitchen", 9))]
    steering.observe(recorded(letter) for letter in letters)
    assert steering.balance.in_flight == before - seed.count - 1


@pytest.mark.parametrize("letter_first", [True, False])
def test_a_dead_letter_that_was_sent_back_is_no_outcome_beside_the_later_one(letter_first: bool):
    steering = BalanceController(stated(), Topic())
    seed = steering.publish_seeds(0.0)[0]
    before, graph = steering.balance.in_flight, make_graph(seed)
    told = [recorded(buried(graph)), recorded(make_qa(graph)), recorded(buried(graph))]
    steering.observe(told if letter_first else reversed(told[:2]))
    assert steering.balance.in_flight == before - 1
    assert steering.balance.samples == 1


def test_a_sample_that_could_not_be_written_was_counted_already():
    steering = BalanceController(stated(), Topic())
    seed = steering.publish_seeds(0.0)[0]
    sample = make_qa(make_graph(seed))
    steering.observe([recorded(sample)])
    before = steering.balance.in_flight
    steering.observe([recorded(buried(sample))])
    assert steering.balance.in_flight == before


def test_it_says_why_nothing_is_asked_for():
    steering = BalanceController(stated(total=30), Topic())
    assert steering.state == "asking for what lacks"
    seeds = steering.publish_seeds(0.0)
    assert steering.state.startswith("all graphs that may be asked for were")
    again = BalanceController(stated(scenes={"kitchen": 1}, density={"2-3": 1}, relations={"direction": 1}), Topic())
    again.observe([recorded(make_qa(make_graph(scene="kitchen")))])
    assert again.state.startswith("the mix is there")
    hopeless = BalanceController(stated(scenes={"kitchen": 1}, density={"2-3": 1}, relations={"direction": 1}), Topic())
    (seed,) = hopeless.publish_seeds(0.0)
    hopeless.observe(recorded(make_rejection(seed, index)) for index in range(seed.count))
    assert hopeless.state.startswith("no cell brings")
    assert seeds


def test_bytes_that_are_no_event_are_passed_over():
    steering = BalanceController(stated(), Topic())
    steering.observe([Record(Partition("skg.qa", 0), 0, b"k", b"junk", ())])
    assert steering.balance.samples == 0


def test_seeds_that_are_not_acknowledged_are_not_counted():
    class Away:
        def publish(self, messages: Sequence[Message]) -> None:
            raise RetryableError("no broker")

    steering = BalanceController(stated(), Away())
    with pytest.raises(RetryableError):
        steering.publish_seeds(0.0)
    assert steering.rate_limit.spent == steering.balance.in_flight == 0


def test_a_sample_counts_with_its_relations_things_and_kinds():
    event = make_qa(make_graph(scene="kitchen"))
    assert isinstance(event, QAEvent)
    found = accepted(event)
    assert (found.scene, found.things, found.families) == ("kitchen", 2, {"direction": 1})
    assert Counter(found.kinds) == Counter(question.kind for question in event.questions)


def test_pace_allows_nothing_beyond_its_bounds():
    pace = RateLimit(10, 15)
    pace.spend(0.0, 8)
    assert pace.allowed(1.0) == 2
    assert pace.allowed(61.0) == 7
    pace.spend(61.0, 7)
    assert pace.allowed(500.0) == 0


def test_a_density_may_be_a_bare_number(tmp_path: Path):
    path = tmp_path / "targets.yaml"
    path.write_text("scenes: {kitchen: 1}\ndensity: {4: 1, 5-6: 3}\nrelations: {depth: 1}")
    assert read_targets(path).bands == {Band(4, 4): 0.25, Band(5, 6): 0.75}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenes: [", "not YAML"),
        ("density: {4: 1}\nscenes: {kitchen: 1, kitchen: 2}", "line 2: the key 'kitchen' is there twice"),
        ("[" * 5000, "nested too deeply"),
        ("scenes: {kitchen: 1}", "density"),
        ("[1, 2]", "names with values are needed"),
        ("scenes: {moon: 1}\ndensity: {4: 1}\nrelations: {depth: 1}", "scenes: 'moon' is no scene"),
        ("scenes: {kitchen: 1}\ndensity: {2026-01-01: 1}\nrelations: {depth: 1}", "is no density"),
        (None, r"No such file .*SKG_BALANCE_TARGETS"),
    ],
)
def test_a_faulty_file_of_targets_is_one_line(tmp_path: Path, text: str | None, said: str):
    path = tmp_path / "targets.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadTargets, match=said) as error:
        read_targets(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def open_misses_hits(steering: BalanceController) -> tuple[int, int, int]:
    balance = steering.balance
    return balance.in_flight, balance.misses.total(), balance.hits.total()


@pytest.mark.parametrize("lost", ["rejected", "buried"])
def test_a_request_that_is_judged_again_has_one_outcome(lost: str):
    topic, planner = Topic(), RulePlanner(capabilities_of("collage"))
    steering = BalanceController(stated(), topic)
    (seed, *_) = steering.publish_seeds(0.0)
    asked = steering.balance.in_flight
    rejection = make_rejection(seed, seed.first)
    first = rejection if lost == "rejected" else buried(planner.plan_now(seed, seed.first))
    steering.observe([recorded(first)])
    assert open_misses_hits(steering) == (asked - 1, 1, 0)
    other = rejection.model_copy(update={"rejection_id": "cd" * 16, "reason": "no_questions"})
    steering.observe([recorded(other)])
    assert open_misses_hits(steering) == (asked - 1, 1, 0)
    won = recorded(outcome(planner, seed, seed.first))
    steering.observe([won, won])
    assert (steering.balance.in_flight, steering.balance.hits.total() + steering.balance.misses.total()) == (asked - 1, 1)
    assert steering.balance.samples == 1
    steering.observe([recorded(rejection), recorded(other)])
    assert steering.balance.in_flight == asked - 1


def test_a_seed_that_is_sent_back_is_not_asked_for_once_more():
    topic = Topic()
    steering = BalanceController(stated(), topic)
    (seed, *_) = steering.publish_seeds(0.0)
    again = seed.model_copy(update={"first": seed.first, "count": 1})
    for records in ([*topic.records, recorded(again)], [recorded(again), *topic.records]):
        later = BalanceController(stated(), Topic())
        later.restore(records, 0.0)
        assert later.balance.in_flight == steering.balance.in_flight
        assert later.rate_limit.spent == steering.rate_limit.spent
