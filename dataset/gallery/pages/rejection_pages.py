"""The pages of rejections: what was rejected and why, its pictures, files of it, and judging it again.

In: requests.  Out: HTML, pictures, files.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dataset.gallery.interfaces import Factory
from dataset.gallery.pages.answers import html, html_of, missing
from dataset.gallery.rejected_samples import ROWS, RejectionFilter, RejectionSearch
from dataset.gallery.rejection_files import FORMS, Pictures, download, picture
from dataset.gallery.search_request import filter_of, page_links, page_of, search_page, unknown_values
from dataset.gallery.views.evidence_words import age_in_words
from schemas.errors import RetryableError, UserError

MOST_SENT = 10_000
"""Rejections of which it is known when this gallery sent them to be judged again: the last ones."""


class RejectionPages:
    """`pictures` are the bytes behind a key of the store; without a factory nothing is judged again."""

    def __init__(self, rejected: RejectionSearch, pictures: Pictures | None, factory: Factory | None) -> None:
        self._rejected, self._pictures, self._factory = rejected, pictures, factory
        self._sent: dict[str, datetime] = {}

    def routes(self) -> list[Route]:
        """The addresses of these pages."""
        return [
            Route("/rejected", self.page),
            Route("/rejected/image/{rejection_id}", self.image),
            Route("/rejected/replay", self.replay_all, methods=["POST"]),
            Route("/rejected/replay/{rejection_id}", self.replay, methods=["POST"]),
            *(Route(f"/rejected{ending}", self.file) for ending in FORMS),
        ]

    def page(self, request: Request) -> Response:
        """A page of rejections that match the filters."""
        wanted, found = filter_of(RejectionFilter, request), self._rejected
        total, page, rows = search_page(lambda page: found.search(wanted, page), page_of(request), ROWS)
        return html(
            "rejected.html",
            rows=[{**row, "sent": age_in_words(self._sent.get(row["rejection_id"]), datetime.now(UTC))} for row in rows],
            facets=found.facets,
            reading=found.reading,
            unknown=unknown_values(wanted, found.facets),
            wanted=wanted,
            pages=page_links(total, page, ROWS, wanted),
            pictures=self._pictures is not None,
            may_replay=self._factory is not None,
            ended=found.ended(wanted),
            query=request.url.query,
        )

    def image(self, request: Request) -> Response:
        """A picture that was rejected, from the store."""
        return picture(self._rejected, self._pictures, request.path_params["rejection_id"])

    def file(self, request: Request) -> Response:
        """All rejections that match the filters, as a file."""
        ending = PurePosixPath(request.url.path).suffix
        return download(self._rejected, filter_of(RejectionFilter, request), ending)

    def replay(self, request: Request) -> Response:
        """Have a rejection judged again."""
        row = self._rejected.one(request.path_params["rejection_id"])
        if row is None:
            raise missing("rejection")
        return self._replayed(request, [row["rejection_id"]], row["seed_id"])

    def replay_all(self, request: Request) -> Response:
        """Have all rejections judged again that match the filters and are their request's outcome."""
        ids = self._rejected.ended_ids(filter_of(RejectionFilter, request))
        if not ids:
            raise missing("rejection")
        return self._replayed(request, ids, "")

    def _replayed(self, request: Request, ids: Sequence[str], seed_id: str) -> Response:
        said, status = self._replay(ids)
        template = "replayed.html" if "hx-request" in request.headers else "replayed_page.html"
        return html_of(status, template, said=said, seed_id=seed_id, is_sent=status == 200)

    def _replay(self, ids: Sequence[str]) -> tuple[str, int]:
        if self._factory is None:
            return "This gallery was started without a factory: nothing can be judged again.", 409
        try:
            said = self._factory.replay(ids)
        except UserError as error:
            return f"Not sent: {error}", 422
        except RetryableError as error:
            return f"Not sent: {error}", 503
        now = datetime.now(UTC)
        newest = [(one, when) for one, when in self._sent.items() if one not in ids][-MOST_SENT:]
        self._sent = dict(newest) | dict.fromkeys(ids, now)
        return f"{said} ({now:%H:%M:%S} UTC)", 200
