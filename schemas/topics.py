"""The table of topics: the event, producers, consumers, key, partitions and retention of each.

Everything that needs a topic (workers, administration, documents) reads this table.
"""

import re
from dataclasses import dataclass

from schemas.base import Event
from schemas.events import STAGES, DeadLetter, QAEvent, Rejection, RenderedImage, Replayed, SeedConcept
from schemas.graph import SpatialGraph

DAY_MS = 86_400_000
FOREVER_MS = -1
"""Kafka's value for no time limit."""


@dataclass(frozen=True)
class Topic:
    """A topic. `producer` and `consumer` are stages, `key` describes the record key."""

    name: str
    event: type[Event]
    producer: tuple[str, ...]
    consumer: tuple[str, ...]
    key: str
    partitions: int
    retention_ms: int

    @property
    def type(self) -> str:
        """The CloudEvents type: the topic's event and its major version, as in `skg.SeedConcept.v1`."""
        return f"skg.{self.event.__name__}.v{major(self.event.VERSION)}"


VERSION_FORM = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})", re.ASCII)


def parts_of(version: str) -> tuple[int, int]:
    """The parts of `major.minor`. Raises ValueError for anything else."""
    found = VERSION_FORM.fullmatch(version)
    if found is None:
        raise ValueError(f"{version[:40]!r} is not a version of the form major.minor")
    return int(found[1]), int(found[2])


def major(version: str) -> int:
    """The major part of `major.minor`. Raises ValueError for anything else."""
    return parts_of(version)[0]


SEEDS, GRAPHS, IMAGES, QA = "skg.seeds", "skg.graphs", "skg.images", "skg.qa"
REJECTIONS, DEAD_LETTERS, REPLAYS = "skg.rejections", "skg.dead-letters", "skg.replays"

_TABLE = (
    #     name          event          producers              consumers              key           partitions  kept for
    Topic(SEEDS,        SeedConcept, ("seed", "balance"), ("agents", "balance"), "seed id and first index", 8, 30 * DAY_MS),
    Topic(GRAPHS,       SpatialGraph,  ("agents", "examine"), ("render",),           "graph id",     16, 7 * DAY_MS),
    Topic(IMAGES,       RenderedImage, ("render", "ingest"),   ("examine",),          "image id",     16, 7 * DAY_MS),
    Topic(QA,           QAEvent,       ("examine",),          ("write", "balance"),  "sample id",    4, 30 * DAY_MS),
    Topic(REJECTIONS,   Rejection,     ("agents", "examine"), ("write", "balance"),  "rejection id", 4, 90 * DAY_MS),
    Topic(DEAD_LETTERS, DeadLetter,    STAGES,                ("balance",),          "origin, graph", 1,       FOREVER_MS),
    Topic(REPLAYS,      Replayed,    ("replay",),             ("replay", "requests"), "key of the letter", 1, FOREVER_MS),
)  # fmt: skip
# Render's partitions: twice the largest number of GPU workers that the chart's defaults allow.

TOPICS = {topic.name: topic for topic in _TABLE}
BY_EVENT = {topic.event: topic for topic in _TABLE}


def key_of(event: Event) -> str:
    """The record key of an event: redeliveries of one thing stay on one partition."""
    match event:
        case SeedConcept():
            key = f"{event.seed_id}-{event.first}"
        case SpatialGraph():
            key = event.graph_id
        case RenderedImage():
            key = event.image.image_id
        case QAEvent():
            key = event.sample_id
        case Rejection():
            key = event.rejection_id
        case DeadLetter():
            graph = f"-{event.index}" if event.topic == SEEDS and event.index is not None else ""
            key = f"{event.topic}-{event.partition}-{event.offset}{graph}"
        case Replayed():
            key = event.letter
        case _:
            raise TypeError(f"{type(event).__name__} travels on no topic")
    return key
