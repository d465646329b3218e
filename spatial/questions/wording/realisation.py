"""Realises a query as text.

In: a query and the number of a variant.  Out: an English question; every variant of a query parses back to it.
The sentences are data: a small grammar (`templates.json`) of alternatives `(a|b)` and frames `<In>`, of which every shape
of query has at least 25 expansions, and a bank of paraphrases.  Wherever a direction or a depth is asked, the sentence
names the picture or the viewer: what is left of a person is otherwise the person's or the viewer's left.  Verbs follow
the number of their subject.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from schemas.base import Model
from schemas.ids import derived_seed
from spatial.questions.question_kinds import (
    AttributeOf,
    Boxed,
    BoxSide,
    CameraMoved,
    CompareCounts,
    Count,
    Exists,
    FitsBeside,
    FitsBetween,
    KnownFar,
    KnownSide,
    Locate,
    Query,
    Ref,
    to_json,
)
from spatial.questions.wording.lexicon import indefinite, is_plural, plural
from spatial.questions.wording.paraphrase_bank import Sentences, bank

DIRECTIONS = {"left_of": "to the left of", "right_of": "to the right of", "above": "above", "below": "below"}
SIDES = ("left_of", "right_of")
FURTHER = {
    "left_of": "further to the left",
    "right_of": "further to the right",
    "above": "higher up",
    "below": "lower down",
}
DEPTHS = {"in_front_of": "in front of", "behind": "behind"}
REACHES = {"in_front_of": "closer to", "behind": "farther from"}
HOPS = {**DIRECTIONS, **DEPTHS, "on": "on", "inside": "inside", "under": "under"}
REF_HOPS = {**HOPS, "nearest": "closest to"}
OUTERMOST = {
    "leftmost": "furthest to the left",
    "rightmost": "furthest to the right",
    "highest": "highest up",
    "lowest": "lowest down",
}
COURSES = {
    "left_to_right": "left to right",
    "right_to_left": "right to left",
    "top_to_bottom": "top to bottom",
    "bottom_to_top": "bottom to top",
}
PLACES = {
    "top_left": "top left corner",
    "top": "upper third",
    "top_right": "top right corner",
    "left": "left third",
    "center": "centre",
    "right": "right third",
    "bottom_left": "bottom left corner",
    "bottom": "lower third",
    "bottom_right": "bottom right corner",
}
PHRASES = {
    "direction": DIRECTIONS,
    "further": FURTHER,
    "depth": DEPTHS,
    "reach": REACHES,
    "hop": HOPS,
    "again": HOPS,
    "opposite": {"left_of": DIRECTIONS["right_of"], "right_of": DIRECTIONS["left_of"]},
    "outermost": OUTERMOST,
    "course": COURSES,
    "place": PLACES,
    "hand": {"left": "left", "right": "right"},
    "family": {name: name for name in ("colour", "material", "pattern", "state", "orientation")},
}
"""Template slots with a closed set of phrases."""

FIELDS = {"further": "predicate", "direction": "predicate", "depth": "predicate", "reach": "predicate", "hop": "predicate"}
FIELDS |= {"outermost": "extreme", "again": "predicate", "opposite": "predicate", "either": "things"}
"""The query field of a slot, where the names differ."""

JOINED = {"things": " and ", "either": " or "}
"""Slots of lists, and the word before the last item."""

COUNTED = {"many": "category", "than": "than"}
"""Slots of categories in the plural, and their fields."""

BOX = "box"
"""The slot of a box in pixels, written as JSON."""

WIDTH = "width"
"""The slot of a width in centimetres: `60 cm`."""

THINGS = ("thing", "object")
"""Words for an object without a named category; the variant decides which one."""

SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")
"""A slot of a template: `{name}`, or `{verb:name}`."""

MANY = {"is": "are", "does": "do", "Is": "Are", "Does": "Do"}


ALTERNATIVES = re.compile(r"\(([^()]*)\)")
"""Alternatives of a template: `(a|b)`, one of them empty for what may be left out."""

FRAME = re.compile(r"<(\w+)>")
"""The name of a list of alternatives."""

BANK_SHARE = 4
"""One question in four is worded by the bank: its few sentences would otherwise hardly be seen among the grammar's."""


@lru_cache(maxsize=1)
def templates() -> Sentences:
    """The sentences that questions are written with: those of the grammar, then the bank's."""
    more = bank()
    return {shape: (*texts, *more.get(shape, ())) for shape, texts in grammar().items()}


@lru_cache(maxsize=1)
def grammar() -> Sentences:
    """The sentences of the grammar, all alternatives written out."""
    return _expanded("sentences")


@lru_cache(maxsize=1)
def retired_templates() -> Sentences:
    """Sentences of older datasets, which are read and no longer written."""
    return _expanded("retired")


@lru_cache(maxsize=1)
def statements() -> Sentences:
    """The sentences of descriptions, by the type of query that they answer."""
    return _expanded("statements")


