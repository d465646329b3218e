"""Whether a language model's server accepts connections, before a command waits through its retries; and what it serves.

In: an endpoint.  Out: nothing, or ServiceAway with the address; the name of its only model.  Asks no model anything.
"""

import json
import socket
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from streams.address_redaction import masked
from streams.broker.reachability import CONNECT_S, ServiceAway
from streams.errors import Misused
from streams.llm.endpoint import Endpoint

PORTS = {"http": 80, "https": 443}


def endpoint_answers(endpoint: Endpoint, timeout_s: float = CONNECT_S, named_by: str = "SKG_LLM_URL") -> None:
    """Return where a server accepts a connection, or a proxy is asked for it. Raises ServiceAway, with what names it."""
    parts = urlsplit(endpoint.url)
    host = str(parts.hostname)
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return
    try:
        socket.create_connection((host, parts.port or PORTS[parts.scheme]), timeout_s).close()
    except OSError as error:
        what = f"a language model at {masked(endpoint.url)} ({named_by})"
        raise ServiceAway(what, (error.strerror or str(error)).lower(), "model") from error


def only_model(endpoint: Endpoint, timeout_s: float = CONNECT_S, named_by: str = "--url") -> str:
    """The model that a server lists, where it lists one. Raises ServiceAway; Misused with the names where it has several,
    or none."""
    endpoint_answers(endpoint, timeout_s, named_by)
    names = _listed(endpoint, timeout_s)
    if len(names) == 1:
        return names[0]
    there = f"there are {', '.join(names)}" if names else "it lists none"
    raise Misused(f"which model at {masked(endpoint.url)}? give its name with --name; {there}")


def _listed(endpoint: Endpoint, timeout_s: float) -> list[str]:
    """The names under `/models`; none where the server has no such list."""
    headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
    asked = urllib.request.Request(f"{endpoint.url}/models", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=timeout_s) as said:
            return [str(one["id"]) for one in json.load(said)["data"]]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return []
