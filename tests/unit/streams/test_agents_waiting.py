"""What the agents say that they wait for: a probe of a broker that answers does not forget a model that does not."""

from types import SimpleNamespace
from typing import Any

import pytest

from streams.faust_app.seed_agent import show_outage


@pytest.mark.parametrize(
    ("away_since", "why", "shown"),
    [
        (None, None, []),
        (None, "connection refused", ["broker"]),
        (100.0, "connection refused", ["broker"]),
        (100.0, None, [None]),
    ],
)
def test_only_a_broker_that_is_away_or_back_changes_what_is_waited_for(
    away_since: float | None, why: str | None, shown: list[str | None]
) -> None:
    said: list[str | None] = []
    app: Any = SimpleNamespace(away_since=away_since, show_waiting=said.append)
    show_outage(app, why)
    assert said == shown
