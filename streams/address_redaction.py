"""Removes users and passwords from addresses before they are shown.

In: texts with addresses, such as settings.  Out: the texts without the secrets, or only the secrets.  Removes too much
rather than too little: everything before the last @.
"""

import re
from collections.abc import Iterator

_WITH_USER = re.compile(r"\S*@\S*")
_QUERIED = re.compile(r"(?<=[?&;])([^=&;\s]+)=[^&;\s]+")


def masked(text: str) -> str:
    """The text without user and password of an address, and without the values of a query."""
    return _QUERIED.sub(r"\1=***", _WITH_USER.sub(_hidden, text))


def passwords_in(text: str) -> Iterator[str]:
    """The passwords in it; a user without one counts, as it may be a token."""
    for found in _WITH_USER.finditer(text):
        _, user = _parts(found[0])
        if user is not None:
            yield user.partition(":")[2] or user


def _hidden(found: re.Match[str]) -> str:
    scheme, user = _parts(found[0])
    return found[0] if user is None else f"{scheme}***@{found[0].rpartition('@')[2]}"


def _parts(word: str) -> tuple[str, str | None]:
    """The scheme, and the part between it and the last @, if this is an address."""
    before, slashes, after = word.rpartition("@")[0].partition("://")
    if slashes:
        return before + slashes, after
    return "", before if ":" in before else None
