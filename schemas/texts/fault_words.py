"""What is wrong with a value, in the words of a person: of settings, files and forms that people write.

In: an entry of the `errors()` of a validation.  Out: a few words, not the library's own, as in `a whole number is needed`.
What has no words here, such as the message of a validator of the project, is passed on as it is.
Also the words nearest to one that there is not, for the message that says so, and numbers of things as people write them.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

WHOLE, NUMBER, TRUTH, TEXT, LIST, OBJECT = (
    "a whole number is needed",
    "a number is needed",
    "true or false is needed",
    "a text is needed",
    "a list is needed",
    "names with values are needed",
)

PLAIN: Mapping[str, str] = {
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "int_type": WHOLE,
    "float_parsing": NUMBER,
    "float_type": NUMBER,
    "finite_number": "a finite number is needed",
    "bool_parsing": TRUTH,
    "bool_type": TRUTH,
    "string_type": TEXT,
    "list_type": LIST,
    "tuple_type": LIST,
    "dict_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "greater_than_equal": "at least {ge} is needed",
    "greater_than": "more than {gt} is needed",
    "less_than_equal": "at most {le} is allowed",
    "less_than": "less than {lt} is needed",
    "literal_error": "one of {expected} is needed",
    "string_too_short": "at least {min_length} characters are needed",
    "string_too_long": "at most {max_length} characters are allowed",
    "too_short": "at least {min_length} are needed, there are {actual_length}",
    "too_long": "at most {max_length} are allowed",
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
}
"""By the type of a fault."""


def in_plain_words(fault: Mapping[str, Any]) -> str:
    """What is wrong with a value, by an entry of `errors()`."""
    words = PLAIN.get(fault["type"])
    if words is None:
        return str(fault["msg"]).removeprefix("Value error, ")
    return words.format(**{name: _as_set(value) for name, value in (fault.get("ctx") or {}).items()})


def _as_set(value: object) -> object:
    """A bound as settings write it: 5 rather than 5.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


LIKENESS = 0.7
"""From which on a word is meant by another: one letter of four that is wrong, missing or swapped with the next."""

MOST = 3


def nearest_words(word: str, known: Iterable[str], most: int = MOST, likeness: float = LIKENESS) -> list[str]:
    """The nearest of the words, without regard to capitals; none where none is alike."""
    by_small = {name.casefold(): name for name in known}
    return [by_small[name] for name in get_close_matches(word.casefold(), by_small, most, likeness)]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`, did you mean X?` with the nearest word; empty where none is alike."""
    found = nearest_words(word, known, 1)
    return f" (did you mean {found[0]}?)" if found else ""


def counted(number: int, thing: str) -> str:
    """A number with what it counts, as in `1 sample` and `2,000 samples`."""
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"
