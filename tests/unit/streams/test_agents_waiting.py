"""What the agents say that they wait for: a probe of a broker that answers does not forget a model that does not."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from faust.exceptions import ConsumerNotStarted

from streams.broker.reachability import ServiceAway
from streams.faust_app.application import NoTables
from streams.faust_app.seed_agent import _start_app, new_app, show_outage
from streams.settings import AgentSettings


@pytest.mark.parametrize("error", [KafkaConnectionError(), ConsumerNotStarted("not yet")])
def test_a_broker_that_goes_away_while_faust_starts_is_waited_for_whichever_thread_notices(error: Exception) -> None:
    stopped: list[bool] = []

    async def start() -> None:
        raise error

    async def stop() -> None:
        stopped.append(True)

    app: Any = SimpleNamespace(start=start, stop=stop, connection="127.0.0.1:9")
    with pytest.raises(ServiceAway, match=r"^cannot reach Kafka at 127.0.0.1:9"):
        asyncio.run(_start_app(app))
    assert stopped


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


def test_faust_joins_the_group_at_once_for_there_are_no_tables_to_wait_for() -> None:
    app = new_app(AgentSettings(kafka_bootstrap="127.0.0.1:9"))
    assert app.conf.TableManager is NoTables

    async def started() -> None:
        tables = NoTables.__new__(NoTables)
        await asyncio.wait_for(tables.sleep(1.0), 0.5)

    asyncio.run(started())
