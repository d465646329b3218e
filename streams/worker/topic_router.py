"""One worker, several topics: passes each topic's partitions and records to its step.

In: records of several topics.  Out: whatever the steps do.
A batch that one step cannot finish is retried for all of them, which is idempotent.
"""

from collections.abc import Mapping, Sequence

from streams.broker.records import Partition, Record
from streams.worker.pipelining import Settle, Step


class TopicRouter:
    """Implements `streams.worker.pipelining.Step` over a step for each topic."""

    def __init__(self, steps: Mapping[str, Step]) -> None:
        self._steps = steps

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        """Where each partition starts, according to its own step."""
        starts: dict[Partition, int | None] = {}
        for topic, step in self._steps.items():
            starts |= step.assigned([partition for partition in partitions if partition.topic == topic])
        return starts

    def revoked(self, partitions: Sequence[Partition]) -> None:
        """Notify each step of its own partitions."""
        for topic, step in self._steps.items():
            step.revoked([partition for partition in partitions if partition.topic == topic])

    def begin(self, records: Sequence[Record]) -> Settle:
        """Pass each step its own records, in their order. Raises what a step raises."""
        settles = []
        for topic, step in self._steps.items():
            own = [record for record in records if record.partition.topic == topic]
            if own:
                settles.append(step.begin(own))

        def settle() -> None:
            for each in settles:
                each()

        return settle
