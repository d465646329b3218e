"""The demo's broker and store: bound to the demo, or left running with `--keep`.

In: folders.  Out: the settings that reach them.
Pictures stay in the output folder in both cases, so a later demo finds them.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from streams.services import Running, start_broker, start_store
from streams.services.local_services import Endpoints, endpoints_of, is_up, up
from streams.settings import KafkaSettings

KEPT = "leaving the broker and the store running; `SKG_STATE_DIR={state} skg down` stops them"

STORE = "store"
"""The pictures, within the output folder."""

STOP_S = 1.0
"""Every object was acknowledged before its event was published, so there is little left to write."""


def local_services(out: Path, state: Path, stack: ExitStack, *, keep: bool) -> dict[str, str]:
    """Start both concurrently; the environment that reaches them. Raises ServiceError.

    Services that an earlier demo left running are reused and left running: two stores must not share a folder.
    """
    if keep or is_up(state):
        return _environment(up(state, store_folder=out / STORE))
    with ThreadPoolExecutor(2) as pool:
        starting = (
            pool.submit(start_broker, "tansu", state / "broker"),
            pool.submit(start_store, "seaweedfs", out / STORE),
        )
        failures = [one.exception() for one in starting]
    stack.callback(_stop, [one.result() for one, failure in zip(starting, failures, strict=True) if failure is None])
    broker, store = (one.result() for one in starting)
    return _environment(endpoints_of(broker, store))


def _stop(services: Sequence[Running]) -> None:
    """Stop all concurrently: nothing is in flight, and the exit must be quick."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda service: service.stop(STOP_S), services))


def _environment(endpoints: Endpoints) -> dict[str, str]:
    return dict(endpoints.environment())


def local_kafka(bootstrap: str) -> KafkaSettings:
    """Settings for a broker of this machine, without the environment's TLS and logins."""
    said = {name: info.default for name, info in KafkaSettings.model_fields.items() if name.startswith("kafka_")}
    return KafkaSettings(**said | {"kafka_bootstrap": bootstrap})
