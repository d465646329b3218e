"""The factory's metrics: each declared once, with what it means and what to do about it.

Stages count through these objects; `/metrics` shows them.  Labels come from closed sets only (`schemas.reasons`, the
stages, the topics), never from ids or text.
"""

from collections.abc import Callable, Iterable

from prometheus_client import Counter, Gauge, Histogram

from schemas.reasons import DEAD_LETTER_REASONS, OUTCOMES_OF, REJECTED_BY, SERVICES
from schemas.topics import TOPICS

SECONDS_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
"""From a solved layout (milliseconds) to a batch of diffusion renders (minutes)."""

CONSUMED = Counter(
    "skg_consumed_events_total",
    "Events taken from the stage's topic, redeliveries included. Flat while lag grows: the stage is stuck.",
    ["stage"],
)
PRODUCED = Counter("skg_produced_events_total", "Events published and acknowledged by the broker.", ["stage", "topic"])
ACCEPTED = Counter(
    "skg_accepted_total",
    "Work that passed the stage: graphs, images, samples, rows; graphs asked for by `skg balance`.",
    ["stage"],
)
REJECTED = Counter(
    "skg_rejected_total",
    "Requests that ended in a rejection. A sudden rise or a fall to zero both mean that a gate changed.",
    ["stage", "gate", "reason"],
)
REDRAWN = Counter(
    "skg_redrawn_total",
    "Pictures given up for another attempt; their requests stay open, so they are not rejected. Many: the renderer errs.",
    ["stage", "gate", "reason"],
)
DEAD_LETTERS = Counter(
    "skg_dead_letters_total",
    "Messages that could not be processed at all. Read them with `skg tail skg.dead-letters`.",
    ["stage", "reason"],
)
RETRIES = Counter(
    "skg_retries_total", "Attempts repeated after a passing failure. A steady rate: a service is failing.", ["stage"]
)
STAGE_SECONDS = Histogram(
    "skg_stage_seconds", "Seconds of one unit of work, waiting excluded.", ["stage"], buckets=SECONDS_BUCKETS
)
EVENT_AGE = Histogram(
    "skg_event_age_seconds",
    "Age of an event when its stage takes it. High: add workers of this stage.",
    ["stage"],
    buckets=SECONDS_BUCKETS,
)
LAG = Gauge(
    "skg_consumer_lag_events",
    "Deprecated: events of this process's partitions that are not yet committed. Use skg_group_lag_events instead.",
    ["stage"],
)
IN_FLIGHT = Gauge("skg_in_flight_events", "Events taken and not yet finished.", ["stage"])
OUTCOMES = Counter(
    "skg_outcomes_total",
    "What became of work at its stage: accepted, salvaged, retried, rejected. Many retried: the renderer often errs.",
    ["stage", "outcome"],
)
LACKING = Gauge(
    "skg_lacking_share",
    "Largest share that a value of the axis lacks of its target, 0 within the tolerance. Never falling: not attainable.",
    ["axis"],
)
QUESTIONS = Counter("skg_questions_total", "Questions of accepted samples. An even mix is the goal.", ["kind"])
WAITING = Gauge(
    "skg_waiting",
    "1 while a process waits for a service or tries a batch again because of it. Long: repair that service.",
    ["stage", "service"],
)
CALL_SECONDS = Gauge(
    "skg_call_seconds",
    "Seconds since the oldest running call of the stage's work began. Only growing: it hangs.",
    ["stage"],
)
HUNG = Gauge("skg_hung", "1 while /healthz says that the process is stuck: replace it.", ["stage"])
DISK_FREE = Gauge(
    "skg_disk_free_share",
    "Free share of the file system of a folder: of local state, or of the dataset. Near 0: writers wait for free space.",
    ["stage", "folder"],
)
BUILD = Gauge("skg_build_info", "1, with the version of the factory and of Python.", ["stage", "version", "python"])


