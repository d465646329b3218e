"""How old a sample is when it is in the dataset: seconds from its seed, stage by stage, at half the full load.

In: seeds at an even pace for SKG_BENCH_AGE_S seconds, on Apache Kafka and MinIO.  Out: the 50th and 99th percentile of what
each stage adds, its wait included, from the timestamps of records and commits.
"""

import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from schemas.codec import decode
from schemas.events import QAEvent, RenderedImage, SeedConcept
from schemas.graph import SpatialGraph
from schemas.ids import make_seed, sample_id
from schemas.topics import GRAPHS, IMAGES, QA, SEEDS
from streams.broker.clients import open_publisher
from streams.operations.seeds import SAMPLE_SEEDS
from streams.seed_files.seed_reading import read_seeds
from streams.steps.root_spans import publish_roots
from tests.bench.efficiency import STAGES, carried, finished, seeds_for
from tests.bench.figures import Figure, quantile
from tests.bench.real_line import ENDS, Ends, Line, real_line

SECONDS = float(os.environ.get("SKG_BENCH_AGE_S", "40"))
FULL = 80
"""Requests by which the rate at full load is found."""

LOAD = 0.5
STEPS = ("agents", "render", "examine", "write")
LIMITS = {
    "agents": "polling, planning",
    "render": "drawing, the store",
    "examine": "the store, questions",
    "write": "SKG_WRITE_EVERY_S of 3 s between commits",
    "seed to sample": "commits every 3 s",
}
"""What each waits for at half load."""

Moments = Mapping[str, Sequence[float]]
"""Of each sample the seconds since 1970 at which its seed, graph, picture and questions were published, its row stored."""


def measured() -> Iterator[Figure]:
    """Percentiles of each stage and of the whole. Raises NotHere."""
    with tempfile.TemporaryDirectory() as name, real_line(Path(name)) as line:
        with Ends(line.broker.bootstrap, *ENDS) as ends:
            line.start_stages(STAGES["collage"])
            carried(line, ends, seeds_for("collage", 12, "warm"))
            began = time.monotonic()
            carried(line, ends, seeds_for("collage", FULL, "full load"))
            rate = LOAD * FULL / (time.monotonic() - began)
            paced = [_seed(number) for number in range(int(rate * SECONDS))]
            before = ends.count()
            _pace(line, paced, rate)
            finished(line, ends, before + len(paced))
        yield from figures(moments_of(line, {each.seed_id for each in paced}), rate, len(paced))


def figures(moments: Moments, rate: float, requests: int) -> Iterator[Figure]:
    """Percentiles of what lies between the moments of each sample."""
    ages = {step: [each[number + 1] - each[number] for each in moments.values()] for number, step in enumerate(STEPS)}
    ages["seed to sample"] = [each[-1] - each[0] for each in moments.values()]
    yield Figure("age/pace, half of the full load", rate, "requests/s", requests)
    for step, seconds in ages.items():
        for share in (50, 99):
            yield Figure(f"age/{step}/p{share}", quantile(seconds, share / 100), "s", len(seconds), LIMITS[step])


def _seed(number: int) -> SeedConcept:
    samples = list(read_seeds(SAMPLE_SEEDS))
    seed = samples[number % len(samples)]
    return make_seed(seed.concept, options=seed.options.model_copy(update={"salt": f"bench pace {number}"}))


def _pace(line: Line, seeds: Sequence[SeedConcept], rate: float) -> None:
    """Publish seeds at an even pace, by a producer that stays."""
    publisher, began = open_publisher(line.kafka), time.monotonic()
    try:
        for number, seed in enumerate(seeds):
            threading.Event().wait(max(0.0, began + number / rate - time.monotonic()))
            publish_roots(publisher.publish, "seed", [seed])
    finally:
        publisher.close()


def moments_of(line: Line, seeds: set[str]) -> Moments:
    """The moments of every sample of these seeds that is in the dataset."""
    at: dict[str, dict[object, float]] = {topic: {} for topic in (SEEDS, GRAPHS, IMAGES, QA)}
    samples: dict[str, tuple[str, str]] = {}
    with Ends(line.broker.bootstrap, *at) as topics:
        for record in topics.records():
            event = decode(record.topic, record.value, record.headers)
            moment = record.timestamp / 1000
            match event:
                case SeedConcept():
                    at[SEEDS][event.seed_id] = moment
                case SpatialGraph():
                    at[GRAPHS][event.graph_id] = moment
                case RenderedImage():
                    at[IMAGES][event.graph.graph_id] = moment
                case QAEvent():
                    at[QA][event.graph.graph_id] = moment
                    samples[sample_id(event.image.image_id)] = event.graph.seed_id, event.graph.graph_id
                case _:
                    pass
    stored = _stored(line.dataset)
    return {
        sample: (at[SEEDS][seed], *(at[topic][graph] for topic in (GRAPHS, IMAGES, QA)), stored[sample])
        for sample, (seed, graph) in samples.items()
        if seed in seeds and sample in stored
    }


def _stored(dataset: Path) -> dict[str, float]:
    """When each sample was committed, by the log."""
    found: dict[str, float] = {}
    for path in sorted((dataset / "_delta_log").glob("*.json")):
        actions = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        commits = [action["commitInfo"]["timestamp"] / 1000 for action in actions if "commitInfo" in action]
        for action in actions:
            if "add" in action and commits:
                ids = pq.read_table(dataset / action["add"]["path"], columns=["sample_id"]).column("sample_id")
                found |= {each: found.get(each, commits[0]) for each in ids.to_pylist()}
    return found
