"""Does the object store answer at all? For people who look from a machine that needs no keys of it.

In: an endpoint.  Out: nothing, or TryLater with the address.  Reads and writes no object.
"""

import ssl
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from schemas.failures import TryLater


def store_answers(endpoint: str, timeout_s: float) -> None:
    """Return when an HTTP server answers there, be it with a refusal. Raises TryLater when none does, or with a 5xx."""
    parts = urlsplit(endpoint)
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is sent: whoever answers is there
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        opener.open(where, timeout=timeout_s).close()
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= 500:
            raise TryLater(f"the store at {where} answers {error.code}") from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise TryLater(f"cannot reach the store at {where}: {getattr(reason, 'strerror', None) or reason}") from error
