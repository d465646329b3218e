"""Computes ids and hashes by their published definitions.

In: plain values.  Out: lower-case hexadecimal text.
The definitions: an id is the first 32 digits of the SHA-256 of compact ASCII JSON with sorted keys, a list that begins
with the kind.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

# The inverse of each relation that has one; one that is its own inverse is symmetric.
_INVERSE_PAIRS = {
    "left_of": "right_of", "above": "below", "in_front_of": "behind", "on": "supports", "over": "under",
    "inside": "contains", "touching": "touching", "next_to": "next_to", "near": "near", "far": "far",
    "aligned_with": "aligned_with", "opposite": "opposite", "leaning_on": "props_up",
}  # fmt: skip
_OF_WEIGHTS = ("model", "revision", "licence", "sha256")
INVERSES = _INVERSE_PAIRS | {there: here for here, there in _INVERSE_PAIRS.items()}


def digest(*parts: object) -> str:
    """The id of a kind and its parts."""
    text = json.dumps(list(parts), sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("ascii")).hexdigest()[:32]


def random_seed(purpose: str, *parts: object) -> int:
    """The seed of a random generator: the first 63 bits of such an id."""
    return int(digest(f"seed/{purpose}", *parts), 16) >> 65


def picture_ids(graph: str, renderer: str, parameters: Any, attempt: int) -> list[str]:
    """The ids that a picture may have, the defined one first: of weights the hash counts, and no name of theirs.

    In tables from before that was so, all of the parameters count.
    """
    return [digest("image", graph, renderer, each, attempt) for each in (without_names(parameters), parameters)]


def without_names(parameters: Any) -> Any:
    """Parameters of which weights, wherever there are any, are stated without model, revision and licence."""
    if isinstance(parameters, list):
        return [without_names(each) for each in parameters]
    if not isinstance(parameters, dict):
        return parameters
    names = ("model", "revision", "licence") if all(each in parameters for each in _OF_WEIGHTS) else ()
    return {key: without_names(value) for key, value in parameters.items() if key not in names}


def graph_id(graph: Mapping[str, Any]) -> str:
    """The id of a graph, of all its fields but the id, the attempt, and the note of what its planning cost."""
    provenance = graph["provenance"]
    notes = {name: value for name, value in provenance["notes"].items() if name != "ledger"}
    content = {**graph, "provenance": {**provenance, "notes": notes}}
    return digest("graph", {name: value for name, value in content.items() if name not in ("graph_id", "attempt")})


def scene_hash(graph: Mapping[str, Any]) -> str:
    """The hash of a scene: its kind, its categories, and which relations hold between which categories."""
    names = [thing["category"] for thing in graph["objects"]]
    triples = set()
    for relation in graph["relations"]:
        a, name = names[relation["subject"]], relation["predicate"]
        if relation.get("others"):
            group = sorted(names[number] for number in (relation["object"], *relation["others"]))
            triples.add((a, name, *group))
            continue
        b = None if relation["object"] is None else names[relation["object"]]
        other = INVERSES.get(name)
        if other is not None and b is not None and (other, b) < (name, a):
            a, name, b = b, other, a
        triples.add((a, name, b))
    return digest("scene", graph["scene"], sorted(names), sorted(map(list, triples), key=str))
