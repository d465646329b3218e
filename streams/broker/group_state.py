"""The state of the factory on its broker: of each stage its group's members, unread events, and progress.

In: the stages' groups, and a broker's answers.  Out: one `GroupState` per stage.
Uses `Groups` alone, so that it needs no process of the factory on this machine.  Unread events are counted from the
group's committed offsets.  The writers' are committed for this only: their positions are in their tables."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from schemas.events import STAGES
from schemas.topics import DEAD_LETTERS, TOPICS
from streams.broker.records import Partition

READS: Mapping[str, tuple[str, ...]] = {
    stage: tuple(t.name for t in TOPICS.values() if stage in t.consumer) for stage in STAGES
}
"""The topics of each stage's group."""

WRITES: Mapping[str, tuple[str, ...]] = {
    stage: tuple(t.name for t in TOPICS.values() if stage in t.producer and t.name != DEAD_LETTERS) for stage in STAGES
}


@dataclass(frozen=True)
class Member:
    """A member of a group as the broker reports it. Tansu reports neither host nor partitions ("" and None)."""

    client_id: str
    host: str
    partitions: int | None


@dataclass(frozen=True)
class Unread:
    """The unread records of a partition: how many, where it ends, when the oldest was published (UNIX seconds)."""

    events: int
    end: int
    oldest: float | None = None


class Groups(Protocol):
    """Queries to a broker."""

    def members(self, groups: Iterable[str]) -> Mapping[str, tuple[Member, ...]]:
        """The members of each group."""
        ...

    def partitions(self, topics: Iterable[str]) -> list[Partition]:
        """The existing partitions of these topics."""
        ...

    def committed(self, group: str) -> Mapping[Partition, int]:
        """The next offset of each partition, where the group has committed one."""
        ...

    def unread(self, offsets: Mapping[Partition, int | None]) -> Mapping[Partition, Unread]:
        """The records after these next offsets."""
        ...


@dataclass(frozen=True)
class GroupState:
    """One stage's group at one time.

    `oldest_unread_s` is the age of the oldest unread event, None where there is none.
    `mark` changes whenever the stage has committed or published something.
    """

    group: str
    members: tuple[Member, ...] = ()
    lag: Mapping[Partition, int] = field(default_factory=dict)
    oldest_unread_s: float | None = None
    missing_topics: tuple[str, ...] = ()
    mark: str = ""

    @property
    def unread(self) -> int:
        """Unread events in total."""
        return sum(self.lag.values())


def group_states(broker: Groups, groups: Mapping[str, str], now: float) -> dict[str, GroupState]:
    """The state of each stage, from its group. `now` is the UNIX time. Raises RetryableError, Refused."""
    members = broker.members(groups.values())
    reader = {topic: stage for stage in groups for topic in READS[stage]}
    committed = {stage: broker.committed(group) for stage, group in groups.items()}
    offsets = {p: committed[reader[p.topic]].get(p) for p in broker.partitions(reader)}
    unread = broker.unread(offsets)
    states = {}
    for stage, group in groups.items():
        own = {p: found for p, found in unread.items() if p.topic in READS[stage]}
        moved = [(p, offsets[p]) for p in sorted(own)]
        moved += [(p, found.end) for p, found in sorted(unread.items()) if p.topic in WRITES[stage]]
        mark = hashlib.sha256(repr(moved).encode()).hexdigest()[:16]
        states[stage] = GroupState(
            group,
            members[group],
            {p: own[p].events for p in sorted(own)},
            _age(own.values(), now),
            tuple(topic for topic in READS[stage] if topic not in {p.topic for p in own}),
            mark,
        )
    return states


def _age(unread: Iterable[Unread], now: float) -> float | None:
    oldest = min((found.oldest for found in unread if found.oldest is not None), default=None)
    return None if oldest is None else max(0.0, now - oldest)
