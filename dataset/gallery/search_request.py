"""What a request asks for, and the links that ask for more.

In: addresses and forms of the gallery's pages.  Out: plain values; nothing here trusts what it reads.
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

MAX_FORM_BYTES = 64 * 1024
"""A form holds a concept and some words."""

MAX_CHARS = 200
"""Of a filter; ids have 32. Each word of a search costs a look at every row."""

W = TypeVar("W", SampleFilter, RejectionFilter)

Search = Callable[[int], tuple[int, list[dict[str, Any]]]]
"""How much fits and the rows of a page, by its number."""


def asked(kind: type[W], request: Request) -> W:
    """The filters of an address."""
    return kind(**{field.name: request.query_params.get(field.name, "")[:MAX_CHARS].strip() for field in fields(kind)})


def page_of(request: Request) -> int:
    """The number of the page, from 1."""
    text = request.query_params.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 9 else 1


def found_on(search: Search, page: int, size: int) -> tuple[int, int, list[dict[str, Any]]]:
    """How much fits, the page that is shown, and its rows: the last page where fewer are there than was asked for."""
    total, rows = search(page)
    last = max(1, -(-total // size))
    return (total, page, rows) if page <= last else (total, last, search(last)[1])


def pages_of(total: int, page: int, size: int, wanted: SampleFilter | RejectionFilter) -> dict[str, object]:
    """What the row of pages needs: which rows are shown, and the addresses around this page."""
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


async def form_of(request: Request) -> Mapping[str, Sequence[str]]:
    """The fields of a posted form. Raises HTTPException for one that is too long or no text."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413, "This form is too long.")
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True)
    except UnicodeDecodeError as error:
        raise HTTPException(400, "This form is not UTF-8 text.") from error


def seed_form_of(form: Mapping[str, Sequence[str]]) -> SeedForm:
    """The wish of a form for seeds, unchecked."""

    def text(name: str, default: str = "") -> str:
        return form.get(name, [default])[0].strip()

    def words(name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in text(name).split(",") if word.strip())

    numbers = {name: text(name) for name in ("count", "min_objects", "max_objects") if text(name)}
    return SeedForm(text("concept"), required=words("required"), excluded=words("excluded"), **numbers)
