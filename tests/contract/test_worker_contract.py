"""The worker loop over every broker that this machine has."""

from collections.abc import Iterator

import pytest

from tests.contract.worker_contract import *  # noqa: F403 - the contract's tests
from tests.fakes.carrier import KafkaCarrier

pytestmark = pytest.mark.contract


@pytest.fixture
def carrier(broker: str) -> Iterator[KafkaCarrier]:
    carrier = KafkaCarrier(broker)
    yield carrier
    carrier.close()
