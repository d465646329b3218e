"""Certificates as sentences, for people who look at samples.

In: a question's certificate and the row's objects.  Out: short sentences.
Checks nothing; what it has no words for is shown as JSON.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from spatial.knowledge.category_names import plural_of
from spatial.relations.predicate_table import PREDICATES

Row = Mapping[str, Any]
"""A value of a struct column, as plain Python."""

PLACES = {
    "top_left": "in the top left corner", "top": "in the upper third", "top_right": "in the top right corner",
    "left": "in the left third", "center": "in the centre", "right": "in the right third",
    "bottom_left": "in the bottom left corner", "bottom": "in the lower third",
    "bottom_right": "in the bottom right corner", "at_edge": "at the edge", "in_corner": "in a corner",
}  # fmt: skip
"""Phrases of predicates with one object."""

VERBS = {
    "supports": ("supports", "support"), "contains": ("contains", "contain"), "touching": ("touches", "touch"),
    "facing": ("faces", "face"), "facing_away_from": ("faces away from", "face away from"),
    "leaning_on": ("leans on", "lean on"), "props_up": ("props up", "prop up"), "surrounding": ("surrounds", "surround"),
}  # fmt: skip
"""Predicates that are verbs in a sentence, of one thing and of trousers; of all others a thing is something."""

POSE = 16
"""Numbers of a camera's pose, 4 × 4, row by row; the third row is its axis."""


def names_of(objects: Sequence[Row]) -> dict[int, str]:
    """What to call each object: its category, counted from 1 where the category appears more than once."""
    counts, said = Counter(thing["category"] for thing in objects), Counter[str]()
    names = {}
    for thing in objects:
        category = thing["category"]
        said[category] += 1
        names[thing["id"]] = category if counts[category] == 1 else f"{category} {said[category]}"
    return names


def relation_in_words(relation: Sequence[object], names: Mapping[int, str]) -> str:
    """A relation (subject, predicate, object or None, any others) as a sentence without its full stop: `the cat is far from
    the dog`."""
    subject, predicate, thing, *others = relation
    name = _name(subject, names)
    named, are_several = _with_article(name), plural_of(name) == name
    if thing is None:
        place = PLACES.get(str(predicate), predicate_in_words(str(predicate)))
        return f"{named} {('is', 'are')[are_several]} {place}"
    words = predicate_in_words(str(predicate))
    said = VERBS.get(str(predicate), (f"is {words}", f"are {words}"))[are_several]
    return f"{named} {said} {' and '.join(_with_article(_name(each, names)) for each in (thing, *others))}"


def predicate_in_words(predicate: str) -> str:
    """A predicate as the words of an arrow between two things: `left of`, `far from`."""
    row = PREDICATES.get(predicate)
    says_more = row is not None and row.phrase.startswith((predicate.replace("_", " "), "in a ", "on a "))
    return row.phrase if row is not None and says_more else predicate.replace("_", " ")


def ids_of(relation: Row) -> list[Any]:
    """A row's relation as `relation_in_words` takes it."""
    return [relation["subject"], relation["predicate"], relation["object"], *(relation.get("others") or ())]


def proof_in_words(certificate: str, objects: Sequence[Row]) -> list[str]:
    """What the certificate says, one sentence a premise, rule, reference and margin."""
    try:
        proof = json.loads(certificate)
    except ValueError:
        return [certificate]
    if not isinstance(proof, dict):
        return [certificate]
    names = names_of(objects)
    lines = [_reference(item, names) for item in _list(proof, "references")]
    lines += [_premise(item, names) for item in _list(proof, "premises")]
    lines += [
        f"Rule: {str(item).replace('_', ' ').replace(': ', ', by ', 1)}."
        for item in _list(proof, "rules") or _list(proof, "rule")
    ]
    lines += [_claim(item) for item in _list(proof, "claims")]
    if "reason" in proof:
        lines.append(f"Why it cannot be known: {str(proof['reason']).replace('_', ' ')}.")
    if "margin" in proof:
        lines.append(f"Margin: {_rounded(proof['margin'])}.")
    return [line for line in lines if line] or [certificate]


def _list(proof: Mapping[Any, Any], name: str) -> list[Any]:
    value = proof.get(name, [])
    return value if isinstance(value, list) else [value]


