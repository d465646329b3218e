"""Brokers and stores on this machine: embedded ones for demos and laptops, real ones for tests.

In: a kind and a folder.  Out: a running, usable service on loopback that dies with its parent, unless it is detached.
"""

from streams.services.launcher import BrokerKind, Running, StoreKind, start_broker, start_store
from streams.services.service_errors import PortInUse, ServiceError
from streams.services.service_spec import LOCAL_KEYS, Keys

__all__ = [
    "LOCAL_KEYS",
    "BrokerKind",
    "Keys",
    "PortInUse",
    "Running",
    "ServiceError",
    "StoreKind",
    "start_broker",
    "start_store",
]
