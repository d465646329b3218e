"""`SKG_KAFKA_INSTANCE` over restarts, on Apache Kafka: the partitions of a static member wait for it, nobody else's move,
every graph has its picture, and what was committed is worked on once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.codec import decode, to_message
from schemas.events import RenderedImage
from schemas.ids import make_seed
from schemas.topics import GRAPHS, IMAGES
from streams.broker.connection import KafkaConnection
from streams.broker.records import Partition
from streams.broker.topic_admin import TopicAdmin
from streams.worker.loop import COMMIT_EVERY_S
from tests.fakes.carrier import KafkaCarrier
from tests.fakes.events import make_graph
from tests.fakes.static_member import BATCH, LIMITS, PAUSE_S
from tests.fakes.steps import NOW, TRACE
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

SESSION_S = 15.0
COUNT = 200
WITHIN_S = 60.0

IN_HAND = LIMITS.max_in_flight + int(2 * COMMIT_EVERY_S * BATCH / PAUSE_S)
"""Graphs that a killed member may have drawn and not committed."""

REPOSITORY = Path(__file__).parents[2]


class Member:
    """A process with a name that survives it."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str]) -> None:
        self._told, log = folder / f"{name}-{uuid4().hex[:4]}.txt", folder / f"{name}.log"
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.fakes.static_member", str(self._told)],
                cwd=REPOSITORY, env=os.environ | environment | {"SKG_KAFKA_INSTANCE": name}, stdout=file, stderr=file,
            )  # fmt: skip

    def lines(self) -> list[str]:
        return self._told.read_text("utf-8").splitlines() if self._told.exists() else []

    def owned(self) -> set[int]:
        """The partitions that it has now."""
        owned: set[int] = set()
        for line in self.lines():
            what, *numbers = line.split()
            if what == "assigned":
                owned |= set(map(int, numbers))
            elif what == "gone":
                owned -= set(map(int, numbers))
        return owned

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


class Group:
    """Two static members of a group of their own, and what comes of the graphs."""

    def __init__(self, bootstrap: str, folder: Path, starting: Callable[[Member], object]) -> None:
        self.name, self._folder, self._starting = f"group-{uuid4().hex[:8]}", folder, starting
        self._carrier, self._bootstrap = KafkaCarrier(bootstrap), bootstrap
        self.close = self._carrier.close
        self.seed = make_seed(f"a cat beside a dog {self.name}", count=COUNT)

    def start(self, name: str) -> Member:
        environment = {
            "SKG_KAFKA_BOOTSTRAP": self._bootstrap,
            "SKG_KAFKA_SESSION_S": str(SESSION_S),
            "SKG_RENDER_GROUP": self.name,
            "SKG_STATE_DIR": str(self._folder / "state"),
        }
        member = Member(name, self._folder, environment)
        self._starting(member)
        return member

    def both(self) -> tuple[Member, Member]:
        """Two that share the partitions."""
        one, other = self.start("render-0"), self.start("render-1")

        def shared() -> bool:
            return bool(one.owned() and other.owned() and not one.owned() & other.owned())

        until(shared, WITHIN_S, "both have partitions")
        return one, other

    def ask(self) -> None:
        self._carrier.publish([to_message(make_graph(self.seed, n), "test", TRACE, NOW) for n in range(COUNT)])

    def pictures(self) -> Counter[int]:
        """How often each graph of this group's seed was drawn."""
        events = [decode(IMAGES, record.value, record.headers) for record in self._carrier.records(IMAGES)]
        return Counter(
            e.graph.index for e in events if isinstance(e, RenderedImage) and e.graph.seed_id == self.seed.seed_id
        )

    def ends(self) -> dict[Partition, int]:
        found: dict[Partition, int] = {}
        for record in self._carrier.records(GRAPHS):
            found[record.partition] = record.offset + 1
        return found

    def committed(self) -> dict[Partition, int]:
        return self._carrier.committed(self.name, GRAPHS)

    def finish(self) -> Counter[int]:
        """Wait until all is drawn and committed; how often each was."""
        ends = self.ends()
        until(lambda: self.committed() == ends, WITHIN_S, f"all graphs are committed (logs in {self._folder})")
        return self.pictures()


@pytest.fixture
def group(apache_broker: str, tmp_path: Path) -> Iterator[Group]:
    with closing(TopicAdmin(KafkaConnection.plain(apache_broker))) as admin:
        admin.apply(1)
    with ExitStack() as ending:

        def starting(member: Member) -> None:
            ending.callback(member.process.wait, 10)
            ending.callback(member.process.kill)

        yield ending.enter_context(closing(Group(apache_broker, tmp_path, starting)))


def working(group: Group) -> Callable[[], bool]:
    """Some of the work is done, and not all of it."""
    return lambda: sum(group.pictures().values()) >= COUNT // 8


def test_a_static_member_that_is_stopped_finds_its_partitions_when_it_starts_again(group: Group) -> None:
    one, other = group.both()
    mine, lines = one.owned(), other.lines()
    group.ask()
    until(working(group), WITHIN_S, "some pictures")
    stopped = time.monotonic()
    assert one.end(signal.SIGTERM) == 0
    again = group.start("render-0")
    until(again.owned, WITHIN_S, "partitions")
    assert time.monotonic() - stopped < SESSION_S, "the machine is too busy for this test: the session ran out"
    assert again.owned() == mine
    drawn = group.finish()
    assert drawn.keys() == set(range(COUNT))
    assert set(drawn.values()) == {1}, "what was committed is drawn once"
    assert other.lines() == lines, "the other one has seen no rebalance at all"


def test_a_static_member_that_is_killed_takes_over_from_itself_at_once(group: Group) -> None:
    one, other = group.both()
    mine, lines = one.owned(), other.lines()
    group.ask()
    until(working(group), WITHIN_S, "some pictures")
    killed = time.monotonic()
    assert one.end(signal.SIGKILL) == -signal.SIGKILL
    again = group.start("render-0")
    until(again.owned, WITHIN_S, "partitions")
    assert time.monotonic() - killed < SESSION_S, "it waited for the session of the one that was killed"
    assert again.owned() == mine
    drawn = group.finish()
    assert drawn.keys() == set(range(COUNT))
    assert sum(drawn.values()) - COUNT <= IN_HAND, "only what was not committed is drawn again"
    assert other.lines() == lines, "the other one has seen no rebalance at all"


def test_the_others_see_it_where_one_more_member_joins(group: Group) -> None:
    """That these tests would notice a rebalance."""
    _, other = group.both()
    lines = other.lines()
    group.start("render-2")
    until(lambda: any("Revoking" in line for line in other.lines()[len(lines) :]), WITHIN_S, "a rebalance")
