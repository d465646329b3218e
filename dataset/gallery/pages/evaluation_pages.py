"""The pages of evaluation: several models side by side, and their wrong answers beside picture and proof.

In: folders of results of `skg eval`.  Out: HTML.
"""

import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dataset.gallery.pages.answers import html, missing
from dataset.gallery.pages.background_result import BackgroundResult
from dataset.gallery.pages.evaluation_results import (
    FACETS,
    Run,
    WrongAnswer,
    compared,
    runs_in,
    series_of,
    wrong_answers,
)
from dataset.gallery.pages.sample_pages import sample_view
from dataset.gallery.sample_search import SampleSearch
from dataset.gallery.search_request import MAX_CHARS, page_of
from dataset.gallery.views.row_views import View, other_views

ROWS = 8
"""Wrong answers on one page: each has its picture."""


BASELINES = {
    "random": "picks any choice",
    "always-left": "picks the choice that says left, else the first",
    "text-only": "learned from the training questions and their answers alone",
}
"""What each baseline does, in words."""


class EvaluationPages:
    """Results are read whenever a page is asked for, so that running evaluations are followed."""

    def __init__(self, folders: Sequence[Path], samples: SampleSearch) -> None:
        self._folders, self._samples = folders, samples
        self._wrong: dict[tuple[Path, str, bool], BackgroundResult[list[WrongAnswer]]] = {}

    def routes(self) -> list[Route]:
        """The addresses of these pages."""
        return [Route("/evaluation", self.page), Route("/evaluation/wrong/{number:int}", self.wrong)]

    def page(self, _: Request) -> Response:
        """The table and the charts."""
        runs, faults = runs_in(self._folders)
        series = series_of(runs)
        charts = [(facet, compared(series, facet)) for facet in FACETS]
        return html(
            "evaluation.html",
            runs=runs,
            faults=faults,
            series=series,
            charts=charts,
            baselines=BASELINES,
            uri=shlex.quote(self._samples.uri),
        )

    def wrong(self, request: Request) -> Response:
        """A page of the wrong answers of a run."""
        runs, _ = runs_in(self._folders)
        number, kind = request.path_params["number"], request.query_params.get("kind", "")[:MAX_CHARS]
        if number >= len(runs):
            raise missing("result")
        if runs[number].scores is None:
            raise missing("result of a model: only baselines were asked, whose answers are not kept")
        found = self._wrong_of(runs[number]).newest()
        fitting = [each for each in found or () if not kind or each.kind == kind]
        last = max(1, -(-len(fitting) // ROWS))
        page = min(page_of(request), last)
        return html(
            "wrong_answers.html",
            run=runs[number],
            number=number,
            is_counting=found is None,
            kind=kind,
            kinds=sorted(Counter(each.kind for each in found or ()).items()),
            total=len(fitting),
            shown=[shown for each in fitting[ROWS * (page - 1) : ROWS * page] if (shown := self._shown(each))],
            pages={"page": page, "last": last, "links": _links(page, last, kind)},
        )

    def _wrong_of(self, run: Run) -> BackgroundResult[list[WrongAnswer]]:
        """Wrong answers are looked up again when the log or the dataset changed."""
        samples, log = self._samples, run.folder / "answers.jsonl"
        asked = (run.folder, run.split, run.is_of_split)  # another evaluation may begin in the folder
        if asked not in self._wrong:
            self._wrong[asked] = BackgroundResult(
                lambda: wrong_answers(run, samples.uri, samples.options),
                lambda: (samples.changes, log.stat().st_mtime_ns if log.exists() else 0),
            )
        return self._wrong[asked]

    def _shown(self, wrong: WrongAnswer) -> View | None:
        """The sample of a wrong answer with that question alone; None where it is gone."""
        row = self._samples.sample(wrong.sample_id)
        asked = [each for each in (row or {}).get("questions", ()) if each["id"] == wrong.question_id]
        if row is None or not asked:
            return None
        views = self._samples.views(wrong.sample_id) if asked[0].get("views") else []
        return {"sample": sample_view({**row, "questions": asked}), "others": other_views(row, views), "wrong": wrong}


def _links(page: int, last: int, kind: str) -> dict[str, str]:
    near = {"first": 1, "previous": page - 1, "next": page + 1, "last": last}
    chosen = f"kind={kind}&" if kind else ""
    return {name: f"?{chosen}page={place}" for name, place in near.items() if 1 <= place <= last and place != page}
