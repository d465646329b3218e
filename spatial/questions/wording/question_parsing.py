"""Parses the text of a question into a query.

In: text as `realisation` writes it.  Out: the query; ValueError for any other text.
Uses the same templates, compiled to patterns, and accepts a reading only if it is realised as the same text.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from spatial.questions.answer_rules import YES_NO
from spatial.questions.question_kinds import (
    CameraMoved,
    FallsWith,
    Hides,
    NearestCamera,
    OddOneOut,
    OwnSide,
    Passes,
    Query,
    Ref,
    SupportedBy,
    Taller,
    ViewedSide,
    from_json,
)
from spatial.questions.wording.lexicon import indefinite, is_one_name, singular, split_attribute
from spatial.questions.wording.realisation import (
    BOX,
    COUNTED,
    FIELDS,
    JOINED,
    MANY,
    OUTERMOST,
    PHRASES,
    REF_HOPS,
    SLOT,
    THINGS,
    WIDTH,
    fill,
    retired_templates,
    shape_of,
    templates,
)

NAMING = (CameraMoved, OddOneOut, NearestCamera, Taller, OwnSide, ViewedSide, FallsWith, SupportedBy, Hides, Passes)
"""Types of query whose text names every choice."""

MAX_CHARS = 1000
"""Far above any question of the grammar; parsing longer texts only costs time."""

_SHAPES: dict[str, dict[str, object]] = {
    "exists_without": {"op": "exists"},
    "count_side": {"op": "count"},
    "compare_things": {"op": "compare_counts"},
    "compare_sides": {"op": "compare_counts"},
    "compare_on": {"op": "compare_counts"},
    "attribute_colour": {"op": "attribute", "family": "colour"},
    "attribute_orientation": {"op": "attribute", "family": "orientation"},
    "locate_box": {"op": "locate", "form": "box"},
    "locate_point": {"op": "locate", "form": "point"},
    "moved_sideways": {"op": "camera_moved", "axis": "sideways"},
    "moved_along": {"op": "camera_moved", "axis": "along"},
}
"""The fixed fields of a shape that is not named after its query's type."""

_HOP = "|".join(sorted(map(re.escape, REF_HOPS.values()), key=len, reverse=True))
_RELATED = re.compile(rf"the (.+?) ({_HOP}) (the .+)")
_ARTICLES = ("a ", "an ")
_VERB_FIRST = re.compile(r"\{(\w+):\w+\} ")
_FRAMED = re.compile(r" in (?:the|this) (?:picture|image|photo)$")
"""Words that end a sentence, and no name of a thing."""


def parse(text: str) -> Query:
    """The query of a question. Raises ValueError for text that is no question of this grammar."""
    query = parsed(text)
    if query is None:
        raise ValueError(f"not a question that is known here: {text!r}")
    return query


def parsed(text: str) -> Query | None:
    """The query of a question, None for text that is no question of this grammar, today's or an older one."""
    return parsed_today(text) or (_parse(text, retired=True) if len(text) <= MAX_CHARS else None)


def parsed_today(text: str) -> Query | None:
    """The query of a question as it would be written today, None for any other text."""
    return _parse(text, retired=False) if len(text) <= MAX_CHARS else None


def framed(text: str) -> str | None:
    """The text as it would be written today, with the words that say whose view is meant; None for no question."""
    query = parsed(text)
    if query is None:
        return None
    inner = text[:1].lower() + text[1:]
    candidates = (text, f"In the picture, {inner}", f"As the viewer sees it, {inner}")
    return next((each for each in candidates if parsed_today(each) == query), None)


def is_unambiguous(text: str, answer: str, query: Query | None) -> bool:
    """Whether the text parses to this query only (None: to no query), and does not contain its own answer."""
    named = isinstance(query, NAMING)
    return (answer in YES_NO or named or answer.lower() not in text.lower()) and parsed(text) == query


@dataclass(frozen=True)
class CompiledSentence:
    """A sentence with slots. `head` are the words before its first slot, which most texts lack; `first` the words with
    which it may begin, none where that is open."""

    shape: str
    template: str
    head: str
    first: tuple[str, ...]
    pattern: re.Pattern[str]

    def read(self, text: str) -> Query | None:
        """The query for which this sentence is the text, None where there is none."""
        match = self.pattern.fullmatch(text)
        found = queries_of(self.shape, match.groupdict()) if match else ()
        said = (query for query in found if any(fill(self.template, query, thing) == text for thing in THINGS))
        return next(said, None)


@lru_cache(maxsize=4096)
def compiled(shape: str, template: str) -> CompiledSentence:
    """A sentence with at least one slot, and none twice."""
    head, verb = template[: template.index("{")], _VERB_FIRST.match(template)
    first = (verb[1], MANY[verb[1]]) if verb else (head.partition(" ")[0],) if " " in head else ()
    return CompiledSentence(shape, template, head, first, _pattern(template))


