"""A budget of tokens: once it is spent, nothing new is started, and what has started is finished.

In: tokens as they are spent, graphs as they start and end.  Out: permission to start, or a wait.
Near the end graphs start only while the estimated cost is left; the last one may overdraw.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

FIRST_GUESS = 2000
"""Least estimate of a graph's tokens: five short prompts with their answers. Rejected graphs cost less and end first:
taken as typical, they would let everything start at once."""


class Budget:
    """`limit` tokens, None for no limit. `on_spent` is called once when they are used up."""

    def __init__(self, limit: int | None, on_spent: Callable[[int], None]) -> None:
        self._limit, self._on_spent = limit, on_spent
        self._open = self._done = 0
        self._has_reported = False
        self._changed = asyncio.Condition()
        self.tokens = 0

    @property
    def is_spent(self) -> bool:
        """Whether nothing new may start."""
        return self._limit is not None and self.tokens >= self._limit

    def spend(self, tokens: int) -> None:
        """Record spent tokens."""
        self.tokens += tokens
        if self.is_spent and not self._has_reported:
            self._has_reported = True
            self._on_spent(self.tokens)

    @asynccontextmanager
    async def graph_slot(self) -> AsyncIterator[None]:
        """One graph, started when there are tokens for it. After the last one it waits forever, unacknowledged."""
        self.spend(0)  # a budget of nothing is spent before it begins
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            self._open += 1
        try:
            yield
        finally:
            self._open, self._done = self._open - 1, self._done + 1
            async with self._changed:
                self._changed.notify_all()

    def _has_room(self) -> bool:
        if self._limit is None or (self._open == 0 and not self.is_spent):
            return True
        each = max(FIRST_GUESS, self.tokens / (self._done + self._open / 2)) if self._done else FIRST_GUESS
        return self.tokens + (self._open + 1) * each <= self._limit
