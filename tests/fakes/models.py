"""A language model that says what a test wants, and a place that keeps counts.

In: texts, replies or failures, said one after the other; or a function of the request.  Out: replies.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from schemas.llm.contract import Reply, Request

Said = str | Reply | Exception


class ScriptedModel:
    """Implements `schemas.llm.contract.LanguageModel`."""

    def __init__(self, says: Sequence[Said] | Callable[[Request], Said], name: str = "scripted") -> None:
        self._says = says
        self.name = name
        self.requests: list[Request] = []

    async def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        said = self._says(request) if callable(self._says) else self._says[min(len(self.requests), len(self._says)) - 1]
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, Reply) else reply(said, self.name, request)


def reply(text: str, model: str, request: Request) -> Reply:
    """A reply with plausible costs."""
    return Reply(text, "done", model, 100, len(text) // 4, 0.25, request.key(model))


class KeptCounts:
    """Implements `schemas.llm.contract.Counts`."""

    def __init__(self) -> None:
        self.repairs: Counter[str] = Counter()
        self.hint_faults: Counter[str] = Counter()
        self.drops: Counter[str] = Counter()

    def repaired(self, stage: str) -> None:
        self.repairs[stage] += 1

    def hint_fault(self, kind: str) -> None:
        self.hint_faults[kind] += 1

    def dropped(self, reason: str) -> None:
        self.drops[reason] += 1
