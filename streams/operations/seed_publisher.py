"""Publishing seeds: the only producer outside the processes.

In: checked seeds.  Out: nothing, once every seed is acknowledged.
"""

from collections.abc import Sequence

from schemas.events import SeedConcept
from streams.broker.clients import Publisher
from streams.broker.connection import connection_of
from streams.broker.reachability import retry_until
from streams.settings import KafkaSettings
from streams.steps.root_spans import publish_roots


def publish_seeds(settings: KafkaSettings, seeds: Sequence[SeedConcept]) -> None:
    """Publish and wait for all acknowledgements. Raises Unreachable, or RetryableError when the broker does not answer."""
    publisher = retry_until(lambda: Publisher(connection_of(settings)), settings.connect_timeout_s)
    try:
        publish_roots(publisher.publish, "seed", seeds)
    finally:
        publisher.close()
