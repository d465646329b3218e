"""The held-out share over real services: no writer with another one starts, a sample with another one is a dead letter."""

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from dataset.table.delta_table import Table
from dataset.table.held_out_share import share_of
from schemas.codec import Message, decode
from schemas.events import DeadLetter, QAEvent
from schemas.interfaces import StoredObject
from schemas.topics import DEAD_LETTERS
from streams.broker.clients import Publisher, Reader
from streams.broker.connection import KafkaConnection
from streams.broker.topic_admin import apply
from streams.settings import KafkaSettings, StoreSettings
from streams.storage import s3
from tests.conftest import FreshService
from tests.fakes.events import make_graph, make_picture, make_qa
from tests.fakes.left_behind import sample_ids, services_environment
from tests.fakes.stage_process import StageProcess
from tests.fakes.steps import record_of
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

HERE, THERE = 250, 100


def carried(event: QAEvent) -> Message:
    record = record_of(event)
    return Message(record.partition.topic, record.key, record.value, record.headers)


def stored(store: StoreSettings, index: int, held_out: int) -> QAEvent:
    """A sample whose picture is in the store."""
    event = make_qa(make_graph(index=index)).model_copy(update={"held_out_per_mille": held_out})
    picture = StoredObject(make_picture(event.graph), event.image.media_type)
    s3.connect(store, 10).put_if_absent(event.image.key, picture)
    return event


def test_a_table_keeps_its_share_against_writers_and_samples_with_another(
    fresh_broker: FreshService, minio_store: StoreSettings, tmp_path: Path
) -> None:
    bootstrap, uri = fresh_broker("tansu").bootstrap, str(tmp_path / "dataset")
    apply(KafkaSettings(kafka_bootstrap=bootstrap))
    ours, other = stored(minio_store, 0, HERE), stored(minio_store, 1, THERE)
    common = services_environment(bootstrap, minio_store, tmp_path) | {"SKG_DEAD_LETTER_SHARE": "1"}
    with ExitStack() as stack:
        first = StageProcess("write", tmp_path, common | {"SKG_HELD_OUT_PER_MILLE": str(HERE)})
        stack.callback(first.kill)
        with closing(Publisher(KafkaConnection.plain(bootstrap))) as publisher:
            publisher.publish([carried(other), carried(ours)])
        until(lambda: sample_ids(uri) == [ours.sample_id], 60, "the sample with the table's share")
        with closing(Reader(KafkaConnection.plain(bootstrap), [DEAD_LETTERS])) as reader:
            letter = decode(DEAD_LETTERS, until(lambda: reader.poll(0.1), 30, "the dead letter")[0].value)
        assert isinstance(letter, DeadLetter)
        assert letter.reason == "held_out_share"
        assert f"holds out {HERE}" in letter.error
        assert first.stop(30) == 0
        assert share_of(Table.load(uri)) == HERE
        second = StageProcess("write", tmp_path, common | {"SKG_HELD_OUT_PER_MILLE": str(THERE)})
        stack.callback(second.kill)
        assert second.ended(60) == 2
        said = second.says(f"SKG_HELD_OUT_PER_MILLE is {THERE}: set SKG_HELD_OUT_PER_MILLE={HERE}")
        assert "Traceback" not in second.log()
        assert uri in said
