"""The worker loop over every broker that this machine has."""

from collections.abc import Iterator

import pytest

from tests.contract.worker_contract import *  # noqa: F403 - the contract's tests
from tests.fakes.carrier import KafkaCarrier
from tests.fakes.services import Pool
from tests.fakes.slow_params import BOTH_BROKERS

pytestmark = pytest.mark.contract


@pytest.fixture(params=BOTH_BROKERS)
def carrier(request: pytest.FixtureRequest, services: Pool) -> Iterator[KafkaCarrier]:
    carrier = KafkaCarrier(services.broker(request.param).bootstrap, settles=request.param == "tansu")
    yield carrier
    carrier.close()
