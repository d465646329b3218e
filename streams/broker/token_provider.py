"""The token provider that kafka-python requires for a login.

In: a callable that returns the token.  Out: the library's own kind of provider.  Reads no files: the connection does.
"""

from collections.abc import Callable

from kafka.net.sasl.oauth import AbstractTokenProvider


class TokenProvider(AbstractTokenProvider):  # type: ignore[misc] # kafka-python ships no types
    """Gives each login the current token."""

    def __init__(self, token: Callable[[], str]) -> None:
        super().__init__()
        self._token = token

    def token(self) -> str:
        """The token."""
        return self._token()
