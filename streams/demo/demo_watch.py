"""What a demo does while its services and stages run: publishes the seeds, and watches until each has an outcome.

In: services and stages that are starting, seeds.  Out: the counted outcomes, once every accepted sample is stored.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from rich.console import Console

from monitoring.otel_export import exporting
from schemas.events import SeedConcept
from schemas.texts.fault_words import counted
from streams.broker.clients import Reader
from streams.broker.connection import connection_of
from streams.broker.topic_admin import apply
from streams.demo.demo_folder import Places
from streams.demo.demo_services import KEPT, DemoFailed, DemoServices, Environment, ProcessSupervisor, local_kafka
from streams.demo.live_display import Display
from streams.demo.outcome_counts import ENDS, OutcomeCounts, TableIds
from streams.demo.signals import SignalFlag
from streams.operations.seed_publisher import publish_seeds
from streams.operations.seeds import requests_of
from streams.operations.stage_view import StageView, open_stage_view
from streams.operations.status import with_rates
from streams.services.local_services import is_up
from streams.settings import KafkaSettings, StatusSettings

STALL_S = 120.0
"""No outcome for this long while requests are open: something is broken, and waiting would hide it."""

SETTLED_S = 8.0
"""No outcome for this long after the token budget was spent: what was in flight has ended."""


@dataclass(frozen=True)
class DemoParts:
    """A demo that is starting: its folders, services and stages. `settings` of the stages, by those of the services.
    `began`: as of `time.monotonic`."""

    places: Places
    services: DemoServices
    stages: ProcessSupervisor
    settings: Callable[[Mapping[str, str]], Environment]
    began: float


def watch(demo: DemoParts, seeds: Sequence[SeedConcept], interrupts: SignalFlag) -> OutcomeCounts:
    """Publish the seeds, and show what becomes of them until every request has an outcome and every sample is stored.

    Raises ServiceError, DemoFailed, and KeyboardInterrupt."""
    outcomes = OutcomeCounts(requests_of(seeds))
    with Display(Console(), demo.began) as display:
        begun = demo.services.environment()
        kafka = local_kafka(demo.services.bootstrap())
        interrupts.check()
        apply(kafka)
        display.say(f"publishing {counted(outcomes.requested, 'request')} of {counted(len(seeds), 'seed')} …")
        with exporting("seed"):
            publish_seeds(kafka, seeds)
        usable = demo.services.usable()
        if usable != begun:  # a port was taken between its choice and the service that listens there
            demo.stages.restart(demo.settings(usable))
            kafka = local_kafka(usable["SKG_KAFKA_BOOTSTRAP"])
        with (
            closing(Reader(connection_of(kafka), ENDS)) as reader,
            closing(open_stage_view(status_of(demo.places, kafka), "demo")) as stages,
        ):
            _watch(_Monitored(demo.places, demo.stages, reader, outcomes, stages), display, interrupts)
        display.say(KEPT.format(state=demo.places.state) if is_up(demo.places.state) else "stopping …")
    return outcomes


def status_of(places: Places, kafka: KafkaSettings) -> StatusSettings:
    """The demo's settings for its stages: they have the default groups."""
    groups = {
        name: StatusSettings.model_fields[name].default for name in StatusSettings.model_fields if name.endswith("_group")
    }
    return StatusSettings(**kafka.model_dump(), state_dir=places.state, **groups)


@dataclass(frozen=True)
class _Monitored:
    """What the demo monitors: folders, processes, the topics with outcomes, the counted outcomes, the
    stages."""

    places: Places
    supervisor: ProcessSupervisor
    reader: Reader
    outcomes: OutcomeCounts
    stages: StageView


def _watch(watched: _Monitored, display: Display, interrupts: SignalFlag) -> None:
    places, supervisor, outcomes = watched.places, watched.supervisor, watched.outcomes
    stored, refused = TableIds(places.dataset), TableIds(places.dataset, rejections=True)
    before, measured_at, moved_at = watched.stages(), time.monotonic(), time.monotonic()
    while outcomes.open or not (stored.holds(outcomes.samples.values()) and refused.holds(outcomes.rejections)):
        records = watched.reader.poll(0.5)
        outcomes.feed(records)
        interrupts.check()
        supervisor.check()
        now = time.monotonic()
        if records:
            moved_at = now
        elif before["agents"].budget_spent and now - moved_at > SETTLED_S:
            outcomes.set_budget_spent()
        elif now - moved_at > STALL_S:
            raise DemoFailed(
                f"nothing moved for {STALL_S:.0f} s with {len(outcomes.open)} requests open; logs: {supervisor.logs}"
            )
        if now - measured_at >= 1.0:
            status = watched.stages()
            now = time.monotonic()
            display.show(with_rates(before, status, now - measured_at), outcomes, stored.refresh())
            before, measured_at = status, now
    display.end(outcomes, stored.refresh())
