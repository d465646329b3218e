"""The language model that plans: a stand-in of good days and bad, which can be away altogether.

In: questions over HTTP.  Out: answers, the same for the same question; or 503 while it is away.
"""

from streams.demo.llm_answers import lifelike
from streams.demo.llm_stub import StubRequest, StubResponse

LATENCY_S = 0.05


class Model:
    """A script of the stub."""

    def __init__(self) -> None:
        self._away = False

    def leave(self) -> None:
        """From now on it is overloaded."""
        self._away = True

    def come_back(self) -> None:
        """It answers again."""
        self._away = False

    def __call__(self, asked: StubRequest) -> StubResponse:
        if self._away:
            return StubResponse(status=503, delay_s=LATENCY_S)
        says = lifelike(asked)
        return StubResponse(**{**vars(says), "delay_s": says.delay_s + LATENCY_S})
