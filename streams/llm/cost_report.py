"""The cost of a run's answers, read from its events: each answer once, however many graphs share it.

In: events that carry a ledger (graphs in samples and rejections, samples, rejections).  Out: tokens by stage, money.
Unlike the metrics of a process it survives the process, and counts rejected work with what was accepted.
"""

import json
from collections import Counter
from dataclasses import dataclass, field

from schemas.codec import decode
from schemas.errors import PermanentError
from schemas.events import QAEvent, Rejection, RenderedImage
from schemas.llm.contract import Reply
from schemas.topics import IMAGES
from streams.llm.prices import Prices

Row = dict[str, object]


@dataclass
class CostReport:
    """Fed with outcomes; `tokens` by stage, `money` where every model has a price (else None)."""

    prices: Prices = field(default_factory=Prices)
    tokens: Counter[str] = field(default_factory=Counter)
    money: float = 0.0
    unpriced: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    @property
    def answers(self) -> int:
        """Different answers that were paid."""
        return len(self._seen)

    def add(self, event: QAEvent | Rejection) -> None:
        """Add the cost of an outcome."""
        for text in _ledgers(event):
            for row in _rows(text):
                self._add(row)

    def _add(self, row: Row) -> None:
        key = str(row.get("answer"))
        if key in self._seen:
            return
        self._seen.add(key)
        given, got = (int(str(row.get(name, 0))) for name in ("tokens_in", "tokens_out"))
        model = str(row.get("model"))
        self.tokens[str(row.get("stage"))] += given + got
        cost = self.prices.cost(Reply("", "done", model, given, got, 0.0))
        if cost is None:
            self.unpriced.add(model)
        else:
            self.money += cost


def _ledgers(event: QAEvent | Rejection) -> list[str]:
    if isinstance(event, QAEvent):
        notes = (event.graph.provenance.notes.get("ledger"), event.provenance.notes.get("judge_ledger"))
        return [text for text in notes if text]
    found = [str(event.evidence[name]) for name in ("ledger", "judge_ledger") if name in event.evidence]
    return found + _of_graph(event)


def _of_graph(event: Rejection) -> list[str]:
    """The ledger of the graph whose picture was rejected."""
    if event.source_topic != IMAGES:
        return []
    try:
        judged = decode(IMAGES, event.source)
    except PermanentError:
        return []
    text = judged.graph.provenance.notes.get("ledger") if isinstance(judged, RenderedImage) else None
    return [text] if text else []


def _rows(text: str) -> list[Row]:
    try:
        rows = json.loads(text)
    except ValueError:
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
