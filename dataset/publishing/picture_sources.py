"""Who drew the pictures of a copy and with what: the renderers, their models, and the licences of both.

In: the provenance of rows.  Out: counts by source and licence, and the licence of the whole where one holds.
A model's licence is what its own card says, as the renderer put it into provenance.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

MIT = "mit"

OWN: Mapping[str, tuple[str, str]] = {
    "collage": ("sprites: Microsoft's Fluent emoji; drawings and backdrops of this project", MIT),
    "solid": ("bodies, materials and places made by code of this project, traced by Blender", MIT),
}
"""Renderers whose pictures are made of things with a licence of their own, by name without version."""

UNKNOWN = "unknown"
ANNOTATED = "annotated"
"""The note `understood` of pictures that existed before: they were ingested with their annotations."""


class PictureSource(NamedTuple):
    """What a picture was made of, and under which licence that is."""

    made_with: str
    licence: str


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
    if name in OWN:
        yield PictureSource(f"{renderer}: {OWN[name][0]}", OWN[name][1])
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
