"""What pages answer with: HTML from a template, pictures, and the errors for what is not there.

In: values of a template, bytes.  Out: responses.
"""

from pathlib import PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from dataset.gallery.rejection_files import CACHE_CONTROL, PICTURES
from dataset.gallery.templates_engine import render


def html(template: str, /, **values: object) -> HTMLResponse:
    """A page, or a part of one."""
    return HTMLResponse(render(template, **values))


def html_of(status: int, template: str, /, **values: object) -> HTMLResponse:
    """A page with another status than 200."""
    return HTMLResponse(render(template, **values), status)


def missing(what: str) -> HTTPException:
    """The error for something that is not there."""
    return HTTPException(404, f"There is no such {what}.")


def stored_picture(data: bytes, name: str) -> Response:
    """A picture as it lies in the table under this name."""
    kind = PICTURES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
    return Response(data, media_type=kind, headers={"Cache-Control": CACHE_CONTROL})


def layer(found: bytes | None) -> Response:
    """A picture that lies over another one. Raises HTTPException where there is none."""
    if found is None:
        raise missing("picture")
    return Response(found, media_type="image/png", headers={"Cache-Control": CACHE_CONTROL})
