"""Checks the query of a certificate against the words of the question, field by field, and the name of its rule.

In: a certificate's query or last rule, a parsed question.  Out: descriptions of what is wrong.
Which thing is which in a query follows from where the words name it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dataset.audit.questions.parsed_questions import PROGRAMS, ParsedQuestion
from spatial.verify.sentences import COMPARED, COURSES, ENDS, RELATIONS, Form, Words

Fields = dict[str, Any]

PLACES = {
    "top left corner": "top_left", "upper third": "top", "top right corner": "top_right", "left third": "left",
    "centre": "center", "right third": "right", "bottom left corner": "bottom_left", "lower third": "bottom",
    "bottom right corner": "bottom_right",
}  # fmt: skip

REFERENCES = ("subject", "first", "second", "third", "anchor", "other", "object")
"""Fields of a query that are a reference, in the order in which any sentence names them; a list of things comes last."""


def _predicate(form: Form, _: Sequence[str]) -> Fields:
    return {"predicate": {**RELATIONS, **COMPARED}[form.word]}


def _noun_and_predicate(form: Form, nouns: Sequence[str]) -> Fields:
    return {"category": nouns[form.nouns[0]], **_predicate(form, nouns)}


def _named(form: Form, nouns: Sequence[str]) -> Fields:
    return {"category": nouns[form.nouns[0]], **({"attribute": form.word.replace("_", " ")} if form.word else {})}


def _nouns(*names: str) -> Callable[[Form, Sequence[str]], Fields]:
    return lambda form, nouns: {name: nouns[k] for name, k in zip(names, form.nouns, strict=True)}


def _fixed(**fields: str) -> Callable[[Form, Sequence[str]], Fields]:
    return lambda _form, _nouns: dict(fields)


def _more(predicate: str) -> Callable[[Form, Sequence[str]], Fields]:
    return lambda form, nouns: {"category": nouns[form.nouns[0]], "predicate": predicate}


def _box(form: Form, _: Sequence[str]) -> Fields:
    return {"box": [int(word) for word in form.word.strip("[] ").split(",")]}


FIELDS: Mapping[str, Callable[[Form, Sequence[str]], Fields]] = {
    "seen": _nouns("category"), "seen_unseen": _nouns("category", "without"), "count": _nouns("category"),
    "count_side": _noun_and_predicate, "more": _nouns("category", "than"), "more_sides": _more("left_of"),
    "more_sides_right": _more("right_of"), "more_on": _more("on"), "more_inside": _more("inside"),
    "known_side": _named, "known_far": _named,
    "direction": _predicate, "depth": _predicate, "find": _predicate, "known_next": _predicate, "odd": _predicate,
    "how_many_of": _predicate, "carried": _predicate,
    "value": lambda form, _: {"family": form.word}, "turned": _fixed(family="orientation"),
    "area": lambda form, _: {"place": PLACES[form.word]}, "end": lambda form, _: {"extreme": ENDS[form.word]},
    "order": lambda form, _: {"course": form.word.replace(" ", "_")},
    "row_order": lambda form, _: {"course": form.word.replace(" ", "_")},
    "where_box": _fixed(form="box"), "where_point": _fixed(form="point"), "content": _box, "box_side": _box,
    "fits_left": lambda form, _: {"width": int(form.word), "predicate": "left_of"},
    "fits_right": lambda form, _: {"width": int(form.word), "predicate": "right_of"},
    "fits_between": lambda form, _: {"width": int(form.word)}, "passes": lambda form, _: {"hand": form.word},
    "moved_sideways": _fixed(axis="sideways"), "moved_along": _fixed(axis="along"),
}  # fmt: skip
"""What a query says beside its references, by the form of the question; the other forms say nothing more."""

RULES = {
    "nearest_camera": "nearest_camera: centres and nearest points, metres", "how_far": "how_far: centre to centre, metres",
    "taller": "taller: real heights, metres", "own_side": "own_side: angle from its front",
    "faces": "faces: angle from its front", "falls_with": "falls_with: what carries what",
    "supported_by": "supported_by: what carries it", "viewed_side": "viewed_side: angle from the line of view",
    **dict.fromkeys(("fits_left", "fits_right"), "fits_beside: the ground beside the box, metres"),
    "fits_between": "fits_between: gap of the boxes on the ground", "passes": "passes: the floor plan, metres",
    "hides": "hides: shares of the silhouette", "half_seen": "half_seen: share of the silhouette",
    "floor_area": "floor_area: camera to far wall, square metres",
    "moved_sideways": "camera, sideways: its centre in the axes of both cameras, nearer things move against farther ones",
    "moved_along": "camera, along: its centre in the axes of both cameras, all things become larger or smaller",
    "only_second": "pictures: seen in the second, nothing of it in the first",
    "same_box": "same thing: its box in the second picture",
}  # fmt: skip
"""The rules of the forms in metres, word by word."""

NAMES = {
    "seen": "presence", "seen_unseen": "presence", "value": "attribute", "turned": "attribute", "where_box": "box",
    "where_point": "point", "content": "box", "box_side": "box, left_of or right_of", "side": "left_of or right_of",
    "bearing": "above or below, left_of or right_of", "count_side": "count", "how_many_of": "count_where",
    "odd": "odd_one_out", "is_between": "between",
    **dict.fromkeys(("more", "more_sides", "more_sides_right", "more_on", "more_inside"), "compare_counts"),
}  # fmt: skip
"""What the rules of other forms are called, before their colon; else as the form is."""

OF_SENTENCES = ("describe", "wrong_sentence")
"""Their rules are those of their sentences."""


def query_faults(query: Any, form: Form, nouns: Sequence[str]) -> Iterator[str]:
    """The query of a question or a sentence against its words: program, fields, and references in their order."""
    program = PROGRAMS.get(form.ask, form.ask)
    if not isinstance(query, dict) or query.get("op") != program:
        yield f"proves a question of another form: {query.get('op') if isinstance(query, dict) else query}, not {program}"
        return
    stated = {name: value for name, value in query.items() if name not in ("op", "things", *REFERENCES)}
    asked = FIELDS[form.ask](form, nouns) if form.ask in FIELDS else {}
    if stated != asked:
        yield f"its query says {stated}, the words {asked}"
    named = [query[name] for name in REFERENCES if name in query] + list(query.get("things") or ())
    meant = [_reference(words, nouns) for words in form.refs]
    if named != meant:
        yield f"its query is about {named}, the words are about {meant}"


def _reference(words: Words, nouns: Sequence[str]) -> Fields:
    """The JSON form of a reference that these words are."""
    found: Fields = {} if words.noun is None else {"category": nouns[words.noun]}
    for name, value in (("attribute", words.colour), ("extreme", words.end), ("predicate", words.relation)):
        found |= {} if value is None else {name: value}
    return found if words.base is None else {**found, "anchor": _reference(words.base, nouns)}


def rule_faults(rules: Any, parsed: ParsedQuestion) -> Iterator[str]:
    """The last rule, which is that of the question itself: in metres word by word, else its name."""
    if not isinstance(rules, list) or not rules or not all(isinstance(rule, str) and rule for rule in rules):
        yield f"its rules are {rules}"
        return
    form = parsed.form
    if form.ask in OF_SENTENCES:
        return
    first = [rule.partition(":")[0] for rule in rules[:-1]]
    found = [name for words in form.refs for name in _finding(words)]
    if first != found:
        yield f"it finds things by {first}, the words by {found}"
    wanted = RULES.get(form.ask) or _rule_name(form)
    is_so = rules[-1] == wanted if form.ask in RULES else rules[-1].partition(":")[0] == wanted
    if not is_so:
        yield f"its rule is {rules[-1]!r}, that of such a question {wanted!r}"


def _finding(words: Words) -> list[str]:
    """The names of the rules by which these words mean one thing."""
    own = ["attribute" if words.colour is not None else words.end or words.relation]
    return [*([] if words.base is None else _finding(words.base)), *(name for name in own if name is not None)]


def _rule_name(form: Form) -> str:
    word = {**RELATIONS, **COMPARED}.get(form.word)
    if form.ask in ("direction", "depth", "find"):
        return str(word)
    if form.ask in ("order", "row_order"):
        return COURSES[form.word] + (" is transitive" if form.ask == "order" else "")
    if form.ask == "area":
        return PLACES[form.word]
    return ENDS[form.word] if form.ask == "end" else NAMES.get(form.ask, form.ask)
