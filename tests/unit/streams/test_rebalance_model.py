"""Members that come and go at any moment, over a model of a broker: nothing is committed that nobody has finished.

The model is the broker in memory, whose consumers behave as kafka-python's do: under the eager protocol they keep the
positions of the partitions that they keep.
"""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from schemas.codec import Message
from schemas.errors import RetryableError
from streams.broker.records import Partition, Record
from streams.worker.record_buffer import BatchLimits, RecordBuffer
from tests.fakes.broker import MemoryBroker

pytestmark = pytest.mark.thorough

TOPIC, GROUP, PARTITIONS = "topic", "group", 3
LIMITS = BatchLimits(batch=2)


class Owner:
    """Begins where the group's offsets say, unless the table that it asks is away."""

    away = False

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        if self.away:
            raise RetryableError("the table is away")
        return {}

    def revoked(self, partitions: Sequence[Partition]) -> None: ...


class Member:
    """What a worker does, one step at a time: poll, take, finish, commit."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.owner = Owner()
        self.buffer = RecordBuffer(self.owner)
        self.consumer = broker.consumer(GROUP, TOPIC, self.buffer)
        self.working: list[list[Record]] = []


class Group(RuleBasedStateMachine):
    """Records in order of their publication; what was finished by anybody; what was committed."""

    members = Bundle("members")

    @initialize()
    def start(self) -> None:
        self.broker = MemoryBroker(PARTITIONS)
        self.published = 0
        self.finished: dict[Partition, set[int]] = {Partition(TOPIC, n): set() for n in range(PARTITIONS)}
        self.joined: list[Member] = []

    @rule(count=st.integers(1, 5))
    def publish(self, count: int) -> None:
        self.broker.publish([Message(TOPIC, str(self.published + n).encode(), b"", ()) for n in range(count)])
        self.published += count

    @precondition(lambda self: len(self.joined) < 3)
    @rule(target=members)
    def join(self) -> Member:
        member = Member(self.broker)
        self.joined.append(member)
        return member

    @rule(member=members)
    def poll(self, member: Member) -> None:
        if member in self.joined:
            member.buffer.put(member.consumer.poll(0.0))

    @rule(member=members)
    def take(self, member: Member) -> None:
        if member in self.joined:
            batch = member.buffer.take(LIMITS, lambda: True)
            member.working += [batch] if batch else []

    @rule(member=members, which=st.integers(0, 3))
    def finish(self, member: Member, which: int) -> None:
        if member.working and member in self.joined:
            self._finished(member, member.working.pop(which % len(member.working)))

    @rule(member=members)
    def commit(self, member: Member) -> None:
        offsets = member.buffer.offsets.committable()
        if member in self.joined and offsets and member.consumer.commit(offsets):
            member.buffer.offsets.committed(offsets)

    @rule(member=members)
    def pause_or_resume(self, member: Member) -> None:
        if member in self.joined:
            member.consumer.pause() if len(member.working) % 2 else member.consumer.resume()

    @rule(member=members, away=st.booleans())
    def table_away(self, member: Member, away: bool) -> None:
        member.owner.away = away

    @rule(member=members)
    def lose_membership(self, member: Member) -> None:
        if member in self.joined:
            member.consumer.lose_membership()

    @rule(member=consumes(members))
    def leave_or_die(self, member: Member) -> None:
        if member in self.joined:
            self.joined.remove(member)
            member.consumer.close()

    @invariant()
    def nothing_is_committed_that_nobody_has_finished(self) -> None:
        for partition, offset in self.broker.committed(GROUP, TOPIC).items():
            assert set(range(offset)) <= self.finished[partition]

    def teardown(self) -> None:
        """Whoever is left, or one who comes last, works everything off."""
        for member in self.joined or [self.join()]:
            member.owner.away = False
            member.consumer.resume()
        for _ in range(200):
            for member in self.joined:
                member.buffer.put(member.consumer.poll(0.0))
                member.working += [member.buffer.take(LIMITS, lambda: True)]
                while member.working:
                    self._finished(member, member.working.pop())
                self.commit(member)
        ends = {p: len(log) for p, log in self.broker.logs.items()}
        assert {p: len(done) for p, done in self.finished.items() if done} == ends
        assert self.broker.committed(GROUP, TOPIC) == ends

    def _finished(self, member: Member, batch: Sequence[Record]) -> None:
        for record in batch:
            self.finished[record.partition].add(record.offset)
        member.buffer.finish(batch)


TestMembersComeAndGo = Group.TestCase
TestMembersComeAndGo.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
