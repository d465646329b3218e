"""The looks of things, with the real sprites: people differ, things differ, and what a graph asks for is what is shown."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops

from gpu_workers.collage.colour import canonical, hsv, named_share
from gpu_workers.collage.drawings.recipe import other_forms
from gpu_workers.collage.furniture.furniture_style import Look
from gpu_workers.collage.furniture.furniture_table import furniture
from gpu_workers.collage.looks import TONES, WRITTEN, appearance, sprites_of, toned
from gpu_workers.collage.object_pictures import MIN_NAMED_SHARE, Painter
from gpu_workers.collage.paint_order import Place
from gpu_workers.collage.sprites.coats import Coat, coated, coats_of
from gpu_workers.collage.sprites.fetch import default_sprites_dir, is_complete
from gpu_workers.collage.sprites.outlines import OUTLINES, outlined, outlines_of
from gpu_workers.collage.sprites.sprite_library import load_sprite
from schemas.ids import derived_seed
from spatial.knowledge.categories import Category
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.renderer_capabilities import pictures_only

FOLDER: Path = default_sprites_dir()
REAL = pytest.mark.skipif(not is_complete(FOLDER), reason=f"no sprites in {FOLDER}; fetch them with make setup")

COMMONEST = 60
LOOKS = range(24)


def picture(category: Category, number: int, *attributes: str) -> tuple[Image.Image, tuple[str, ...]]:
    """An object of 64 pixels, and what it shows of these attributes."""
    place = Place(0, category, attributes, (0, 0, 64, 64), 0.5, 0.5, "floor", None, None)
    found = Painter(FOLDER).picture(place, (), derived_seed("look", number, 0))
    return found.image, found.drawn


def commonest() -> list[Category]:
    """The categories that most scenes may have."""
    drawable = [category for category in categories().values() if category.sprite or category.drawn]
    return sorted(drawable, key=lambda category: -len(category.scenes))[:COMMONEST]


def differ(one: Image.Image, other: Image.Image) -> bool:
    """Whether anybody would tell the two apart: 10 of 255 on average where either shows something."""
    apart = np.asarray(ImageChops.difference(one, other))[..., :3].mean(axis=-1)
    there = np.maximum(np.asarray(one)[..., 3], np.asarray(other)[..., 3]) > 128
    return float(apart[there].mean()) > 10


@pytest.mark.thorough
@REAL
def test_each_of_the_commonest_things_has_at_least_three_looks():
    few = {}
    for category in commonest():
        looks: list[Image.Image] = []
        for number in LOOKS:
            seen, _ = picture(category, number)
            if all(differ(seen, other) for other in looks):
                looks.append(seen)
            if len(looks) == 3:
                break
        if len(looks) < 3:
            few[category.name] = len(looks)
    assert not few, few


@REAL
@pytest.mark.parametrize("name", ["person", "runner", "cyclist", "basketball player", "meditating person"])
def test_people_are_of_every_complexion_and_of_more_than_one_figure(name: str):
    category = categories()[name]
    shown = {appearance(category, FOLDER, derived_seed("look", n, 0)).sprite for n in range(200)}
    assert len({found.split("-")[1] for found in shown}) == 5
    assert len(shown) >= 10


def coloured() -> Iterator[tuple[Category, str]]:
    """Things that can be recoloured, with each colour that they often have."""
    for category in list(categories().values())[::4]:
        if category.tint and category.sprite:
            yield from ((category, colour) for colour in category.attributes.get("colour", ()))


@REAL
@pytest.mark.thorough
def test_a_colour_that_is_asked_for_is_what_every_look_shows():
    for category, colour in coloured():
        shown = [picture(category, number, colour) for number in range(6)]
        assert len({drawn for _, drawn in shown}) == 1, (category.name, colour)
        for seen, drawn in shown:
            assert not drawn or named_share(seen, canonical(colour) or "") > MIN_NAMED_SHARE * 0.9, (category.name, colour)


@pytest.mark.thorough
@REAL
def test_every_colour_that_may_be_planned_is_shown():
    """One that is not would seldom be an answer, but as often a wrong choice."""
    plannable = pictures_only("collage")
    planned = [
        (category, colour)
        for category in categories().values()
        if plannable.draws(category)
        for colour in plannable.words(category).get("colour", ())
    ]
    assert len(planned) > 400
    assert [(thing.name, colour) for thing, colour in planned if picture(thing, 3, colour)[1] != (colour,)] == []


@pytest.mark.thorough
@REAL
def test_a_look_says_nothing_that_was_not_asked_for():
    for category in commonest():
        assert picture(category, 3)[1] == ()


def test_one_number_is_one_look_and_nothing_written_or_faced_is_mirrored(tmp_path: Path):
    for category in categories().values():
        if category.sprite is None:
            continue
        looks = [appearance(category, tmp_path, number) for number in range(64)]
        assert looks == [appearance(category, tmp_path, number) for number in range(64)]
        assert {look.sprite for look in looks} == {category.sprite}, "a folder of other sprites has no kin"
        if category.faces or set(WRITTEN) & set(category.name.split()):
            assert not any(look.mirrored for look in looks), category.name


def test_kin_are_those_that_the_folder_has(tmp_path: Path):
    for name in ("26f9-1f3fb", "26f9-1f3fd-200d-2640-fe0f", "26f9-fe0f"):
        Image.new("RGBA", (4, 4)).save(tmp_path / f"{name}.webp")
    assert sprites_of(tmp_path, "26f9-fe0f") == ("26f9-1f3fb", "26f9-1f3fd-200d-2640-fe0f")
    assert sprites_of(tmp_path, "1f408") == ("1f408",)


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_leaves_the_shape(tone: tuple[float, float]):
    pixels = np.random.default_rng(1).integers(0, 255, (16, 16, 4), dtype=np.uint8)
    given = Image.fromarray(pixels)
    assert toned(given, tone).getchannel("A").tobytes() == given.getchannel("A").tobytes()


@REAL
@pytest.mark.thorough
@pytest.mark.parametrize("tone", TONES)
def test_in_every_tone_a_vivid_thing_keeps_its_hue_and_most_of_its_colour(tone: tuple[float, float]):
    for category in categories().values():
        if category.sprite is None:
            continue
        sprite = load_sprite(FOLDER, category.sprite, category.pose)
        before, after = main_colour(sprite), main_colour(toned(sprite, tone))
        if before[1] > 0.5:  # an orange, a tomato, a traffic cone
            apart = abs((before[0] - after[0] + 0.5) % 1 - 0.5)
            assert apart < 15 / 360, (category.name, before, after)
            assert after[1] > 0.75 * before[1], (category.name, before, after)


def main_colour(picture: Image.Image) -> tuple[float, float]:
    """Hue and saturation of the middle of what a picture shows, 0 to 1."""
    pixels = np.asarray(picture).reshape(-1, 4)
    hue, saturation, _ = hsv(np.median(pixels[pixels[:, 3] > 200][:, :3], axis=0)[None, :].astype(np.float32) / 255)
    return float(hue[0]), float(saturation[0])


@REAL
def test_each_of_the_commonest_things_has_at_least_three_forms():
    few = {category.name: forms for category in commonest() if (forms := forms_of(category)) < 3}
    assert not few, few


def forms_of(category: Category) -> int:
    """How many forms a category has, tone and colour aside: sprites, other drawings, proportions, patterned coats."""
    sprites = len(sprites_of(FOLDER, category.sprite)) if category.sprite else 1
    others, proportions = len(other_forms().get(category.name, ())), len(outlines_of(category.name)) - 1
    return (
        sprites + others + (proportions + any(coat.pattern for coat in coats_of(category.name)) if category.sprite else 0)
    )


@pytest.mark.thorough
def test_every_other_form_is_of_a_thing_that_is_drawn_and_keeps_its_shape():
    for name, forms in other_forms().items():
        category = categories()[name]
        for form in range(1, len(forms) + 1):
            drawn = furniture(name, category.aspect, Look(surface=category.surface), form)
            assert drawn.width / drawn.height == pytest.approx(category.aspect, rel=0.2), (name, form)


@REAL
def test_a_thing_whose_colour_is_asked_for_has_its_usual_form_and_no_coat():
    for name in ("chair", "car", "backpack"):
        asked = {picture(categories()[name], number, "red")[0].getchannel("A").tobytes() for number in LOOKS}
        assert len(asked) <= len(OUTLINES) * 2, name


@REAL
def test_an_outline_fills_the_same_box_and_changes_what_is_in_it():
    plain = picture(categories()["rock"], 0)[0]
    for outline in OUTLINES[1:]:
        changed = outlined(plain, outline)
        assert changed.size == plain.size
        left, top, right, low = changed.getchannel("A").point(lambda a: 255 if a > 64 else 0).getbbox() or (0, 0, 0, 0)
        assert (top, low) == pytest.approx((0, plain.height), abs=3)
        assert right - left > 0.75 * plain.width
        assert changed.tobytes() != plain.tobytes()


@REAL
def test_a_patched_coat_leaves_eyes_and_outline_as_they_are():
    sprite = load_sprite(FOLDER, "1f415")
    patched = coated(sprite, Coat("brown", 2))
    assert patched.getchannel("A").tobytes() == sprite.getchannel("A").tobytes()
    assert differ(patched, coated(sprite, Coat("brown")))
