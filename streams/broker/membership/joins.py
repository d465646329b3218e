"""Joins of a consumer group that outlast a poll: kafka-python 3.0.12 forgets some and repeats others.

In: a consumer's group coordinator.  Uses the library's inner names: it offers no others.

* A join that a grown topic has caused is forgotten as soon as the new assignment is made: the member would neither finish
  it nor send heartbeats again.
* A join that ends between two polls is dropped, and the next poll begins another.  That makes every other member join
  again: two members that poll in turn can do so forever, and one whose polls do not wait never joins.
"""

from typing import Any


class GroupJoins:
    """Lets the coordinator of one consumer finish each join that it begins."""

    def __init__(self, coordinator: Any) -> None:
        self._coordinator, self._join = coordinator, coordinator.join_group_async
        coordinator.join_group_async = self._join_or_take_up

    def remember(self) -> None:
        """Have the next poll go on with the join under way. To be called before every poll."""
        if self._coordinator.rejoining:
            self._coordinator.request_rejoin()

    async def _join_or_take_up(self, timeout_ms: float | None = None) -> bool:
        """Runs on the client's own thread, as what ends a join does: none can end between this look and the library's."""
        begun = self._coordinator._join_task
        if begun is None or not begun.succeeded():
            return bool(await self._join(timeout_ms))

        async def ended() -> bytes:
            assignment: bytes = begun.value
            return assignment

        self._coordinator._do_join_and_sync_async = ended
        try:
            return bool(await self._join(timeout_ms))
        finally:
            del self._coordinator._do_join_and_sync_async
