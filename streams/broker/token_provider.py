"""The token of a login, as kafka-python asks for it.

In: where the token comes from.  Out: the library's own kind of provider.  Does not read files: the connection does.
"""

from collections.abc import Callable

from kafka.net.sasl.oauth import AbstractTokenProvider


class TokenProvider(AbstractTokenProvider):  # type: ignore[misc] # kafka-python ships no types
    """Gives each login the token of that moment."""

    def __init__(self, token: Callable[[], str]) -> None:
        super().__init__()
        self._token = token

    def token(self) -> str:
        """The token."""
        return self._token()
