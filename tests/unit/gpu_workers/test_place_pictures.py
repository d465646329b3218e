"""A picture of a place fills the canvas, and its horizon stays the scene's."""

from pathlib import Path

import pytest
from PIL import Image

from gpu_workers.collage.backdrop_context import BackdropContext
from gpu_workers.collage.backdrops.backdrop_table import paint_backdrop
from schemas.errors import PermanentError

SKY, GROUND = (90, 150, 250), (60, 120, 40)


def place_picture(folder: Path, size: tuple[int, int], horizon: float) -> Path:
    picture = Image.new("RGB", size, SKY)
    line = round(horizon * size[1])
    picture.paste(GROUND, (0, line, size[0], size[1]))
    picture.save(folder / "place.png")
    return folder / "place.png"


@pytest.mark.parametrize("size", [(512, 512), (900, 300), (300, 900), (64, 48)])
@pytest.mark.parametrize("horizon", [0.3, 0.62])
def test_the_ground_of_the_picture_begins_where_the_scene_says(tmp_path: Path, size: tuple[int, int], horizon: float):
    path, canvas = place_picture(tmp_path, size, horizon), (512, 384)
    context = BackdropContext("field", canvas, round(horizon * canvas[1]), seed=1, wanted=frozenset({"grass"}))
    brush = paint_backdrop("field", context, [path])
    assert brush.image.size == canvas
    assert brush.painted == {"grass"}
    slack = 2 + canvas[1] // size[1]
    above, below = (brush.image.getpixel((200, y)) for y in (context.horizon - 1 - slack, context.horizon + slack))
    assert above[2] > above[1] > 120, "not the sky"
    assert below[2] < below[1] < 140, "not the ground"


def test_what_is_no_picture_is_said_with_its_file(tmp_path: Path):
    path = tmp_path / "place.png"
    path.write_text("no picture")
    with pytest.raises(PermanentError, match=r"place\.png is no picture"):
        paint_backdrop("field", BackdropContext("field", (64, 64), 32, seed=1), [path])
