"""Fixtures: what a scene's elements name is painted over its backdrop, and nothing that is counted or excluded."""

import numpy as np
import pytest
from PIL import Image

from gpu_workers.collage.backdrop_context import BackdropContext, Foot
from gpu_workers.collage.backdrops.backdrop_table import paint_backdrop
from gpu_workers.collage.brush import Brush
from gpu_workers.collage.collage_renderer import BUILT, not_beside_objects
from gpu_workers.collage.drawing_pen import RGB, Point
from gpu_workers.collage.fixtures.fixture_table import (
    CLEAR,
    DRAWN_AT,
    LOOKS_LIKE,
    OUT_OF_FOCUS,
    known_fixtures,
    zoom_of,
)
from gpu_workers.collage.fixtures.places import PLACES
from gpu_workers.collage.fixtures.props.prop_table import PROPS
from gpu_workers.collage.sketch import Sketch, steps
from spatial.knowledge.categories import SceneKind
from spatial.knowledge.knowledge_base import categories, scene_kinds

pytestmark = pytest.mark.thorough

BOTH = {**OUT_OF_FOCUS, **CLEAR}

SIGNS = {"signboard", "billboard"}

LABELLED = {"box pile", "chalkboard"}
"""Cartons and formulas: what is written on them makes no sign of them."""


