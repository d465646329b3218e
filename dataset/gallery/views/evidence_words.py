"""The evidence of a rejection in sentences, and when it was.

In: the evidence as it is stored (JSON text), names of the things.  Out: sentences; what has no words here stays as pairs.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dataset.analysis.certificate_text import predicate_in_words, relation_in_words
from schemas.llm.contract import ledger_totals
from spatial.relations.predicate_table import CONTACT, PREDICATES
from spatial.relations.relation_truth import FAR_UNITS, NEAR_DEPTH, NEAR_UNITS, NEARNESS

Names = Mapping[int, str]

AGES = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
"""Seconds of a unit of time, and its name."""

BY_FINGERPRINT = {"graph": "placed", "picture": "looking", "questions": "asked about"}
"""What two duplicates have in common."""


IN_SIZES = ("distance", "arrangement")
"""Families of predicates whose margins are in means of the square-rooted areas of two boxes."""

NEEDS = {
    "near": f"a gap of at most {NEAR_UNITS} of their mean size, at about the same depth",
    "far": f"a gap of at least {FAR_UNITS} of their mean size",
    "on": "its foot between the top and the middle of the other, and a contact that was drawn",
    "inside": "its box within the other's, and a contact that was drawn",
}
"""The bounds of relations of which the name alone does not say them."""


def evidence_in_words(evidence: str | None, names: Names) -> tuple[list[str], list[tuple[str, str]]]:
    """Sentences, and the pairs that there are no words for."""
    try:
        found = json.loads(evidence or "{}")
    except ValueError:
        return [], [("evidence", evidence or "")]
    values = found if isinstance(found, dict) else {"evidence": found}
    sentences, rest = [], dict(values)
    for keys, say in SAYINGS:
        if all(key in rest for key in keys):
            said = say({key: rest[key] for key in keys}, names)
            if said:
                sentences += said
                rest = {name: value for name, value in rest.items() if name not in keys}
    return sentences, [(name, _text(_with_relation_text(value, names))) for name, value in rest.items()]


def age_in_words(when: datetime | None, now: datetime) -> str:
    """How long ago something was: `3 minutes ago`; nothing where it is not known."""
    if when is None:
        return ""
    seconds = max(0.0, (now - when).total_seconds())
    for size, unit in AGES:
        count = int(seconds // size)
        if count:
            return f"{count} {unit}{'s' if count != 1 else ''} ago"
    return "just now"


def moment_of(microseconds: int | None) -> datetime | None:
    """The UTC time of microseconds since 1970."""
    return None if microseconds is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _objects(values: Mapping[str, Any], names: Names) -> list[str]:
    """Things that were seen, that were not, or that could not be placed."""
    found = values["objects"]
    if not isinstance(found, list) or not found:
        return []
    if all(isinstance(each, str) for each in found):
        return [f"It was about {_joined(found)}."]
    return [said for each in found if isinstance(each, dict) and (said := _object(each, names))]


def _object(thing: Mapping[str, Any], names: Names) -> str:
    name = names.get(thing.get("id", -1), str(thing.get("category", "")))
    box, visible = thing.get("box"), thing.get("visible")
    seen = f"{visible:.0%} of it visible" if isinstance(visible, int | float) else ""
    where = f"{box[2]} × {box[3]} px at {box[0]}, {box[1]}" if isinstance(box, list) and len(box) == 4 else ""
    said = ", ".join(part for part in (where, seen) if part)
    return f"{name}: {said}." if name and said else ""


def _relations(values: Mapping[str, Any], names: Names) -> list[str]:
    """Relations that do not hold, and what holds instead."""
    found = values["relations"]
    return [said for each in found if (said := _relation(each, names))] if isinstance(found, list) else []


def _relation(entry: object, names: Names) -> str:
    match entry:
        case {"relation": [int(), str() as predicate, int() | None, *_] as relation, **rest}:
            said = f"It is not so that {relation_in_words(relation, names)}"
            instead = rest.get("instead")
            held = {str(name): margin for name, margin in instead.items()} if isinstance(instead, dict) else {}
            if predicate in held:
                return f"{said}: {_only_boxes(predicate, held[predicate], rest)}."
            return f"{said}{_measured(predicate, held, rest)}."
    return ""


def _only_boxes(predicate: str, margin: object, rest: Mapping[Any, Any]) -> str:
    """Of what the boxes would allow: it was not drawn so, or the things are too far apart in depth."""
    by = _by(predicate, margin)
    said = f"the boxes lie as if it were {predicate_in_words(predicate)}{f' ({by})' if by else ''}"
    depths = _depths(rest)
    if predicate in NEARNESS and depths and (rest.get("drawn") or predicate not in CONTACT):
        return f"{said}, but {depths}, which may differ by {NEAR_DEPTH} of a picture's range at most"
    return f"{said}, but it was not drawn so, and boxes alone prove no contact"


def _depths(rest: Mapping[Any, Any]) -> str:
    depths = rest.get("depths")
    if not isinstance(depths, list) or not all(isinstance(one, int | float) for one in depths):
        return ""
    return f"their depths are {' and '.join(f'{one:.2f}' for one in depths)}"


def _measured(predicate: str, held: Mapping[str, object], rest: Mapping[Any, Any]) -> str:
    """What holds instead, each with how far it is from its bound, and the bound of what was wanted."""
    found = [f"{predicate_in_words(name)} ({_by(name, margin)})" for name, margin in held.items()]
    parts = [f"measured was {_joined(found)}"] if found else []
    if predicate in NEARNESS and (depths := _depths(rest)):
        parts.append(depths)
    if predicate in NEEDS:
        parts.append(f"{predicate_in_words(predicate)} needs {NEEDS[predicate]}")
    return f": {'; '.join(parts)}" if parts else ""


def _by(predicate: str, margin: object) -> str:
    """A margin in words: how much must change before the relation fails, and of what that is a share."""
    if not isinstance(margin, int | float):
        return ""
    row = PREDICATES.get(predicate)
    family = row.family if row is not None else ""
    if family == "depth":
        return f"their depths differ by {margin:.2f}"
    if family in IN_SIZES:
        return f"{margin:.2f} of their mean size inside its bound"
    if family in ("direction", "place"):
        return f"by {margin:.1%} of the picture"
    return f"{margin:.1%} of the picture inside its bound"


def _duplicate(values: Mapping[str, Any], _: Names) -> list[str]:
    alike = BY_FINGERPRINT.get(str(values["by"]), f"alike by its {values['by']}")
    return [f"Another one {alike} the same came first: {values['first']}."]


def _dark(values: Mapping[str, Any], _: Names) -> list[str]:
    return [f"Its mean brightness is {values['mean']} of 255, its brightest twentieth {values['brightest_twentieth']}."]


def _judged(values: Mapping[str, Any], _: Names) -> list[str]:
    reasons = values["reasons"] if isinstance(values["reasons"], list) else [values["reasons"]]
    return [f"The model {values['model']} says: {_joined([str(each) for each in reasons]) or 'nothing more'}."]


def _rounds(values: Mapping[str, Any], _: Names) -> list[str]:
    return [f"The model {values['model']} was asked {values['rounds']} times."]


def _threshold(values: Mapping[str, Any], _: Names) -> list[str]:
    return [f"No scene is as near as {values['threshold']} by words."]


def _next_attempt(values: Mapping[str, Any], _: Names) -> list[str]:
    return [f"It was drawn again, as attempt {values['next_attempt']}."]


def _hash(values: Mapping[str, Any], _: Names) -> list[str]:
    return [f"The stored bytes have the hash {values['sha256']}, announced was {values['announced']}."]


def _paid(values: Mapping[str, Any], _: Names) -> list[str]:
    replies, tokens, seconds, models = ledger_totals(values["ledger"])
    return [f"{tokens:,} tokens in {replies} replies of {', '.join(models)}, {seconds:.1f} s."] if replies else []


SAYINGS: Sequence[tuple[tuple[str, ...], Callable[[Mapping[str, Any], Names], list[str]]]] = (
    (("relations",), _relations),
    (("objects",), _objects),
    (("by", "first", "fingerprint"), _duplicate),
    (("mean", "brightest_twentieth"), _dark),
    (("model", "reasons"), _judged),
    (("model", "rounds"), _rounds),
    (("threshold",), _threshold),
    (("sha256", "announced"), _hash),
    (("ledger",), _paid),
    (("next_attempt",), _next_attempt),
)
"""Keys of evidence, and what they say together."""


def _joined(texts: Sequence[str]) -> str:
    return ", ".join(texts)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _with_relation_text(value: object, names: Names) -> object:
    """The value with every nested relation between object ids replaced by a phrase."""
    if isinstance(value, list):
        return [_with_relation_text(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    match value.get("relation"):
        case [int(), str(), int() | None, *_] as relation:
            value = {**value, "relation": relation_in_words(relation, names)}
    return {name: _with_relation_text(one, names) for name, one in value.items()}
