"""The worker loop over every broker that this machine has."""

from collections.abc import Iterator

import pytest

from tests.contract.worker_contract import *  # noqa: F403 - the contract's tests
from tests.fakes.carrier import KafkaCarrier

pytestmark = pytest.mark.contract


@pytest.fixture
def carrier(broker: str, request: pytest.FixtureRequest) -> Iterator[KafkaCarrier]:
    carrier = KafkaCarrier(broker, settles=request.node.callspec.params["broker"] == "tansu")
    yield carrier
    carrier.close()
