"""The served gallery: a web application over one dataset.

In: searches over samples and rejections, optionally a factory.  Out: an ASGI application.
Opens no port: the caller does.  Pages work without scripts; htmx only avoids full reloads.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dataset.gallery.interfaces import ANYWAY, Factory, SeedForm
from dataset.gallery.pages.sample_pages import SamplePages
from dataset.gallery.rejected_samples import ROWS, RejectionFilter, RejectionSearch
from dataset.gallery.rejection_files import FORMS, Pictures, download, picture
from dataset.gallery.sample_search import SampleSearch
from dataset.gallery.search_request import filter_of, form_fields, page_links, page_of, search_page, seed_form_from
from dataset.gallery.security_headers import LOOPBACK, SecurityHeaders
from dataset.gallery.templates_engine import ASSETS, asset, render
from dataset.review.review_pages import ReviewPages
from monitoring.logs import log
from schemas.errors import RetryableError, UserError

REFRESH_S = 2.0
"""Seconds between two checks for a new version of the tables; one takes a few milliseconds."""


@dataclass(frozen=True)
class GalleryData:
    """The data of a gallery. Without a factory it can neither publish nor monitor, without pictures (the bytes behind a
    key of the store) it shows none that were rejected, without reviews nobody can accept or flag."""

    samples: SampleSearch
    rejected: RejectionSearch
    factory: Factory | None = None
    pictures: Pictures | None = None
    reviews: ReviewPages | None = None

    def refresh(self) -> None:
        """Apply the tables' changes. One that cannot be read now is logged, and tried again later."""
        changed = False
        for table in (self.samples, self.rejected):
            try:
                changed = table.refresh() or changed
            except RetryableError as error:
                log("gallery").warning("a table cannot be read now", error=str(error))
        if changed:
            self.rejected.mark_superseded(self.samples.requests())


def application(data: GalleryData, hosts: Collection[str] | None = LOOPBACK, refresh_s: float = REFRESH_S) -> Starlette:
    """The application. `hosts` are the host names that it accepts; None: every name."""
    site = _Site(data)

    @asynccontextmanager
    async def refreshing(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_refresh_regularly(data, refresh_s))
        yield
        task.cancel()

    return Starlette(
        routes=[
            *SamplePages(data.samples).routes(),
            Route("/rejected", site.rejected),
            Route("/rejected/image/{rejection_id}", site.rejected_image),
            *(Route(f"/rejected{ending}", site.rejected_file) for ending in FORMS),
            Route("/review", site.review, methods=["GET", "POST"]),
            Route("/factory", site.factory),
            Route("/factory/funnel", site.funnel),
            Route("/factory/seeds", site.publish, methods=["POST"]),
            Route("/factory/reading", site.reading, methods=["POST"]),
            Route("/assets/{name}", site.asset),
        ],
        middleware=[Middleware(SecurityHeaders, hosts=hosts)],
        exception_handlers={HTTPException: site.fault, RetryableError: site.fault},
        lifespan=refreshing,
    )


async def _refresh_regularly(data: GalleryData, every_s: float) -> None:
    while True:
        await run_in_threadpool(data.refresh)
        await asyncio.sleep(every_s)


class _Site:
    """The pages. Plain functions run in threads, so reading a table does not block other requests."""

    def __init__(self, data: GalleryData) -> None:
        self._view = data

    def rejected(self, request: Request) -> Response:
        """A page of rejections that match the filters."""
        wanted, found = filter_of(RejectionFilter, request), self._view.rejected
        total, page, rows = search_page(lambda page: found.search(wanted, page), page_of(request), ROWS)
        return _html(
            "rejected.html",
            rows=rows,
            facets=found.facets,
            wanted=wanted,
            pages=page_links(total, page, ROWS, wanted),
            pictures=self._view.pictures is not None,
            query=request.url.query,
        )

    def rejected_image(self, request: Request) -> Response:
        """A picture that was rejected, from the store."""
        return picture(self._view.rejected, self._view.pictures, request.path_params["rejection_id"])

    def rejected_file(self, request: Request) -> Response:
        """All rejections that match the filters, as a file."""
        ending = PurePosixPath(request.url.path).suffix
        return download(self._view.rejected, filter_of(RejectionFilter, request), ending)

    async def review(self, request: Request) -> Response:
        """The next sample to review; a posted form stores what was said of one."""
        reviews = self._view.reviews
        if reviews is None:
            raise HTTPException(404, "This gallery was started without reviews: it is open to the network.")
        return await (reviews.store(request) if request.method == "POST" else reviews.show(request))

    def factory(self, request: Request) -> Response:
        """The form for seeds, and the funnel."""
        return self._factory_page(SeedForm(request.query_params.get("concept", "")))

    def funnel(self, _: Request) -> Response:
        """The funnel alone, for the page that polls it."""
        return HTMLResponse(render("funnel.html", **self._funnel_values()))

    async def reading(self, request: Request) -> Response:
        """How the concept of the form would be understood."""
        form = seed_form_from(await form_fields(request))
        return HTMLResponse(render("seed_reading.html", reading=await run_in_threadpool(self._reading, form)))

    async def publish(self, request: Request) -> Response:
        """Publish the seeds of the form."""
        form = seed_form_from(await form_fields(request))
        result, status = await run_in_threadpool(self._publish, form)
        if "hx-request" in request.headers:
            return HTMLResponse(render("published_seeds.html", result=result), status)
        return await run_in_threadpool(self._factory_page, form, result, status)

    def asset(self, request: Request) -> Response:
        """A style sheet or a script."""
        name = request.path_params["name"]
        if name not in ASSETS:
            raise HTTPException(404, "There is no such file.")
        return Response(asset(name), media_type=ASSETS[name], headers={"Cache-Control": "no-cache"})

    def fault(self, _: Request, error: Exception) -> Response:
        """A page with the error."""
        status = error.status_code if isinstance(error, HTTPException) else 503
        text = error.detail if isinstance(error, HTTPException) else f"Not now: {error}"
        return HTMLResponse(render("fault.html", text=text), status)

    def _factory_page(self, form: SeedForm, result: dict[str, object] | None = None, status: int = 200) -> Response:
        page = render("factory.html", form=form, result=result, anyway=ANYWAY, **self._funnel_values())
        return HTMLResponse(page, status)

    def _reading(self, form: SeedForm) -> dict[str, object]:
        factory = self._view.factory
        if factory is None or not form.concept:
            return {"fault": "", "lines": ()}
        try:
            return {"fault": "", "lines": tuple(factory.reading(form))}
        except UserError as error:
            return {"fault": str(error), "lines": ()}

    def _publish(self, form: SeedForm) -> tuple[dict[str, object], int]:
        factory = self._view.factory
        if factory is None:
            return {"fault": "This gallery was started without a factory.", "ids": ()}, 409
        try:
            return {"fault": "", "ids": tuple(dict.fromkeys(factory.publish(form)))}, 200
        except UserError as error:
            return {"fault": str(error), "ids": ()}, 422
        except RetryableError as error:
            return {"fault": f"Nothing was published: {error}", "ids": ()}, 503

    def _funnel_values(self) -> dict[str, object]:
        factory = self._view.factory
        return {"stages": None if factory is None else factory.funnel(), "facets": self._view.samples.facets}


def _html(template: str, **values: object) -> HTMLResponse:
    return HTMLResponse(render(template, **values))
