"""The page of coverage: heat maps of what the dataset has, beside the targets of the balance, and asking for more.

In: requests.  Out: HTML.  Publishes nothing itself: its forms are those of the factory's page.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dataset.gallery.interfaces import BalanceTargets
from dataset.gallery.pages.answers import html
from dataset.gallery.pages.coverage_counts import family_of, kinds_by_split, mix, scenes_by_relation
from dataset.gallery.sample_search import SampleFilter, SampleSearch
from dataset.gallery.search_request import filter_of

SHOWN = 8
"""Samples of a cell that are shown."""

MORE = 10
"""Graphs that a cell's form asks for, unless another number is given."""


class CoveragePages:
    """`targets` are those of the balance, None where none are known; `may_ask`: whether there is a factory."""

    def __init__(self, samples: SampleSearch, targets: BalanceTargets | None, may_ask: bool) -> None:
        self._samples, self._targets, self._may_ask = samples, targets, may_ask

    def routes(self) -> list[Route]:
        """The addresses of these pages."""
        return [Route("/coverage", self.page), Route("/coverage/cell", self.cell)]

    def page(self, request: Request) -> Response:
        """The heat maps, and the targets."""
        wanted, found = filter_of(SampleFilter, request), self._samples
        return html(
            "coverage.html",
            facets=found.facets,
            relations=scenes_by_relation(found, "all" in request.query_params),
            family_of=family_of,
            kinds=kinds_by_split(found),
            axes=None if self._targets is None else mix(found, self._targets),
            targets=self._targets,
            cell=self._cell(wanted) if _chosen(wanted) else None,
            may_ask=self._may_ask,
            query=request.url.query,
        )

    def cell(self, request: Request) -> Response:
        """One cell: some of its samples, and the form that asks for more of it."""
        return html("coverage_cell.html", cell=self._cell(filter_of(SampleFilter, request)), may_ask=self._may_ask)

    def _cell(self, wanted: SampleFilter) -> dict[str, object]:
        chosen = _chosen(wanted)
        total, rows = self._samples.search(wanted, 1)
        family = family_of(wanted.relation)
        return {
            "chosen": chosen,
            "total": total,
            "samples": [row["sample_id"] for row in rows[:SHOWN]],
            "scenes": [] if wanted.scene else self._rarest(),
            "concept": wanted.scene.replace("_", " "),
            "family": family or _favourite(wanted.kind),
            "split": wanted.split,
            "more": MORE,
        }

    def _rarest(self) -> list[str]:
        """The scenes with fewest samples first: what is asked for without a scene brings most there."""
        return [name.replace("_", " ") for name, _ in sorted(self._samples.facets.scene, key=lambda entry: entry[1])]


def _chosen(wanted: SampleFilter) -> Mapping[str, str]:
    return {name: value for name, value in vars(wanted).items() if value}


def _favourite(kind: str) -> str:
    """A family of relations that helps a kind of question, empty where none is needed or the kind is not known."""
    from spatial.questions import KINDS

    return min(KINDS[kind].favoured_by, default="") if kind in KINDS else ""
