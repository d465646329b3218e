"""Nouns and attributes in English: articles, plurals, which words fit which categories.

In: categories and attribute words.  Out: phrases, or true and false.
The exceptions are data (`nouns.json`); the rules come from the library inflect, which only this module imports here.
"""

import json
from functools import lru_cache
from importlib import resources

import inflect

from spatial.knowledge.knowledge_base import categories


@lru_cache(maxsize=1)
def _engine() -> inflect.engine:
    return inflect.engine()


@lru_cache(maxsize=1)
def _data() -> dict[str, object]:
    text = resources.files("spatial.questions.wording").joinpath("nouns.json").read_text("utf-8")
    data: dict[str, object] = json.loads(text)
    return data


@lru_cache(maxsize=16)
def word_list(name: str) -> frozenset[str]:
    """A list of words of the data file."""
    words = _data()[name]
    return frozenset(str(word) for word in words) if isinstance(words, list) else frozenset()


@lru_cache(maxsize=8)
def word_lists(name: str) -> dict[str, tuple[str, ...]]:
    """A mapping from a word to a list of words of the data file."""
    table = _data()[name]
    return {str(k): tuple(str(w) for w in v) for k, v in table.items()} if isinstance(table, dict) else {}


@lru_cache(maxsize=8)
def word_groups(name: str) -> tuple[tuple[str, ...], ...]:
    """A list of groups of words of the data file."""
    groups = _data()[name]
    return tuple(tuple(str(w) for w in group) for group in groups) if isinstance(groups, list) else ()


@lru_cache(maxsize=8192)
def is_plural(category: str) -> bool:
    """Whether the word takes a plural verb and no article, as scissors do."""
    head = category.rsplit(maxsplit=1)[-1].lower() if category.split() else ""
    if " of " in category:
        return is_plural(category.partition(" of ")[0])
    if head in word_list("plural_only"):
        return True
    if not head.endswith("s") or head.endswith(("ss", "us", "is")) or head in word_list("singular_in_s"):
        return False
    known = categories().get(category)
    return known is None or known.plural == category


@lru_cache(maxsize=8192)
def is_mass(category: str) -> bool:
    """Whether the word takes no article and cannot be counted, as bread."""
    words = category.lower().split()
    return bool(words) and words[-1] in word_list("mass") and " of " not in category


@lru_cache(maxsize=8192)
def indefinite(category: str) -> str:
    """The category with its article: `a cat`, `an umbrella`, `scissors`, `bread`."""
    if is_plural(category) or is_mass(category):
        return category
    with_article: str = _engine().a(category)
    return with_article


@lru_cache(maxsize=8192)
def plural(category: str) -> str:
    """The plural of the category."""
    known = categories().get(category)
    if known is not None:
        return known.plural
    if is_plural(category) or is_mass(category):
        return category
    head = category.rsplit(maxsplit=1)[-1]
    if head == head.upper():  # inflect capitalises the ending of words without lower-case letters: XES
        return f"{category}s" if head.isupper() else category
    many: str = _engine().plural_noun(category)
    return many


@lru_cache(maxsize=8192)
def singular(many: str) -> str:
    """The category whose plural this is; known categories first."""
    known = _by_plural().get(many)
    if known is not None:
        return known
    one = _engine().singular_noun(many)
    guesses = [one] if isinstance(one, str) else []
    guesses += [many, many[:-1], many[:-2]]
    return next((guess for guess in guesses if guess and plural(guess) == many), many)


@lru_cache(maxsize=1)
def _by_plural() -> dict[str, str]:
    return {category.plural: name for name, category in categories().items()}


@lru_cache(maxsize=8192)
def is_one_name(words: str) -> bool:
    """Whether the words can name one thing: not "the cat", "two dogs", "cat and dog", "cups than plates", "viewer"."""
    each = words.lower().split()
    if not each or each[0] in word_list("determiners") or words.lower() in word_list("reserved"):
        return False
    return not word_list("joining").intersection(each)


def is_known(category: str) -> bool:
    """Whether the knowledge base has this category."""
    return category in categories()


def split_attribute(phrase: str) -> tuple[str | None, str]:
    """`red cup` as its colour and its category; a compound such as `orange juice` is not split."""
    if is_known(phrase) or phrase in word_list("compounds"):
        return None, phrase
    colours = word_lists("families")["colour"]
    for size in (2, 1):
        words = phrase.split(" ")
        if len(words) > size and " ".join(words[:size]) in colours:
            return " ".join(words[:size]), " ".join(words[size:])
    return None, phrase


@lru_cache(maxsize=8192)
def family_of(attribute: str) -> str | None:
    """The family that an attribute belongs to, None if it is not known."""
    return next((family for family, words in word_lists("families").items() if attribute in words), None)


@lru_cache(maxsize=8192)
def alike(a: str, b: str) -> bool:
    """Whether two attributes may be mistaken for each other."""
    return a == b or any(a in group and b in group for group in word_groups("alike"))


@lru_cache(maxsize=65536)
def fits(word: str, category: str) -> bool:
    """Whether a viewer may call an object of `category` by `word`: a cup, a coffee cup and a mug are all cups.

    Contents count too: a bowl of rice is a bowl, and rice.
    """
    word, whole = word.lower(), category.lower()
    parts = (whole, *whole.split(" of "))
    kinds = (word, *word_lists("kinds_of").get(word, ()))
    several = (word + "s", word + "es")
    return any(part == kind or part.endswith(" " + kind) or part in several for part in parts for kind in kinds)


def surely_fits(word: str, category: str) -> bool:
    """Whether everybody would use the word, as counting requires: a hot dog is no dog, a stack of books no book."""
    word, whole = word.lower(), category.lower()
    if whole == word:
        return True
    return fits(word, whole.split(" of ")[0]) and whole not in word_lists("doubtful").get(word, ())
