"""What a written name means here: names of categories, their plurals and synonyms, and names of kinds.

In: a name as people write it.  Out: the category's name; of a kind (`fruit`) the one that a scene is likeliest to have.
Synonyms are a field of each category's row, kinds a data file beside this module (`kinds.json`), whose `@fruit` stands for
the categories with that tag.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from spatial.knowledge.knowledge_base import categories, scene_kinds, tagged

KINDS = Path(__file__).with_name("kinds.json")

ARTICLES = ("a ", "an ", "the ")
_SIBILANT = ("s", "x", "z", "ch", "sh")


def category_name(written: str, scene: str | None = None) -> str:
    """The category's name for any known name, with or without an article, in any case; the text itself where none is known.

    `scene`: where the likeliest category of a kind is taken from; without it a kind is left as it is.
    """
    text = _plain(written)
    name = known_names().get(text, text)
    return name if scene is None or name in categories() else next(iter(_at_home(name, scene)), name)


def excluded_names(written: str) -> tuple[str, ...]:
    """The categories that are excluded with a name: all of a kind."""
    name = category_name(written)
    return (name,) if name in categories() else members_of(name) or (name,)


def is_known(written: str) -> bool:
    """Whether a name, a plural, a synonym or a kind is written so."""
    return bool(set(excluded_names(written)) & categories().keys())


def members_of(kind: str) -> tuple[str, ...]:
    """The categories of a kind, in singular or plural; none where there is no such kind."""
    return _kinds().get(kind, ())


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, tuple[str, ...]]:
    """Every kind in the singular, with its categories."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, words in json.loads(KINDS.read_text("utf-8")).items():
        found[kind] = tuple(
            dict.fromkeys(name for word in words for name in (tagged(word[1:]) if word[0] == "@" else (word,)))
        )
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def known_names() -> Mapping[str, str]:
    """Every name, plural, synonym and plural of a synonym, with the category that it means."""
    known = categories().values()
    synonyms = {word.casefold(): one.name for one in known for word in one.synonyms}
    found = {plural_of(word): name for word, name in synonyms.items()} | synonyms
    found |= {one.plural.casefold(): one.name for one in known} | {one.name.casefold(): one.name for one in known}
    return MappingProxyType(found)


def plural_of(word: str) -> str:
    """The regular plural; a word that ends as plurals do (`trousers`) is one."""
    if word.endswith("man"):
        return f"{word[:-3]}men"
    if word.endswith("men") or (word.endswith("s") and not word.endswith(("ss", "us"))):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(_SIBILANT) else f"{word}s"


def _plain(written: str) -> str:
    text = " ".join(written.casefold().split())
    return next((text.removeprefix(article) for article in ARTICLES if text.startswith(article)), text)


def _at_home(kind: str, scene: str) -> Iterator[str]:
    """The categories of a kind: those of the scene, likeliest first, then the others."""
    members = members_of(kind)
    yield from (name for name in scene_kinds()[scene].categories if name in members)
    yield from members


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, tuple[str, ...]]:
    """The categories of each kind, by its singular and its plural."""
    return MappingProxyType({word: members for kind, members in kinds().items() for word in (kind, plural_of(kind))})
