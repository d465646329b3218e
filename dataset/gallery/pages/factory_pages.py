"""The pages of the running factory: its flow, the form for seeds, and what becomes of a request.

In: forms, untrusted; a factory.  Out: HTML.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dataset.gallery.interfaces import ANYWAY, ConceptReading, Factory, SeedForm
from dataset.gallery.pages.answers import html, html_of
from dataset.gallery.pages.background_result import BackgroundResult
from dataset.gallery.pages.factory_flow import advice, flow, is_at_rest, losses_of, troubles, unread
from dataset.gallery.pages.stored_hour import stored_hour
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.gallery.sample_search import SampleSearch
from dataset.gallery.search_request import MAX_CHARS, form_fields, seed_form_from
from dataset.gallery.templates_engine import render
from dataset.reading.rejection_outcomes import ENDED
from schemas.errors import RetryableError, UserError

SHOWN = 24
"""Samples of a request that are shown while it is followed, the newest first."""

HOUR_EVERY_S = 2.0
"""Least seconds between two counts of the last hour, which read a log and a few numbers: as often as the page asks."""

Result = dict[str, object]
"""What came of publishing: a `fault` in words, or the `ids` of the seeds and how many `graphs` each asks for."""

DONE = "request-done"
"""The event of a page in which a request has all of its outcomes: what counts samples there counts anew."""


class FactoryPages:
    """The pages of a factory; without one they say so."""

    def __init__(self, factory: Factory | None, samples: SampleSearch, rejected: RejectionSearch) -> None:
        self._factory, self._samples, self._rejected = factory, samples, rejected
        self._hour = BackgroundResult(
            lambda: stored_hour(samples, rejected, datetime.now(UTC)),
            lambda: (samples.changes, rejected.changes, int(time() // 60)),
            HOUR_EVERY_S,
        )

    def routes(self) -> list[Route]:
        """The addresses of these pages."""
        return [
            Route("/factory", self.page),
            Route("/factory/funnel", self.funnel),
            Route("/factory/seeds", self.publish, methods=["POST"]),
            Route("/factory/reading", self.reading, methods=["POST"]),
            Route("/factory/request/{seed_id}", self.followed),
        ]

    def page(self, request: Request) -> Response:
        """The form for seeds, and the flow."""
        concept, count, family = (request.query_params.get(name, "")[:MAX_CHARS] for name in ("concept", "count", "family"))
        return self._page(SeedForm(concept, count or "1", family=family))

    def funnel(self, _: Request) -> Response:
        """The flow alone, for the page that polls it."""
        return HTMLResponse(render("funnel.html", **self._flow_values()))

    async def reading(self, request: Request) -> Response:
        """How the concept of the form would be understood."""
        form = seed_form_from(await form_fields(request))
        return html("seed_reading.html", **await run_in_threadpool(self._reading, form))

    async def publish(self, request: Request) -> Response:
        """Publish the seeds of the form."""
        form = seed_form_from(await form_fields(request))
        result, status = await run_in_threadpool(self._publish, form)
        if "hx-request" in request.headers:
            return html_of(status, "published_seeds.html", result=result, is_part=True)
        return await run_in_threadpool(self._page, form, result, status)

    def followed(self, request: Request) -> Response:
        """What became of a request so far: a part of a page for the page that polls it, else a page of its own."""
        seed_id, count = request.path_params["seed_id"], request.query_params.get("count", "1")
        wanted = int(count) if count.isdecimal() and len(count) < 9 else 1
        template = "request.html" if "hx-request" in request.headers else "request_page.html"
        progress = self._progress(seed_id, wanted)
        answer = html(template, **progress)
        if progress["is_done"]:
            answer.headers["HX-Trigger"] = DONE
        return answer

    def _progress(self, seed_id: str, wanted: int) -> dict[str, object]:
        made = self._samples.query("SELECT sample_id FROM rows WHERE seed_id = ? ORDER BY file DESC, row DESC", [seed_id])
        reasons = self._rejected.query(
            "SELECT reason, count(*) FROM rows WHERE seed_id = ? AND outcome = ? GROUP BY 1 ORDER BY 2 DESC",
            [seed_id, ENDED],
        )
        lost = sum(count for _, count in reasons)
        return {
            "seed_id": seed_id,
            "wanted": wanted,
            "made": len(made),
            "lost": lost,
            "reasons": reasons,
            "is_done": len(made) + lost >= wanted,
            "samples": [sample for (sample,) in made[:SHOWN]],
        }

    def _page(self, form: SeedForm, result: Result | None = None, status: int = 200) -> Response:
        return html_of(status, "factory.html", form=form, result=result, anyway=ANYWAY, **self._flow_values())

    def _reading(self, form: SeedForm) -> dict[str, object]:
        nothing, factory = ConceptReading(()), self._factory
        if factory is None or not form.concept:
            return {"fault": "", "reading": nothing}
        try:
            return {"fault": "", "reading": factory.reading(form)}
        except UserError as error:
            return {"fault": str(error), "reading": nothing}

    def _publish(self, form: SeedForm) -> tuple[Result, int]:
        factory = self._factory
        if factory is None:
            return _refused("This gallery was started without a factory."), 409
        try:
            return {"fault": "", "ids": _once(factory.publish(form)), "graphs": form.count}, 200
        except UserError as error:
            return _refused(str(error)), 422
        except RetryableError as error:
            return _refused(f"Nothing was published: {error}"), 503

    def _flow_values(self) -> dict[str, object]:
        facets = self._samples.facets
        if self._factory is None:
            return {"view": None, "facets": facets}
        view, samples = self._factory.funnel(), facets.samples
        return {
            "view": view,
            "facets": facets,
            "stations": flow(samples, losses_of(self._rejected), view.stages, self._hour.newest() or {}),
            "troubles": troubles(view),
            "is_at_rest": is_at_rest(view),
            "advice": advice(view, samples, self._samples.uri),
            "unread": unread,
        }


def _refused(fault: str) -> Result:
    return {"fault": fault, "ids": (), "graphs": "0"}


def _once(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
