"""What is wrong with the gallery's tables: told in the log once, and on every page for as long as it lasts.

In: the outcome of each look at a table.  Out: a line of the log where it changes; the faults of now, for pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from monitoring.logs import log
from schemas.errors import Damaged, RetryableError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send  # of the extra `gallery`: statistics have no need of it

SHOWN: ContextVar[tuple[str, ...]] = ContextVar("SHOWN", default=())
"""The faults that pages of this request show."""


class TableFaults:
    """The faults of some tables by name; one thread looks at the tables, others read."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    @property
    def now(self) -> tuple[str, ...]:
        """In words, each once."""
        return tuple(dict.fromkeys(self._found.values()))

    @contextmanager
    def looking_at(self, table: str) -> Iterator[None]:
        """Around a look at a table: one that is damaged, or that cannot be read now, is a fault until a look succeeds."""
        fault = ""
        try:
            yield
        except (Damaged, RetryableError) as error:
            fault = str(error)
        before = self._found.get(table, "")
        if fault == before:
            return
        others = {name: said for name, said in self._found.items() if name != table}
        self._found = {**others, table: fault} if fault else others
        if fault:
            log("gallery").warning("a table cannot be read", table=table, error=fault)
        else:
            log("gallery").info("the table can be read again", table=table)


class WithFaults:
    """ASGI middleware: pages of each request know the faults of its time."""

    def __init__(self, app: "ASGIApp", faults: TableFaults) -> None:
        self._app, self._faults = app, faults

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass on."""
        token = SHOWN.set(self._faults.now)
        try:
            await self._app(scope, receive, send)
        finally:
            SHOWN.reset(token)
