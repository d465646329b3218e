"""The served gallery: a web application over one dataset.

In: searches over samples and rejections, optionally a factory.  Out: an ASGI application.
Opens no port: the caller does.  Pages work without scripts; htmx only avoids full reloads.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dataset.gallery.interfaces import BalanceTargets, Factory
from dataset.gallery.pages.answers import html_of, missing
from dataset.gallery.pages.coverage_pages import CoveragePages
from dataset.gallery.pages.evaluation_pages import EvaluationPages
from dataset.gallery.pages.factory_pages import FactoryPages
from dataset.gallery.pages.rejection_pages import RejectionPages
from dataset.gallery.pages.sample_pages import SamplePages
from dataset.gallery.pages.statistics_pages import StatisticsPages
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.gallery.rejection_files import Pictures
from dataset.gallery.sample_search import SampleSearch
from dataset.gallery.security_headers import LOOPBACK, SecurityHeaders
from dataset.gallery.table_faults import TableFaults, WithFaults
from dataset.gallery.templates_engine import ASSETS, asset
from dataset.review.review_pages import ReviewPages
from schemas.errors import Damaged, RetryableError

REFRESH_S = 2.0
"""Seconds between two checks for a new version of the tables; one takes a few milliseconds."""


WATCH_S = 30.0
"""Seconds between two looks at the factory while no page looks at it."""


@dataclass(frozen=True)
class GalleryData:
    """The data of a gallery. Without a factory it can neither publish nor monitor, without pictures (the bytes behind a
    key of the store) it shows none that were rejected, without reviews nobody can accept or flag, without targets of the
    balance coverage is shown by itself; `results` are folders of evaluations."""

    samples: SampleSearch
    rejected: RejectionSearch
    factory: Factory | None = None
    pictures: Pictures | None = None
    reviews: ReviewPages | None = None
    targets: BalanceTargets | None = None
    results: tuple[Path, ...] = ()
    faults: TableFaults = field(default_factory=TableFaults)

    def refresh(self) -> None:
        """Apply the tables' changes. One that is damaged or cannot be read now is a fault, and tried again later."""
        before = (self.samples.changes, self.rejected.changes)
        for name, table in (("samples", self.samples), ("rejections", self.rejected)):
            with self.faults.looking_at(name):
                table.refresh()
        if (self.samples.changes, self.rejected.changes) != before:
            self.rejected.mark_superseded(self.samples.requests())


def application(data: GalleryData, hosts: Collection[str] | None = LOOPBACK, refresh_s: float = REFRESH_S) -> Starlette:
    """The application. `hosts` are the host names that it accepts; None: every name."""
    site = _Site(data)

    @asynccontextmanager
    async def refreshing(_: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_refresh_regularly(data, refresh_s))]
        if data.factory is not None:
            tasks.append(asyncio.create_task(_watch_regularly(data.factory, WATCH_S)))
        yield
        for task in tasks:
            task.cancel()

    return Starlette(
        routes=[
            *SamplePages(data.samples).routes(),
            *CoveragePages(data.samples, data.targets, data.factory is not None).routes(),
            *StatisticsPages(data.samples, data.rejected).routes(),
            *EvaluationPages(data.results, data.samples).routes(),
            *RejectionPages(data.rejected, data.pictures, data.factory).routes(),
            *FactoryPages(data.factory, data.samples, data.rejected).routes(),
            Route("/review", site.review, methods=["GET", "POST"]),
            Route("/assets/{name}", site.asset),
        ],
        middleware=[Middleware(SecurityHeaders, hosts=hosts), Middleware(WithFaults, faults=data.faults)],
        exception_handlers={HTTPException: site.fault, RetryableError: site.fault, Damaged: site.fault},
        lifespan=refreshing,
    )


async def _watch_regularly(factory: Factory, every_s: float) -> None:
    """Look at the factory now and then, so that a page shows the last hour and not only the time since it was opened."""
    while True:
        await asyncio.sleep(every_s)
        await run_in_threadpool(factory.funnel)


async def _refresh_regularly(data: GalleryData, every_s: float) -> None:
    while True:
        await run_in_threadpool(data.refresh)
        await asyncio.sleep(every_s)


class _Site:
    """What every page needs, and the pages that are not of this package."""

    def __init__(self, data: GalleryData) -> None:
        self._view = data

    async def review(self, request: Request) -> Response:
        """The next sample to review; a posted form stores what was said of one."""
        reviews = self._view.reviews
        if reviews is None:
            raise HTTPException(404, "This gallery was started without reviews: it is open to the network.")
        return await (reviews.store(request) if request.method == "POST" else reviews.show(request))

    def asset(self, request: Request) -> Response:
        """A style sheet or a script."""
        name = request.path_params["name"]
        if name not in ASSETS:
            raise missing("file")
        return Response(asset(name), media_type=ASSETS[name], headers={"Cache-Control": "no-cache"})

    def fault(self, _: Request, error: Exception) -> Response:
        """A page with the error."""
        status = error.status_code if isinstance(error, HTTPException) else 503
        text = error.detail if isinstance(error, HTTPException) else f"Not now: {error}"
        return html_of(status, "fault.html", text=text)