class StageMetrics:
    """The metrics of one stage, by what happened. Implements `streams.worker.loop.Gauges`.

    Every series is there at zero from the start: of one that begins at 1, no increase can be computed.
    """

    def __init__(self, stage: str) -> None:
        self._stage = stage
        for metric in (CONSUMED, ACCEPTED, RETRIES, LAG, IN_FLIGHT, STAGE_SECONDS, EVENT_AGE):
            metric.labels(stage)
        for topic in TOPICS.values():
            if stage in topic.producer:
                PRODUCED.labels(stage, topic.name)
        for reason in DEAD_LETTER_REASONS:
            DEAD_LETTERS.labels(stage, reason)
        for gate, reasons in REJECTED_BY.get(stage, {}).items():
            for reason in reasons:
                REJECTED.labels(stage, gate, reason)
        for outcome in OUTCOMES_OF.get(stage, ()):
            OUTCOMES.labels(stage, outcome)
        self.set_waiting(None)

    def consumed(self, events: int) -> None:
        """Events were taken from the topic."""
        CONSUMED.labels(self._stage).inc(events)

    def produced(self, topic: str, events: int) -> None:
        """Events were acknowledged by the broker."""
        PRODUCED.labels(self._stage, topic).inc(events)

    def accepted(self, count: int) -> None:
        """Work passed the stage."""
        ACCEPTED.labels(self._stage).inc(count)

    def rejected(self, gate: str, reason: str) -> None:
        """Work ended in a rejection; both labels are of `schemas.reasons`."""
        REJECTED.labels(self._stage, gate, reason).inc()

    def redrawn(self, gate: str, reason: str) -> None:
        """A picture was given up for another attempt; both labels are of `schemas.reasons`."""
        REDRAWN.labels(self._stage, gate, reason).inc()

    def examined(self, outcome: str) -> None:
        """A picture's outcome: accepted, salvaged, retried or rejected."""
        OUTCOMES.labels(self._stage, outcome).inc()

    def dead_letter(self, reason: str) -> None:
        """A message became a dead letter; the label is of `schemas.reasons`."""
        DEAD_LETTERS.labels(self._stage, reason).inc()

    def retried(self) -> None:
        """An attempt is repeated."""
        RETRIES.labels(self._stage).inc()

    def set_waiting(self, service: str | None) -> None:
        """Work waits for this service of `schemas.reasons.SERVICES`; None: for none."""
        set_waiting(self._stage, service)

    def watch_calls(self, oldest_s: Callable[[], float]) -> None:
        """Export the age of the oldest running call, asked at each scrape."""
        CALL_SECONDS.labels(self._stage).set_function(oldest_s)

    def question(self, kind: str) -> None:
        """A question of an accepted sample was published."""
        QUESTIONS.labels(kind).inc()

    def observe_seconds(self, seconds: float) -> None:
        """One unit of work took this long."""
        STAGE_SECONDS.labels(self._stage).observe(seconds)

    def observe_age(self, seconds: float, trace_id: str | None = None) -> None:
        """An event was this old when it was taken; its trace becomes an exemplar, which OpenMetrics alone shows."""
        EVENT_AGE.labels(self._stage).observe(seconds, None if trace_id is None else {"trace_id": trace_id})

    def set_lag(self, events: int) -> None:
        """Events not yet committed."""
        LAG.labels(self._stage).set(events)

    def set_in_flight(self, events: int) -> None:
        """Events taken and not yet finished."""
        IN_FLIGHT.labels(self._stage).set(events)


def set_waiting(kind: str, service: str | None) -> None:
    """A process of this kind waits for a service of `schemas.reasons.SERVICES`; None: for none any more."""
    for name in SERVICES:
        if service in (name, None):
            WAITING.labels(kind, name).set(service is not None)


def expect_questions(kinds: Iterable[str]) -> None:
    """Export these kinds of questions from the start."""
    for kind in kinds:
        QUESTIONS.labels(kind)


def expect_redrawn(stage: str, gates: Iterable[str]) -> None:
    """Export from the start that a stage may have pictures drawn again because of these gates."""
    for gate in gates:
        for reason in REJECTED_BY[stage].get(gate, ()):
            REDRAWN.labels(stage, gate, reason)
