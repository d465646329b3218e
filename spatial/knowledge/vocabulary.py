"""What a person may name: scenes, categories, relations, families of relations and attributes, listed and searched.

In: a kind of word and a search.  Out: entries as plain values, best first; the nearest known words for one that is unknown.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.renderer_capabilities import undrawn_states
from spatial.relations.phrases import phrases_of
from spatial.relations.predicate_table import PREDICATES

Entry = Mapping[str, Any]

NEAR, NEAREST = 0.7, 3
"""Least difflib ratio at which a known word is offered for an unknown one, and how many are offered."""


def _scenes() -> Iterable[Entry]:
    for kind in scene_kinds().values():
        yield {
            "name": kind.name,
            "words": list(kind.words),
            "backdrop": kind.backdrop,
            "elements": list(kind.elements),
            "fixtures": list(kind.fixtures),
            "categories": list(kind.categories),
        }


def _categories() -> Iterable[Entry]:
    for category in categories().values():
        yield {
            "name": category.name,
            "plural": category.plural,
            "synonyms": list(category.synonyms),
            "drawn": category.drawn or category.sprite is not None,
            "scenes": list(category.scenes),
            "leans on": [name for name, other in categories().items() if category.leans_on(other)],
            "attributes": {family: list(words) for family, words in category.attributes.items()},
            "only drawn from text": list(undrawn_states(category)),
        }


def _relations() -> Iterable[Entry]:
    for row in PREDICATES.values():
        yield {"name": row.name, "family": row.family, "inverse": row.inverse, "words": list(phrases_of(row.name))}


def _families() -> Iterable[Entry]:
    found: dict[str, list[str]] = {}
    for row in PREDICATES.values():
        found.setdefault(row.family, []).append(row.name)
    for family, names in found.items():
        yield {"name": family, "words": names}


def _attributes() -> Iterable[Entry]:
    found: dict[tuple[str, str], list[str]] = {}
    undrawn: dict[str, list[str]] = {}
    for category in categories().values():
        for word in undrawn_states(category):
            undrawn.setdefault(word, []).append(category.name)
        for family, words in category.attributes.items():
            for word in words:
                found.setdefault((family, word), []).append(category.name)
    for (family, word), names in sorted(found.items()):
        from_text = undrawn.get(word, []) if family == "state" else []
        yield {"name": word, "family": family, "categories": names, "only drawn from text": from_text}


VOCABULARY: Mapping[str, Callable[[], Iterable[Entry]]] = {
    "scenes": _scenes,
    "categories": _categories,
    "relations": _relations,
    "families": _families,
    "attributes": _attributes,
}
"""Kinds of words."""


def entries(kind: str, search: str = "") -> list[Entry]:
    """The entries in whose names or other words the search occurs, equal names first; all without a search."""
    wanted = _plain(search)
    found = [(rank, entry) for entry in VOCABULARY[kind]() if (rank := _rank(entry, wanted)) is not None]
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def nearest(word: str, kind: str) -> list[str]:
    """The known names of a kind that are written most alike, best first; names that contain the word too."""
    listed = list(VOCABULARY[kind]())
    plain = {_plain(word): entry["name"] for entry in listed for word in entry.get("synonyms", ())}
    plain |= {_plain(entry["name"]): entry["name"] for entry in listed}
    alike = [plain[found] for found in get_close_matches(_plain(word), plain, NEAREST, NEAR)]
    return list(dict.fromkeys([*alike, *(name for text, name in plain.items() if _plain(word) in text.split())]))[:NEAREST]


def _rank(entry: Entry, wanted: str) -> int | None:
    written = (*entry.get("words", ()), *entry.get("synonyms", ()), entry.get("plural", ""))
    name, others = _plain(entry["name"]), [_plain(word) for word in written]
    if wanted in (name, *others):
        return 0 if wanted == name else 1
    if wanted in name:
        return 2
    return 3 if any(wanted in word for word in others) else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())