def _reference(item: object, names: Mapping[int, str]) -> str:
    if isinstance(item, Mapping) and {"text", "object"} <= set(item):
        name = _name(item["object"], names)
        return "" if item["text"] in (name, f"the {name}") else f"“{item['text']}” is {_with_article(name)}."
    return json.dumps(item, ensure_ascii=False)


def _claim(item: object) -> str:
    if isinstance(item, Mapping) and {"sentence", "holds"} <= set(item):
        return f"{'Right' if item['holds'] else 'Wrong'}: “{item['sentence']}”"
    return json.dumps(item, ensure_ascii=False)


def _premise(item: object, names: Mapping[int, str]) -> str:
    match item:
        case {"object": int(one), "box": [x, y, width, height], **rest}:
            depth = f", depth {_rounded(rest['depth'])}" if "depth" in rest else ""
            attributes = "".join(f", {word}" for word in _list(rest, "attributes"))
            return f"{_begun(_name(one, names))} covers {width} × {height} px at {x}, {y}{depth}{attributes}."
        case {"relation": [_, _, _, *_] as triple, **rest}:
            return f"{_capital(relation_in_words(triple, names))}{' (drawn)' if rest.get('drawn') else ''}."
        case {"object": int(one), "position": [_, _, _] as place, "size": [_, _, _] as size, **rest}:
            return _body(one, place, size, rest, names)
        case {"excluded": name}:
            return f"There is no {name} in the scene."
        case [_, str(), _]:
            return f"{_capital(relation_in_words(item, names))}."
    return _of_pictures(item, names)


def _body(
    one: int, place: Sequence[object], size: Sequence[object], rest: Mapping[Any, Any], names: Mapping[int, str]
) -> str:
    """A premise about a body: its sides in metres, the place of its centre, which way it is turned, what it is on."""
    name = str(rest["category"]) if "category" in rest else _name(one, names)
    width, depth, height = map(_rounded, size)
    heading, support = rest.get("heading"), rest.get("support")
    said = [
        f"{_begun(name)} is {width} m wide, {depth} m deep and {height} m high",
        f"its centre at {_listed(place)} m",
        *([f"turned by {heading:g}°"] if isinstance(heading, int | float) else []),
        *([f"on {_with_article(_name(support, names))}"] if support is not None else []),
        *(_hidden(each, names) for each in _list(rest, "hidden_by")),
        *(["not to be seen"] if rest.get("unseen") else []),
    ]
    return f"{', '.join(said)}."


def _hidden(item: object, names: Mapping[int, str]) -> str:
    match item:
        case {"object": int(one), "share": int() | float() as share}:
            return f"{share:.0%} of it hidden by {_with_article(_name(one, names))}"
    return f"hidden by {json.dumps(item, ensure_ascii=False)}"


def _of_pictures(item: object, names: Mapping[int, str]) -> str:
    """A premise about cameras, or about the first of two pictures."""
    match item:
        case {"object": int(one), "first_box": [x, y, width, height]}:
            return f"In the first picture {_name(one, names)} covers {width} × {height} px at {x}, {y}."
        case {"first_camera": [_, _, _] as place}:
            return f"The first camera is at {_listed(place)} m."
        case {"camera": [_, _, _] as place}:
            return f"The camera is at {_listed(place)} m."
        case {"first_projection": Mapping() as camera}:
            return f"The first camera {_projection(camera)}"
        case {"projection": Mapping() as camera}:
            return f"The camera {_projection(camera)}"
    return json.dumps(item, ensure_ascii=False)


def _projection(camera: Mapping[str, Any]) -> str:
    """Where a camera is, along which direction of the world it looks, and its focal length."""
    match camera:
        case {"position": [_, _, _] as place, "world_to_camera": [*pose], "intrinsics": [focal, *_]} if len(pose) == POSE:
            return f"is at {_listed(place)} m, looks along {_listed(pose[8:11])}, focal length {_rounded(focal)} px."
    return f"is {json.dumps(camera, ensure_ascii=False)}."


def _listed(numbers: Sequence[object]) -> str:
    return ", ".join(map(_rounded, numbers))


def _name(thing: object, names: Mapping[int, str]) -> str:
    return names.get(thing, f"object {thing}") if isinstance(thing, int) else str(thing)


def _with_article(name: str) -> str:
    """A thing by its name: `the dog`, but `dog 2` where there are several."""
    return name if name[-1:].isdecimal() else f"the {name}"


def _begun(name: str) -> str:
    """A thing at the beginning of a sentence."""
    return _capital(_with_article(name))


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def _rounded(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
