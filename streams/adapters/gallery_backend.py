"""The gallery's backend: publishes seeds, reports the stages, fetches pictures of rejections.

In: a submitted form, the process registry, the broker, the store.  Out: seed ids, the funnel, bytes.
Serves nothing and opens no connection before its first use.
"""

import re
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from agents.concepts.seed_check import nearest_to
from dataset.gallery.interfaces import ANYWAY, BalanceTargets, ConceptReading, FactoryView, SeedForm, StageView
from dataset.table.delta_table import Options
from schemas.errors import RetryableError, UserError
from schemas.events import SeedConcept
from streams.adapters.hour_history import HourHistory
from streams.adapters.rejection_resender import resender
from streams.broker.client_id import has_ended
from streams.errors import BadSeeds
from streams.operations.balance_process import read_targets
from streams.operations.factory_state import Report
from streams.operations.seed_publisher import publish_seeds
from streams.operations.seeds import SeedRequest, explain, seeds_of
from streams.operations.stage_view import open_stage_view
from streams.operations.status import StageStatus, with_rates
from streams.readings.concept_readings import Readings, faults_of, readings_of
from streams.settings import StatusSettings, StoreSettings
from streams.storage.s3 import S3Store

_OWN = {"stage", "hour", "hour_oldest_s", "members"}
_SHARED = [each for each in fields(StageView) if each.name not in _OWN]
"""The fields that a stage's status and its view have in common."""

NEAREST = 5
"""Scenes that are offered for a concept."""

Publish = Callable[[Sequence[SeedConcept]], None]

Replay = Callable[[Collection[str]], str]
"""From ids of rejections to what was done."""

MIN_QUERY_GAP_S = 0.5
"""Least seconds between two queries of the processes: pages share them, and a rate needs an interval."""


class RunningFactory:
    """Implements `dataset.gallery.interfaces.Factory`. Thread-safe; a recent funnel is reused.

    `report` asks processes, broker and store; `replay` publishes the events of rejections again.
    """

    def __init__(self, report: Callable[[], Report], publish: Publish, replay: Replay) -> None:
        self._report, self._send, self._replay = report, publish, replay
        self.clock: Callable[[], float] = time.monotonic
        self._lock = threading.Lock()
        self._last: tuple[float, Report] | None = None
        self._history = HourHistory()

    def reading(self, form: SeedForm) -> ConceptReading:
        """How the concept would be understood. Raises UserError."""
        lines = _accepted(seeds_of_form(form)).lines(all_of_them=True)
        nearest = [(match.scene, match.score) for match in nearest_to(form.concept, NEAREST)]
        return ConceptReading(tuple(lines), tuple(nearest))

    def publish(self, form: SeedForm) -> list[str]:
        """Publish and wait for the broker. Raises UserError, RetryableError."""
        seeds = seeds_of_form(form)
        if not form.anyway:
            _accepted(seeds)
        self._send(seeds)
        return [seed.seed_id for seed in seeds]

    def funnel(self) -> FactoryView:
        """Every stage, with the rate since the last query and the work of the last hour."""
        with self._lock:
            now, last = self.clock(), self._last
            if last is None or now - last[0] >= MIN_QUERY_GAP_S:
                found = self._report()
                stages = found.stages if last is None else with_rates(last[1].stages, found.stages, now - last[0])
                self._history.watch(stages, now)
                self._last = last = (now, Report(stages, found.away))
            return FactoryView(tuple(self._view(*entry) for entry in last[1].stages.items()), last[1].away)

    def replay(self, rejection_ids: Collection[str]) -> str:
        """Publish rejected events again. Raises UserError, RetryableError."""
        return self._replay(rejection_ids)

    def _view(self, stage: str, row: StageStatus) -> StageView:
        shared = {each.name: getattr(row, each.name) for each in _SHARED}
        minutes, oldest_s = self._history.minutes(stage), self._history.oldest_s(stage)
        members = sum(not has_ended(one.client_id) for one in row.members)
        return StageView(stage, **shared, members=members, hour=minutes, hour_oldest_s=oldest_s)


def running_factory(settings: StatusSettings, uri: str, options: Options) -> RunningFactory:
    """The factory of this machine: its broker, and the processes below its state folder; its dataset is at `uri`."""
    stages = open_stage_view(settings, "gallery")
    replay = resender(settings, uri, options)
    return RunningFactory(stages.report, lambda seeds: publish_seeds(settings, seeds), replay)


def seeds_of_form(form: SeedForm) -> list[SeedConcept]:
    """The seed events of a form. Raises UserError with the faults of the form."""
    sizes = {"min_objects": form.min_objects, "max_objects": form.max_objects}
    options = {
        **{name: _number(text) for name, text in sizes.items() if text},
        "required_objects": form.required,
        "excluded": form.excluded,
        **({"families": {form.family: 1.0}} if form.family else {}),
    }
    values = {"concept": form.concept, "count": _number(form.count), "options": options}
    try:
        return seeds_of(SeedRequest.model_validate(values))
    except ValidationError as error:
        raise UserError(explain(error)) from error
    except BadSeeds as error:
        raise UserError(str(error)) from error


def _number(text: str) -> int | str:
    """The number that a field of the form holds; the text itself where it is none, which is refused later."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else text


def _accepted(seeds: Sequence[SeedConcept]) -> Readings:
    """How the seeds would be understood. Raises UserError where they would be rejected."""
    readings = readings_of(seeds)
    try:
        faults_of(readings, f"nothing was published; {ANYWAY!r} publishes it")
    except BadSeeds as error:
        raise UserError(str(error)) from error
    return readings


def targets_at(path: Path) -> BalanceTargets:
    """The targets of `skg balance` in a file. Raises BadTargets."""
    found = read_targets(path)
    axes = {
        "scenes": found.scenes,
        "relations": found.relations,
        "kinds": found.kinds,
        "density": {str(band): share for band, share in found.bands.items()},
    }
    return BalanceTargets(axes, found.tolerance, str(path))


def stored_pictures(settings: Callable[[], StoreSettings]) -> Callable[[str], bytes | None]:
    """A function from a key to the bytes of a rejection's picture, None where they are gone. `settings`: of the store.

    It connects with the first picture and raises RetryableError, also without access.
    """

    @lru_cache(maxsize=1)
    def store() -> S3Store:
        return S3Store(settings())

    def picture(key: str) -> bytes | None:
        try:
            stored = store().get(key)
        except UserError as error:
            raise RetryableError(str(error)) from error
        return None if stored is None else stored.data

    return picture
