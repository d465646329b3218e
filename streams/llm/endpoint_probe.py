"""Whether a language model's server accepts connections, before a command waits through its retries.

In: an endpoint.  Out: nothing, or ServiceAway with the address.  Sends nothing.
"""

import socket
import urllib.request
from urllib.parse import urlsplit

from streams.address_redaction import masked
from streams.broker.reachability import CONNECT_S, ServiceAway
from streams.llm.endpoint import Endpoint

PORTS = {"http": 80, "https": 443}


def endpoint_answers(endpoint: Endpoint, timeout_s: float = CONNECT_S) -> None:
    """Return where a server accepts a connection, or a proxy is asked for it. Raises ServiceAway."""
    parts = urlsplit(endpoint.url)
    host = str(parts.hostname)
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return
    try:
        socket.create_connection((host, parts.port or PORTS[parts.scheme]), timeout_s).close()
    except OSError as error:
        what = f"a language model at {masked(endpoint.url)} (--llm, SKG_LLM_URL)"
        raise ServiceAway(what, (error.strerror or str(error)).lower(), "model") from error
