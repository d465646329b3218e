"""Near duplicates: found by graph, by picture, by questions; never found in a redelivery."""

import random
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from dataset.audit.looks import looks
from gpu_workers.duplicates import Duplicates
from gpu_workers.fingerprints import of_graph, of_picture, of_questions
from schemas.doors import StoredObject
from schemas.events import RenderedImage
from schemas.failures import TryLater
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from tests.fakes.events import make_graph, make_image, make_qa, make_rendered
from tests.fakes.store import InMemoryStore


def scenery(seed: int, file_format: str = "PNG", **options: int) -> bytes:
    """A picture of many patches, other ones for every seed."""
    rng = random.Random(seed)
    picture = Image.new("RGB", (256, 256), "#8899aa")
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y = rng.randrange(256), rng.randrange(256)
        shade = rng.randrange(256)
        draw.rectangle((x, y, x + rng.randrange(8, 90), y + rng.randrange(8, 90)), fill=(shade, shade, 255 - shade))
    file = BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def moved(graph: SpatialGraph, by: int) -> SpatialGraph:
    boxes = tuple((x + by, y, w, h) for x, y, w, h in graph.layout.boxes)
    return graph.model_copy(update={"layout": graph.layout.model_copy(update={"boxes": boxes})})


def event_of(index: int, **changes: object) -> RenderedImage:
    graph = make_graph(make_seed("a cat beside a dog", 1000), index, categories=(f"cat {index}", "dog"))
    return make_rendered(graph).model_copy(update=changes)


def verdict(store: InMemoryStore, event: RenderedImage, picture: bytes) -> object:
    finding = Duplicates(store).find(event, make_qa(event.graph).questions, picture)
    return None if finding is None else (finding.gate, finding.reason, finding.evidence["by"])


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


def test_the_first_of_its_kind_is_no_duplicate(store: InMemoryStore):
    assert verdict(store, event_of(0), scenery(0)) is None


def test_a_redelivered_picture_is_accepted_again(store: InMemoryStore):
    event = event_of(0)
    assert [verdict(store, event, scenery(0)) for _ in range(3)] == [None] * 3


def test_other_pictures_of_other_scenes_are_no_duplicates(store: InMemoryStore):
    assert {verdict(store, event_of(i), scenery(i)) for i in range(100)} == {None}


@pytest.mark.parametrize(("file_format", "quality"), [("WEBP", 80), ("JPEG", 75), ("JPEG", 95)])
def test_a_picture_encoded_anew_is_a_duplicate(store: InMemoryStore, file_format: str, quality: int):
    for i in range(10):
        assert verdict(store, event_of(i), scenery(i)) is None
    again = [verdict(store, event_of(100 + i), scenery(i, file_format, quality=quality)) for i in range(10)]
    assert again.count(("image", "duplicate", "picture")) >= 9


def test_a_duplicate_stays_one_when_it_is_redelivered(store: InMemoryStore):
    verdict(store, event_of(0), scenery(0))
    copy = event_of(1)
    assert [verdict(store, copy, scenery(0)) for _ in range(2)] == [("image", "duplicate", "picture")] * 2
    assert verdict(store, event_of(0), scenery(0)) is None


def test_the_same_things_nearly_at_the_same_places_are_a_duplicate(store: InMemoryStore):
    event = event_of(0)
    verdict(store, event, scenery(0))
    near = event.model_copy(update={"graph": moved(event.graph, 1), "image": make_image(make_graph(index=5))})
    assert verdict(store, near, scenery(1)) == ("image", "duplicate", "graph")


def test_the_same_questions_of_the_same_situation_are_a_duplicate(store: InMemoryStore):
    event = event_of(0)
    verdict(store, event, scenery(0))
    elsewhere = event.model_copy(update={"graph": moved(event.graph, 20), "image": make_image(make_graph(index=5))})
    assert verdict(store, elsewhere, scenery(1)) == ("questions", "duplicate", "questions")


def test_a_finding_names_who_was_first(store: InMemoryStore):
    first, second = event_of(0), event_of(1)
    verdict(store, first, scenery(0))
    finding = Duplicates(store).find(second, make_qa(second.graph).questions, scenery(0))
    assert finding is not None
    assert finding.evidence["first"] == first.image.image_id


def test_of_two_workers_at_once_only_one_is_accepted():
    class Racing(InMemoryStore):
        """Sees nothing when it looks, as if the other were just about to put."""

        looks = True

        def get(self, key: str) -> StoredObject | None:
            return None if self.looks else super().get(key)

        def put_if_absent(self, key: str, stored: StoredObject) -> bool:
            self.looks = False
            return super().put_if_absent(key, stored)

    store = Racing()
    assert verdict(store, event_of(0), scenery(0)) is None
    store.looks = True
    assert verdict(store, event_of(1), scenery(0)) == ("image", "duplicate", "picture")


def test_a_store_that_is_away_is_tried_later():
    class Away(InMemoryStore):
        def get(self, key: str) -> StoredObject | None:
            raise TryLater("away")

    with pytest.raises(TryLater):
        verdict(Away(), event_of(0), scenery(0))


def test_fingerprints_ignore_what_does_not_matter_and_nothing_else():
    graph = make_graph()
    assert of_graph(graph) == of_graph(graph.model_copy(update={"concept": "other words", "graph_id": "0" * 32}))
    striped = graph.model_copy(
        update={"objects": (graph.objects[0].model_copy(update={"attributes": ("striped",)}), *graph.objects[1:])}
    )
    others = [moved(graph, 20), make_graph(scene="kitchen"), make_graph(categories=("cat", "cow")), striped]
    assert len({of_graph(one) for one in [graph, *others]}) == 5
    questions = make_qa(graph).questions
    louder = [questions[0].model_copy(update={"question": questions[0].question.upper()}), questions[1]]
    assert of_questions(graph, questions) == of_questions(graph, [*reversed(louder)])
    turned = [questions[0].model_copy(update={"answer": "no"}), questions[1]]
    assert of_questions(graph, questions) != of_questions(graph, turned)


def test_the_auditor_computes_the_same_hashes_of_a_picture():
    for picture in (*(scenery(seed) for seed in range(12)), scenery(3, "JPEG", quality=30)):
        own, *beside = (f"{bits:016x}" for bits in looks(picture))
        assert own == of_picture(picture)[0]
        assert {own, *beside} == set(of_picture(picture))


def test_a_picture_has_few_hashes_beside_its_own():
    found = of_picture(scenery(0))
    assert len(set(found)) == 8
    assert all(bin(int(found[0], 16) ^ int(one, 16)).count("1") <= 3 for one in found)
