"""Poison through the composition's hooks: parts that raise what no part should raise, for marked events.

In: a file of seed ids by stage and of the time that a picture takes to be drawn, as long as it is there.  Out: hooks.
Steps take time so that inboxes are full when something happens.  SKG_CHAOS_POISON in the environment names the file.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.errors import PermanentError
from schemas.events import QAEvent, Truth
from schemas.graph import SpatialGraph
from schemas.interfaces import (
    Appended,
    Delivery,
    Drawing,
    ObjectStore,
    Renderer,
    Sample,
    Sink,
    StoredObject,
)
from streams.composition import Hooks

POISONED_PICTURES = {"images": 23}
"""Of so many pictures one is poison to the examiner."""

POISONED_ANSWERS = {"answers": 97}
"""Of so many answers of the model one is poison to the agents; a graph takes about six."""


PAUSE = "pause_s"
"""The file's key for the time that a picture takes; the others are stages."""


def mark(path: Path, seeds: Mapping[str, Sequence[str]], pause_s: float) -> None:
    """From now on these seeds are poison to these stages, and a picture takes so long."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps({**seeds, PAUSE: pause_s}), "utf-8")
    new.replace(path)  # whoever reads it meanwhile reads the one or the other


class Marked:
    """Which events are poison now, and how long a picture takes: none and no time once the file is gone."""

    def __init__(self, path: Path, stage: str) -> None:
        self._path, self._stage = path, stage

    def __contains__(self, seed_id: str) -> bool:
        return seed_id in self._ids()

    @property
    def at_all(self) -> bool:
        return bool(self._ids())

    def pause(self, pictures: float) -> None:
        """Take the time that so many pictures take."""
        time.sleep(pictures * float(self._file().get(PAUSE, 0.0)))

    def _ids(self) -> Sequence[str]:
        return list(self._file().get(self._stage, ()))

    def _file(self) -> Mapping[str, Any]:
        try:
            marks: Mapping[str, Any] = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return marks


class PoisonedRenderer:
    """Draws in its time; a batch with an even graph of a marked seed in it fails."""

    def __init__(self, inner: Renderer, marked: Marked) -> None:
        self._inner, self._marked = inner, marked
        self.name, self.parameters = inner.name, inner.parameters

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        self._marked.pause(len(graphs))
        for graph in graphs:
            if graph.seed_id in self._marked and graph.index % 2 == 0:
                raise ZeroDivisionError("poison to the renderer")
        return self._inner.render(graphs, seeds)

    def read_truth(self, data: bytes) -> Truth | None:
        return self._inner.read_truth(data)


class PoisonedStore:
    """Gives things in the time of so many `pictures`, and fails for one of `one_of` of those below a folder."""

    def __init__(self, inner: ObjectStore, marked: Marked, pictures: float, one_of: Mapping[str, int]) -> None:
        self._inner, self._marked, self._pictures, self._one_of = inner, marked, pictures, one_of

    @property
    def bucket(self) -> str:
        return self._inner.bucket

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        return self._inner.put_if_absent(key, stored)

    def get(self, key: str) -> StoredObject | None:
        one_of = self._one_of.get(key.partition("/")[0])
        if one_of is not None:
            self._marked.pause(self._pictures)
            if self._marked.at_all and int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % one_of == 0:
                raise KeyError(f"poison: {key}")
        return self._inner.get(key)

    def keys(self, prefix: str) -> Iterator[str]:
        return self._inner.keys(prefix)


class PoisonedSink:
    """Keeps samples, and fails for a batch with an odd graph of a marked seed in it."""

    def __init__(self, inner: Sink, marked: Marked) -> None:
        self._inner, self._marked = inner, marked

    def open(self, partition: str) -> int | None:
        return self._inner.open(partition)

    def close(self, partition: str) -> None:
        self._inner.close(partition)

    def prepare(self, events: Sequence[QAEvent]) -> list[Sample | PermanentError]:
        for event in events:
            if event.graph.seed_id in self._marked and event.graph.index % 2 == 1:
                raise IndexError("poison to the writer")
        return self._inner.prepare(events)

    def append(self, deliveries: Sequence[Delivery]) -> Appended:
        return self._inner.append(deliveries)


def hooks_of(kind: str) -> Hooks:
    """The hooks of a process of this kind, as the environment says."""
    marked = Marked(Path(os.environ["SKG_CHAOS_POISON"]), kind)
    if kind == "agents":
        return Hooks(store=lambda store: PoisonedStore(store, marked, 0.0, POISONED_ANSWERS))
    if kind == "render":
        from tests.fakes.boxes_renderer import BoxesRenderer

        return Hooks(renderer=PoisonedRenderer(BoxesRenderer(), marked))
    if kind == "examine":
        return Hooks(store=lambda store: PoisonedStore(store, marked, 0.5, POISONED_PICTURES))
    return Hooks(sink=lambda sink: PoisonedSink(sink, marked))
