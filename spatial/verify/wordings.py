"""Normalises the wording of questions: synonyms become the words that the patterns of `sentences` expect.

In: a text from `lexicon.mark_nouns`.  Out: the same text in normal form.
Only phrases that mean the same in every sentence are replaced (`synonyms.json`, in this order); no meaning is added.
"""

import json
import re
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _synonyms() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = resources.files("spatial.verify").joinpath("synonyms.json").read_text("utf-8")
    return tuple((re.compile(pattern), words) for pattern, words in json.loads(text))


@lru_cache(maxsize=4096)
def normalise_wording(text: str) -> str:
    """The text in normal form, with a punctuation mark at its end."""
    for pattern, words in _synonyms():
        text = pattern.sub(words, text)
    return text if text.endswith(("?", ".")) else f"{text} ?"
