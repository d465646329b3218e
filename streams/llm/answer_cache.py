"""Cache of answers by content: a repeated request is not paid again.

In: requests.  Out: replies, from the object store if present, otherwise from the inner model and then stored.
Repeated requests get the first reply: so a redelivery, a replay or a repeated seed makes the same graph.
Malformed and declined answers are answers too.  Knows no server.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict

from schemas.interfaces import ObjectStore, StoredObject
from schemas.llm.contract import LanguageModel, Reply, Request, answer_key

JSON_TYPE = "application/json"


class CachedModel:
    """Implements `schemas.llm.contract.LanguageModel` around another one. `on_hit` receives the stage of each cache hit."""

    def __init__(self, inner: LanguageModel, store: ObjectStore, on_hit: Callable[[str], None]) -> None:
        self._inner, self._store, self._on_hit = inner, store, on_hit
        self._pending: dict[str, asyncio.Task[Reply]] = {}

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    async def complete(self, request: Request) -> Reply:
        """The stored reply, or a new one that is stored before it is returned. Concurrent equal requests make one call."""
        key = request.key(self.name)
        task = self._pending.get(key)
        if task is None:
            task = asyncio.create_task(self._load_or_complete(key, request))
            self._pending[key] = task
            task.add_done_callback(lambda _: self._pending.pop(key, None))
        else:
            self._on_hit(request.stage)
        return await asyncio.shield(task)

    async def _load_or_complete(self, key: str, request: Request) -> Reply:
        where = answer_key(key)
        stored = await asyncio.to_thread(self._store.get, where)
        known = None if stored is None else _reply(stored)
        if known is not None:
            self._on_hit(request.stage)
            return known
        reply = await self._inner.complete(request)
        first = await asyncio.to_thread(self._store.put_if_absent, where, _stored(request, reply))
        if first:
            return reply
        theirs = await asyncio.to_thread(self._store.get, where)
        return (None if theirs is None else _reply(theirs)) or reply


def _stored(request: Request, reply: Reply) -> StoredObject:
    asked = {"stage": request.stage, "prompt": request.prompt, "turns": [[t.role, t.text] for t in request.turns]}
    return StoredObject(json.dumps({"asked": asked, "reply": asdict(reply)}).encode(), JSON_TYPE)


def _reply(stored: StoredObject) -> Reply | None:
    """The reply, None for an invalid object: then the model is called again."""
    try:
        return Reply(**json.loads(stored.data)["reply"])
    except (ValueError, KeyError, TypeError):
        return None
