"""The gallery's backend: publishes seeds, reports the stages, fetches pictures of rejections.

In: a submitted form, the process registry, the broker, the store.  Out: seed ids, the funnel, bytes.
Serves nothing and opens no connection before its first use.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import lru_cache

from pydantic import ValidationError

from dataset.gallery.interfaces import ANYWAY, SeedForm, StageView
from schemas.errors import RetryableError, UserError
from schemas.events import SeedConcept
from streams.operations.concept_readings import Readings, faults_of, readings_of
from streams.operations.seed_publisher import publish_seeds
from streams.operations.seeds import BadSeeds, SeedRequest, explain, seeds_of
from streams.operations.stage_view import open_stage_view
from streams.operations.status import Status, with_rates
from streams.settings import StatusSettings, StoreSettings
from streams.storage.s3 import S3Store

_SHARED = [each for each in fields(StageView) if each.name != "stage"]
"""The fields that a stage's status and its view have in common."""

Publish = Callable[[Sequence[SeedConcept]], None]

MIN_QUERY_GAP_S = 0.5
"""Least seconds between two queries of the processes: pages share them, and a rate needs an interval."""


class RunningFactory:
    """Implements `dataset.gallery.interfaces.Factory`. Thread-safe; a recent funnel is reused."""

    def __init__(
        self, collected: Callable[[], Status], publish: Publish, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._collected, self._send, self._clock = collected, publish, clock
        self._last: tuple[float, Status] | None = None

    def reading(self, form: SeedForm) -> list[str]:
        """How the concept would be understood. Raises UserError."""
        return _accepted(seeds_of_form(form)).lines(all_of_them=True)

    def publish(self, form: SeedForm) -> list[str]:
        """Publish and wait for the broker. Raises UserError, RetryableError."""
        seeds = seeds_of_form(form)
        if not form.anyway:
            _accepted(seeds)
        self._send(seeds)
        return [seed.seed_id for seed in seeds]

    def funnel(self) -> list[StageView]:
        """Every stage, with the rate since the last query."""
        now, last = self._clock(), self._last
        if last is not None and now - last[0] < MIN_QUERY_GAP_S:
            return _views(last[1])
        status = self._collected()
        if last is not None:
            status = with_rates(last[1], status, now - last[0])
        self._last = (now, status)
        return _views(status)


def running_factory(settings: StatusSettings) -> RunningFactory:
    """The factory of this machine: its broker, and the processes below its state folder."""
    return RunningFactory(open_stage_view(settings, "gallery"), lambda seeds: publish_seeds(settings, seeds))


def seeds_of_form(form: SeedForm) -> list[SeedConcept]:
    """The seed events of a form. Raises UserError with the faults of the form."""
    sizes = {"min_objects": form.min_objects, "max_objects": form.max_objects}
    options = {
        **{name: _number(text) for name, text in sizes.items() if text},
        "required_objects": form.required,
        "excluded": form.excluded,
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


def _views(status: Status) -> list[StageView]:
    return [StageView(stage, **{each.name: getattr(row, each.name) for each in _SHARED}) for stage, row in status.items()]


def stored_pictures(settings: StoreSettings) -> Callable[[str], bytes | None]:
    """A function from a key to the bytes of a rejection's picture, None where they are gone.

    It connects with the first picture and raises RetryableError, also without access.
    """

    @lru_cache(maxsize=1)
    def store() -> S3Store:
        return S3Store(settings)

    def picture(key: str) -> bytes | None:
        try:
            stored = store().get(key)
        except UserError as error:
            raise RetryableError(str(error)) from error
        return None if stored is None else stored.data

    return picture
