"""What leans is drawn tilted, its upper end over what props it up, in front of it and touching it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gpu_workers.collage import CollageRenderer
from gpu_workers.collage.furniture.furniture_style import Look
from gpu_workers.collage.furniture.furniture_table import furniture
from gpu_workers.collage.object_pictures import leaned
from gpu_workers.collage.sprites.fetch import default_sprites_dir, is_complete
from gpu_workers.collage.sprites.sprite_library import load_sprite
from schemas.graph import Relation, SpatialGraph
from spatial.knowledge.categories import Leaning
from spatial.knowledge.knowledge_base import categories
from tests.fakes.collage import Thing, make_scene

FOLDER: Path = default_sprites_dir()
LEANING = sorted(name for name in categories() if categories()[name].leaning)


def upright() -> Image.Image:
    """A dark pole with a red upper end."""
    picture = Image.new("RGBA", (40, 200))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((10, 0, 30, 199), fill=(40, 40, 40, 255))
    draw.rectangle((10, 0, 30, 30), fill=(220, 0, 0, 255))
    return picture


def middle_of_red(picture: Image.Image) -> float:
    pixels = np.asarray(picture).astype(int)
    return float(np.nonzero((pixels[..., 0] > 180) & (pixels[..., 3] > 200))[1].mean()) / picture.width


def test_the_upper_end_is_at_the_side_that_is_asked_for():
    leaning = Leaning(1.0, 2.0, turn=-15)
    assert middle_of_red(leaned(upright(), leaning, "right")) > 0.75
    assert middle_of_red(leaned(upright(), leaning, "left")) < 0.25


@pytest.mark.thorough
@pytest.mark.skipif(not is_complete(FOLDER), reason=f"no sprites in {FOLDER}; fetch them with make setup")
@pytest.mark.parametrize("name", LEANING)
def test_the_size_that_the_knowledge_base_gives_to_what_leans_is_that_of_its_picture(name: str):
    leaning, category = categories()[name].leaning, categories()[name]
    assert leaning is not None
    if leaning.other:
        picture = furniture(leaning.other.drawing, leaning.other.aspect, Look())
    elif category.sprite:
        picture = load_sprite(FOLDER, category.sprite)
    else:
        picture = furniture(name, category.aspect, Look())
    tilted = leaned(picture, leaning, "right")
    assert tilted.width / tilted.height == pytest.approx(leaning.width_m / leaning.height_m, rel=0.04)


def leaning_graph(ladder: tuple[int, int, int, int], depth: float) -> SpatialGraph:
    fence, wanted = Thing("fence", (150, 250, 260, 160), 0.4), [(0, "leaning_on", 1), (1, "props_up", 0)]
    return make_scene("backyard", [Thing("ladder", ladder, depth), fence], wanted)


@pytest.mark.parametrize(
    ("ladder", "depth", "drawn"),
    [((140, 200, 90, 215), 0.39, 2), ((20, 200, 90, 215), 0.39, 0), ((140, 285, 90, 215), 0.05, 0)],
    ids=["at the fence", "beside it", "far before it"],
)
def test_only_what_touches_the_other_on_one_ground_leans_on_it(
    ladder: tuple[int, int, int, int], depth: float, drawn: int, tmp_path: Path
):
    truth = CollageRenderer(tmp_path).render([leaning_graph(ladder, depth)], [1])[0].truth
    assert truth is not None
    assert len(truth.drawn) == drawn
    assert truth.objects[0].visible > 0.9


def test_a_stack_is_drawn_only_where_each_stands_on_the_next(tmp_path: Path):
    crates = [Thing("crate", (200, y, 104, 80), 0.3) for y in (206, 280, 354)]
    stacked = Relation(subject=0, predicate="on_stack", object=1, others=(2,))
    graph = make_scene("attic", crates, [(0, "on", 1), (1, "on", 2)]).model_copy(update={"relations": (stacked,)})
    apart = graph.model_copy(
        update={"layout": graph.layout.model_copy(update={"boxes": ((200, 100, 104, 80), *graph.layout.boxes[1:])})}
    )
    assert [len(d.truth.drawn) for d in CollageRenderer(tmp_path).render([graph, apart], [1, 1]) if d.truth] == [1, 0]
