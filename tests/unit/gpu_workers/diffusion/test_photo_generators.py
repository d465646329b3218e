"""Photographs are drawn over structures by every family and every way that the table has, on tiny random weights."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.families.family_table import FAMILIES
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.photo import MARGIN_SHARE, PhotoGenerator
from gpu_workers.diffusion.generators.photo_models import PhotoModels, PhotoSettings
from gpu_workers.diffusion.generators.stock_pipelines import controlnet
from gpu_workers.diffusion.model_components import Machine
from gpu_workers.diffusion.weight_files import Source
from gpu_workers.photo.structure import Structure
from schemas.errors import UserError

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough

SIDE = 64
SAMPLING = Sampling(steps=4, guidance=3.0)
ROWS = {family.name: family for family in FAMILIES}
SHOWN, NOISED, ANEW = PhotoSettings(), PhotoSettings(strength=0.5), PhotoSettings(inpaint=0.8)


def structure(left: int) -> Structure:
    """A cat whose left edge is there, and a chair."""
    index = np.zeros((SIDE, SIDE), np.uint16)
    index[8:36, left : left + 20], index[40:60, 40:60] = 1, 2
    picture = np.full((SIDE, SIDE, 3), 90, np.uint8)
    picture[index == 1], picture[index == 2] = (220, 30, 30), (30, 30, 220)
    depth = np.choose(index, (5.0, 3.0, 2.0)).astype(np.float32)
    return Structure(picture, depth, index, np.zeros(index.shape, np.uint8), ("cat", "chair"))


def over(left: int = 4) -> Conditioning:
    boxes = ((left / SIDE, 8 / SIDE, (left + 20) / SIDE, 36 / SIDE), (40 / SIDE, 40 / SIDE, 60 / SIDE, 60 / SIDE))
    return Conditioning(
        "a cat, a chair", "dog", ("a cat", "a chair"), ("cat", "chair"), boxes, "a room", ("dog",), structure(left), (0, 1)
    )


HERE, THERE = over(), over(18)


@dataclass
class Shelf:
    """Tiny models, made once."""

    folder: Path

    def model(self, family: str, dtype: str = "float32") -> Model:
        from tests.fakes.tiny_families import make_family

        kind = ROWS[family].index[0]
        return self._model(make_family(self.folder / kind, kind), dtype)

    def net(self, name: str, dtype: str = "float32") -> Model:
        from tests.fakes.tiny_nets import make_net

        return self._model(make_net(self.folder / f"net {name}", name), dtype)

    def _model(self, folder: Path, dtype: str) -> Model:
        return Model(folder, Source(folder.name, "local", "unknown", ""), Machine(dtype=dtype))

    def drawer(
        self, family: str, net: str | None = None, settings: PhotoSettings = SHOWN, dtype: str = "float32"
    ) -> PhotoGenerator:
        models = PhotoModels(self.model(family, dtype), None if net is None else self.net(net, dtype))
        return PhotoGenerator(models, SAMPLING, settings)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    torch.set_num_threads(1)
    return Shelf(tmp_path_factory.mktemp("families"))


def pixels(picture: Image.Image) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    return np.asarray(picture).astype(np.int64)


def apart(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(pixels(one) - pixels(other)).max())


FIRST = [
    ("SD1.5", "SD1.5", SHOWN), ("SDXL", "SDXL", NOISED), ("SD3.5", "SD3.5", SHOWN), ("FLUX.1", "FLUX.1", SHOWN),
    ("FLUX.1 Kontext", None, SHOWN), ("FLUX.1 Fill", None, ANEW), ("FLUX.2", None, SHOWN),
    ("Qwen-Image", "Qwen-Image", SHOWN), ("Z-Image", "Z-Image", SHOWN), ("Sana", "Sana", SHOWN),
]  # fmt: skip
"""A way of each architecture."""

SECOND = [
    ("SDXL", "SDXL Union", SHOWN), ("SDXL", "SDXL Union", NOISED), ("SDXL", "SDXL Union", ANEW), ("SD1.5", "SD1.5", NOISED),
    ("SD1.5", "SD1.5", ANEW), ("SDXL", "SDXL", SHOWN), ("SDXL", "SDXL", ANEW), ("SD3.5", "SD3.5", ANEW),
    ("FLUX.1", "FLUX.1", NOISED), ("FLUX.1", "FLUX.1", ANEW), ("FLUX.1", "FLUX.1 Union", SHOWN),
    ("FLUX.1", "FLUX.1 Union", NOISED), ("FLUX.1", "FLUX.1 Union", ANEW), ("Qwen-Image", "Qwen-Image", ANEW),
    ("Z-Image", "Z-Image", ANEW), ("SD1.5", None, NOISED), ("SD1.5", None, ANEW), ("SDXL", None, NOISED),
    ("SDXL", None, ANEW), ("SD3.5", None, NOISED), ("SD3.5", None, ANEW), ("FLUX.1", None, NOISED), ("FLUX.1", None, ANEW),
    ("FLUX.1 Kontext", None, ANEW), ("FLUX.2 klein", None, SHOWN), ("FLUX.2 klein", None, ANEW),
    ("Qwen-Image", None, NOISED), ("Qwen-Image", None, ANEW), ("Z-Image", None, NOISED), ("Z-Image", None, ANEW),
    ("Qwen-Image-Edit", None, SHOWN), ("Qwen-Image-Edit Plus", None, SHOWN),
]  # fmt: skip
"""All others."""


@pytest.mark.parametrize(
    ("family", "net", "settings"), [*FIRST, *(pytest.param(*case, marks=pytest.mark.slow) for case in SECOND)]
)
def test_a_photograph_follows_its_structure_and_no_neighbour(
    shelf: Shelf, family: str, net: str | None, settings: PhotoSettings
):
    drawer = shelf.drawer(family, net, settings)
    together = drawer.draw([THERE, HERE], [1, 2], (SIDE, SIDE))
    [alone], [moved], [seeded] = (
        drawer.draw([each], [seed], (SIDE, SIDE)) for each, seed in ((HERE, 2), (THERE, 2), (HERE, 3))
    )
    assert [each.size for each in together] == [(SIDE, SIDE)] * 2
    assert apart(together[1], alone) <= 1, "a picture does not depend on its neighbours"
    assert apart(alone, moved) > 0, "where its objects are changes it"
    assert apart(alone, seeded) > 0


@pytest.mark.slow
def test_a_model_that_edits_pictures_draws_each_object_anew(shelf: Shelf):
    """It works at its own million pixels, whatever is asked for."""
    models = PhotoModels(shelf.model("Qwen-Image-Edit"))
    [picture] = PhotoGenerator(models, Sampling(steps=2, guidance=1.0), ANEW).draw([HERE], [1], (SIDE, SIDE))
    assert picture.size == (SIDE, SIDE)


@pytest.mark.parametrize(("family", "net"), [("SD1.5", "SD1.5"), ("Qwen-Image", "Qwen-Image"), ("Sana", "Sana")])
def test_the_weight_of_a_condition_is_a_setting(shelf: Shelf, family: str, net: str):
    deaf = shelf.drawer(family, net, PhotoSettings(scale=0.0))
    [here], [there] = (deaf.draw([each], [1], (SIDE, SIDE)) for each in (HERE, THERE))
    assert apart(here, there) == 0
    [heard] = shelf.drawer(family, net).draw([HERE], [1], (SIDE, SIDE))
    assert apart(here, heard) > 0


def test_a_condition_counts_in_a_share_of_the_steps_where_the_network_has_that(shelf: Shelf):
    whole, early = (shelf.drawer("SD1.5", "SD1.5", PhotoSettings(span=span)) for span in ((0.0, 1.0), (0.0, 0.5)))
    assert apart(*(drawer.draw([HERE], [1], (SIDE, SIDE))[0] for drawer in (whole, early))) > 0
    with pytest.raises(UserError, match="counts in every step"):
        shelf.drawer("Z-Image", "Z-Image", PhotoSettings(span=(0.0, 0.5)))


@pytest.mark.parametrize("span", [(0.25, 0.5), (0.5, 0.75), (0.75, 1.0)])
def test_a_condition_that_has_a_whole_step_counts_in_it(shelf: Shelf, span: tuple[float, float]):
    heard, deaf = (shelf.drawer("SD1.5", "SD1.5", each) for each in (PhotoSettings(span=span), PhotoSettings(scale=0.0)))
    assert apart(*(drawer.draw([HERE], [1], (SIDE, SIDE))[0] for drawer in (heard, deaf))) > 0


def test_depth_edges_and_segmentation_are_three_conditions(shelf: Shelf):
    drawn = [
        shelf.drawer("SD1.5", "SD1.5", PhotoSettings(condition=condition)).draw([HERE], [1], (SIDE, SIDE))[0]
        for condition in ("depth", "canny", "segmentation")
    ]
    assert min(apart(drawn[0], drawn[1]), apart(drawn[0], drawn[2]), apart(drawn[1], drawn[2])) > 0


@pytest.mark.slow
def test_a_union_reads_the_number_of_its_condition_and_refuses_one_that_it_lacks(shelf: Shelf):
    with pytest.raises(UserError, match="knows canny, depth, not segmentation"):
        shelf.drawer("FLUX.1", "FLUX.1 Union", PhotoSettings(condition="segmentation"))
    for family, net in (("SDXL", "SDXL Union"), ("FLUX.1", "FLUX.1 Union")):
        drawer = shelf.drawer(family, net)
        [right] = drawer.draw([HERE], [1], (SIDE, SIDE))
        drawer._mode = ROWS[family].nets[drawer._models.net or ""].modes["canny"]
        [wrong] = drawer.draw([HERE], [1], (SIDE, SIDE))
        assert apart(right, wrong) > 0, "the number tells it how to read the picture"


def test_outside_of_all_masks_nothing_is_drawn_anew(shelf: Shelf):
    [plain] = shelf.drawer("SD1.5", "SD1.5").draw([HERE], [1], (SIDE, SIDE))
    [anew] = shelf.drawer("SD1.5", "SD1.5", ANEW).draw([HERE], [1], (SIDE, SIDE))
    changed = np.abs(pixels(plain) - pixels(anew)).max(axis=-1) > 0
    index = structure(4).index
    margin = round(MARGIN_SHARE * SIDE) + 1
    near = np.zeros(index.shape, bool)
    for rows, columns in (np.nonzero(index == number) for number in (1, 2)):
        near[rows.min() - margin : rows.max() + margin + 1, columns.min() - margin : columns.max() + margin + 1] = True
    assert not changed[~near].any()
    assert changed[index == 1].mean() > 0.5
    assert changed[index == 2].mean() > 0.5


def test_a_moved_box_moves_its_region_and_nothing_else(shelf: Shelf):
    """Of a model that draws each object over the structure's picture."""
    drawer = shelf.drawer("FLUX.1 Fill", None, ANEW)
    [here], [there] = (drawer.draw([each], [1], (SIDE, SIDE)) for each in (HERE, THERE))
    changed = np.abs(pixels(here) - pixels(there)).max(axis=-1) > 0
    margin = round(MARGIN_SHARE * SIDE) + 1
    left, right = 4 - margin, 18 + 20 + margin
    cat, chair = (np.zeros(changed.shape, bool) for _ in range(2))
    cat[8 - margin : 36 + margin, max(0, left) : right] = True
    chair[40 - margin : 60 + margin, 40 - margin : 60 + margin] = True
    assert changed[8:36, 4:18].all(), "where it was"
    assert changed[8:36, 25:38].mean() > 0.9, "where it is"
    assert not changed[~(cat | chair)].any(), "the chair was drawn after it, in other surroundings"


