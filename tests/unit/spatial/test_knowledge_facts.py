"""The data files of the knowledge base, held to what others rely on."""

import json
import math
from collections import Counter
from pathlib import Path

import pytest

from spatial.knowledge.knowledge_base import categories, scene_kinds

DATA = Path(__file__).parents[4] / "shared" / "data"
BACKDROPS = frozenset({
    "room", "street", "park", "field", "beach", "harbour", "sea", "underwater", "snow", "desert", "forest", "mountain",
    "tabletop", "shop", "stage", "yard", "sky", "plain",
})  # fmt: skip
RESTS = frozenset(["floor", "surface", "wall", "ceiling", "air", "water"])
CURLED_UP = 1.15
"""A cat fits into a basket that is a little shorter than a cat."""

LOWEST_SURFACE = 0.42
"""`on` ends at the carrier's centre: a surface further down could not carry anything."""


def test_there_are_at_least_a_hundred_and_sixty_scenes_and_seven_hundred_things_that_can_be_drawn():
    assert len(scene_kinds()) >= 160
    assert sum(one.drawn or one.sprite is not None for one in categories().values()) >= 700
    assert {"kitchen", "living room", "park", "street market", "harbour"} <= set(scene_kinds())


@pytest.mark.parametrize("kind", scene_kinds().values(), ids=lambda kind: kind.name)
def test_a_scene_is_complete_and_names_known_things(kind):
    assert kind.backdrop in BACKDROPS
    assert 0 <= kind.horizon < 1
    assert kind.words
    assert kind.elements
    assert len(kind.categories) >= 8
    assert len(set(kind.categories)) == len(kind.categories)
    assert set(kind.categories) <= set(categories())


@pytest.mark.parametrize("kind", scene_kinds().values(), ids=lambda kind: kind.name)
def test_nothing_that_the_backdrop_shows_is_a_thing_to_be_counted(kind):
    assert not set(kind.elements) & set(kind.categories)


def test_no_phrase_names_two_scenes():
    phrases = Counter(phrase for kind in scene_kinds().values() for phrase in {kind.name, *kind.words})
    assert [phrase for phrase, count in phrases.items() if count > 1] == []


@pytest.mark.parametrize("thing", categories().values(), ids=lambda thing: thing.name)
def test_a_thing_is_complete(thing):
    assert thing.name == thing.name.lower(), "categories are looked up in lower case"
    assert thing.plural
    assert min(thing.width_m, thing.height_m, thing.depth_m) > 0
    assert 0.1 < thing.aspect < 6
    assert thing.rests_on
    assert set(thing.rests_on) <= RESTS
    assert thing.scenes, "every thing belongs somewhere"
    assert thing.drawn != (thing.sprite is not None), "drawn or a sprite, one of them"
    assert thing.name not in thing.parts


@pytest.mark.parametrize("thing", [c for c in categories().values() if c.supports], ids=lambda thing: thing.name)
def test_what_carries_has_a_surface_that_can_be_stood_on(thing):
    assert thing.surface is not None
    assert 0 < thing.surface <= LOWEST_SURFACE
    assert thing.name not in thing.supports


def test_whatever_is_carried_or_held_is_known_and_smaller_than_its_holder():
    known = categories()
    for thing in known.values():
        assert set(thing.supports) | set(thing.holds) <= set(known)
        for name in thing.holds:
            assert known[name].width_m <= CURLED_UP * thing.width_m, f"a {name} inside a {thing.name}"


def test_nothing_carries_a_thing_that_belongs_elsewhere():
    known = categories()
    for thing in known.values():
        for name in thing.supports:
            assert "surface" in known[name].rests_on or "floor" in known[name].rests_on, f"{name} on {thing.name}"


def test_no_two_things_share_a_picture():
    sprites = Counter(c.sprite for c in categories().values() if c.sprite)
    assert [sprite for sprite, count in sprites.items() if count > 1] == []


def test_what_can_be_recoloured_has_colours_and_what_faces_a_side_has_an_orientation():
    for thing in categories().values():
        if thing.tint:
            assert len(thing.attributes["colour"]) >= 2, thing.name
        assert (thing.faces is not None) == ("orientation" in thing.attributes), thing.name


def test_most_things_are_described_by_colour_and_many_by_state():
    described = Counter(family for c in categories().values() for family in c.attributes)
    assert described["colour"] > 0.9 * len(categories())
    assert described["state"] > 80
    assert described["orientation"] > 50


MEASURED = {
    "apple": "Apple", "armchair": "ArmChair", "bed": "Bed", "bowl": "Bowl", "cardboard box": "Box", "chair": "Chair",
    "coffee table": "CoffeeTable", "desk": "Desk", "table": "DiningTable", "egg": "Egg", "floor lamp": "FloorLamp",
    "laptop": "Laptop", "mug": "Mug", "refrigerator": "Fridge", "sofa": "Sofa", "stool": "Stool", "vase": "Vase",
    "toaster": "Toaster", "teddy bear": "TeddyBear", "window": "Window", "framed picture": "Painting",
    "washing machine": "WashingMachine", "tomato": "Tomato", "table lamp": "DeskLamp", "bookshelf": "ShelvingUnit",
    "alarm clock": "AlarmClock", "basketball": "BasketBall", "television": "Television", "candle": "Candle",
}  # fmt: skip


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data")
def test_sizes_agree_with_measured_household_objects():
    sizes = json.loads((DATA / "household_sizes.json").read_text())["sizes"]
    for name, theirs in MEASURED.items():
        ours, measured = categories()[name], sizes[theirs]
        ratio = math.sqrt(ours.width_m * ours.height_m / (measured["width_m"] * measured["height_m"]))
        assert 0.6 < ratio < 1.65, f"{name}: {ratio:.2f} times the measured size"


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data")
def test_what_people_put_on_things_may_stand_there():
    names = {"countertop": "kitchen counter", "coffee table": "coffee table", "desk": "desk", "table": "table"}
    rows = json.loads((DATA / "household_relations.json").read_text())["relations"]
    pairs = [(names[b], a, n) for kind, a, b, n in rows if kind == "ontop" and b in names and a in categories()]
    seen = sum(n for _, _, n in pairs)
    allowed = sum(n for carrier, name, n in pairs if name in categories()[carrier].supports)
    assert len(pairs) > 40
    assert allowed / seen > 0.9
