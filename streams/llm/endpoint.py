"""A language model's endpoint: address, name, key, and timeout.

In: settings.  Out: a valid `Endpoint`, or Misconfigured in one line that never shows the key.
Connects to nothing.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streams.address_redaction import masked
from streams.errors import Misconfigured


@dataclass(frozen=True)
class Endpoint:
    """A server and a model on it. `timeout_s` bounds one call from end to end. Raises Misconfigured for an invalid address.

    White space around address, model and key (files of secrets end in a newline) and a slash at the end are dropped.
    """

    url: str
    model: str
    api_key: str = field(repr=False)
    timeout_s: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _address(self.url))
        object.__setattr__(self, "model", self.model.strip())
        object.__setattr__(self, "api_key", self.api_key.strip())
        if not self.model:
            raise Misconfigured(f"{self.url}: no model is named")
        if not (self.api_key.isascii() and self.api_key.isprintable()):
            raise Misconfigured(f"{self.url}: the API key has characters that no request can carry")

    def without_key(self, text: str) -> str:
        """A text of the server without the key, which an error may repeat."""
        return text.replace(self.api_key, "***") if self.api_key else text


def _address(said: str) -> str:
    url = said.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine or any(c.isspace() or not c.isprintable() for c in url):
        raise Misconfigured(
            f"{masked(said)!r} is no address of a language model: it needs http:// or https://, a host, and often /v1"
        )
    if parts.username or parts.password:
        raise Misconfigured(
            f"the address of a language model on {parts.hostname} holds a password; it belongs into the API key"
        )
    return url
