"""Generates documents from the models: a JSON Schema for each event, one AsyncAPI 3 document, the examples as JSON.

In: the topic table and the models.  Out: file name to text, or the files in a folder
(`python -m schemas.reference.documents`).
The files are committed; a test compares them with the code.
"""

import json
import sys
from pathlib import Path
from typing import Any

from schemas.codec import CONTENT_TYPE
from schemas.reference.examples import examples
from schemas.topics import TOPICS, Topic

FOLDER = Path(__file__).parents[1] / "generated"

_HEADERS = {
    "ce_specversion": "CloudEvents version",
    "ce_id": "the record key",
    "ce_type": "event and major version",
    "ce_source": "the stage that published",
    "ce_time": "when it was published",
    "traceparent": "W3C trace context",
}


def documents() -> dict[str, str]:
    """Relative file name to content."""
    shown = examples()
    files = {f"{topic.event.__name__}.schema.json": _text(schema(topic)) for topic in TOPICS.values()}
    for name, events in shown.items():
        files[f"examples/{name}.json"] = _text([event.model_dump(mode="json") for event in events])
    files["asyncapi.json"] = _text(asyncapi())
    return files


def schema(topic: Topic) -> dict[str, Any]:
    """The JSON Schema of a topic's payload, `schema_version` included."""
    document = topic.event.model_json_schema()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["$id"] = f"urn:skg:{topic.type}"
    document["properties"] = {
        "schema_version": {"type": "string", "const": topic.event.VERSION},
        **document["properties"],
    }
    return document


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document of all topics."""
    topics = list(TOPICS.values())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "SKG factory",
            "version": "1.0.0",
            "description": "Seed concepts in; spatial knowledge graphs, images and proven questions out.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {name: item for topic in topics for name, item in _operations(topic).items()},
        "components": {"messages": {topic.event.__name__: _message(topic) for topic in topics}},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    event = topic.event.__name__
    return {
        "address": topic.name,
        "description": (topic.event.__doc__ or "").split("\n")[0],
        "messages": {event: {"$ref": f"#/components/messages/{event}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"retention.ms": topic.retention_ms},
            }
        },
    }


def _operations(topic: Topic) -> dict[str, Any]:
    channel = {"$ref": f"#/channels/{topic.name}"}
    sends = {f"{stage}.sends.{topic.name}": {"action": "send", "channel": channel} for stage in topic.producer}
    receives = {f"{stage}.receives.{topic.name}": {"action": "receive", "channel": channel} for stage in topic.consumer}
    return sends | receives


def _message(topic: Topic) -> dict[str, Any]:
    properties = {name: {"type": "string", "description": text} for name, text in _HEADERS.items()}
    properties["ce_type"]["const"] = topic.type
    return {
        "name": topic.type,
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "required": ["ce_id", "ce_type", "ce_source"], "properties": properties},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"{topic.event.__name__}.schema.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}}},
    }


def _text(document: object) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(folder: Path) -> list[Path]:
    """Write every document below `folder` and remove what no longer belongs there."""
    wanted = {folder / name: text for name, text in documents().items()}
    for stale in set(folder.rglob("*.json")) - set(wanted):
        stale.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(wanted)


if __name__ == "__main__":
    for written in write(FOLDER):
        sys.stdout.write(f"{written.relative_to(FOLDER.parent.parent)}\n")