def _expanded(part: str) -> Sentences:
    text = resources.files("spatial.questions.wording").joinpath("templates.json").read_text("utf-8")
    data = json.loads(text)
    frames = {name: f"({'|'.join(phrases)})" for name, phrases in data["frames"].items()}
    return {
        shape: tuple(dict.fromkeys(s for pattern in patterns for s in expand(FRAME.sub(lambda m: frames[m[1]], pattern))))
        for shape, patterns in data[part].items()
    }


def expand(pattern: str) -> Iterator[str]:
    """Every sentence of a pattern with alternatives, which may be nested; some may occur twice."""
    inner = ALTERNATIVES.search(pattern)
    if inner is None:
        yield pattern
        return
    for choice in inner.group(1).split("|"):
        yield from expand(pattern[: inner.start()] + choice + pattern[inner.end() :])


def shape_of(query: Query) -> str:
    """The name of the query's set of templates."""
    if isinstance(query, Exists) and query.without is not None:
        return "exists_without"
    if isinstance(query, Count) and query.anchor is not None:
        return "count_side"
    if isinstance(query, CompareCounts):
        return (
            "compare_sides" if query.predicate in SIDES else "compare_things" if query.predicate is None else "compare_on"
        )
    if isinstance(query, AttributeOf) and query.family in ("colour", "orientation"):
        return f"attribute_{query.family}"
    if isinstance(query, Locate | CameraMoved):
        return f"locate_{query.form}" if isinstance(query, Locate) else f"moved_{query.axis}"
    return query.op


def variants(query: Query) -> int:
    """The number of different texts for the query; higher variants repeat them."""
    return len(templates()[shape_of(query)]) * len(THINGS)


def realise(query: Query, variant: int = 0) -> str:
    """The text of the question. `variant` selects the sentence (and the word for an object without a name)."""
    sentences = templates()[shape_of(query)]
    return fill(sentences[variant % len(sentences)], query, THINGS[variant // len(sentences) % len(THINGS)])


def variant_for(query: Query, sample: str) -> int:
    """The variant in which a sample asks this: a function of both alone; every `BANK_SHARE`th is a paraphrase."""
    shape, number = shape_of(query), derived_seed("wording", sample, to_json(query))
    written, known = len(grammar()[shape]), len(templates()[shape])
    number, from_bank = divmod(number, BANK_SHARE)
    number, thing = divmod(number, len(THINGS))
    of_bank = from_bank == 0 and known > written
    return (written + number % (known - written) if of_bank else number % written) + thing * known


def fill(template: str, query: Model, thing: str) -> str:
    """A template filled with the query's words; `{is:subject}` is a verb that agrees with a slot."""
    return SLOT.sub(lambda match: _slot(match.group(1), match.group(2), query, thing), template)


def _is_many(slot: str, query: Model) -> bool:
    if slot == "one":
        return isinstance(query, Exists) and is_plural(query.category)
    if slot == "named":
        return isinstance(query, KnownSide | KnownFar) and is_plural(query.category)
    value = getattr(query, slot, None)
    return isinstance(value, Ref) and value.category is not None and is_plural(value.category)


def _slot(slot: str, agrees_with: str | None, query: Model, thing: str) -> str:
    if agrees_with is not None:
        return MANY[slot] if _is_many(agrees_with, query) else slot
    if slot in ("one", "other") and isinstance(query, Exists):
        name = query.category if slot == "one" else query.without
        return indefinite(name or "")
    if slot in COUNTED and isinstance(query, Count | CompareCounts):
        return plural(getattr(query, COUNTED[slot]) or "")
    if slot in (BOX, WIDTH) and isinstance(query, Boxed | BoxSide | FitsBetween | FitsBeside):
        return f"{query.width} cm" if isinstance(query, FitsBetween | FitsBeside) else json.dumps(query.box)
    value: object = getattr(query, FIELDS.get(slot, slot), None)
    if slot == "named" and isinstance(query, KnownSide | KnownFar):
        value = Ref(category=query.category, attribute=query.attribute)
    if isinstance(value, tuple):
        *most, last = (realise_ref(ref, thing) for ref in value)
        return f"{', '.join(most)}{JOINED[slot]}{last}"
    return realise_ref(value, thing) if isinstance(value, Ref) else PHRASES[slot][str(value)]


def realise_ref(ref: Ref, thing: str = "thing") -> str:
    """The text of a reference: `the red cup`, `the leftmost cup`, `the thing on the table`."""
    noun = ref.category or thing
    if ref.attribute is not None:
        return f"the {ref.attribute} {noun}"
    if ref.extreme is not None:
        return f"the {ref.extreme} {noun}"
    if ref.predicate is not None and ref.anchor is not None:
        return f"the {noun} {REF_HOPS[ref.predicate]} {realise_ref(ref.anchor, thing)}"
    return f"the {noun}"
