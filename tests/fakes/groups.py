"""A broker's knowledge of groups, in memory: what tests say it holds, who reads it, and whether it answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from schemas.errors import RetryableError
from schemas.topics import TOPICS
from streams.broker.group_state import Member, Unread
from streams.broker.records import Partition


@dataclass
class FakeGroups:
    """Implements `streams.operations.factory_state.BrokerQueries`. `ends` by partition, `reads` by group, `put_at` when
    records were put."""

    ends: dict[Partition, int] = field(default_factory=lambda: {Partition(name, 0): 0 for name in TOPICS})
    reads: dict[str, dict[Partition, int]] = field(default_factory=dict)
    joined: dict[str, tuple[Member, ...]] = field(default_factory=dict)
    put_at: float = 0.0
    away: bool = False
    connections: int = 0

    def connect(self) -> "FakeGroups":
        """As a client connects."""
        self._answer()
        self.connections += 1
        return self

    def members(self, groups: Iterable[str]) -> dict[str, tuple[Member, ...]]:
        self._answer()
        return {group: self.joined.get(group, ()) for group in groups}

    def partitions(self, topics: Iterable[str]) -> list[Partition]:
        self._answer()
        wanted = set(topics)
        return sorted(p for p in self.ends if p.topic in wanted)

    def committed(self, group: str) -> dict[Partition, int]:
        self._answer()
        return self.reads.get(group, {})

    def unread(self, offsets: Mapping[Partition, int | None]) -> dict[Partition, Unread]:
        self._answer()
        lags = {p: self.ends[p] - (offset or 0) for p, offset in offsets.items()}
        return {p: Unread(lag, self.ends[p], self.put_at if lag else None) for p, lag in lags.items()}

    def close(self) -> None:
        self._answer()

    def _answer(self) -> None:
        if self.away:
            raise RetryableError("cannot reach Kafka at broker:9092: it is away")
