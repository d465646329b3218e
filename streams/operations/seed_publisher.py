"""Publishing seeds: the only producer outside the processes.

In: checked seeds.  Out: nothing, once every seed is acknowledged.
"""

from collections.abc import Sequence
from contextlib import closing

from schemas.events import SeedConcept
from streams.broker.clients import open_publisher
from streams.settings import KafkaSettings
from streams.steps.root_spans import publish_roots


def publish_seeds(settings: KafkaSettings, seeds: Sequence[SeedConcept]) -> None:
    """Publish and wait for all acknowledgements. Raises Unreachable, or RetryableError when the broker does not answer."""
    with closing(open_publisher(settings)) as publisher:
        publish_roots(publisher.publish, "seed", seeds)
