"""Publishing through Faust's own producer, with the acknowledgements awaited.

In: messages of many concurrent handlers.  Out: nothing, RetryableError or PermanentError.
A broker refuses a batch as a whole: the messages of a refused batch are sent again one by one, so that only
the oversize one fails.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)
from faust.exceptions import ProducerSendError

from schemas.codec import Message
from schemas.errors import PermanentError, RetryableError
from schemas.topics import TOPICS
from streams.errors import Refused
from streams.faust_app.application import SeedApp


class FaustPublisher:
    """Publishes through the application's producer and waits for the acknowledgements."""

    def __init__(self, app: SeedApp) -> None:
        self._topics = {name: raw_topic(app, name) for name in TOPICS}
        self._road = SharedLock()

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait. Raises PermanentError for an oversize message, RetryableError when the broker does not answer."""
        async with self._road.shared():
            ends = await asyncio.gather(*map(self._sent, messages), return_exceptions=True)
        failures = [end for end in ends if isinstance(end, BaseException) and not isinstance(end, MessageSizeTooLargeError)]
        if failures:
            raise failures[0]
        suspects = [message for message, end in zip(messages, ends, strict=True) if end is not None]
        for message in suspects:
            async with self._road.exclusive():
                try:
                    await self._sent(message)
                except MessageSizeTooLargeError as error:
                    raise PermanentError("oversize", f"the broker does not take it: {error}") from error

    async def _sent(self, message: Message) -> None:
        topic = self._topics[message.topic]
        try:
            await (await topic.send(key=message.key, value=message.value, headers=list(message.headers)))
        except (KafkaError, ProducerSendError) as error:
            raise _failure(error) from error


class SharedLock:
    """A lock that many hold together, or one alone. Made for one event loop."""

    def __init__(self) -> None:
        self._free = asyncio.Condition()
        self._users, self._closed = 0, False

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Hold it with others, once nobody waits for it alone."""
        async with self._free:
            await self._free.wait_for(lambda: not self._closed)
            self._users += 1
        try:
            yield
        finally:
            async with self._free:
                self._users -= 1
                self._free.notify_all()

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Hold it once all others have released it."""
        async with self._free:
            await self._free.wait_for(lambda: not self._closed)
            self._closed = True
        try:
            async with self._free:
                await self._free.wait_for(lambda: self._users == 0)
            yield
        finally:
            async with self._free:
                self._closed = False
                self._free.notify_all()


def raw_topic(app: SeedApp, name: str) -> Any:
    """A topic whose keys and values are bytes."""
    return app.topic(name, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes, allow_empty=True)


def _failure(error: Exception) -> Exception:
    cause = (error.__cause__ or error) if isinstance(error, ProducerSendError) else error
    if isinstance(cause, MessageSizeTooLargeError):
        found: Exception = cause
        return found
    if isinstance(cause, TopicAuthorizationFailedError | ClusterAuthorizationFailedError):
        return Refused(f"the broker refused: {cause}")
    return RetryableError(f"the broker did not acknowledge: {type(cause).__name__}: {cause}", "broker")
