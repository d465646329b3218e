"""Photographs over structures are what their structures claim as far as eyes confirm it; no torch needed."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from agents.planner import RulePlanner
from dataset.audit import audit
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from dataset.table.row_encoding import rows_of
from gpu_workers.collage import CollageRenderer
from gpu_workers.exam_policy import Policy
from gpu_workers.examine import WHOLE_SCENE_KINDS, WHOLE_THING_KINDS, ExamineHandler, Examiners
from gpu_workers.photo.structure_sources import StructureSource, structure_source
from gpu_workers.render import RenderHandler
from gpu_workers.renderers import capabilities_of
from schemas.base import Event
from schemas.errors import PermanentError
from schemas.events import QAEvent, Rejection, RenderedImage, SeenObject, Truth
from schemas.graph import SpatialGraph
from schemas.interfaces import Sample, StoredObject
from schemas.picture_layers import Claim, read_claim, with_claim
from spatial.relations.boxes import iou
from spatial.relations.scene_extraction import MIN_VISIBLE
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from streams.recovery import judged_events
from tests.fakes.boxed_bodies import BodyBoxesRenderer
from tests.fakes.collage import Thing, make_scene, make_sprites
from tests.fakes.events import make_seed
from tests.fakes.line import store_rows
from tests.fakes.painted_photographs import Change, ClaimReadingEyes, PaintedPhotographs, unchanged
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.thorough

KITCHEN = [
    Thing("table", (120, 300, 260, 170), 0.5, ("brown",)),
    Thing("mug", (200, 250, 60, 60), 0.45),
    Thing("chair", (400, 300, 100, 180), 0.3),
]
RELATIONS = [(1, "on", 0), (0, "left_of", 2)]


@dataclass
class Studio:
    """Draws photographs of graphs over structures, and has eyes look at them."""

    source: StructureSource
    side: int = 256

    def drawn(self, graph: SpatialGraph) -> tuple[RenderedImage, InMemoryStore]:
        store = InMemoryStore()
        (events,) = RenderHandler(PaintedPhotographs(self.source, self.side), store).begin([graph])()
        assert isinstance(events, list), events
        assert isinstance(events[0], RenderedImage)
        return events[0], store

    def examined(self, graph: SpatialGraph, eyes: ClaimReadingEyes, policy: Policy | None = None) -> list[Event]:
        event, store = self.drawn(graph)
        assert event.truth is None, "a photograph is no truth by itself"
        (outcome,) = ExamineHandler(store, InMemoryStore(), Examiners(eyes), policy).begin([event])()
        assert isinstance(outcome, list), outcome
        return outcome


@pytest.fixture(scope="module")
def collages(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(structure_source(CollageRenderer(make_sprites(tmp_path_factory.mktemp("sprites")))))


def accepted(outcome: list[Event]) -> QAEvent:
    [sample] = outcome
    assert isinstance(sample, QAEvent), sample
    return sample


class Blind:
    """Sees nothing."""

    name = "blind-1"

    def perceive(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        return [Truth(objects=()) for _ in pictures]


def only(number: int, **change: object) -> Change:
    """Eyes that see one object otherwise."""
    return lambda thing: thing.model_copy(update=change) if thing.id == number else thing


def test_a_confirmed_object_keeps_what_eyes_cannot_measure(collages: Studio):
    graph = make_scene("kitchen", KITCHEN, RELATIONS, excluded=["dog"])
    event, store = collages.drawn(graph)
    claim = read_claim(store.objects[event.image.key].data)
    assert claim is not None
    sample = accepted(collages.examined(graph, ClaimReadingEyes()))
    claimed = json.loads(claim.truth)["objects"]
    for seen, stated in zip(sample.scene.objects, claimed, strict=True):
        assert (list(seen.box), seen.depth, seen.visible) == (stated["box"], stated["depth"], stated["visible"])
    drawn = {(r.subject, r.predicate, r.object) for r in sample.scene.relations if r.drawn}
    assert (1, "on", 0) in drawn, "contact is the structure's"
    kinds = {question.kind for question in sample.questions}
    assert not kinds & (WHOLE_SCENE_KINDS | WHOLE_THING_KINDS), "a model may have painted more than eyes were asked for"
    assert "dog" in sample.scene.excluded


def test_provenance_says_what_is_from_whom(collages: Studio):
    notes = accepted(collages.examined(make_scene("kitchen", KITCHEN, RELATIONS), ClaimReadingEyes())).provenance.notes
    assert notes["structure"] == "collage-1"
    assert notes["eyes"] == "reading-eyes-1"
    assert notes["confirmed_objects"] == "0 1 2"
    assert notes["unconfirmed_objects"] == ""
    assert "depths, contacts" in notes["from_structure"]
    assert "presence" in notes["from_eyes"]
    box, overlap = json.loads(notes["boxes_by_eyes"])["0"]
    assert 0.9 < overlap < 1
    assert len(box) == 4


def test_the_file_shows_what_the_photograph_was_drawn_over(collages: Studio):
    event, store = collages.drawn(make_scene("kitchen", KITCHEN, RELATIONS))
    claim = read_claim(store.objects[event.image.key].data)
    assert claim is not None
    with Image.open(BytesIO(claim.picture)) as structure:
        assert structure.size == (event.image.width, event.image.height)
    assert claim.renderer == "collage-1"


def test_an_object_elsewhere_is_rejected_with_both_places_and_asked_for_again(collages: Studio):
    moved = only(2, box=(10, 10, 50, 90))
    rejection, again = collages.examined(
        make_scene("kitchen", KITCHEN, RELATIONS), ClaimReadingEyes(moved), Policy(salvage=False)
    )
    assert isinstance(rejection, Rejection)
    assert (rejection.gate, rejection.reason) == ("presence", "missing_object")
    assert "not where the structure has it: chair (IoU 0.00)" in rejection.detail
    assert rejection.evidence["objects"] == [{"id": 2, "category": "chair", "box": [10, 10, 51, 90], "iou": 0.0}]
    assert isinstance(again, SpatialGraph)
    assert again.attempt == 1


def test_the_bound_of_a_place_is_a_setting(collages: Studio):
    graph = make_scene("kitchen", KITCHEN, RELATIONS)
    event, store = collages.drawn(graph)
    claim = read_claim(store.objects[event.image.key].data)
    assert claim is not None
    x, y, w, h = json.loads(claim.truth)["objects"][2]["box"]
    aside = (x + w // 3, y, w, h)
    overlap = iou((x, y, w, h), (aside[0], y, w + 1, h))
    assert 0.4 < overlap < 0.6
    eyes = ClaimReadingEyes(only(2, box=aside))
    assert isinstance(collages.examined(graph, eyes, Policy(place_iou=overlap - 0.01))[0], QAEvent)
    assert isinstance(collages.examined(graph, eyes, Policy(salvage=False, place_iou=overlap + 0.01))[0], Rejection)


def test_what_remains_after_an_object_moved_is_salvaged_without_saying_anything_of_it(collages: Studio):
    sample, _ = salvaged_without_its_table(collages)
    assert [thing.category for thing in sample.graph.objects] == ["mug", "chair"]
    assert [thing.category for thing in sample.scene.objects] == ["mug", "chair", "table"]
    assert not any(2 in (r.subject, r.object) for r in sample.scene.relations)
    assert not any(2 in question.objects for question in sample.questions)


def salvaged_without_its_table(studio: Studio) -> tuple[QAEvent, bytes]:
    """What is left of the kitchen when its first object is elsewhere, and the file."""
    graph = make_scene("kitchen", KITCHEN, RELATIONS)
    event, store = studio.drawn(graph)
    sample = accepted(studio.examined(graph, ClaimReadingEyes(only(0, box=(10, 10, 90, 50)))))
    return sample, store.objects[event.image.key].data


def test_notes_of_what_is_salvaged_name_the_objects_that_the_sample_has(collages: Studio):
    sample, _ = salvaged_without_its_table(collages)
    notes = sample.provenance.notes
    assert (notes["confirmed_objects"], notes["unconfirmed_objects"]) == ("0 1", "2")
    assert json.loads(notes["claimed_as"]) == {"2": 0, "0": 1, "1": 2}
    places = json.loads(notes["boxes_by_eyes"])
    assert places["2"] == [[10, 10, 91, 50], places["2"][1]]
    for thing in sample.scene.objects[:2]:
        assert iou(tuple(places[str(thing.id)][0]), thing.box) > 0.9
    assert notes["from_structure"] == "of confirmed objects: boxes, visible shares, depths"


def test_the_audit_holds_what_is_salvaged_to_the_claim_in_the_file(collages: Studio, tmp_path: Path):
    samples = [Sample(*salvaged_without_its_table(collages))]

    def nearer(row: dict[str, Any]) -> None:
        row["objects"][1]["depth"] -= 0.1

    def seen(row: dict[str, Any]) -> None:
        row["objects"][2]["visible"] = 1.0

    def touching(row: dict[str, Any]) -> None:
        row["relations"][0]["drawn"] = True

    assert tampered(samples, tmp_path / "as it is", lambda row: None) == []
    for name, change, words in (
        ("a", nearer, "object 1: depth"), ("b", seen, "object 2 was not confirmed"), ("c", touching, "said to be drawn"),
    ):  # fmt: skip
        faults = tampered(samples, tmp_path / name, change)
        assert any(words in detail for detail in faults), faults


def test_what_is_excluded_and_one_more_of_a_kind_are_rejected(collages: Studio):
    graph = make_scene("kitchen", KITCHEN, RELATIONS, excluded=["dog"])
    for name, reason in (("dog", "extra_object"), ("chair", "wrong_count")):
        more = SeenObject(id=3, category=name, box=(20, 20, 40, 40), depth=0.0, visible=1.0)
        rejection, *_ = collages.examined(graph, ClaimReadingEyes(unchanged, more), Policy(salvage=False))
        assert isinstance(rejection, Rejection)
        assert rejection.reason == reason


def test_one_more_than_wanted_is_doubtful_in_what_is_salvaged(collages: Studio):
    more = SeenObject(id=3, category="chair", box=(20, 20, 40, 40), depth=-99.0, visible=1.0)
    sample = accepted(collages.examined(make_scene("kitchen", KITCHEN, RELATIONS), ClaimReadingEyes(unchanged, more)))
    [other] = [thing for thing in sample.scene.objects if thing.id == 3]
    assert other.visible < MIN_VISIBLE
    assert not any(3 in (r.subject, r.object) for r in sample.scene.relations)


def test_an_attribute_that_eyes_do_not_confirm_is_not_claimed(collages: Studio):
    graph = make_scene("kitchen", KITCHEN, RELATIONS)
    plain = accepted(collages.examined(graph, ClaimReadingEyes(only(0, attributes=()))))
    assert plain.scene.objects[0].attributes == ()
    assert plain.provenance.notes["doubtful_attributes"] == "brown table"


def of_no_object(file: bytes) -> bytes:
    return with_claim(file[: file.index(b"SKGS")], Claim("collage-1", "{}", b""))


def of_a_later_version(file: bytes) -> bytes:
    version = file.index(b"SKGS") + 9
    return file[:version] + b"\x02" + file[version + 1 :]


@pytest.mark.parametrize("spoil", [of_no_object, of_a_later_version])
def test_a_claim_that_cannot_be_read_is_never_taken_for_none(collages: Studio, spoil: Callable[[bytes], bytes]):
    event, store = collages.drawn(make_scene("kitchen", KITCHEN, RELATIONS))
    spoilt = spoil(store.objects[event.image.key].data)
    told = {"key": "spoilt", "size": len(spoilt), "sha256": hashlib.sha256(spoilt).hexdigest()}
    store.put_if_absent("spoilt", StoredObject(spoilt, "image/webp"))
    told_of = event.model_copy(update={"image": event.image.model_copy(update=told)})
    (outcome,) = ExamineHandler(store, InMemoryStore(), Examiners(Blind())).begin([told_of])()
    assert isinstance(outcome, PermanentError)
    assert "cannot be read" in str(outcome)


@pytest.fixture(scope="module")
def metric_samples() -> list[Sample]:
    """Accepted photographs over scenes in metres, drawn as boxes."""
    studio, found = Studio(structure_source(BodyBoxesRenderer(256))), list[Sample]()
    planner = RulePlanner(capabilities_of("photo", view_share=1.0, structure="solid"))
    for concept in ("kitchen", "park", "breakfast table", "farm"):
        for index in range(3):
            graph = planner.plan_now(make_seed(concept, 2), index)
            assert isinstance(graph, SpatialGraph), graph
            assert graph.world is not None
            assert not graph.world.views, "a photograph of each camera would be of another place"
            event, store = studio.drawn(graph)
            (outcome,) = ExamineHandler(store, InMemoryStore(), Examiners(ClaimReadingEyes())).begin([event])()
            assert isinstance(outcome, list), outcome
            found += [Sample(each, store.objects[event.image.key].data) for each in outcome if isinstance(each, QAEvent)]
    return found


def test_photographs_over_scenes_in_metres_keep_bodies_masks_and_depths(metric_samples: list[Sample]):
    whole = [sample for sample in metric_samples if "salvaged" not in sample.event.provenance.notes]
    assert len(whole) >= 3
    for row in rows_of(whole).to_pylist():
        assert row["camera"] is not None
        assert all(thing["mask"] is not None and thing["position"] is not None for thing in row["objects"])
        assert json.loads(row["provenance"])["notes"]["structure"] == "boxes-1"
    worlds = [sample.event.scene.world for sample in whole]
    assert all(world is not None and world.room is None for world in worlds), "eyes confirm no walls"
    asked = Counter(question.kind for sample in whole for question in sample.event.questions)
    assert "room_size" not in asked
    assert sum(asked.values()) > 20


def test_the_audit_derives_all_of_such_rows_anew(metric_samples: list[Sample], tmp_path: Path):
    report = audit(store_rows(str(tmp_path / "dataset"), metric_samples))
    assert not report.faults, report.faults


def tampered(samples: list[Sample], folder: Path, change: Callable[[dict[str, Any]], None]) -> list[str]:
    """The kinds of faults of a table whose first row was changed."""
    rows = rows_of(samples).to_pylist()
    change(rows[0])
    table = Table.create(str(folder / "dataset"), COLUMNS, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE))
    table.append(pa.Table.from_pylist(rows, schema=COLUMNS), {})
    return [fault.detail for fault in audit(str(folder / "dataset")).faults]


def test_the_audit_holds_confirmed_objects_to_the_claim_in_the_file(metric_samples: list[Sample], tmp_path: Path):
    whole = [sample for sample in metric_samples if "salvaged" not in sample.event.provenance.notes]

    def nearer(row: dict[str, Any]) -> None:
        row["objects"][0]["depth"] -= 0.5

    def doubted(row: dict[str, Any]) -> None:
        story = json.loads(row["provenance"])
        story["notes"]["confirmed_objects"] = " ".join(story["notes"]["confirmed_objects"].split()[1:])
        row["provenance"] = json.dumps(story)

    assert any("depth" in detail and "was drawn" in detail for detail in tampered(whole, tmp_path / "a", nearer))
    assert any("was not confirmed and counts as seen" in detail for detail in tampered(whole, tmp_path / "b", doubted))


def test_a_photograph_is_judged_again_from_its_row_as_it_was_judged(metric_samples: list[Sample], tmp_path: Path):
    uri = store_rows(str(tmp_path / "dataset"), metric_samples)
    rebuilt = [judged for judged in judged_events.accepted(uri, None, None) if judged.event is not None]
    assert rebuilt, "salvaged ones are not rebuilt"
    for judged in rebuilt:
        assert judged.event is not None
        assert judged.picture is not None
        assert judged.event.truth is None, "eyes look again"
        store = InMemoryStore()
        store.put_if_absent(judged.event.image.key, StoredObject(judged.picture, judged.event.image.media_type))
        (outcome,) = ExamineHandler(store, InMemoryStore(), Examiners(ClaimReadingEyes())).begin([judged.event])()
        assert isinstance(outcome, list), outcome
        again = accepted(outcome)
        assert {question.id for question in again.questions} == {question.id for question in judged.questions}
