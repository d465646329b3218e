"""Pictures and their truth, with plain square sprites: what is visible, what is drawn, the same bytes again."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpu_workers.collage import CollageRenderer
from schemas.errors import PermanentError
from schemas.events import Truth
from schemas.graph import Relation, SpatialGraph
from spatial.knowledge.knowledge_base import categories
from tests.fakes.collage import Thing, make_scene, make_sprites


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> CollageRenderer:
    return CollageRenderer(make_sprites(tmp_path_factory.mktemp("sprites") / "all"))


def truth_of(renderer: CollageRenderer, graph: SpatialGraph) -> Truth:
    truth = renderer.render([graph], [7])[0].truth
    assert truth is not None
    return truth


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(data)).convert("RGB")).astype(int)


DOG = Thing("dog", (60, 300, 90, 90), 0.4)
CAT = Thing("cat", (300, 340, 80, 80), 0.3)


@pytest.mark.thorough
def test_a_picture_is_webp_of_512_pixels(renderer: CollageRenderer) -> None:
    drawing = renderer.render([make_scene("park", [DOG])], [1])[0]
    assert (drawing.media_type, drawing.width, drawing.height) == ("image/webp", 512, 512)
    with Image.open(BytesIO(drawing.data)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (512, 512))


@pytest.mark.thorough
def test_the_same_graph_and_seed_give_the_same_bytes_in_another_renderer(tmp_path: Path) -> None:
    graph = make_scene("kitchen", [Thing("table", (120, 300, 247, 130), 0.4), DOG], [])
    first, second = (CollageRenderer(make_sprites(tmp_path / name)) for name in ("one", "two"))
    assert first.render([graph], [5])[0].data == second.render([graph], [5])[0].data
    assert first.render([graph], [5])[0].data != first.render([graph], [6])[0].data


def test_a_batch_is_drawn_in_order_like_single_ones(renderer: CollageRenderer) -> None:
    graphs = [make_scene("park", [DOG]), make_scene("beach", [CAT])]
    assert [d.data for d in renderer.render(graphs, [1, 2])] == [
        renderer.render([g], [s])[0].data for g, s in zip(graphs, (1, 2), strict=True)
    ]


def test_the_truth_is_read_back_from_the_file(renderer: CollageRenderer) -> None:
    drawing = renderer.render([make_scene("park", [DOG, CAT], [(0, "left_of", 1)])], [1])[0]
    assert renderer.read_truth(drawing.data) == drawing.truth


def test_a_thing_in_the_open_is_seen_whole_in_its_box(renderer: CollageRenderer) -> None:
    seen = truth_of(renderer, make_scene("park", [DOG, CAT])).objects
    assert [(o.category, o.box, o.visible, o.depth) for o in seen] == [
        ("dog", DOG.box, 1.0, 0.4),
        ("cat", CAT.box, 1.0, 0.3),
    ]


def test_the_box_is_where_the_pixels_are(renderer: CollageRenderer) -> None:
    red = pixels(renderer.render([make_scene("ski slope", [Thing("camel", DOG.box, 0.4)])], [1])[0].data)
    is_red = (red[..., 0] > 170) & (red[..., 1] < 90)
    rows, columns = np.flatnonzero(is_red.any(axis=1)), np.flatnonzero(is_red.any(axis=0))
    x, y, w, h = DOG.box
    assert (columns[0], rows[0]) == (pytest.approx(x, abs=2), pytest.approx(y, abs=2))
    assert (columns[-1], rows[-1]) == (pytest.approx(x + w - 1, abs=2), pytest.approx(y + h - 1, abs=2))


def test_a_nearer_thing_hides_its_part_of_a_farther_one(renderer: CollageRenderer) -> None:
    far, near = Thing("dog", (100, 300, 100, 100), 0.5), Thing("cat", (125, 320, 100, 100), 0.2)
    behind, before = truth_of(renderer, make_scene("park", [far, near])).objects
    assert before.visible == 1.0
    assert behind.visible == pytest.approx(1 - 0.75 * 0.80, abs=0.02)
    assert behind.box == (100, 300, 100, 100)


def test_what_is_hidden_tells_only_what_is_left_of_it(renderer: CollageRenderer) -> None:
    far, near = Thing("dog", (100, 300, 100, 100), 0.5), Thing("cat", (100, 320, 110, 110), 0.2)
    hidden = truth_of(renderer, make_scene("park", [far, near])).objects[0]
    assert hidden.visible == pytest.approx(0.2, abs=0.02)
    assert hidden.box[1] + hidden.box[3] == pytest.approx(320, abs=2)


def test_a_wholly_hidden_thing_has_no_visible_share_and_no_drawn_relation(renderer: CollageRenderer) -> None:
    far, near = Thing("dog", (120, 320, 40, 40), 0.5), Thing("cat", (100, 300, 100, 100), 0.2)
    truth = truth_of(renderer, make_scene("park", [far, near], [(0, "behind", 1), (1, "in_front_of", 0)]))
    assert truth.objects[0].visible == 0.0
    assert truth.drawn == ()


def test_what_lies_outside_the_picture_counts_as_hidden(renderer: CollageRenderer) -> None:
    graph = make_scene("park", [Thing("dog", (-50, 300, 100, 100), 0.5)])
    seen = truth_of(renderer, graph).objects[0]
    assert seen.visible == pytest.approx(0.5, abs=0.02)
    assert seen.box[0] == 0


TABLE = Thing("table", (120, 300, 247, 130), 0.4)


def standing(x: int, bottom: int = 308) -> Thing:
    return Thing("apple", (x, bottom - 40, 40, 40), 0.39)


def test_a_thing_on_a_table_is_drawn_on_its_top(renderer: CollageRenderer) -> None:
    relations = [(1, "on", 0), (0, "supports", 1)]
    truth = truth_of(renderer, make_scene("kitchen", [TABLE, standing(200)], relations))
    assert [r.predicate for r in truth.drawn] == ["on", "supports"]
    top, upper = truth.objects[0].box, truth.objects[1].box
    assert top[1] <= upper[1] + upper[3] <= top[1] + 0.14 * top[3]
    assert truth.objects[1].visible == 1.0


def test_a_thing_that_floats_over_a_table_is_not_on_it(renderer: CollageRenderer) -> None:
    truth = truth_of(renderer, make_scene("kitchen", [TABLE, standing(200, bottom=280)], [(1, "on", 0), (1, "above", 0)]))
    assert [r.predicate for r in truth.drawn] == ["above"]


def test_a_thing_that_hangs_over_the_edge_of_a_table_is_not_on_it(renderer: CollageRenderer) -> None:
    truth = truth_of(renderer, make_scene("kitchen", [TABLE, standing(355)], [(1, "on", 0)]))
    assert truth.drawn == ()


def test_a_thing_on_a_table_is_painted_over_it_even_if_it_is_said_to_be_farther(renderer: CollageRenderer) -> None:
    apple = Thing("apple", (200, 268, 40, 40), 0.9)
    assert truth_of(renderer, make_scene("kitchen", [TABLE, apple], [(1, "on", 0)])).objects[1].visible == 1.0


def test_a_cat_under_a_table_is_seen_between_its_legs(renderer: CollageRenderer) -> None:
    cat = Thing("cat", (200, 365, 60, 60), 0.41)
    truth = truth_of(renderer, make_scene("kitchen", [TABLE, cat], [(1, "under", 0), (0, "over", 1)]))
    assert [r.predicate for r in truth.drawn] == ["under", "over"]
    assert truth.objects[1].visible > 0.9


def test_a_cat_in_front_of_a_table_is_not_under_it(renderer: CollageRenderer) -> None:
    cat = Thing("cat", (200, 420, 80, 80), 0.1)
    truth = truth_of(renderer, make_scene("kitchen", [TABLE, cat], [(1, "under", 0), (1, "below", 0)]))
    assert [r.predicate for r in truth.drawn] == ["below"]


def test_boxes_that_meet_without_a_contact_do_not_touch(renderer: CollageRenderer) -> None:
    near, far = Thing("cat", (100, 400, 90, 90), 0.1), Thing("dog", (190, 310, 90, 90), 0.5)
    apart = make_scene("park", [near, far], [(0, "touching", 1)])
    together = make_scene("park", [near, Thing("dog", (190, 400, 90, 90), 0.12)], [(0, "touching", 1)])
    assert truth_of(renderer, apart).drawn == ()
    assert [r.predicate for r in truth_of(renderer, together).drawn] == ["touching"]


def test_an_apple_in_a_crate_looks_out_over_its_front(renderer: CollageRenderer) -> None:
    crate, apple = Thing("crate", (150, 300, 156, 120), 0.3), Thing("apple", (200, 360, 50, 50), 0.29)
    truth = truth_of(renderer, make_scene("street market", [crate, apple], [(1, "inside", 0), (0, "contains", 1)]))
    held = truth.objects[1]
    assert 0.35 < held.visible < 0.95
    assert crate.box[1] <= held.box[1] < held.box[1] + held.box[3] < crate.box[1] + 0.5 * crate.box[3]
    assert [r.predicate for r in truth.drawn] == ["inside", "contains"]


def test_inside_something_that_cannot_look_so_is_not_drawn(renderer: CollageRenderer) -> None:
    house, dog = Thing("house", (150, 220, 160, 160), 0.3), Thing("dog", (200, 300, 50, 50), 0.29)
    assert truth_of(renderer, make_scene("suburb", [house, dog], [(1, "inside", 0)])).drawn == ()


def test_a_fish_in_an_aquarium_is_seen_through_the_glass(renderer: CollageRenderer) -> None:
    tank, fish = Thing("aquarium", (150, 300, 192, 120), 0.3), Thing("fish", (220, 340, 40, 40), 0.29)
    truth = truth_of(renderer, make_scene("pet shop", [tank, fish], [(1, "inside", 0)]))
    assert truth.objects[1].visible == 1.0
    assert [r.predicate for r in truth.drawn] == ["inside"]


def test_a_rug_lies_under_what_stands_farther_back(renderer: CollageRenderer) -> None:
    rug, chair = Thing("rug", (120, 400, 252, 60), 0.1), Thing("cat", (200, 340, 80, 80), 0.3)
    assert truth_of(renderer, make_scene("living room", [rug, chair])).objects[1].visible == 1.0


def test_relations_that_do_not_hold_are_not_reported(renderer: CollageRenderer) -> None:
    relations = [(0, "left_of", 1), (0, "right_of", 1), (0, "left", None), (0, "right", None)]
    truth = truth_of(renderer, make_scene("park", [DOG, CAT], relations))
    assert truth.drawn == (Relation(subject=0, predicate="left_of", object=1), Relation(subject=0, predicate="left"))


def test_a_tinted_thing_has_its_colour_and_says_so(renderer: CollageRenderer) -> None:
    graph = make_scene("city street", [Thing("car", (100, 330, 120, 120), 0.3, ("blue", "parked"))])
    drawing = renderer.render([graph], [1])[0]
    assert drawing.truth is not None
    assert drawing.truth.objects[0].attributes == ("blue",)
    middle = pixels(drawing.data)[380:400, 150:170].mean(axis=(0, 1))
    assert middle[2] > middle[0] + 80


def test_an_attribute_that_is_not_drawn_is_not_reported(renderer: CollageRenderer) -> None:
    graph = make_scene("park", [Thing("dog", (100, 330, 80, 80), 0.3, ("sleeping", "green"))])
    assert truth_of(renderer, graph).objects[0].attributes == ()


@pytest.mark.thorough
def test_a_profile_is_mirrored_to_face_the_side_that_is_asked_for(tmp_path: Path) -> None:
    folder = make_sprites(tmp_path / "s")
    half = Image.new("RGBA", (64, 64), (210, 40, 40, 255))
    half.paste((40, 60, 200, 255), (0, 0, 32, 64))
    horse = next(c for c in categories().values() if c.faces == "left" and c.sprite)
    half.save(folder / f"{horse.sprite}.webp", lossless=True)
    graph = make_scene("park", [Thing(horse.name, (100, 330, 80, 80), 0.3, ("facing right",))])
    drawing = CollageRenderer(folder).render([graph], [1])[0]
    left, right = (pixels(drawing.data)[360:380, x : x + 10].mean(axis=(0, 1)) for x in (110, 160))
    assert left[0] > left[2]
    assert right[2] > right[0]
    assert drawing.truth is not None
    assert drawing.truth.objects[0].attributes == ("facing right",)


def test_the_elements_say_what_the_backdrop_shows_but_not_what_it_left_out(renderer: CollageRenderer) -> None:
    truth = truth_of(renderer, make_scene("backyard", [DOG], excluded=("fence",)))
    assert {"grass", "sky"} <= set(truth.elements)
    assert "fence" not in truth.elements
    assert truth.elements == tuple(sorted(truth.elements))


@pytest.mark.parametrize(
    "graph",
    [
        make_scene("the far side of the moon", [DOG]),
        make_scene("park", [Thing("quark", (100, 300, 50, 50), 0.5)]),
    ],
    ids=["scene", "category"],
)
def test_what_the_renderer_does_not_know_fails_for_good(renderer: CollageRenderer, graph: SpatialGraph) -> None:
    with pytest.raises(PermanentError, match="collage renderer"):
        renderer.render([graph], [1])


def test_a_missing_sprite_names_the_command_that_fetches_it(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match=r"gpu_workers\.collage\.sprites\.fetch"):
        CollageRenderer(tmp_path).render([make_scene("park", [DOG])], [1])


def test_a_layout_over_another_canvas_is_scaled(renderer: CollageRenderer) -> None:
    graph = make_scene("park", [DOG])
    small = graph.model_copy(
        update={"layout": graph.layout.model_copy(update={"canvas": (256, 256), "boxes": ((30, 150, 45, 45),)})}
    )
    assert truth_of(renderer, small).objects[0].box == (60, 300, 90, 90)
