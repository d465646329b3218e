"""What steps are given in tests: a producer that keeps what it is given, tools, and records of events."""

from collections.abc import Sequence
from datetime import UTC, datetime

from monitoring.metrics import StageMetrics
from schemas.base import Event
from schemas.codec import Message, decode, to_message
from schemas.errors import RetryableError
from schemas.events import Stage
from streams.broker.records import Partition, Record
from streams.steps.dead_letters import DeadLetterBreaker
from streams.steps.handler_step import StepTools
from streams.steps.stage_counters import StageCounters
from streams.worker.loop import TestHook, no_hook

NOW = datetime(2030, 1, 1, tzinfo=UTC)
TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


class KeptMessages:
    """A producer. Refuses the next `refusals` calls."""

    def __init__(self, refusals: int = 0) -> None:
        self.messages: list[Message] = []
        self.refusals = refusals

    def publish(self, messages: Sequence[Message]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise RetryableError("the broker is away")
        self.messages += messages

    @property
    def events(self) -> list[Event]:
        return [decode(m.topic, m.value, m.headers) for m in self.messages]


class KeptMessagesLater(KeptMessages):
    """The same for agents."""

    async def publish(self, messages: Sequence[Message]) -> None:  # type: ignore[override] # awaited, for agents
        super().publish(messages)


def tally(stage: Stage = "render", share: float = 1.0) -> StageCounters:
    return StageCounters(StageMetrics(stage), DeadLetterBreaker(share))


def tools(publisher: KeptMessages, stage: Stage = "render", share: float = 1.0, test_hook: TestHook = no_hook) -> StepTools:
    return StepTools(stage, publisher, tally(stage, share), test_hook)


def record_of(event: Event, offset: int = 0, partition: int = 0) -> Record:
    message = to_message(event, "seed", TRACE, NOW)
    return Record(Partition(message.topic, partition), offset, message.key, message.value, message.headers)


def garbage(topic: str, offset: int = 0, value: bytes | None = b"\xc1", partition: int = 0) -> Record:
    return Record(Partition(topic, partition), offset, b"key", value, (("who", b"a test"),))
