"""The known things that are nearest in meaning to everyday things that are none, as a tiger to a lion.

In: a word that nothing is known of.  Out: names of categories, best first.
The words are a data file beside this module (`undrawn_names.json`): what people ask for, and no category is.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from spatial.knowledge.category_names import plural_of
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.scene_search import tokens

UNDRAWN = Path(__file__).with_name("undrawn_names.json")


def nearest_in_meaning(name: str) -> tuple[str, ...]:
    """The categories nearest to a thing, in singular or plural; none where it is not one of these, or a part of others."""
    return tuple(each for each in _nearest().get(tokens(name), ()) if each in categories())


def is_undrawn(name: str) -> bool:
    """Whether it is the name of such a thing."""
    return tokens(name) in _nearest()


@lru_cache(maxsize=1)
def longest_undrawn() -> int:
    """Words of the longest name."""
    return max(map(len, _nearest()))


@lru_cache(maxsize=1)
def _nearest() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in json.loads(UNDRAWN.read_text("utf-8")):
        for word in row["words"]:
            found |= {tokens(said): tuple(row["nearest"]) for said in (word, plural_of(word), _in_ves(word))}
    return MappingProxyType(found)


def _in_ves(word: str) -> str:
    """As in `wolves`."""
    return f"{word.removesuffix('e').removesuffix('f')}ves" if word.endswith(("f", "fe")) else word
