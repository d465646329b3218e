"""The factory's metrics: each declared once, with what it means and what to do about it.

Stages count through these objects; `/metrics` shows them.  Labels come from closed sets only (`schemas.reasons`, the
stages, the topics), never from ids or text.
"""

from prometheus_client import Counter, Gauge, Histogram

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


class StageMetrics:
    """The metrics of one stage, by what happened. Implements `streams.worker.loop.Gauges`."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        for metric in (CONSUMED, ACCEPTED, RETRIES, LAG, IN_FLIGHT, STAGE_SECONDS, EVENT_AGE):
            metric.labels(stage)  # exports zero from the start, so that a rate can be computed

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

    def question(self, kind: str) -> None:
        """A question of an accepted sample was published."""
        QUESTIONS.labels(kind).inc()

    def observe_seconds(self, seconds: float) -> None:
        """One unit of work took this long."""
        STAGE_SECONDS.labels(self._stage).observe(seconds)

    def observe_age(self, seconds: float) -> None:
        """An event was this old when it was taken."""
        EVENT_AGE.labels(self._stage).observe(seconds)

    def set_lag(self, events: int) -> None:
        """Events not yet committed."""
        LAG.labels(self._stage).set(events)

    def set_in_flight(self, events: int) -> None:
        """Events taken and not yet finished."""
        IN_FLIGHT.labels(self._stage).set(events)
