"""The evidence of a rejection in sentences, and when it was.

In: the evidence as it is stored (JSON text), names of the things.  Out: sentences; what has no words here stays as pairs.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dataset.analysis.certificate_text import predicate_in_words, relation_in_words
from schemas.llm.contract import ledger_totals

Names = Mapping[int, str]

AGES = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
"""Seconds of a unit of time, and its name."""

BY_FINGERPRINT = {"graph": "placed", "picture": "looking", "questions": "asked about"}
"""What two duplicates have in common."""


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
        case {"relation": [int(), str(), int() | None, *_] as relation, **rest}:
            instead = rest.get("instead")
            held = _joined(
                [f"{predicate_in_words(name)} by {margin:.2f}" for name, margin in instead.items()]
                if isinstance(instead, dict)
                else []
            )
            return f"It is not so that {relation_in_words(relation, names)}{f'; instead {held}' if held else ''}."
    return ""


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
