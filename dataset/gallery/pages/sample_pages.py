"""The pages of samples: the contact sheet, one sample, and their pictures.

In: requests.  Out: HTML and pictures, read from the table when they are asked for.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dataset.gallery.pages.answers import html, layer, missing, stored_picture
from dataset.gallery.sample_search import PAGE, SampleFilter, SampleSearch
from dataset.gallery.search_request import MAX_CHARS, filter_of, page_links, page_of, search_page, unknown_values
from dataset.gallery.views.floor_plan import floor_plan
from dataset.gallery.views.layer_pictures import depth_picture, masks_picture
from dataset.gallery.views.row_views import View, other_views, tile, view

LAYERS = (("masks", "m"), ("depth", "d"))
"""What may lie over a picture of a scene in metres, with its key."""


def sample_view(row: Mapping[str, Any]) -> View:
    """The template values of a sample whose pictures are served."""
    return with_layers(view(row, f"/image/{row['sample_id']}"))


def with_layers(sample: View) -> View:
    """The view with the addresses of what may lie over its picture."""
    layers = [(name, key, f"/{name}/{sample['sample_id']}") for name, key in LAYERS] if sample["in_metres"] else []
    return {**sample, "layers": layers}


class SamplePages:
    """Plain functions run in threads, so reading a table does not block other requests."""

    def __init__(self, samples: SampleSearch) -> None:
        self._samples = samples

    def routes(self) -> list[Route]:
        """The addresses of these pages."""
        return [
            Route("/", self.sheet),
            Route("/sample/{sample_id}", self.sample),
            Route("/sample/{sample_id}/beside", self.beside),
            Route("/image/{sample_id}", self.image),
            Route("/view/{sample_id}/{number:int}", self.view),
            Route("/masks/{sample_id}", self.masks),
            Route("/depth/{sample_id}", self.depth),
        ]

    def sheet(self, request: Request) -> Response:
        """A page of the samples that match the filters, pictures first."""
        wanted, found = filter_of(SampleFilter, request), self._samples
        total, page, rows = search_page(lambda page: found.search(wanted, page), page_of(request), PAGE)
        return html(
            "samples.html",
            samples=[with_layers(tile(row, f"/image/{row['sample_id']}")) for row in rows],
            facets=found.facets,
            reading=found.reading,
            unknown=unknown_values(wanted, found.facets),
            wanted=wanted,
            pages=page_links(total, page, PAGE, wanted),
        )

    def sample(self, request: Request) -> Response:
        """One sample with everything that is known of it."""
        return html("sample.html", **self._shown(request, with_plan=True))

    def beside(self, request: Request) -> Response:
        """A sample's picture with its questions beside it: what the contact sheet opens."""
        return html("beside.html", **self._shown(request), kind=request.query_params.get("kind", "")[:MAX_CHARS])

    def _shown(self, request: Request, with_plan: bool = False) -> View:
        row = self._row(request)
        views = self._samples.views(row["sample_id"]) if row.get("camera") is not None else []
        sample = sample_view(row)
        plan = {"plan": floor_plan(row, sample["objects"], views)} if with_plan else {}
        return {"sample": sample, "others": other_views(row, views), **plan}

    def _row(self, request: Request) -> dict[str, Any]:
        row = self._samples.sample(request.path_params["sample_id"])
        if row is None:
            raise missing("sample")
        return row

    def image(self, request: Request) -> Response:
        """A picture as stored in the table."""
        found = self._samples.picture(request.path_params["sample_id"])
        if found is None:
            raise missing("picture")
        return stored_picture(*found)

    def view(self, request: Request) -> Response:
        """The picture of a further camera; 1 is the first."""
        number, found = request.path_params["number"], self._samples.views(request.path_params["sample_id"])
        if not 1 <= number <= len(found):
            raise missing("picture")
        image = found[number - 1]["image"]
        return stored_picture(image["bytes"], image["path"] or "")

    def masks(self, request: Request) -> Response:
        """What is visible of each object, to lie over the picture."""
        return layer(masks_picture(self._row(request)["objects"]))

    def depth(self, request: Request) -> Response:
        """The depths, to lie over the picture."""
        found = self._samples.depth_map(request.path_params["sample_id"])
        return layer(None if found is None else depth_picture(found))
