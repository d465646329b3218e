"""What a concept names is in every graph, or the request is rejected with the reason."""

from random import Random

import pytest

from agents.concepts.concept_reading import read_concept
from agents.planner import RulePlanner
from schemas.events import Rejection, SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.renderer_capabilities import any_words, pictures_only
from spatial.layout.layout_check import verify
from spatial.reasoning.draft import draft_of
from spatial.relations.phrases import normalise

COLLAGE, WORDS = RulePlanner(pictures_only("collage")), RulePlanner(any_words("gligen"))


def graphs(concept: str, count: int = 6, planner: RulePlanner = COLLAGE) -> list[SpatialGraph | Rejection]:
    seed = make_seed(concept, count, options=SeedOptions(max_objects=5))
    return [planner.plan_now(seed, index) for index in range(count)]


def honours(graph: SpatialGraph, concept: str) -> bool:
    """Whether all that is read from the concept stands in the graph; relations by category."""
    reading = read_concept(concept)
    objects = list(graph.objects)
    for thing in reading.things:
        fits = [o for o in objects if o.category == thing.category and set(thing.attributes) <= set(o.attributes)]
        if len(fits) < thing.count:
            return False
    name = {o.id: o.category for o in graph.objects}
    stated = {(name[r.subject], r.predicate, name[r.object]) for r in graph.relations if r.object is not None}
    return all(
        (reading.things[r.subject].category, predicate, reading.things[r.object].category) in stated
        for r in reading.relations
        if r.object is not None
        for predicate in normalise(r.phrase)[:1]  # the others follow from it
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    "concept",
    [
        "a cat on a sofa", "two dogs on a beach", "two blue balloons above a table", "train station with three people",
        "two parrots behind a monkey in a jungle", "a cat in a kitchen on a table", "two cats on a sofa",
        "a red balloon to the left of a blue balloon",
    ],
)  # fmt: skip
def test_each_graph_holds_what_is_named(concept: str):
    planned = graphs(concept)
    assert [graph.detail for graph in planned if isinstance(graph, Rejection)] == []
    assert all(honours(graph, concept) for graph in planned if isinstance(graph, SpatialGraph))


@pytest.mark.parametrize(
    ("concept", "why"),
    [
        ("a purple elephant", "collage cannot draw a purple elephant"),
        ("an orange cat on a sofa", "collage cannot draw an orange cat"),
        ("kitchen at night", "collage cannot draw a place at night"),
        ("nine apples on a table", "things are required, no more than 5 allowed"),
        ("qwertz", "is no scene of the knowledge base"),
        ("twelve dogs", "12 things are required, no more than 5 allowed (max_objects)"),
        ("1000000 dogs", "1000000 dogs are named, no more than 12 things are in a picture"),
        ("a red and blue car", "a car has one colour, not red and blue"),
        ("a dog in a park without dogs", "dog is asked for and excluded"),
        ("a cat facing each other", "needs two of them"),
        ("a beach in the evening", "cannot draw a place at dusk"),
    ],
)
def test_what_cannot_be_is_rejected_with_the_reason(concept: str, why: str):
    for outcome in graphs(concept, 2):
        assert isinstance(outcome, Rejection)
        assert why in outcome.detail


def test_light_is_drawn_by_who_draws_what_words_say():
    (graph,) = graphs("kitchen at night", 1, WORDS)
    assert isinstance(graph, SpatialGraph)
    assert graph.prompt.positive.startswith("A kitchen at night with ")


@pytest.mark.thorough
def test_concepts_of_any_known_things_are_honoured_or_rejected():
    rng = Random(5)
    known = [c for c in categories().values() if c.drawn or c.sprite]
    for _ in range(60):
        a, b = rng.sample(known, 2)
        count = rng.choice(("a", "two"))
        relation = rng.choice(("to the left of", "behind", "above", "next to", "and"))
        concept = f"{count} {a.name if count == 'a' else a.plural} {relation} a {b.name}"
        for outcome in graphs(concept, 1):
            assert isinstance(outcome, Rejection) or honours(outcome, concept), concept