def test_a_picture_without_objects_large_enough_is_drawn_as_a_whole(shelf: Shelf):
    empty = replace(HERE, ids=(), phrases=(), words=(), boxes=())
    drawer = shelf.drawer("SD1.5", "SD1.5", replace(ANEW, regional=0.5))
    [mixed, bare] = drawer.draw([HERE, empty], [1, 2], (SIDE, SIDE))
    [alone] = drawer.draw([empty], [2], (SIDE, SIDE))
    assert mixed.size == bare.size
    assert apart(bare, alone) <= 1


def test_a_structure_of_another_size_is_fitted(shelf: Shelf):
    drawer = shelf.drawer("SD1.5", "SD1.5", ANEW)
    [picture] = drawer.draw([HERE], [1], (128, 64))
    assert picture.size == (128, 64)


def test_a_network_for_several_conditions_is_shown_no_boxes(shelf: Shelf):
    with pytest.raises(UserError, match="the renderer photo draws with it"):
        controlnet(shelf.model("FLUX.1"), shelf.net("FLUX.1 Union"), SAMPLING)


@pytest.mark.parametrize(("family", "net"), [("SD1.5", "SD1.5"), pytest.param("SDXL", "SDXL", marks=pytest.mark.slow)])
def test_a_phrase_is_read_inside_its_own_mask(shelf: Shelf, family: str, net: str):
    whole = replace(HERE, phrases=(HERE.prompt, HERE.prompt))
    plain = shelf.drawer(family, net)
    regional = shelf.drawer(family, net, PhotoSettings(regional=1.0))
    [without] = plain.draw([HERE], [1], (SIDE, SIDE))
    [same], [other] = (
        regional.draw([each], [1], (SIDE, SIDE)) for each in (whole, replace(HERE, phrases=("?" * 60, "a chair")))
    )
    assert apart(without, same) <= 1, "a phrase that says what the prompt says changes nothing"
    assert apart(without, other) > 0


