"""A worked example for each topic: a street market's events, a rejection, a dead letter and its replay.

Out: events that validate, with ids derived as in production.  `schemas/generated/examples/` holds them as JSON.
"""

import hashlib
import json

from schemas.base import Event
from schemas.events import (
    DeadLetter,
    ImageRef,
    Origin,
    QAEvent,
    Question,
    Rejection,
    RenderedImage,
    Replayed,
    Scene,
    SeedConcept,
    SeedOptions,
    SeenObject,
    SeenRelation,
    Truth,
)
from schemas.graph import GraphObject, Layout, Prompt, Provenance, Relation, SpatialGraph
from schemas.ids import content_id, image_id, image_key, make_seed, question_id, rejection_id, sample_id, with_graph_id
from schemas.topics import DEAD_LETTERS, GRAPHS, IMAGES, QA, REJECTIONS, REPLAYS, SEEDS, key_of

_BOXES = ((40, 300, 150, 130), (300, 280, 170, 190))


def seed() -> SeedConcept:
    """A concept, and how many graphs of it are requested."""
    return make_seed("street market", count=2, options=SeedOptions(min_objects=2, max_objects=3))


def graph() -> SpatialGraph:
    """The first graph of the seed: a dog left of a crate."""
    return with_graph_id(
        {
            "seed_id": seed().seed_id,
            "index": 0,
            "concept": "street market",
            "scene": "street market",
            "objects": (GraphObject(id=0, category="dog"), GraphObject(id=1, category="crate", attributes=("red",))),
            "relations": (Relation(subject=0, predicate="left_of", object=1),),
            "excluded": ("bicycle",),
            "layout": Layout(canvas=(512, 512), boxes=_BOXES, depth=(0.6, 0.5)),
            "prompt": Prompt(positive="a dog left of a red crate at a street market", negative="bicycle"),
            "provenance": Provenance(producer="planner", version="1"),
        }
    )


def image() -> ImageRef:
    """The picture's place in the store and the hash of its bytes."""
    name = image_id(graph().graph_id, "collage-1", {"size": 512}, 0)
    return ImageRef(
        image_id=name,
        bucket="skg",
        key=image_key(name, "webp"),
        sha256=hashlib.sha256(b"the picture's bytes").hexdigest(),
        size=24_310,
        media_type="image/webp",
        width=512,
        height=512,
    )


def _seen() -> tuple[SeenObject, ...]:
    first, second = _BOXES
    return (
        SeenObject(id=0, category="dog", box=first, depth=0.6, visible=1.0),
        SeenObject(id=1, category="crate", attributes=("red",), box=second, depth=0.5, visible=0.94),
    )


def rendered() -> RenderedImage:
    """The picture with the renderer's ground truth."""
    return RenderedImage(
        image=image(),
        graph=graph(),
        renderer="collage-1",
        seed=7,
        seconds=0.08,
        truth=Truth(objects=_seen(), drawn=graph().relations, elements=("stall", "pavement")),
        provenance=Provenance(producer="collage-1", version="1", parents=(graph().graph_id,)),
        held_out_per_mille=100,
    )


def sample() -> QAEvent:
    """The accepted sample with one question."""
    sample_name = sample_id(image().image_id)
    text = "Is the dog to the left of the crate?"
    certificate = {"premises": [{"object": 0, "box": _BOXES[0]}, {"object": 1, "box": _BOXES[1]}], "rules": ["centre"]}
    question = Question(
        id=question_id(sample_name, text),
        question=text,
        answer="yes",
        kind="direction_yes_no",
        choices=("no", "yes"),
        objects=(0, 1),
        certificate=json.dumps(certificate),
    )
    relations = (SeenRelation(subject=0, predicate="left_of", object=1, drawn=True),)
    scene = Scene(canvas=(512, 512), scene="street market", objects=_seen(), relations=relations, excluded=("bicycle",))
    return QAEvent(
        sample_id=sample_name,
        image=image(),
        graph=graph(),
        scene=scene,
        questions=(question,),
        provenance=Provenance(producer="examine", version="1", parents=(image().image_id,)),
        held_out_per_mille=100,
    )


def rejection() -> Rejection:
    """The seed's second graph, rejected because its relations exclude each other."""
    conflict = (
        Relation(subject=0, predicate="left_of", object=1),
        Relation(subject=1, predicate="left_of", object=0),
    )
    return Rejection(
        rejection_id=rejection_id("agents", "consistency", "contradiction", f"{seed().seed_id}-1"),
        seed_id=seed().seed_id,
        index=1,
        stage="agents",
        gate="consistency",
        reason="contradiction",
        detail="a cycle of left_of",
        conflict=conflict,
        source_topic=SEEDS,
        source=b"the seed's bytes",
    )


def dead_letter() -> DeadLetter:
    """A record of skg.graphs that is no graph, and failed again after a replay."""
    return DeadLetter(
        topic=GRAPHS,
        partition=3,
        offset=41,
        key=None,
        value=b"\xc1 not msgpack",
        headers=(("content-type", b"application/msgpack"),),
        stage="render",
        reason="undecodable",
        error="not msgpack: FormatError",
        attempts=2,
        error_class="msgpack.exceptions.FormatError",
        traceback='  File "schemas/codec.py", line 98, in _unpack\n    payload = msgpack.unpackb(value, raw=False)\n',
        first=Origin(topic=GRAPHS, partition=3, offset=17),
        replays=1,
    )


def replayed() -> Replayed:
    """The dead letter, replayed a second time."""
    letter = dead_letter()
    return Replayed(
        letter=key_of(letter),
        digest=content_id("letter", letter.model_dump(mode="json", include={"topic", "partition", "offset", "value"})),
        topic=GRAPHS,
        stage="render",
        reason="undecodable",
        first=Origin(topic=GRAPHS, partition=3, offset=17),
        replays=2,
    )


def examples() -> dict[str, tuple[Event, ...]]:
    """Topic to its examples."""
    return {
        SEEDS: (seed(),),
        GRAPHS: (graph(),),
        IMAGES: (rendered(),),
        QA: (sample(),),
        REJECTIONS: (rejection(),),
        DEAD_LETTERS: (dead_letter(),),
        REPLAYS: (replayed(),),
    }
