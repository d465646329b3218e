"""The count of a bench's waits: committed events, each once, however many markers and repetitions a topic holds."""

from contextlib import closing

import pytest
from kafka import KafkaProducer

from schemas.topics import QA
from streams.broker.topic_admin import apply
from streams.settings import KafkaSettings
from tests.bench.real_line import Ends
from tests.conftest import FreshService

pytestmark = pytest.mark.contract


def test_aborted_events_markers_and_repetitions_are_not_counted(fresh_broker: FreshService) -> None:
    bootstrap = fresh_broker("apache").bootstrap
    apply(KafkaSettings(kafka_bootstrap=bootstrap))
    with closing(KafkaProducer(bootstrap_servers=bootstrap, transactional_id="count")) as producer:
        producer.init_transactions()
        with Ends(bootstrap, QA) as ends:
            assert ends.count() == 0
            for names, is_kept in (("ab", True), ("bc", True), ("d", False), ("a", True)):
                producer.begin_transaction()
                for name in names:
                    producer.send(QA, b"", key=name.encode(), headers=[("ce_id", name.encode())])
                if is_kept:
                    producer.commit_transaction()
                else:
                    producer.abort_transaction()
            assert ends.count() == 3
            assert ends.count() == 3
        with Ends(bootstrap, QA) as ends:
            assert len(ends.records()) == 5
