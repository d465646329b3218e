"""Drafts: consistent, diverse, sensible, and as the seed asks."""

from collections import Counter
from random import Random

import pytest

from agents.attribute_selection import FURNISHED, FURNISHINGS, choose_absent
from agents.drafting import Drafted, Task, draft
from agents.object_selection import Selection
from agents.rejections import RequestRejected
from agents.scene_inventory import INDOORS, build_inventory
from gpu_workers.renderers import capabilities_of
from schemas.events import SeedOptions
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.renderer_capabilities import PALETTE
from spatial.reasoning.conflicts import contradictions
from spatial.relations.predicate_table import PREDICATES
from tests.fakes.cpu_speed import reference_cpu_s

pytestmark = pytest.mark.thorough

COLLAGE = capabilities_of("collage")
SCENES = tuple(scene_kinds())


def drafted(scene: str, index: int = 0, attempt: int = 0, **options: object) -> Drafted:
    seed = make_seed(scene, options=SeedOptions.model_validate(options))
    return draft(Task(seed, index, scene, COLLAGE, attempt))


@pytest.fixture(scope="module")
def many() -> list[Drafted]:
    """2,100 drafts over all scenes."""
    return [drafted(scene, i, min_objects=2, max_objects=8) for scene in SCENES for i in range(2_100 // len(SCENES) + 1)]


@pytest.mark.thorough
def test_two_thousand_drafts_do_not_contradict_themselves(many):
    assert len(many) >= 2_000
    for one in many:
        assert contradictions(one.draft) is None, one.draft


@pytest.mark.thorough
def test_every_object_that_stands_on_something_may_stand_there(many):
    known = categories()
    for one in many:
        for relation in one.draft.relations:
            if relation.predicate in ("on", "inside"):
                thing, carrier = (one.draft.objects[i] for i in (relation.subject, relation.object))
                allowed = known[carrier].supports if relation.predicate == "on" else known[carrier].holds
                assert thing in allowed, f"a {thing} {relation.predicate} a {carrier}"


def test_what_a_room_is_known_by_is_seldom_absent_and_not_never(many):
    rooms = [one for one in many if scene_kinds()[one.draft.scene].backdrop in INDOORS]
    lacking = [one for one in rooms if set(one.excluded) & set(scene_kinds()[one.draft.scene].categories[:FURNISHINGS])]
    assert 0.01 < len(lacking) / len(rooms) < (1 - FURNISHED) * 0.8


def test_nothing_that_a_place_is_known_by_is_said_to_be_absent():
    places = [name for name, kind in scene_kinds().items() if kind.known_by]
    assert len(places) >= 9
    for scene in places:
        kind, inventory = scene_kinds()[scene], build_inventory(scene, COLLAGE)
        for seed in range(40):
            absent = choose_absent(Selection(inventory), (), Random(seed))
            assert not set(absent) & set(kind.known_by), scene
            asked = choose_absent(Selection(inventory), kind.known_by[:1], Random(seed))
            assert kind.known_by[0] in asked


def test_a_planner_puts_nothing_on_a_bench_that_its_back_would_hide_where_there_is_a_table():
    carriers = build_inventory("running track", COLLAGE).on
    assert "camera" in categories()["bench"].supports
    assert "camera" in carriers["table"].names
    assert "camera" not in carriers["bench"].names
    assert "backpack" in carriers["bench"].names


@pytest.mark.thorough
def test_a_thing_for_surfaces_stands_on_something_except_on_a_table_top(many):
    for one in many:
        tabletop = scene_kinds()[one.draft.scene].backdrop == "tabletop"
        carried = {r.subject for r in one.draft.relations if r.predicate in ("on", "inside")}
        carried |= {r.object for r in one.draft.relations if r.predicate in ("supports", "contains")}
        for i, name in enumerate(one.draft.objects):
            if categories()[name].rests_on == ("surface",) and not tabletop:
                assert i in carried, f"a {name} floats in {one.draft.scene}"


def test_above_and_below_are_said_only_of_what_hangs_flies_or_swims(many):
    for one in many:
        for relation in one.draft.relations:
            if relation.predicate in ("above", "below", "over", "under"):
                ends = (one.draft.objects[relation.subject], one.draft.objects[relation.object])
                upper = ends[0] if relation.predicate in ("above", "over") else ends[1]
                assert {"wall", "ceiling", "air", "water"} & set(categories()[upper].rests_on), relation


def test_absent_things_belong_to_the_scene_and_cannot_be_mistaken_for_what_is_there(many):
    for one in many:
        kind = scene_kinds()[one.draft.scene]
        assert one.excluded
        for name in one.excluded:
            assert name in kind.categories
            assert name not in kind.elements
            for there in one.draft.objects:
                assert name != there
                assert name not in categories()[there].parts
                assert there not in categories()[name].parts


def test_two_things_of_which_one_shows_the_other_are_not_in_one_picture(many):
    for one in many:
        for a in set(one.draft.objects):
            for b in set(one.draft.objects) - {a}:
                assert b not in categories()[a].parts, f"a {b} may be seen in a {a}"


def test_attributes_are_such_as_the_collage_can_draw(many):
    for one in many:
        for name, words in zip(one.draft.objects, one.attributes, strict=True):
            for word in words:
                assert word in PALETTE or (categories()[name].faces and word.startswith("facing ")), f"{word} {name}"
                assert categories()[name].tint or word not in PALETTE


def test_drafts_are_diverse(many):
    assert len({(one.draft, one.attributes) for one in many}) > 0.97 * len(many)
    assert len({name for one in many for name in one.draft.objects}) > 350
    families = Counter(PREDICATES[r.predicate].family for one in many for r in one.draft.relations)
    assert set(families) == {"direction", "depth", "support", "containment", "distance", "place", "arrangement"}
    twins = sum(len(set(one.draft.objects)) < len(one.draft.objects) for one in many)
    assert 0.1 * len(many) < twins < 0.6 * len(many), "now and then there is something to count"


def test_left_and_right_are_said_equally_often(many):
    said = Counter(r.predicate for one in many for r in one.draft.relations)
    assert abs(said["left_of"] - said["right_of"]) < 0.1 * said["left_of"]
    assert abs(said["in_front_of"] - said["behind"]) < 0.15 * said["behind"]


def test_a_draft_is_the_same_for_the_same_seed_and_index_and_differs_for_others():
    assert drafted("park", 3) == drafted("park", 3)
    assert len({drafted("park", i).draft for i in range(20)}) > 18
    assert drafted("park", 3) != drafted("park", 3, attempt=1)


@pytest.mark.parametrize("scene", SCENES)
def test_every_thing_of_a_scene_can_be_drawn_in_it(scene):
    offer = build_inventory(scene, COLLAGE)
    reached = set(offer.free.names)
    for _ in range(3):
        for name in tuple(reached):
            reached |= set(offer.on[name].names) | set(offer.inside[name].names)
    assert set(offer.kind.categories) <= reached


@pytest.mark.parametrize(("least", "most"), [(1, 1), (2, 2), (5, 7), (12, 12)])
def test_the_number_of_objects_stays_in_the_range_asked_for(least, most):
    for scene in ("kitchen", "park", "harbour", "tea party"):
        for i in range(10):
            assert least <= len(drafted(scene, i, min_objects=least, max_objects=most).draft.objects) <= most


def test_a_graph_of_a_single_object_says_where_in_the_picture_it_is():
    places = set()
    for i in range(40):
        one = drafted("park", i, min_objects=1, max_objects=1)
        assert len(one.draft.objects) == 1
        assert len(one.draft.relations) == 1
        assert one.draft.relations[0].object is None
        places.add(one.draft.relations[0].predicate)
    assert len(places) > 3


@pytest.mark.parametrize("family", ["direction", "depth", "support", "distance"])
def test_a_family_that_is_asked_for_alone_is_the_only_one(family):
    found: Counter[str] = Counter()
    for scene in ("living room", "street market"):
        for i in range(15):
            one = drafted(scene, i, min_objects=4, max_objects=6, families={family: 1.0})
            found.update(PREDICATES[r.predicate].family for r in one.draft.relations)
    assert found[family] > 20
    assert found[family] + found["place"] == found.total()
    assert found["place"] <= 4, "a place is said only where nothing else can be"


def test_a_family_that_there_is_not_is_refused_by_name():
    with pytest.raises(RequestRejected, match=r"'nonsense' is no family of relations; there are .*direction"):
        drafted("kitchen", 0, families={"direction": 1.0, "nonsense": 3.0})


def test_the_mix_of_families_follows_the_weights():
    found: Counter[str] = Counter()
    for scene in ("park", "living room", "fruit still life"):
        for i in range(60):
            one = drafted(scene, i, min_objects=5, max_objects=7, families={"direction": 3.0, "depth": 1.0})
            found.update(PREDICATES[r.predicate].family for r in one.draft.relations)
    assert 1.8 < found["direction"] / found["depth"] < 5
    assert found["distance"] == found["support"] == 0


def test_required_objects_are_there_each_as_often_as_asked():
    for i in range(20):
        one = drafted("kitchen", i, max_objects=6, required_objects=("cats", "cat", "Mug", "table"))
        counts = Counter(one.draft.objects)
        assert counts["cat"] >= 2
        assert counts["mug"] >= 1
        assert counts["table"] >= 1


def test_a_required_object_brings_what_it_stands_on():
    one = drafted("garage", required_objects=("hammer",), min_objects=2, max_objects=3)
    hammer = one.draft.objects.index("hammer")
    assert any(r.subject == hammer and r.predicate == "on" for r in one.draft.relations) or any(
        r.object == hammer and r.predicate == "supports" for r in one.draft.relations
    )


def test_required_relations_stand_first_and_nothing_contradicts_them():
    for i in range(20):
        one = drafted(
            "park",
            i,
            max_objects=6,
            required_relations=(("cat", "to the left of", "dog"), ("dog", "behind", "tree"), ("bench", "supports", "book")),
        )
        assert one.required == 3
        said = [(one.draft.objects[r.subject], r.predicate, one.draft.objects[r.object]) for r in one.draft.relations[:3]]
        assert said == [("cat", "left_of", "dog"), ("dog", "behind", "tree"), ("bench", "supports", "book")]
        assert contradictions(one.draft) is None


def test_a_required_place_is_kept():
    one = drafted("park", required_relations=(("tree", "left", None),))
    assert one.draft.relations[0].predicate == "left"
    assert one.draft.objects[one.draft.relations[0].subject] == "tree"


def test_excluded_things_are_absent_even_from_the_pictures_of_others():
    for i in range(40):
        one = drafted("dessert table", i, max_objects=8, excluded=("Plates", "candle"))
        assert one.excluded[:2] == ("plate", "candle")
        for name in one.draft.objects:
            assert name not in ("plate", "candle", "birthday cake", "pudding")


@pytest.mark.parametrize(
    "options",
    [
        {"required_objects": ("zorb",)},
        {"required_objects": ("cat",), "excluded": ("cat",)},
        {"required_objects": ("cat", "dog", "tree"), "max_objects": 2},
        {"required_relations": (("cat", "not left of", "dog"),)},
        {"required_relations": (("cat", "left_of", None),)},
        {"required_relations": (("cat", "top_left", "dog"),)},
        {"excluded": ("grass",)},
    ],
    ids=lambda options: str(options)[:60],
)
def test_options_that_cannot_be_met_are_refused_with_the_reason(options):
    with pytest.raises(RequestRejected) as refused:
        drafted("park", **options)
    assert refused.value.reason == "unsatisfiable_options"
    assert str(refused.value)


def test_required_relations_that_contradict_each_other_are_refused_with_the_conflict():
    with pytest.raises(RequestRejected) as refused:
        drafted(
            "park",
            required_relations=(("cat", "left of", "dog"), ("dog", "left of", "tree"), ("tree", "left of", "cat")),
        )
    assert (refused.value.gate, refused.value.reason) == ("consistency", "contradiction")
    assert len(refused.value.conflict) == 3


def test_a_renderer_that_reads_words_is_given_states_and_materials_too():
    seed = make_seed("kitchen", options=SeedOptions(min_objects=6, max_objects=8))
    words = {
        w for i in range(60) for ws in draft(Task(seed, i, "kitchen", capabilities_of("sdxl-1"))).attributes for w in ws
    }
    assert words & {"steaming", "full", "empty", "wooden", "fresh", "ripe"}


@pytest.mark.thorough
def test_drafting_is_faster_than_a_thousand_a_second():
    seeds = [make_seed(scene) for scene in SCENES]
    for seed, scene in zip(seeds, SCENES, strict=True):
        draft(Task(seed, 0, scene, COLLAGE))

    def all_drafted() -> None:
        for seed, scene in zip(seeds, SCENES, strict=True):
            for i in range(1, 11):
                draft(Task(seed, i, scene, COLLAGE))

    rate = 10 * len(SCENES) / reference_cpu_s(all_drafted)
    assert rate > 1_000, f"{rate:.0f} drafts a second"
