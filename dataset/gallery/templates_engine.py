"""The templates: the one file that imports jinja2.

In: a template's name and its values.  Out: HTML.
Every text is escaped; an unknown name in a template is an error.
"""

import functools
from pathlib import Path

import jinja2

HERE = Path(__file__).parent
ASSETS = {"gallery.css": "text/css", "gallery.js": "text/javascript", "htmx.min.js": "text/javascript"}
"""Static files by media type. `htmx.min.js` is htmx 2.0.11 as published, under `htmx.LICENSE.txt`."""


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["words"] = lambda text: str(text).replace("_", " ")
    environment.filters["thousands"] = lambda number: f"{number:,}"
    return environment


def render(template: str, **values: object) -> str:
    """The page."""
    return _environment().get_template(template).render(**values)


@functools.cache
def asset(name: str) -> bytes:
    """A file of `ASSETS`."""
    return (HERE / name).read_bytes()
