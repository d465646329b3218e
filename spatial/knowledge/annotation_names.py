"""What the names in people's annotations of photographs mean here.

In: a category's name as annotators write it.  Out: the name that questions use, or None for one that is not known.
Names that the knowledge base has are known, with their plurals and synonyms; `annotation_names.json` adds further names,
with synonyms of theirs, that can be asked about although nothing here draws them.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from spatial.knowledge.category_names import known_names
from spatial.knowledge.knowledge_base import categories

FILE = Path(__file__).with_suffix(".json")


def known_name(written: str) -> str | None:
    """The name for an annotated category, whatever its case, spaces and underscores."""
    return _names().get(" ".join(written.replace("_", " ").split()).casefold())


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    own = json.loads(FILE.read_text("utf-8"))
    further = {name: name for name in own["further"]} | own["synonyms"]
    return MappingProxyType({**known_names(), **further, **{name.casefold(): name for name in categories()}})