@lru_cache(maxsize=4096)
def _parse(text: str, retired: bool) -> Query | None:
    found = (each.read(text) for each in _beginning(text.partition(" ")[0], retired) if text.startswith(each.head))
    return next((query for query in found if query is not None), None)


@lru_cache(maxsize=256)
def _beginning(word: str, retired: bool) -> tuple[CompiledSentence, ...]:
    """The sentences that may begin with the word, in their order."""
    return tuple(each for each in _sentences(retired) if word in each.first or not each.first)


@lru_cache(maxsize=2)
def _sentences(retired: bool) -> tuple[CompiledSentence, ...]:
    sentences = retired_templates() if retired else templates()
    return tuple(compiled(shape, text) for shape, texts in sentences.items() for text in texts)


def _pattern(template: str) -> re.Pattern[str]:
    parts, position = [], 0
    for match in SLOT.finditer(template):
        parts.append(re.escape(template[position : match.start()]))
        parts.append(_slot_pattern(match.group(1), match.group(2)))
        position = match.end()
    return re.compile("".join(parts) + re.escape(template[position:]))


def _slot_pattern(slot: str, agrees_with: str | None) -> str:
    if agrees_with is not None:
        return f"(?:{slot}|{MANY[slot]})"
    if slot in PHRASES:
        phrases = sorted(PHRASES[slot].values(), key=len, reverse=True)
        return f"(?P<{slot}>{'|'.join(map(re.escape, phrases))})"
    if slot == BOX:
        return rf"(?P<{BOX}>\[\d{{1,5}}(?:, \d{{1,5}}){{3}}\])"
    if slot == WIDTH:
        return rf"(?P<{WIDTH}>\d{{2,3}} cm)"
    return f"(?P<{slot}>.+?)"


def queries_of(shape: str, slots: dict[str, str]) -> Iterator[Query]:
    """The query of a shape with these slot values, if they are valid."""
    fields = dict(_SHAPES.get(shape, {"op": shape}))
    for slot, text in slots.items():
        value = _value(shape, slot, text)
        if value is None:
            return
        fields.update(value)
    names = (fields.get(name) for name in ("category", "than", "without"))
    if not all(is_one_name(str(name)) for name in names if name is not None):
        return
    try:
        query = from_json(fields)
    except ValueError:
        return
    if shape_of(query) == shape:
        yield query


def _value(shape: str, slot: str, text: str) -> dict[str, object] | None:
    if slot in PHRASES:
        found = next(name for name, phrase in PHRASES[slot].items() if phrase == text)
        return {FIELDS.get(slot, slot): found}
    if slot in COUNTED:
        return {COUNTED[slot]: singular(text)}
    if slot in (BOX, WIDTH):
        return {slot: json.loads(text.removesuffix(" cm"))}
    if shape in ("exists", "exists_without"):
        return {"category" if slot == "one" else "without": _without_article(text)}
    if slot in JOINED:
        listed = [parse_ref(part) for part in text.replace(JOINED[slot], ", ").split(", ")]
        return None if None in listed else {FIELDS.get(slot, slot): listed}
    return _reference(slot, text)


def _reference(slot: str, text: str) -> dict[str, object] | None:
    ref = parse_ref(text)
    if ref is None or slot != "named":
        return None if ref is None else {slot: ref}
    plain = ref.extreme is None and ref.predicate is None
    return {"category": ref.category, "attribute": ref.attribute} if plain else None


def _without_article(text: str) -> str:
    bare = next((text[len(article) :] for article in _ARTICLES if text.startswith(article)), text)
    return bare if indefinite(bare) == text else text


def parse_ref(text: str) -> Ref | None:
    """The reference in `the …`, None where there is none."""
    if not text.startswith("the ") or len(text) > 400 or "," in text or _FRAMED.search(text):
        return None
    related = _RELATED.fullmatch(text)
    if related is not None:
        noun, hop, rest = related.groups()
        anchor = parse_ref(rest)
        predicate = next(name for name, phrase in REF_HOPS.items() if phrase == hop)
        fields: dict[str, object] = {"predicate": predicate, "anchor": anchor}
        return _ref({**fields, "category": None if noun in THINGS else noun}) if anchor else None
    noun = text[4:]
    first, _, rest = noun.partition(" ")
    if first in OUTERMOST and rest:
        return _ref({"category": None if rest in THINGS else rest, "extreme": first})
    attribute, category = split_attribute(noun)
    return _ref({"category": category, "attribute": attribute})


def _ref(fields: dict[str, object]) -> Ref | None:
    if fields["category"] is not None and not is_one_name(str(fields["category"])):
        return None
    try:
        return Ref.model_validate(fields)
    except ValueError:
        return None
