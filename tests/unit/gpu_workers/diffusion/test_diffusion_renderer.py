"""The renderer around the loop: sizes, seeds, memory, notes, files; and the drawer behind it on a tiny model."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dataset.reading.lineage import Lineage
from gpu_workers.diffusion.conditioning import MAX_BOXES, Conditioning, conditioning_of
from gpu_workers.diffusion.diffusion_config import DiffusionConfig
from gpu_workers.diffusion.diffusion_renderer import DiffusionRenderer
from gpu_workers.diffusion.model_registry import make_renderer
from gpu_workers.render import RenderHandler
from gpu_workers.tiny_models.tiny_diffusion import build
from schemas.errors import RetryableError, UserError
from schemas.events import RenderedImage
from schemas.graph import SpatialGraph
from streams.operations.rerender import rerender_sample
from tests.fakes.collage import Thing, make_scene
from tests.fakes.store import InMemoryStore

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough

TOLERANCE = 3
"""Levels of 255 by which pictures of another batch composition may differ in one pixel, in fp32."""

GRAPHS = [
    make_scene("park", [Thing("dog", (40 * i, 200, 90, 90), 0.4), Thing("cat", (300, 340, 80, 80), 0.3)], excluded=["car"])
    for i in range(5)
]


class CountingDrawer:
    """Paints plain pictures; more than `room` at a time do not fit."""

    name, side = "counting-1", 64
    parameters: Mapping[str, object] = {"weights": "none"}

    def __init__(self, room: int = 100) -> None:
        self.room, self.batches = room, list[int]()

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        if len(conditionings) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        self.batches.append(len(conditionings))
        return [Image.new("RGB", size, (seed % 256, 0, 0)) for seed in seeds]


@pytest.fixture(scope="module")
def tiny_renderer(tmp_path_factory: pytest.TempPathFactory) -> DiffusionRenderer:
    torch.set_num_threads(1)
    return make_renderer(DiffusionConfig("gligen", "tiny", None, tmp_path_factory.mktemp("cache"), batch=4))


def pixels(data: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    with Image.open(BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB")).astype(np.int64)


def test_excluded_things_are_told_in_the_negative_text_alone():
    conditionings = conditioning_of(GRAPHS[0])
    assert "car" in conditionings.negative
    assert "car" not in conditionings.prompt
    assert conditionings.boxes[1] == (300 / 512, 340 / 512, 380 / 512, 420 / 512)


def test_no_more_boxes_are_told_than_the_model_has_places_for():
    many = make_scene("park", [Thing("dog", (10 * i, 10, 10 + i, 20), 0.4) for i in range(40)])
    conditionings = conditioning_of(many)
    assert len(conditionings.boxes) == len(conditionings.phrases) == MAX_BOXES
    assert conditionings.boxes[-1] == (390 / 512, 10 / 512, 439 / 512, 30 / 512)


@pytest.mark.parametrize(("room", "batches"), [(8, [4, 1]), (3, [2, 2, 1]), (1, [1, 1, 1, 1, 1])])
def test_a_batch_that_does_not_fit_is_halved_and_every_picture_comes_in_order(room: int, batches: list[int]):
    drawer = CountingDrawer(room)
    seeds = [11, 12, 13, 14, 15]
    drawings = DiffusionRenderer(drawer, 4).render(GRAPHS, seeds)
    assert drawer.batches == batches
    whole = DiffusionRenderer(CountingDrawer(), 8).render(GRAPHS, seeds)
    assert [d.data for d in drawings] == [d.data for d in whole]


def test_what_did_not_fit_once_is_not_tried_again():
    drawer = CountingDrawer(room=2)
    renderer = DiffusionRenderer(drawer, 4)
    renderer.render(GRAPHS, range(5))
    drawer.batches.clear()
    renderer.render(GRAPHS, range(5))
    assert drawer.batches == [2, 2, 1]


def test_a_picture_that_does_not_fit_alone_is_tried_later():
    with pytest.raises(RetryableError, match="memory"):
        DiffusionRenderer(CountingDrawer(room=0), 4).render(GRAPHS[:1], [1])


def test_warming_up_draws_a_whole_batch_and_learns_how_many_fit():
    drawer = CountingDrawer(room=3)
    renderer = DiffusionRenderer(drawer, 4)
    renderer.warm_up()
    assert drawer.batches == [2, 2]
    drawer.batches.clear()
    renderer.render(GRAPHS, range(5))
    assert drawer.batches == [2, 2, 1]


def test_warming_up_where_not_even_one_picture_fits_is_tried_later():
    with pytest.raises(RetryableError, match="memory"):
        DiffusionRenderer(CountingDrawer(room=0), 4).warm_up()


def test_graphs_of_other_shapes_are_batched_apart():
    wide = GRAPHS[0].model_copy(update={"layout": GRAPHS[0].layout.model_copy(update={"canvas": (1024, 512)})})
    drawer = CountingDrawer()
    drawer.side = 128
    drawings = DiffusionRenderer(drawer, 4).render([GRAPHS[0], wide, GRAPHS[1]], [1, 2, 3])
    assert [(d.width, d.height) for d in drawings] == [(128, 128), (128, 64), (128, 128)]
    assert drawer.batches == [2, 1]


def test_a_renderer_says_what_its_pictures_depend_on(tiny_renderer: DiffusionRenderer):
    assert tiny_renderer.name == "gligen-1"
    parameters = tiny_renderer.parameters
    assert (parameters["model"], parameters["revision"], parameters["dtype"], parameters["side"]) == (
        "tiny",
        "local",
        "float32",
        64,
    )
    assert len(str(parameters["sha256"])) == 64


def test_the_same_batch_gives_the_same_bytes_and_another_one_stays_close(tiny_renderer: DiffusionRenderer):
    first = tiny_renderer.render(GRAPHS[:3], [1, 2, 3])
    assert [d.data for d in tiny_renderer.render(GRAPHS[:3], [1, 2, 3])] == [d.data for d in first]
    [alone] = tiny_renderer.render(GRAPHS[1:2], [2])
    assert np.abs(pixels(alone.data) - pixels(first[1].data)).max() <= TOLERANCE
    assert first[1].notes["batch"].split() == [graph.graph_id[:12] for graph in GRAPHS[:3]]
    assert {"torch", "diffusers", "transformers", "device"} <= first[1].notes.keys()
    assert first[1].truth is None


def test_a_redelivered_picture_is_announced_with_the_batch_it_was_drawn_in(tiny_renderer: DiffusionRenderer):
    store = InMemoryStore()
    handler = RenderHandler(tiny_renderer, store)
    first = [announced(result) for result in handler.begin(GRAPHS[:2])()]
    again = announced(handler.begin(GRAPHS[1:2])()[0])
    assert again == first[1].model_copy(update={"seconds": 0.0})
    assert again.provenance.notes["batch"] == " ".join(graph.graph_id[:12] for graph in GRAPHS[:2])


def announced(result: object) -> RenderedImage:
    assert isinstance(result, list)
    [event] = result
    assert isinstance(event, RenderedImage)
    return event


@pytest.mark.parametrize(
    ("model", "says"), [("no-such-folder", "neither a folder"), ("someone/something", "SKG_RENDER_REVISION"), (".", "unet")]
)
def test_a_model_that_cannot_be_used_is_named_in_one_line(tmp_path: Path, model: str, says: str):
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "weights.safetensors").write_bytes(b"none")
    name = str(folder) if model == "." else model
    with pytest.raises(UserError, match=says) as caught:
        make_renderer(DiffusionConfig("gligen", name, None, tmp_path, 4))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
@pytest.mark.parametrize("fault", ["a pickle", "cut short"])
def test_weights_that_are_no_whole_safetensors_are_told_in_one_line(tmp_path: Path, part: str, fault: str):
    folder = build(tmp_path / "model")
    [weights] = (folder / part).glob("*.safetensors")
    if fault == "a pickle":
        weights.rename(weights.with_suffix(".bin"))
    else:
        weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(UserError, match="cannot be loaded") as caught:
        make_renderer(DiffusionConfig("gligen", str(folder), None, tmp_path, 1))
    assert "\n" not in str(caught.value)


ODD = {
    "edges": make_scene("park", [Thing("dog", (0, 0, 512, 512), 0.4), Thing("cat", (511, 511, 1, 1), 0.3)]),
    "beyond": make_scene("park", [Thing("dog", (-40, 500, 60, 60), 0.4)]),
    "smallest": make_scene("park", [Thing("dog", (100, 100, 1, 1), 0.4)]),
    "forty": make_scene("park", [Thing("dog", (10 * i, 10, 10 + i, 20), 0.4) for i in range(40)]),
}


@pytest.mark.parametrize("name", ["gligen", "gligen_guided", "lmd", "boxdiff", "backward", "multidiffusion"])
def test_odd_layouts_are_drawn_beside_ordinary_ones(tmp_path_factory: pytest.TempPathFactory, name: str):
    cache = tmp_path_factory.getbasetemp() / "odd"
    few = [graph for odd, graph in ODD.items() if odd != "forty" or name != "lmd"]  # forty drawn alone take a while
    drawings = make_renderer(DiffusionConfig(name, "tiny", None, cache, batch=8, steps=2)).render(
        [*few, GRAPHS[0]], range(len(few) + 1)
    )
    assert [(each.width, each.height) for each in drawings] == [(64, 64)] * (len(few) + 1)


def test_a_graph_s_prompt_may_be_of_any_length(tiny_renderer: DiffusionRenderer):
    graph: SpatialGraph = GRAPHS[0].model_copy(
        update={"prompt": GRAPHS[0].prompt.model_copy(update={"positive": "a dog and a cat in a green park " * 40})}
    )
    assert len(tiny_renderer.render([graph], [1])) == 1


def test_a_picture_of_a_batch_is_drawn_again_alone_within_the_tolerance_of_lineages(tiny_renderer: DiffusionRenderer):
    drawings = tiny_renderer.render(GRAPHS[:3], [7, 8, 9])
    story = {
        "graph": GRAPHS[1].model_dump(mode="json"),
        "renderer": tiny_renderer.name,
        "notes": {"render_seed": "8"},
    }
    first, second = (rerender_sample(Lineage({"image": {"bytes": one.data}}, story), tiny_renderer) for one in drawings[:2])
    assert second.is_same_picture
    assert not first.is_same_picture, "another seed is another picture"
