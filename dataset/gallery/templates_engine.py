"""The gallery's templates and static files.

In: a template's name and its values.  Out: HTML.
Every text is escaped; an unknown name in a template is an error.
"""

import functools
from pathlib import Path

from jinja2 import Environment

from dataset.analysis.certificate_text import predicate_in_words
from dataset.analysis.page_templates import templates_in
from dataset.gallery.table_faults import SHOWN
from schemas.texts.fault_words import counted
from spatial.questions.kind_table import KINDS

HERE = Path(__file__).parent / "site"
ANALYSIS = HERE.parents[1] / "analysis"
"""The statistics' templates, which their page from disk has too."""

ASSETS = {
    "gallery.css": "text/css",
    **{f"{name}.js": "text/javascript" for name in ("htmx.min", "pointing", "layers", "sheet", "maps", "keys")},
}
"""Static files by media type. `htmx.min.js` is htmx 2.0.11 as published, under `htmx.LICENSE.txt`."""


@functools.cache
def _environment() -> Environment:
    environment = templates_in(HERE, ANALYSIS)
    environment.filters["relation"] = predicate_in_words
    environment.filters["meaning"] = kind_meaning
    environment.filters["percent"] = lambda share: f"{100 * share:.1f} %".replace(".0 %", " %")
    environment.filters["counted"] = counted
    environment.filters["thousands"] = lambda number: f"{number:,}"
    return environment


def kind_meaning(kind: str) -> str:
    """What a kind of questions asks; nothing of a kind that is not installed here."""
    return KINDS[kind].meaning if kind in KINDS else ""


def render(template: str, **values: object) -> str:
    """The page. `damage` is what is wrong with the tables, a value of every page."""
    return _environment().get_template(template).render(damage=SHOWN.get(), **values)


@functools.cache
def asset(name: str) -> bytes:
    """A file of `ASSETS`."""
    return (HERE / name).read_bytes()
