"""Describing what is there instead of what was wanted: nothing of the wish is taken for seen."""

from gpu_workers.graph_check import compare
from gpu_workers.relabel import salvage
from schemas.events import RenderedImage, SeenObject, Truth
from schemas.graph import Relation
from tests.fakes.collage import Thing, make_scene
from tests.unit.gpu_workers.test_scene_detector import SIDE, rendered

CUP = Thing("cup", (200, 200, 60, 60), 0.2, ("red",))
GRAPH = make_scene("kitchen", [CUP, Thing("table", (100, 260, 300, 200), 0.4)], [(0, "on", 1)], excluded=["dog", "lamp"])


def event() -> RenderedImage:
    return rendered(GRAPH)[0]


def seen(number: int, category: str, box: tuple[int, int, int, int], visible: float = 1.0, **more: object) -> SeenObject:
    fields = {"id": number, "category": category, "box": box, "depth": 1.0 + number, "visible": visible, **more}
    return SeenObject.model_validate(fields)


RED_CUP = seen(0, "cup", (100, 100, 30, 30), attributes=("red",))
TABLE = seen(1, "table", (50, 130, 150, 100))
DOG = seen(2, "dog", (210, 20, 40, 40))


def test_what_is_seen_becomes_a_graph_with_the_attributes_that_were_confirmed():
    found = salvage(event(), Truth(objects=(RED_CUP, TABLE, DOG)), "extra_object")
    assert found is not None
    graph = found.graph
    assert [(o.id, o.category, o.attributes) for o in graph.objects] == [
        (0, "cup", ("red",)), (1, "table", ()), (2, "dog", ())
    ]  # fmt: skip
    assert graph.layout.canvas == (SIDE, SIDE)
    assert graph.layout.boxes == (RED_CUP.box, TABLE.box, DOG.box)
    assert (graph.seed_id, graph.index, graph.attempt) == (GRAPH.seed_id, GRAPH.index, 0)
    assert graph.provenance.parents == (GRAPH.graph_id, event().image.image_id)
    assert graph.provenance.notes["given_up"] == "extra_object"
    assert compare(graph, found.truth, (SIDE, SIDE), measured=True) is None


def test_what_is_seen_is_not_called_absent_however_it_was_wanted():
    found = salvage(event(), Truth(objects=(RED_CUP, TABLE, DOG)), "extra_object")
    assert found is not None
    assert found.graph.excluded == ("lamp",)


def test_what_is_seen_doubtfully_is_no_object_but_its_absence_is_not_claimed():
    doubtful = seen(7, "lamp", (210, 20, 40, 40), visible=0.2)
    found = salvage(event(), Truth(objects=(doubtful, RED_CUP, TABLE)), "violated_relation")
    assert found is not None
    assert [thing.category for thing in found.graph.objects] == ["cup", "table"]
    assert [thing.category for thing in found.truth.objects] == ["cup", "table", "lamp"]
    assert found.numbers == {0: 0, 1: 1, 7: 2}
    assert found.graph.excluded == ("dog",)


def test_a_contact_that_was_wanted_is_not_taken_for_one_that_is_there():
    touching = seen(0, "cup", (100, 102, 30, 30))
    wanted = Truth(objects=(touching, TABLE), drawn=(Relation(subject=0, predicate="on", object=1),))
    found = salvage(event(), wanted, "missing_object")
    assert found is not None
    assert found.truth.drawn == ()
    assert "on" not in {relation.predicate for relation in found.graph.relations}
    assert "above" in {relation.predicate for relation in found.graph.relations}


def test_one_object_is_too_little():
    assert salvage(event(), Truth(objects=(RED_CUP,)), "missing_object") is None
    doubtful = TABLE.model_copy(update={"visible": 0.2})
    assert salvage(event(), Truth(objects=(RED_CUP, doubtful)), "missing_object") is None
    assert salvage(event(), Truth(objects=()), "missing_object") is None


def test_two_objects_of_which_nothing_can_be_said_are_too_little():
    one, other = (seen(i, name, (100 + 9 * i, 100, 6, 6)) for i, name in enumerate(("cup", "table")))
    alike = tuple(thing.model_copy(update={"depth": 2.0}) for thing in (one, other))
    assert salvage(event(), Truth(objects=alike), "violated_relation") is None


def test_what_is_beyond_the_most_objects_of_a_graph_makes_no_crash():
    many = tuple(seen(i, "cup", (4 * (i % 60), 150 * (i // 60), 3, 30)) for i in range(80))
    found = salvage(event(), Truth(objects=many), "wrong_count")
    assert found is not None
    assert len(found.graph.objects) == 50
