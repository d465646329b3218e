"""Cases of a test that only `make test-slow` runs: its promise over another broker, at another step, by another signal.

In: the values of a case.  Out: the case, marked.
Delivery guarantees are proven on Apache Kafka on every change; Tansu carries one process of each stage, as the demo does.
"""

from typing import Any

import pytest


def slow(*values: Any) -> Any:
    """The case, for `make test-slow`."""
    return pytest.param(*values, marks=pytest.mark.slow)


BOTH_BROKERS = [slow("tansu"), "apache"]
