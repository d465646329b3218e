"""The rejections that a filter leaves, as files to take along, and their pictures.

In: a search over rejections, the store of their pictures.  Out: lines of CSV or JSON, as `skg rejections list` prints
them; the bytes of a picture.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from dataset.gallery.rejected_samples import RejectionFilter, RejectionSearch
from dataset.reading.rejection_csv import csv_lines

FORMS = {".csv": "text/csv; charset=utf-8", ".jsonl": "application/x-ndjson"}
"""Ending to media type."""

MARK = "\ufeff"
"""Tells spreadsheets that a file is UTF-8."""

PICTURES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}

CACHE_CONTROL = "private, max-age=86400"
"""The key of a picture derives from what it shows, so the picture of a key never changes."""

Pictures = Callable[[str], bytes | None]
"""The bytes of a stored picture, None where it is gone. Raises RetryableError."""


def download(found: RejectionSearch, wanted: RejectionFilter, ending: str) -> Response:
    """All matching rejections as a file, newest first."""
    rows = found.listed(wanted)
    lines: Iterator[str] = (
        csv_lines(rows) if ending == ".csv" else (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    )
    named = {"Content-Disposition": f'attachment; filename="rejections{ending}"'}
    return StreamingResponse(_marked(lines, ending), media_type=FORMS[ending], headers=named)


def picture(found: RejectionSearch, pictures: Pictures | None, rejection_id: str) -> Response:
    """The rejected picture. Raises HTTPException where there is none, or none any more."""
    key = found.picture_key(rejection_id)
    kind = PICTURES.get(PurePosixPath(key or "").suffix.lower())
    data = pictures(key) if pictures is not None and key is not None and kind is not None else None
    if data is None:
        raise HTTPException(404, "There is no such picture, or none any more.")
    return Response(data, media_type=kind, headers={"Cache-Control": CACHE_CONTROL})


def _marked(lines: Iterator[str], ending: str) -> Iterator[str]:
    if ending == ".csv":
        yield MARK
    yield from lines