@pytest.mark.parametrize(
    ("family", "net"), [("SD1.5", "SD1.5"), pytest.param("SDXL", "SDXL Union", marks=pytest.mark.slow)]
)
def test_each_picture_of_a_batch_reads_its_own_phrases(shelf: Shelf, family: str, net: str):
    drawer = shelf.drawer(family, net, PhotoSettings(regional=1.0))
    told = [
        replace(HERE, phrases=("?" * 60, "a chair")), replace(THERE, phrases=("a zebra", "!!!")),
        replace(HERE, phrases=("a chair",), ids=(1,), words=("chair",), boxes=HERE.boxes[1:]),
    ]  # fmt: skip
    together = drawer.draw(told, [1, 2, 3], (SIDE, SIDE))
    for number, picture in enumerate(together):
        [alone] = drawer.draw([told[number]], [number + 1], (SIDE, SIDE))
        assert apart(picture, alone) <= (0 if drawer._first.way.singly else 1)
    [other] = drawer.draw([replace(told[0], phrases=("a zebra", "a chair"))], [1], (SIDE, SIDE))
    assert apart(together[0], other) > 0


def test_a_regional_answer_stays_inside_its_region(shelf: Shelf):
    """Of one layer: before others carry it on."""
    from gpu_workers.diffusion.families.regional_attention import RegionalAttention, Regions

    drawer = shelf.drawer("SD1.5", "SD1.5")
    unet = drawer._first.pipeline.unet
    attention, layer = RegionalAttention(unet), unet.mid_block.attentions[0].transformer_blocks[0].attn2
    generator = torch.Generator().manual_seed(1)
    hidden, text, phrase = (torch.randn(shape, generator=generator) for shape in ((2, 64, 64), (2, 77, 32), (1, 1, 77, 32)))
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., :4] = 1
    with torch.no_grad():
        plain = layer(hidden, text)
        with attention.reading(Regions(phrase, mask, 1.0)):
            mixed = layer(hidden, text)
    moved = (plain - mixed).abs().amax(-1).unflatten(-1, (8, 8))
    assert moved[0].max() == 0, "the negative half is as before"
    assert moved[1, :, 4:].max() == 0
    assert moved[1, :, :4].min() > 0


