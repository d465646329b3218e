"""The committed documents say what the code says, and every example is what it claims to be."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgpack
import pytest

from schemas.codec import decode, encode, to_message
from schemas.reference.documents import FOLDER, documents, schema
from schemas.reference.examples import examples
from schemas.topics import TOPICS, key_of

HISTORY = Path(__file__).parent / "history"
"""The examples of earlier minor versions as they were, one folder a version."""


def test_the_committed_documents_are_those_that_the_code_generates():
    committed = {str(path.relative_to(FOLDER)): path.read_text("utf-8") for path in FOLDER.rglob("*.json")}
    assert committed == documents(), "run `make schemas` and commit what changed"


def test_every_topic_has_an_example():
    assert set(examples()) == set(TOPICS)
    assert all(examples().values())


@pytest.mark.parametrize("topic", TOPICS)
def test_every_committed_example_validates_against_its_model_and_its_json_schema(topic: str):
    for raw in json.loads((FOLDER / "examples" / f"{topic}.json").read_text("utf-8")):
        TOPICS[topic].event.model_validate_json(json.dumps(raw))
        jsonschema.Draft202012Validator(schema(TOPICS[topic])).validate(raw)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_example_survives_the_wire(topic: str):
    for event in examples()[topic]:
        message = to_message(event, "seed", "00-" + "1" * 32 + "-" + "2" * 16 + "-01", datetime.now(UTC))
        assert message.topic == topic
        assert message.key == key_of(event).encode()
        assert decode(topic, message.value, message.headers) == event


def test_asyncapi_names_every_channel_with_partitions_and_retention():
    document = json.loads((FOLDER / "asyncapi.json").read_text("utf-8"))
    assert document["asyncapi"] == "3.0.0"
    for name, row in TOPICS.items():
        kafka = document["channels"][name]["bindings"]["kafka"]
        assert kafka["partitions"] == row.partitions
        assert kafka["topicConfiguration"]["retention.ms"] == row.retention_ms
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in TOPICS


@pytest.mark.parametrize("path", sorted(HISTORY.rglob("*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_events_of_older_minor_versions_still_decode(path: Path):
    row = TOPICS[path.stem]
    for raw in json.loads(path.read_text("utf-8")):
        event = row.event.model_validate_json(json.dumps(raw))
        old = msgpack.unpackb(encode(event), strict_map_key=False) | {"schema_version": path.parent.name}
        assert decode(path.stem, msgpack.packb(old)) == event
