"""Who drew the pictures of a copy and with what: the renderers, their models, and the licences of both.

In: the provenance of rows.  Out: counts by source and licence, and the licence of the whole where one holds.
A model's licence is what its own card says, as the renderer put it into provenance.  Renderers whose pictures are made of
things with a licence of their own are rows of `renderer_contents.json`, by name without version.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

MIT = "mit"

UNKNOWN = "unknown"
ANNOTATED = "annotated"
"""The note `understood` of pictures that existed before: they were ingested with their annotations."""


class PictureSource(NamedTuple):
    """What a picture was made of, and under which licence that is."""

    made_with: str
    licence: str


@cache
def contents() -> Mapping[str, PictureSource]:
    """What the pictures of renderers are made of that need no model, and under which licence that is."""
    rows = json.loads(Path(__file__).with_name("renderer_contents.json").read_text("utf-8"))
    return {name: PictureSource(**row) for name, row in rows.items()}


def sources_of(provenance: Iterable[str]) -> Counter[PictureSource]:
    """The sources of pictures, each with the number of pictures that it is in; `provenance` is JSON text, one a row."""
    found: Counter[PictureSource] = Counter()
    for text in provenance:
        found.update(set(_sources(json.loads(text))))
    return found


def licence_of(sources: Iterable[PictureSource]) -> str | None:
    """The licence of everything, None where there are several."""
    return MIT if {source.licence for source in sources} <= {MIT} else None


def _sources(row: Mapping[str, Any]) -> Iterator[PictureSource]:
    notes = row.get("notes", {})
    renderer = str(row.get("renderer", UNKNOWN))
    if notes.get("understood") == ANNOTATED:
        yield PictureSource("pictures that were ingested with annotations", "their publisher's")
        return
    name = renderer.rpartition("-")[0] or renderer
    models = list(_models(_parameters(notes)))
    own = contents().get(name)
    if own is not None:
        yield PictureSource(f"{renderer}: {own.made_with}", own.licence)
    elif not models:
        yield PictureSource(renderer, UNKNOWN)
    for model in models:
        yield PictureSource(f"{renderer}: weights of {model['model']}@{model.get('revision', UNKNOWN)}", model["licence"])


def _parameters(notes: Mapping[str, str]) -> object:
    try:
        return json.loads(notes.get("parameters", "null"))
    except ValueError:
        return None


def _models(value: object) -> Iterator[Mapping[str, str]]:
    """Every model with a licence in the parameters of a renderer, however deep."""
    if isinstance(value, dict):
        if {"model", "licence"} <= value.keys():
            yield value
        for inner in value.values():
            yield from _models(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _models(inner)
