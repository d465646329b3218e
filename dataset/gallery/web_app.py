"""The served gallery: a web application over one dataset.

In: a catalogue of samples, one of rejections, perhaps a factory.  Out: an ASGI application.
Opens no port: that is its caller's business.  Pages work without scripts; htmx only saves reloading them whole.
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

from dataset.gallery.interfaces import Factory, SeedForm
from dataset.gallery.rejected_samples import ROWS, Rejected, RejectionFilter
from dataset.gallery.row_views import view
from dataset.gallery.sample_search import PAGE, Catalogue, SampleFilter
from dataset.gallery.search_request import asked, form_of, found_on, page_of, pages_of, seed_form_of
from dataset.gallery.security_headers import LOOPBACK, SecurityHeaders
from dataset.gallery.templates_engine import ASSETS, asset, render
from monitoring.logs import log
from schemas.errors import RetryableError, UserError

LOOK_S = 2.0
"""Between two looks for a new version of the tables; one takes a few milliseconds."""

PICTURES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}

KEEP = "private, max-age=86400"
"""A sample's id derives from its picture, so the picture of an id never changes."""


@dataclass(frozen=True)
class Shown:
    """What a gallery shows. Without a factory there is nothing to feed or to watch."""

    samples: Catalogue
    rejected: Rejected
    factory: Factory | None = None

    def refresh(self) -> None:
        """Take over what is new in the tables. One that cannot be read now is logged, and looked at again later."""
        changed = False
        for table in (self.samples, self.rejected):
            try:
                changed = table.refresh() or changed
            except RetryableError as error:
                log("gallery").warning("a table cannot be read now", error=str(error))
        if changed:
            self.rejected.settle(self.samples.requests())


def application(shown: Shown, hosts: Collection[str] | None = LOOPBACK, look_s: float = LOOK_S) -> Starlette:
    """The application. `hosts` are the names it answers to, None: to every name."""
    site = _Site(shown)

    @asynccontextmanager
    async def looking(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_look(shown, look_s))
        yield
        task.cancel()

    return Starlette(
        routes=[
            Route("/", site.samples),
            Route("/sample/{sample_id}", site.sample),
            Route("/image/{sample_id}", site.image),
            Route("/rejected", site.rejected),
            Route("/factory", site.factory),
            Route("/factory/funnel", site.funnel),
            Route("/factory/seeds", site.publish, methods=["POST"]),
            Route("/assets/{name}", site.asset),
        ],
        middleware=[Middleware(SecurityHeaders, hosts=hosts)],
        exception_handlers={HTTPException: site.fault, RetryableError: site.fault},
        lifespan=looking,
    )


async def _look(shown: Shown, every_s: float) -> None:
    while True:
        await run_in_threadpool(shown.refresh)
        await asyncio.sleep(every_s)


class _Site:
    """The pages. Plain functions run in threads, so reading a table holds up no other request."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def samples(self, request: Request) -> Response:
        """A page of samples that fit the filters."""
        wanted, found = asked(SampleFilter, request), self._shown.samples
        total, page, rows = found_on(lambda page: found.search(wanted, page), page_of(request), PAGE)
        return _html(
            "samples.html",
            samples=[view(row, f"/image/{row['sample_id']}") for row in rows],
            facets=found.facets,
            reading=found.reading,
            wanted=wanted,
            pages=pages_of(total, page, PAGE, wanted),
        )

    def sample(self, request: Request) -> Response:
        """One sample with its whole lineage."""
        row = self._shown.samples.sample(request.path_params["sample_id"])
        if row is None:
            raise HTTPException(404, "There is no such sample.")
        return _html("sample.html", sample=view(row, f"/image/{row['sample_id']}"))

    def image(self, request: Request) -> Response:
        """A picture as it lies in the table."""
        found = self._shown.samples.picture(request.path_params["sample_id"])
        if found is None:
            raise HTTPException(404, "There is no such picture.")
        data, name = found
        kind = PICTURES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
        return Response(data, media_type=kind, headers={"Cache-Control": KEEP})

    def rejected(self, request: Request) -> Response:
        """A page of rejections that fit the filters."""
        sought, found = asked(RejectionFilter, request), self._shown.rejected
        total, page, rows = found_on(lambda page: found.search(sought, page), page_of(request), ROWS)
        return _html(
            "rejected.html", rows=rows, facets=found.facets, sought=sought, pages=pages_of(total, page, ROWS, sought)
        )

    def factory(self, request: Request) -> Response:
        """The form for seeds, and the funnel."""
        return _html("factory.html", wished=SeedForm(request.query_params.get("concept", "")), said=None, **self._watched())

    def funnel(self, _: Request) -> Response:
        """The funnel alone, for the page that watches it."""
        return HTMLResponse(render("funnel.html", **self._watched()))

    async def publish(self, request: Request) -> Response:
        """Publish what the form asks for."""
        wished = seed_form_of(await form_of(request))
        said, status = await run_in_threadpool(self._publish, wished)
        if "hx-request" in request.headers:
            return HTMLResponse(render("published_seeds.html", said=said), status)
        watched = await run_in_threadpool(self._watched)
        return HTMLResponse(render("factory.html", wished=wished, said=said, **watched), status)

    def asset(self, request: Request) -> Response:
        """A style sheet or a script."""
        name = request.path_params["name"]
        if name not in ASSETS:
            raise HTTPException(404, "There is no such file.")
        return Response(asset(name), media_type=ASSETS[name], headers={"Cache-Control": "no-cache"})

    def fault(self, _: Request, error: Exception) -> Response:
        """A page that says what went wrong."""
        status = error.status_code if isinstance(error, HTTPException) else 503
        text = error.detail if isinstance(error, HTTPException) else f"Not now: {error}"
        return HTMLResponse(render("fault.html", text=text), status)

    def _publish(self, wished: SeedForm) -> tuple[dict[str, object], int]:
        factory = self._shown.factory
        if factory is None:
            return {"fault": "This gallery was started without a factory.", "ids": ()}, 409
        try:
            return {"fault": "", "ids": tuple(dict.fromkeys(factory.publish(wished)))}, 200
        except UserError as error:
            return {"fault": str(error), "ids": ()}, 422
        except RetryableError as error:
            return {"fault": f"Nothing was published: {error}", "ids": ()}, 503

    def _watched(self) -> dict[str, object]:
        factory = self._shown.factory
        return {"stages": None if factory is None else factory.funnel(), "facets": self._shown.samples.facets}


def _html(template: str, **values: object) -> HTMLResponse:
    return HTMLResponse(render(template, **values))
