"""Parses the gallery's requests and makes the links between pages.

In: query strings and forms, untrusted.  Out: plain values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from dataset.gallery.interfaces import SeedForm
from dataset.gallery.rejected_samples import RejectionFilter
from dataset.gallery.sample_search import SampleFilter
from schemas.texts.written_text import nfc

MAX_FORM_BYTES = 64 * 1024
"""Largest form: it holds a concept and some words."""

MAX_CHARS = 200
"""Longest value of a filter; ids have 32. Each word of a search is compared with every row."""

W = TypeVar("W", SampleFilter, RejectionFilter)

Search = Callable[[int], tuple[int, list[dict[str, Any]]]]
"""From the number of a page: the number of matches, and the rows of the page."""


def filter_of(kind: type[W], request: Request) -> W:
    """The filter in a query string, with letters as the dataset spells them: browsers may send é as e and an accent."""
    return kind(**{field.name: nfc(request.query_params.get(field.name, ""))[:MAX_CHARS].strip() for field in fields(kind)})


def unknown_values(wanted: SampleFilter | RejectionFilter, facets: object) -> list[tuple[str, str]]:
    """The chosen values that no row has, each with the filter's name in words."""
    chosen = [(field.name, getattr(wanted, field.name)) for field in fields(wanted) if field.name != "words"]
    names = {"kind": "question kind", "understood": "reading of concepts"}
    return [(names.get(name, name), value) for name, value in chosen if value and value not in dict(getattr(facets, name))]


def page_of(request: Request) -> int:
    """The number of the requested page, from 1."""
    text = request.query_params.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 9 else 1


def search_page(search: Search, page: int, size: int) -> tuple[int, int, list[dict[str, Any]]]:
    """The number of matches, the page's number and its rows: of the last page where the requested one is beyond it."""
    total, rows = search(page)
    last = max(1, -(-total // size))
    return (total, page, rows) if page <= last else (total, last, search(last)[1])


def page_links(total: int, page: int, size: int, wanted: SampleFilter | RejectionFilter) -> dict[str, object]:
    """The template values for the links between pages: which rows are shown, and the addresses of the pages around."""
    last = max(1, -(-total // size))
    chosen = {field.name: getattr(wanted, field.name) for field in fields(wanted) if getattr(wanted, field.name)}
    near = {"first": 1, "previous": page - 1, "next": page + 1, "last": last}
    links = {
        name: "?" + urlencode({**chosen, "page": number})
        for name, number in near.items()
        if 1 <= number <= last and number != page
    }
    first = size * (page - 1) + 1
    return {"total": total, "from": first, "to": min(total, size * page), "page": page, "last": last, "links": links}


async def form_fields(request: Request) -> Mapping[str, Sequence[str]]:
    """The fields of a posted form. Raises HTTPException for one that is too long or not UTF-8."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413, "This form is too long.")
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True)
    except UnicodeDecodeError as error:
        raise HTTPException(400, "This form is not UTF-8 text.") from error


def seed_form_from(form: Mapping[str, Sequence[str]]) -> SeedForm:
    """The form for seeds, not validated. Raises HTTPException for a field that is there twice."""

    def text(name: str, default: str = "") -> str:
        values = form.get(name, [default])
        if len(values) > 1:
            raise HTTPException(400, f"This form says {name} twice.")
        return values[0].strip()

    def words(name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in text(name).split(",") if word.strip())

    numbers = {name: text(name) for name in ("count", "min_objects", "max_objects") if text(name)}
    anyway = bool(text("anyway"))
    return SeedForm(
        text("concept"),
        **numbers,
        required=words("required"),
        excluded=words("excluded"),
        family=text("family"),
        anyway=anyway,
    )