def groups(concept: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """The stated relations of groups by category, of graphs of which none is rejected."""
    found = []
    for graph in graphs(concept, 3):
        assert isinstance(graph, SpatialGraph), graph
        name = {thing.id: thing.category for thing in graph.objects}
        stated = [r for r in graph.relations if r.object is not None and r.others]
        found += [(name[r.subject], r.predicate, tuple(name[i] for i in (r.object, *r.others))) for r in stated]  # type: ignore[index]
    return found


@pytest.mark.parametrize(
    ("concept", "group"),
    [
        ("a cat between two chairs", ("chair", "chair")),
        ("a cat between a chair and a table", ("chair", "table")),
        ("a cat sitting between the chair and the blue sofa", ("chair", "sofa")),
    ],
)
def test_what_is_named_between_two_things_is_between_them(concept: str, group: tuple[str, ...]):
    assert groups(concept) == [("cat", "between", group)] * 3


@pytest.mark.parametrize(
    "concept", ["a cat between a chair", "a cat between three chairs", "a cat between two chairs and a sofa"]
)
def test_what_is_named_between_fewer_or_more_is_rejected_with_the_number(concept: str):
    [outcome] = graphs(concept, 1)
    assert isinstance(outcome, Rejection)
    assert "'between' takes 2 things, not" in outcome.detail


@pytest.mark.parametrize(
    ("concept", "stated"),
    [
        ("a cat among three chairs", ("cat", "among", ("chair", "chair", "chair"))),
        ("three chairs surrounding a table", ("chair", "surrounding", ("table", "chair", "chair"))),
        ("a dog in a row with two trees in a park", ("dog", "in_row_with", ("tree", "tree"))),
    ],
)
def test_groups_of_more_than_two_are_honoured(concept: str, stated: tuple[str, str, tuple[str, ...]]):
    assert groups(concept) == [stated] * 3


def test_a_chair_opposite_a_sofa_is_opposite_it():
    for graph in graphs("a chair opposite a sofa", 3):
        assert isinstance(graph, SpatialGraph)
        assert honours(graph, "a chair opposite a sofa")


@pytest.mark.parametrize(("phrase", "towards"), [("facing", True), ("facing away from", False)])
def test_what_faces_a_thing_is_turned_so_in_the_graph(phrase: str, towards: bool):
    for graph in graphs(f"a dog {phrase} a tree in a park", 4):
        assert isinstance(graph, SpatialGraph), graph
        dog, tree = (next(o for o in graph.objects if o.category == name) for name in ("dog", "tree"))
        middles = [graph.layout.boxes[o.id][0] + graph.layout.boxes[o.id][2] / 2 for o in (dog, tree)]
        looks = [word for word in dog.attributes if word.startswith("facing")]
        assert looks == ["facing right" if (middles[0] < middles[1]) == towards else "facing left"]
        assert any(r.predicate == phrase.replace(" ", "_") for r in graph.relations)


def test_what_has_no_face_faces_nothing():
    [outcome] = graphs("a tree facing a dog in a park", 1)
    assert isinstance(outcome, Rejection)
    assert "no picture shows how a tree is turned" in outcome.detail


@pytest.mark.parametrize(
    ("concept", "predicate"),
    [("a lamp in the corner of the living room", "in_corner"), ("a chair at the edge of the beach", "at_edge")],
)
def test_a_place_that_a_concept_names_is_in_the_graph_and_the_layout(concept: str, predicate: str):
    for graph in graphs(concept, 4):
        assert isinstance(graph, SpatialGraph), graph
        [placed] = [r for r in graph.relations if r.predicate == predicate]
        assert graph.objects[placed.subject].category in ("floor lamp", "chair")
        assert verify(draft_of(graph), graph.layout) == ()


def test_what_stands_on_something_is_in_no_corner():
    [outcome] = graphs("a teapot in the corner of the kitchen", 1)
    assert isinstance(outcome, Rejection)
    assert "teapot stands on something" in outcome.detail


def test_a_book_on_a_stack_of_books_lies_on_two_others():
    for graph in graphs("a book on a stack of books", 3):
        assert isinstance(graph, SpatialGraph), graph
        [stack] = [r for r in graph.relations if r.predicate == "on_stack"]
        assert stack.object is not None
        assert {graph.objects[i].category for i in (stack.subject, stack.object, *stack.others)} == {"book"}
        assert verify(draft_of(graph), graph.layout) == ()


def objects_and_relations(concept: str, count: int = 12) -> list[tuple[list[str], set[tuple[str, str, str]]]]:
    """Of each graph the objects with their attributes, and the relations between their categories and colours."""
    found = []
    for graph in graphs(concept, count):
        assert isinstance(graph, SpatialGraph), graph
        said = [" ".join([*(word for word in o.attributes if "facing" not in word), o.category]) for o in graph.objects]
        ties = {(said[r.subject], r.predicate, said[r.object]) for r in graph.relations if r.object is not None}
        found.append((said, ties))
    return found


@pytest.mark.thorough
def test_no_more_things_are_drawn_than_a_number_says():
    for said, _ in objects_and_relations("two bicycles on a city street", 30):
        assert sum(name.endswith("bicycle") for name in said) == 2


def test_what_a_concept_denies_is_excluded():
    for graph in graphs("a park without dogs"):
        assert isinstance(graph, SpatialGraph)
        assert "dog" in graph.excluded
        assert all(thing.category != "dog" for thing in graph.objects)


@pytest.mark.parametrize(
    ("concept", "relation"),
    [
        ("a blue car and a red car behind a bus", ("red car", "behind", "bus")),
        ("a red balloon and a blue balloon left of a table", ("blue balloon", "left_of", "table")),
        ("a red mug and a blue mug on a table", ("blue mug", "on", "table")),
    ],
)
def test_of_two_things_of_a_kind_the_named_one_is_related(concept: str, relation: tuple[str, str, str]):
    for _, ties in objects_and_relations(concept, 4):
        assert relation in {(a, p, "table" if b.endswith("table") else b) for a, p, b in ties}


@pytest.mark.parametrize(
    ("concept", "predicate", "pairs"),
    [
        ("two cats left of a dog", "left_of", 2),
        ("a cat left of two dogs", "left_of", 2),
        ("two cats left of two dogs", "left_of", 4),
        ("two chairs opposite each other", "opposite", 1),
    ],
)
def test_all_of_the_named_things_are_related(concept: str, predicate: str, pairs: int):
    names = {thing.category for thing in read_concept(concept).things}
    for graph in graphs(concept, 4):
        assert isinstance(graph, SpatialGraph), graph
        of = [(r.subject, r.object) for r in graph.relations if r.predicate == predicate and r.object is not None]
        named = [(a, b) for a, b in of if {graph.objects[a].category, graph.objects[b].category} <= names]
        assert len({pair for pair in named if len(names) == 1 or graph.objects[pair[0]].category == "cat"}) >= pairs


def test_no_relation_is_stated_twice():
    for concept in ("a car behind a bus", "a cat left of a dog"):
        for graph in graphs(concept, 20):
            assert isinstance(graph, SpatialGraph)
            assert len(set(graph.relations)) == len(graph.relations)