def context_of(*wanted: str, avoid: tuple[str, ...] = (), size: tuple[int, int] = (256, 256)) -> BackdropContext:
    return BackdropContext("bakery", size, size[1] // 2, 3, frozenset(wanted), frozenset(avoid))


def picture_of(kind: str, context: BackdropContext) -> tuple[Image.Image, set[str]]:
    brush = paint_backdrop(kind, context)
    return brush.image, brush.painted


@pytest.mark.parametrize("word", sorted(set(BOTH) - set(PROPS)))
def test_a_fixture_is_seen_and_recorded(word: str):
    plain, _ = picture_of("room", context_of())
    shown, painted = picture_of("room", context_of(word))
    changed = np.any(np.asarray(plain) != np.asarray(shown), axis=2).mean()
    assert changed > 0.02
    assert word in painted


def seen_area(word: str, feet: tuple[Foot, ...] = (), metre: float = 90.0) -> tuple[int, int, int, int] | None:
    """Left, top, width and height of what a furnishing adds to an empty wall of 512 pixels."""
    brush = Brush(BackdropContext("bakery", (512, 512), 320, 3, frozenset(), frozenset(), feet, metre))
    sheet = Sketch(brush)
    PROPS[word](sheet)
    sheet.lay()
    rows, columns = np.nonzero(np.asarray(brush.image).any(axis=2))
    if not len(rows):
        return None
    return int(columns.min()), int(rows.min()), int(np.ptp(columns)), int(np.ptp(rows))


@pytest.mark.parametrize("word", sorted(PROPS))
def test_a_furnishing_is_as_large_as_its_metres_say(word: str):
    small, large = seen_area(word, metre=60.0), seen_area(word, metre=120.0)
    assert small is not None
    assert large is not None
    wide, tall = PROPS[word].size
    assert small[2:] == pytest.approx((60 * wide, 60 * tall), rel=0.3, abs=20)
    assert large[2:] == pytest.approx((120 * wide, 120 * tall), rel=0.3, abs=20)


@pytest.mark.parametrize("word", sorted(DRAWN_AT))
def test_what_has_a_size_of_its_own_suits_what_stands_before_it_and_fits_into_the_picture(word: str):
    zooms = [zoom_of(word, BackdropContext("zoo", (512, 512), 256, 3, metre=metre)) for metre in (40.0, 70.0, 130.0)]
    assert zooms == sorted(zooms)
    assert zooms[-1] * DRAWN_AT[word][1] <= 256


def test_a_view_enlarges_about_the_line_and_ends_with_its_block():
    sheet = Sketch(Brush(BackdropContext("zoo", (512, 512), 200, 3)))
    corner = sheet.ground(0.5, 0.5)
    with sheet.view(2.0, rise=20.0):
        assert (sheet.width, sheet.line) == (256, 90.0)
    assert (sheet.width, sheet.line, sheet.ground(0.5, 0.5)) == (512, 200.0, corner)


def test_a_furnishing_keeps_clear_of_what_hangs_and_of_another_and_stays_away_where_there_is_no_room():
    free = seen_area("made bed")
    assert free is not None
    clock = Foot("wall", free[0], free[0] + 60, 0, 320)
    beside = seen_area("made bed", (clock,))
    assert beside is not None
    assert beside[0] >= free[0] + 60 or beside[0] + beside[2] <= free[0]
    assert seen_area("made bed", (Foot("wall", 0, 512, 0, 320),)) is None


def test_a_furnishing_stands_where_little_is_before_it():
    table = Foot("floor", 0, 300, 200, 400)
    area = seen_area("house door", (table,))
    assert area is not None
    assert area[0] > 300


@pytest.mark.parametrize("word", ["lockers", "bread shelf"])
def test_a_fixture_that_looks_like_what_is_counted_is_left_out(word: str):
    _, painted = picture_of("room", context_of(word, avoid=(LOOKS_LIKE[word][0],)))
    assert word not in painted


def test_what_a_fixture_may_be_called_is_an_object_that_pictures_can_show():
    assert {word for words in LOOKS_LIKE.values() for word in words} <= set(categories()) | {"shelf"}
    assert set(LOOKS_LIKE) <= known_fixtures()


@pytest.mark.parametrize("kind", scene_kinds().values(), ids=lambda kind: kind.name)
def test_a_fixture_that_is_another_name_of_an_object_of_its_scene_is_known_to_look_like_it(kind: SceneKind):
    for name in kind.categories:
        called = known_fixtures() & set(categories()[name].synonyms) & set(kind.elements) - {"carpet"}
        assert all(name in LOOKS_LIKE.get(word, ()) for word in called), (name, called)


def test_every_wall_floor_and_fixture_belongs_to_a_scene():
    assert known_fixtures() <= {word for kind in scene_kinds().values() for word in kind.elements}


@pytest.mark.thorough
@pytest.mark.parametrize("size", [(64, 48), (300, 120), (120, 300)])
def test_fixtures_are_painted_on_pictures_of_any_shape(size: tuple[int, int]):
    for word in sorted(known_fixtures()):
        picture, _ = picture_of("room", context_of(word, size=size))
        assert picture.size == size


@pytest.mark.parametrize("word", sorted(PLACES))
def test_a_place_of_its_own_replaces_what_its_kind_of_backdrop_shows(word: str):
    _, painted = picture_of("desert", context_of(word))
    assert word in painted
    assert not painted & {"sand", "dune"}


@pytest.mark.parametrize(("word", "shown"), [("pool edge", "tiles"), ("riverbank", "grass"), ("canal house", "quay")])
def test_water_has_the_banks_that_the_scene_names(word: str, shown: str):
    _, painted = picture_of("harbour", context_of(word, "sky", size=(512, 512)))
    assert {word, shown, "water"} <= painted


def test_a_view_ends_at_its_window():
    brush = Brush(context_of())
    sheet = Sketch(brush)
    sheet.show((40, 40, 60, 60), lambda on, area: on.rect((0, 0, 256, 256), (255, 255, 255)))
    sheet.lay()
    white = np.asarray(brush.image.convert("L")) > 128
    assert white[40:100, 40:100].all()
    assert white.sum() == 60 * 60


def test_steps_fill_a_range_with_things_of_about_the_width():
    assert steps(0, 100, 24) == [0, 25, 50, 75]
    assert steps(0, 5, 24) == [0]


class ReadSketch(Sketch):
    """Keeps what is written on it."""

    def write(self, centre: Point, words: str, size: float, tone: RGB) -> None:
        """Writes it too."""
        self.brush.record(f"written: {words}")
        super().write(centre, words, size, tone)


@pytest.mark.parametrize("word", sorted(BOTH))
def test_a_board_with_words_is_not_painted_where_signs_are_counted_or_excluded(word: str):
    sheet = ReadSketch(Brush(context_of(word, size=(512, 512))))
    BOTH[word](sheet)
    written = [each for each in sheet.brush.painted if each.startswith("written") and len(each) > len("written: 1")]
    assert not written or word in LABELLED or set(LOOKS_LIKE[word]) >= SIGNS, written


def test_a_board_with_words_is_left_out_where_a_signboard_is_excluded():
    _, painted = picture_of("room", context_of("menu slate", size=(512, 512)))
    assert "menu slate" in painted
    _, painted = picture_of("room", context_of("menu slate", avoid=("signboard",), size=(512, 512)))
    assert "menu slate" not in painted


@pytest.mark.parametrize("kind", scene_kinds().values(), ids=lambda kind: kind.name)
def test_a_scene_whose_surroundings_show_things_names_them_as_fixtures(kind: SceneKind):
    """Or else questions would seek among everything, and a cloud or a cupboard were the leftmost thing."""
    if kind.fixtures:
        return
    for seed in range(4):
        horizon = round(kind.horizon * 128)
        context = BackdropContext(kind.name, (128, 128), horizon, seed, frozenset(kind.elements), not_beside_objects(kind))
        brush = paint_backdrop(kind.backdrop, context)
        assert not brush.painted & set(categories()) - BUILT - {"table"}  # that of a table top, which is its ground
        assert not brush.refused & set(kind.elements), "it would not look like itself any more"


def test_a_scene_without_fixtures_shows_no_clouds_and_one_with_them_does():
    kinds = scene_kinds()
    assert not kinds["beach"].fixtures
    assert "cloud" in not_beside_objects(kinds["beach"])
    assert "window" not in not_beside_objects(kinds["beach"])
    assert not not_beside_objects(kinds["park"])
