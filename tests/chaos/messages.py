"""Messages that no stage can process, put among the good ones: undecodable bytes, and results that would be too large.

In: chance.  Out: raw messages; what each stands for in the accounting.
"""

import hashlib
from collections.abc import Iterator
from random import Random

from schemas.codec import encode
from schemas.reference.examples import graph
from schemas.topics import GRAPHS, IMAGES, QA, REJECTIONS, SEEDS
from tests.chaos.accounting import Request

Raw = tuple[str, bytes | None, bytes]

TOPICS = (SEEDS, GRAPHS, IMAGES, QA, REJECTIONS)

POISON_KEY = b"poison"
"""Tells them on a topic, to count those that arrived."""

NO_MSGPACK = b"\xc1"
"""The one byte that msgpack never begins a value with."""

NEAR_THE_LIMIT = 1_000_000
"""Bytes: the broker takes the graph; a picture's event with the graph in it would be above what the factory sends."""


def undecodable(chance: Random) -> Iterator[Raw]:
    """One message for each topic in turn."""
    while True:
        for topic in chance.sample(TOPICS, len(TOPICS)):
            yield topic, POISON_KEY, NO_MSGPACK + chance.randbytes(chance.randrange(0, 4000))


def oversize(chance: Random) -> tuple[Raw, Request]:
    """A graph that can be drawn, whose picture's event cannot be sent."""
    seed_id = hashlib.sha256(chance.randbytes(8)).hexdigest()[:32]
    plain = graph()
    notes = {**plain.provenance.notes, **{f"ballast {n}": "x" * (NEAR_THE_LIMIT // 16) for n in range(16)}}
    provenance = plain.provenance.model_copy(update={"notes": notes})
    graph_id = hashlib.sha256(seed_id.encode()).hexdigest()[:32]
    heavy = plain.model_copy(update={"seed_id": seed_id, "graph_id": graph_id, "index": 0, "provenance": provenance})
    return (GRAPHS, graph_id.encode(), encode(heavy)), (seed_id, 0)
