"""Reads JSON that people write, and refuses what readers would understand differently.

In: text.  Out: plain values, or NotJson with one line for people.
A key that is there twice, and NaN and Infinity, are refused: the standard library takes the last, and numbers that are
none.
"""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from schemas.texts.written_text import shown


class NotJson(ValueError):
    """Not JSON, or JSON that is ambiguous. The text is one line."""


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises NotJson."""
    try:
        return json.loads(text, object_pairs_hook=object_of, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise NotJson(f"not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None
    except NotJson:
        raise
    except ValueError:  # of int(), beyond its digits
        raise NotJson("not JSON: a number is too long") from None


def object_of(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these keys and values. Raises NotJson for a key that is there twice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    keys = [key for key, _ in pairs]
    twice = next(key for key in keys if keys.count(key) > 1)
    raise NotJson(f"the key {shown(twice)} is there twice")


def _no_number(word: str) -> NoReturn:
    raise NotJson(f"not JSON: {word} is no number of JSON")
