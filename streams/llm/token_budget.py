"""A budget of tokens: when it is spent, nothing new is begun, and what has begun is finished.

In: tokens as they are spent, graphs as they begin and end.  Out: leave to begin, or a wait.
Near the end graphs begin only as far as what they will probably cost is left; the last one may overdraw.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

FIRST_GUESS = 2000
"""Tokens that a graph costs at least: five short prompts with their answers. Graphs that are refused early cost less, and
they end first: taken for all, they would let everything begin at once."""


class Budget:
    """`limit` tokens, None for no limit. `spent` hears once that it is used up."""

    def __init__(self, limit: int | None, spent: Callable[[int], None]) -> None:
        self._limit, self._say = limit, spent
        self._open = self._done = 0
        self._said = False
        self._changed = asyncio.Condition()
        self.tokens = 0

    @property
    def is_spent(self) -> bool:
        """Whether nothing new may begin."""
        return self._limit is not None and self.tokens >= self._limit

    def take(self, tokens: int) -> None:
        """Tokens were spent."""
        self.tokens += tokens
        if self.is_spent and not self._said:
            self._said = True
            self._say(self.tokens)

    @asynccontextmanager
    async def graph(self) -> AsyncIterator[None]:
        """One graph, begun when there are tokens for it. After the last one it waits for ever, unacknowledged."""
        self.take(0)  # a budget of nothing is spent before it begins
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
