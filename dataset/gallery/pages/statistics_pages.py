"""The page of statistics: the same as `skg dataset stats` writes, counted again when the dataset, its
rejections or its reviews have grown.

In: the dataset's address.  Out: HTML.  Counting takes seconds for many samples: a page shows the last result, or that it is
being counted.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dataset.analysis.charts import page_values
from dataset.analysis.statistics import Statistics, statistics
from dataset.gallery.pages.answers import html
from dataset.gallery.pages.background_result import BackgroundResult
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.gallery.sample_search import SampleSearch
from dataset.review.verdict_table import verdicts_state
from dataset.table.table_errors import NoDataset


class StatisticsPages:
    """The statistics of one dataset, and of its rejections."""

    def __init__(self, samples: SampleSearch, rejected: RejectionSearch) -> None:
        self._counted: BackgroundResult[Statistics] = BackgroundResult(
            lambda: statistics(samples.uri, samples.options),
            lambda: (samples.changes, rejected.changes, verdicts_state(samples.uri, samples.options)),
        )

    def routes(self) -> list[Route]:
        """The address of this page."""
        return [Route("/statistics", self.page)]

    def page(self, _: Request) -> Response:
        """The newest statistics."""
        try:
            found = self._counted.newest()
        except NoDataset:
            return html("statistics_page.html", found=None, state="none")
        if found is None:
            return html("statistics_page.html", found=None, state="counting")
        return html("statistics_page.html", **page_values(found), state="")
