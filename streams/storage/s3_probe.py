"""Whether the object store answers at all, for machines without its keys.

In: an endpoint.  Out: nothing, or ServiceAway with the address.  Reads and writes no object.
"""

import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from streams.broker.reachability import ServiceAway


def store_answers(endpoint: str, timeout_s: float) -> None:
    """Return when an HTTP server answers there, even with a refusal. Raises ServiceAway when none does, or with a 5xx."""
    parts = urlsplit(endpoint)
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    what = f"S3 at {where} (SKG_S3_ENDPOINT)"
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is sent: any server proves that one is up
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        opener.open(where, timeout=timeout_s).close()
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= 500:
            raise ServiceAway(what, f"it answers {error.code}", "store") from error
    except (OSError, HTTPException) as error:  # no server, or one of another protocol
        reason = getattr(error, "reason", error)
        raise ServiceAway(what, str(getattr(reason, "strerror", None) or reason).lower(), "store") from error