@pytest.mark.parametrize(("family", "net"), [("SD1.5", "SD1.5"), ("FLUX.1", "FLUX.1")])
def test_half_precision_stays_so_through_every_pipeline(shelf: Shelf, family: str, net: str):
    drawer = shelf.drawer(family, net, ANEW, "bfloat16")
    [half] = drawer.draw([HERE], [1], (SIDE, SIDE))
    assert drawer._again is not None
    assert drawer._again.pipeline.dtype == torch.bfloat16
    assert drawer.parameters["dtype"] == "torch.bfloat16"
    whole = shelf.drawer(family, net, ANEW)
    [single], [other] = (whole.draw([HERE], [seed], (SIDE, SIDE)) for seed in (1, 2))
    rounding, seed = (np.abs(pixels(each) - pixels(single)).mean() for each in (half, other))
    assert rounding < seed / 20, "it is the same picture, but for rounding"


@pytest.mark.parametrize(
    ("family", "net", "settings", "words"),
    [
        ("SD1.5", None, SHOWN, r"draws photographs by a ControlNet \(SKG_RENDER_CONTROLNET\)"),
        ("FLUX.1 Kontext", None, NOISED, "being shown the picture"),
        ("SD3.5", "SD3.5", NOISED, "with this ControlNet draws photographs by"),
        ("FLUX.2", None, ANEW, "has no inpainting"),
        ("FLUX.2", None, PhotoSettings(regional=0.5), r"for SD1\.5 and SDXL"),
        ("Sana", "Sana", ANEW, "has no inpainting"),
        ("FLUX.2", "FLUX.1", SHOWN, "takes no ControlNet"),
        ("SDXL", "SD1.5", SHOWN, "is for another model than .*: cross_attention_dim 32, where it has"),
        (
            "SD1.5",
            None,
            PhotoSettings(strength=0.2),
            r"SKG_RENDER_STRENGTH 0\.2 of 4 steps .*: at least 1/4 is needed",
        ),
        ("SD1.5", "SD1.5", PhotoSettings(inpaint=0.2), r"SKG_RENDER_INPAINT 0\.2 of 4 steps"),
        ("SD1.5", "SD1.5", PhotoSettings(span=(0.8, 0.2)), r"FROM 0\.8 is not before SKG_RENDER_CONDITION_UNTIL 0\.2"),
        ("FLUX.1", "FLUX.1", PhotoSettings(span=(0.5, 0.5)), "would count in no step"),
        (
            "SD1.5",
            "SD1.5",
            PhotoSettings(span=(0.4, 0.7)),
            r"0\.4 until .*UNTIL 0\.7 there is no whole one of 4 steps",
        ),
        ("FLUX.1", "FLUX.1", PhotoSettings(span=(0.1, 0.4)), "the ControlNet would count in none"),
        ("SD1.5", "SD1.5", PhotoSettings(strength=0.5, span=(0.25, 0.75)), "no whole one of 2 steps"),
        ("SD1.5", "SD1.5", PhotoSettings(inpaint=0.5, span=(0.25, 0.75)), "no whole one of 2 steps"),
    ],
)
def test_what_a_family_cannot_do_is_said_in_a_line_with_what_it_can(
    shelf: Shelf, family: str, net: str | None, settings: PhotoSettings, words: str
):
    with pytest.raises(UserError, match=words) as caught:
        shelf.drawer(family, net, settings)
    assert "\n" not in str(caught.value)
