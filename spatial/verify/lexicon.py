"""Finds the nouns of a scene in a text.

In: a question's text and the scene's categories.  Out: the text in lower case with every noun as `@number` and every
colour before a noun as `~colour`, and the category of each number.
Knows no grammar beyond plurals; the hyponyms of nouns and the values of attributes are data beside this module.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

_TOKEN = re.compile(r"[\w'’-]+|[^\w\s]")

_TERMS = (("bounding box", "bounding-box"),)
"""Terms of the sentences that hold a word for a thing, and the one word that they become."""

NEVER_NOUNS = {"picture", "image", "thing", "object", "viewer", "left", "right", "top", "bottom", "order", "number"}
"""Words that belong to the sentences themselves."""

ARTICLES = ("the ", "a ", "an ")


def _is_never_noun(category: str) -> bool:
    return category in NEVER_NOUNS or category.startswith(ARTICLES)


_IRREGULAR = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "person": "people",
    "mouse": "mice",
    "goose": "geese",
    "tooth": "teeth",
    "foot": "feet",
    "ox": "oxen",
    "die": "dice",
}


@lru_cache(maxsize=4)
def word_table(name: str) -> dict[str, tuple[str, ...]]:
    """A data file beside this module: lists of words by name."""
    text = resources.files("spatial.verify").joinpath(name).read_text("utf-8")
    return {key: tuple(words) for key, words in json.loads(text).items()}


@lru_cache(maxsize=8192)
def family(value: str) -> str | None:
    """The family of an attribute value."""
    return next((name for name, words in word_table("values.json").items() if value in words), None)


@lru_cache(maxsize=65536)
def may_be_called(category: str, word: str) -> bool:
    """Whether somebody may call an object of the category by the word."""
    word, category = word.casefold(), category.casefold()
    contents = [category, *category.split(" of ")]
    for name in (word, *word_table("kinds.json").get(word, ())):
        for part in contents:
            if part == name or part.endswith(f" {name}") or part in (f"{word}s", f"{word}es"):
                return True
    return False


def is_surely_called(category: str, word: str) -> bool:
    """Whether everybody would use the word: a taxi is a car, a cable car perhaps, and a plate of eggs is no eggs."""
    word, category = word.casefold(), category.casefold()
    vessel, _, contents = category.partition(" of ")
    doubtful = category in word_table("doubtful.json").get(word, ()) or (contents and not may_be_called(vessel, word))
    return category == word or not doubtful


@lru_cache(maxsize=8192)
def _plurals(word: str) -> tuple[str, ...]:
    """Every possible spelling of a word's plural."""
    forms = [word, f"{word}s", f"{word}es", _IRREGULAR.get(word, "")]
    if word.endswith("y"):
        forms.append(f"{word[:-1]}ies")
    if word.endswith("f"):
        forms.append(f"{word[:-1]}ves")
    if word.endswith("fe"):
        forms.append(f"{word[:-2]}ves")
    if word.endswith("us"):
        forms.append(f"{word[:-2]}i")
    for one, many in _IRREGULAR.items():
        if word.endswith(one) and len(word) > len(one):
            forms.append(word[: -len(one)] + many)
    if word.endswith("is"):
        forms.append(f"{word[:-2]}es")
    if word.endswith("z"):
        forms.append(f"{word}zes")
    return tuple(form for form in forms if form)


@lru_cache(maxsize=8192)
def _surfaces(category: str) -> tuple[tuple[str, ...], ...]:
    """The category as tokens, and the same with any one of its words in the plural."""
    words = tuple(_TOKEN.findall(category.casefold()))
    found = {words}
    for i, word in enumerate(words):
        found.update((*words[:i], form, *words[i + 1 :]) for form in _plurals(word))
    return tuple(found)


Index = dict[str, list[tuple[tuple[str, ...], str]]]


@lru_cache(maxsize=64)
def _index(categories: tuple[str, ...]) -> Index:
    index: Index = {}
    for exact in (True, False):  # a category's own name wins over another's plural
        for category in categories:
            own = tuple(_TOKEN.findall(category.casefold()))
            for surface in _surfaces(category):
                if surface and (surface == own) == exact and not _is_never_noun(category.casefold()):
                    index.setdefault(surface[0], []).append((surface, category))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return index


def mark_nouns(text: str, categories: Iterable[str]) -> tuple[str, list[str]]:
    """The text with nouns and colours marked, and the category of each number."""
    text = text.casefold()
    for term, word in _TERMS:
        text = text.replace(term, word)
    tokens, index = _TOKEN.findall(text), _index(tuple(dict.fromkeys(categories)))
    out: list[str] = []
    nouns: list[str] = []
    at = 0
    while at < len(tokens):
        noun = _noun_at(tokens, at, index)
        colour = _colour_at(tokens, at, index)
        if colour and (noun is None or len(noun[0]) <= colour):
            out.append("~" + "_".join(tokens[at : at + colour]))
            at += colour
        elif noun:
            out.append(f"@{len(nouns)}")
            nouns.append(noun[1])
            at += len(noun[0])
        else:
            out.append(tokens[at])
            at += 1
    return " ".join(out), nouns


def _noun_at(tokens: list[str], at: int, index: Index) -> tuple[tuple[str, ...], str] | None:
    for surface, category in index.get(tokens[at], ()) if at < len(tokens) else ():
        if tuple(tokens[at : at + len(surface)]) == surface:
            return surface, category
    return None


def _colour_at(tokens: list[str], at: int, index: Index) -> int:
    """The number of tokens from here that form a colour followed by a noun; 0 if they do not."""
    for size in (2, 1):
        words = " ".join(tokens[at : at + size])
        if words in word_table("values.json")["colour"] and _noun_at(tokens, at + size, index):
            return size
    return 0
