"""A budget of tokens: when it is spent, nothing new is begun, and what has begun is finished.

In: tokens as they are spent.  Out: leave to begin, or a wait that only a restart with a larger budget ends.
"""

import asyncio
from collections.abc import Callable


class Budget:
    """`limit` tokens, None for no limit. `spent` hears once that it is used up; it must be safe to call from the loop."""

    def __init__(self, limit: int | None, spent: Callable[[int], None]) -> None:
        self._limit, self._say = limit, spent
        self.tokens = 0

    @property
    def is_spent(self) -> bool:
        """Whether nothing new may begin."""
        return self._limit is not None and self.tokens >= self._limit

    def take(self, tokens: int) -> None:
        """Tokens were spent."""
        before = self.is_spent
        self.tokens += tokens
        if self.is_spent and not before:
            self._say(self.tokens)

    async def admit(self) -> None:
        """Return if a new graph may begin; otherwise wait for ever. The seed stays unacknowledged and is not lost."""
        if self.is_spent:
            await asyncio.Event().wait()
