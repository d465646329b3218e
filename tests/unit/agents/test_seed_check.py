"""A seed of which nothing can come is known before it is published, with the reason and the nearest known words."""

import pytest

from agents.concepts.seed_check import check_seed
from schemas.events import SeedOptions
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.knowledge.renderer_capabilities import pictures_only

COLLAGE = pictures_only("collage")


def fault(concept: str = "kitchen", by_model: bool = False, **options: object) -> str | None:
    seed = make_seed(concept, 4, options=SeedOptions.model_validate(options))
    return check_seed(seed, COLLAGE, by_model).fault


@pytest.mark.thorough
@pytest.mark.parametrize("scene", sorted(scene_kinds()))
def test_each_scene_passes(scene: str):
    assert fault(scene) is None


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"required_objects": ("bycicle",)}, "there is no category 'bycicle'; nearest: bicycle"),
        ({"excluded": ("xyzzy",)}, "there is no category 'xyzzy'; skg knowledge categories lists what there is"),
        ({"required_objects": ("cat",), "excluded": ("cats",)}, "'cat' is required and excluded"),
        ({"families": {"dept": 2.0}}, "there is no family of relations 'dept'; there are arrangement, containment, depth"),
        ({"required_relations": (("cat", "is fond of", "dog"),)}, "there is no relation 'is fond of'"),
        ({"required_relations": (("catt", "on", "table"),)}, "there is no category 'catt'; nearest: cat"),
        ({"required_objects": ("cat",) * 6, "max_objects": 5}, "6 things are required, no more than 5 allowed"),
        ({"excluded": ("floor",)}, "there is no category 'floor'"),
        ({"graph": {"nonsense": 1}}, "unknown field 'nonsense'"),
        ({"graph": {"scene": "kitchen", "chosen_objects": ["cat", "wombatosaurus"]}}, "wombatosaurus"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object], why: str):
    found = fault(**options)
    assert found is not None
    assert why in found


@pytest.mark.parametrize(
    ("concept", "why"),
    [
        ("qwertz", "is no scene that is known"),
        ("le chat", "'le' is no English word"),
        ("a dog near a lake", "nothing in the scene lake carries a dog; dog would be at home in: "),
        ("a purple elephant", "cannot draw a purple elephant"),
        ("ktchn", "nearest: kitchen"),
        ("a cat inside a box, the box inside the cat", "contradicts itself"),
        ("a red car, the car is blue", "a car has one colour, not red and blue"),
        ("3 kats", "'3 kats' is no scene that is known, and nothing is known of kats (nearest: cat,"),
        ("a cat behind an astronaut", "nothing is known of astronaut"),
        ("2.5 cats", "'2.5' is no number of things"),
        ("a dog not next to a cat", "'not' denies something"),
        (
            "a cat left of a dog, the dog left of the cat",
            "contradicts itself (opposite): cat left of dog; dog left of cat",
        ),
        (
            "a dog left of a cat, which is left of a chair, which is left of the dog",
            "(cycle): dog left of cat; cat left",
        ),
    ],
)
def test_concepts_that_cannot_be_are_refused(concept: str, why: str):
    found = fault(concept)
    assert found is not None
    assert why in found


def test_a_language_model_is_asked_for_any_concept_but_not_for_a_contradiction():
    assert fault("quantum chromodynamics", by_model=True) is None
    assert fault("qwertz", by_model=True, required_objects=("unicorn",)) is None
    assert fault("qwertz", by_model=True, required_objects=("unicorn",), excluded=("unicorn",)) is not None
