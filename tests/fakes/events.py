"""Whole, valid events for tests, with ids derived from their content like real ones.

In: what a test cares about, as keywords.  Out: events; equal arguments give equal events.
"""

import hashlib
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from schemas.events import (
    ImageRef,
    QAEvent,
    Question,
    Rejection,
    RenderedImage,
    Scene,
    SeedConcept,
    SeenObject,
    SeenRelation,
    Truth,
)
from schemas.graph import SpatialGraph
from schemas.ids import image_id, image_key, make_seed, question_id, rejection_id, sample_id, with_graph_id
from schemas.interfaces import StoredObject
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE

BUCKET = "pictures"
CANVAS = (64, 64)
BOXES = ((4, 34, 22, 26), (36, 30, 24, 30))


def make_graph(
    seed: SeedConcept | None = None, index: int = 0, categories: Sequence[str] = ("cat", "dog"), scene: str = "living_room"
) -> SpatialGraph:
    """Two things side by side, the first left of the second."""
    asked = seed or make_seed("a cat beside a dog", count=1000)
    return with_graph_id(
        {
            "seed_id": asked.seed_id,
            "index": index,
            "concept": asked.concept,
            "scene": scene,
            "objects": [
                {"id": i, "category": name, "attributes": ("red",) if i == 0 else ()} for i, name in enumerate(categories)
            ],
            "relations": [{"subject": 0, "predicate": "left_of", "object": 1}],
            "excluded": ("tree",),
            "layout": {"canvas": CANVAS, "boxes": BOXES, "depth": (1.0, 2.0)},
            "prompt": {"positive": f"a {categories[0]} left of a {categories[1]}"},
            "provenance": {"producer": "agents", "version": "rules-1", "parents": (asked.seed_id,)},
        }
    )


def make_picture(graph: SpatialGraph) -> bytes:
    """A small PNG of the graph's boxes, of other colours for every graph."""
    picture = Image.new("RGB", graph.layout.canvas, f"#{graph.graph_id[:6]}")
    draw = ImageDraw.Draw(picture)
    for number, (x, y, width, height) in enumerate(graph.layout.boxes):
        draw.rectangle((x, y, x + width - 1, y + height - 1), fill=f"#{graph.graph_id[6 + number : 12 + number]}")
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def make_image(graph: SpatialGraph, data: bytes | None = None) -> ImageRef:
    """The reference of the graph's picture."""
    picture = data if data is not None else make_picture(graph)
    image = image_id(graph.graph_id, "boxes-1", {}, 0)
    return ImageRef(
        image_id=image,
        bucket=BUCKET,
        key=image_key(image, "png"),
        sha256=hashlib.sha256(picture).hexdigest(),
        size=len(picture),
        media_type="image/png",
        width=graph.layout.canvas[0],
        height=graph.layout.canvas[1],
    )


def seen_objects(graph: SpatialGraph) -> tuple[SeenObject, ...]:
    """Every object of the graph, wholly visible in its box."""
    layout = zip(graph.objects, graph.layout.boxes, graph.layout.depth, strict=True)
    return tuple(
        SeenObject(id=o.id, category=o.category, attributes=o.attributes, box=box, depth=depth, visible=1.0)
        for o, box, depth in layout
    )


def make_rendered(graph: SpatialGraph) -> RenderedImage:
    """What a render worker publishes of the graph."""
    return RenderedImage(
        image=make_image(graph),
        graph=graph,
        renderer="boxes-1",
        seed=7,
        seconds=0.01,
        truth=Truth(objects=seen_objects(graph)),
        provenance={"producer": "render", "version": "boxes-1", "parents": (graph.graph_id,)},
        held_out_per_mille=DEFAULT_HELD_OUT_PER_MILLE,
    )


def make_qa(graph: SpatialGraph | None = None, data: bytes | None = None) -> QAEvent:
    """An accepted sample of the graph, with one question of each of two kinds."""
    drawn = graph or make_graph()
    image = make_image(drawn, data)
    sample = sample_id(image.image_id)
    scene = Scene(
        canvas=drawn.layout.canvas,
        scene=drawn.scene,
        objects=seen_objects(drawn),
        relations=(
            SeenRelation(subject=0, predicate="left_of", object=1, drawn=True),
            SeenRelation(subject=0, predicate="bottom_left", object=None),
        ),
        excluded=drawn.excluded,
    )
    first, second = (thing.category for thing in drawn.objects[:2])
    return QAEvent(
        sample_id=sample,
        image=image,
        graph=drawn,
        scene=scene,
        questions=(
            _question(sample, f"Is the {first} left of the {second}?", "relation"),
            _question(sample, "Is there a tree in the picture?", "presence", answer="no"),
        ),
        provenance={
            "producer": "examine",
            "version": "1",
            "parents": (image.image_id,),
            "notes": {"renderer": "boxes-1", "render_seed": "7"},
        },
        held_out_per_mille=DEFAULT_HELD_OUT_PER_MILLE,
    )


def _question(sample: str, text: str, kind: str, answer: str = "yes") -> Question:
    return Question(
        id=question_id(sample, text),
        question=text,
        answer=answer,
        kind=kind,
        choices=("yes", "no"),
        objects=(0, 1) if kind == "relation" else (),
        certificate='{"rule":"left_of","premises":[[0,"left_of",1]],"margin":0.31}',
    )


def make_samples(count: int, concept: str = "a cat beside a dog") -> list[QAEvent]:
    """`count` different samples of one seed."""
    seed = make_seed(concept, count=count)
    return [make_qa(make_graph(seed, index)) for index in range(count)]


def stored_picture(event: QAEvent) -> StoredObject:
    """The object that the event's image reference names."""
    return StoredObject(make_picture(event.graph), "image/png")


def make_rejection(seed: SeedConcept | None = None, index: int = 0) -> Rejection:
    """A request that ended at the agents."""
    asked = seed or make_seed("a cat beside a dog")
    return Rejection(
        rejection_id=rejection_id("agents", "layout", "no_layout", f"{asked.seed_id}-{index}"),
        seed_id=asked.seed_id,
        index=index,
        stage="agents",
        gate="layout",
        reason="no_layout",
        source_topic="skg.seeds",
        source=b"",
    )
