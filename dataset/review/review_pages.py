"""The page on which people review samples, one after the other.

In: forms, untrusted.  Out: HTML; verdicts in the table beside the dataset.
Works without scripts; keys only press its buttons.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dataset.analysis.certificate_text import proof_in_words
from dataset.gallery.pages.sample_pages import sample_view
from dataset.gallery.search_request import form_fields
from dataset.gallery.templates_engine import render
from dataset.gallery.views.question_views import shown_pictures
from dataset.gallery.views.row_views import other_views
from dataset.review.review_queue import Order, require_sample, review_queue
from dataset.review.verdict_table import (
    MAX_REVIEWER,
    REASONS,
    Verdict,
    add_verdicts,
    counting_verdicts,
    reason_of,
    reviewer_of_environment,
)
from dataset.table.delta_table import Options
from dataset.table.table_errors import NoDataset
from schemas.errors import BadInput, UserError
from schemas.texts.written_text import nfc

COOKIE = "skg-reviewer"
"""Keeps the name that was typed once."""

COOKIE_S = 365 * 24 * 3600

WHOLE = "sample"
"""The item that is no question."""

Row = Mapping[str, Any]

Form = Mapping[str, Sequence[str]]
NO_FORM: Form = {}


@dataclass(frozen=True)
class ReviewPages:
    """Reviews of the dataset at `uri`. `sample` finds a row by its id, None where there is none; `views` what further
    cameras see of it.
    """

    uri: str
    options: Options
    sample: Callable[[str], Row | None]
    views: Callable[[str], Sequence[Row]] = lambda _: ()

    async def show(self, request: Request) -> Response:
        """The next sample of a reviewer."""
        order = _order(request.query_params.get("order", ""))
        reviewer = unquote(request.cookies.get(COOKIE, "")) or reviewer_of_environment()
        return HTMLResponse(await run_in_threadpool(self._page, reviewer[:MAX_REVIEWER], order))

    async def store(self, request: Request) -> Response:
        """Store the verdicts of a form and go on to the next sample."""
        form = await form_fields(request)
        reviewer, order = _text(form, "reviewer")[:MAX_REVIEWER], _order(_text(form, "order"))
        try:
            await run_in_threadpool(self._store, form, reviewer)
        except UserError as error:
            page = await run_in_threadpool(self._page, reviewer, order, str(error), form)
            return HTMLResponse(page, 422)
        answer = RedirectResponse(f"/review?order={order}", 303)
        answer.set_cookie(COOKIE, quote(reviewer), max_age=COOKIE_S, httponly=True, samesite="strict")
        return answer

    def _store(self, form: Form, reviewer: str) -> None:
        """Raises BadInput for what is no verdict, RetryableError."""
        sample = _text(form, "sample")
        said = {name.partition(":")[2]: _text(form, name) for name in form if name.startswith("verdict:")}
        chosen = {item: verdict for item, verdict in said.items() if verdict}
        if not chosen:
            raise BadInput("Nothing was accepted or flagged.")
        found, version = [], require_sample(self.uri, sample, chosen.keys() - {WHOLE}, self.options)
        for item, verdict in chosen.items():
            question = None if item == WHOLE else item
            comment = _text(form, f"comment:{item}") or None
            fields = {
                "sample_id": sample, "question_id": question, "verdict": verdict, "reviewer": reviewer,
                "reason": reason_of(verdict, _text(form, f"reason:{item}"), comment), "comment": comment,
                "at": datetime.now(UTC), "dataset_version": version,
            }  # fmt: skip
            found.append(_verdict(fields))
        add_verdicts(self.uri, found, self.options)

    def _queue(self, order: Order, reviewer: str) -> list[str]:
        """The samples that are left; none where there is no dataset yet."""
        try:
            return review_queue(self.uri, order, reviewer, self.options)
        except NoDataset:
            return []

    def _page(self, reviewer: str, order: Order, fault: str = "", form: Form = NO_FORM) -> str:
        """A page with a sample of the queue; that of the form, with what was typed, where a fault was in it."""
        queue, wanted = self._queue(order, reviewer), _text(form, "sample")
        chosen = wanted if wanted in queue else next(iter(queue), None)
        row = None if chosen is None else self.sample(chosen)
        return render(
            "review.html",
            sample=None if row is None else sample_view(row),
            others=[] if row is None else other_views(row, self.views(row["sample_id"])),
            items=() if row is None else [{**item, "typed": _typed(form, item["id"])} for item in _items(row)],
            reasons=REASONS, reviewer=reviewer, order=order, left=len(queue), fault=fault,
            said=len(counting_verdicts(self.uri, self.options)),
        )  # fmt: skip


def _typed(form: Form, item: str) -> dict[str, str]:
    """What was typed of an item: its verdict, reason and comment."""
    return {name: _text(form, f"{name}:{item}") for name in ("verdict", "reason", "comment")}


def _order(name: str) -> Order:
    return "stratified" if name == "stratified" else "random"


def _items(row: Row) -> list[dict[str, Any]]:
    """The sample as a whole, and each of its questions."""
    whole = {
        "id": WHOLE,
        "text": "The picture and what is said of it",
        "answer": "",
        "kind": "",
        "choices": (),
        "shown": "",
        "proof": (),
    }
    shown = ("id", "answer", "kind", "choices", "objects")
    questions = [
        {
            "text": question["question"],
            "proof": proof_in_words(question["certificate"], row["objects"]),
            "shown": shown_pictures(question.get("views")),
            **{name: question[name] for name in shown},
        }
        for question in row["questions"]
    ]
    return [{**whole, "objects": []}, *questions]


def _verdict(fields: Mapping[str, object]) -> Verdict:
    try:
        return Verdict.model_validate(fields)
    except ValidationError as error:
        raise BadInput(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


def _text(form: Form, name: str) -> str:
    """A field of a form. Raises HTTPException for one that is there twice."""
    values = form.get(name, [""])
    if len(values) > 1:
        raise HTTPException(400, f"This form says {name} twice.")
    return nfc(values[0]).strip()
