"""Guidance by boxes: maps are caught without changing the model, each energy is lowered, boxes matter where they are."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gpu_workers.diffusion.conditioning import Conditioning, Corners, naming_all, token_positions, word_positions
from gpu_workers.diffusion.config_check import check_at_hand
from gpu_workers.diffusion.denoise import (
    GuidanceStrategy,
    Guide,
    Sampling,
    Step,
    classifier_free,
    denoise,
    predict_noise,
    steps_of,
)
from gpu_workers.diffusion.diffusion_config import DiffusionConfig
from gpu_workers.diffusion.guidance.attention_maps import WatchedNetwork, middle_layers, quarter_layers
from gpu_workers.diffusion.guidance.box_grid import mask_of, rounded_size
from gpu_workers.diffusion.guidance.box_targets import Grid, Targets, Term, phrase_terms
from gpu_workers.diffusion.guidance.boxdiff import BoxDiffGuide
from gpu_workers.diffusion.guidance.latent_guidance import AttentionReader, EnergyGuide
from gpu_workers.diffusion.guidance.method_settings import (
    LMD_ALONE,
    BackwardSettings,
    BoxDiffSettings,
    ComposedSettings,
    LmdSettings,
    changed,
)
from gpu_workers.diffusion.guidance.multidiffusion import MultiDiffusion
from gpu_workers.diffusion.guidance.object_composition import (
    DrawnObject,
    ObjectComposition,
    blended,
    composed_latents,
    lone_objects,
)
from gpu_workers.diffusion.guidance.object_shapes import offset_to, shape_of, shifted, smoothing_matrix
from gpu_workers.diffusion.guidance_methods import VARIANTS, backward_method, lmd_method
from gpu_workers.diffusion.model_components import Machine, Parts, load
from gpu_workers.diffusion.tensor_batch import Batch, prepare
from schemas.errors import UserError

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402 - only where torch is

pytestmark = pytest.mark.thorough

SIZE = (64, 64)
SAMPLING = Sampling(steps=4, beta=1.0)
CLOSE = 1e-4
LEFT: Corners = (0.0, 0.25, 0.5, 0.75)
RIGHT: Corners = (0.5, 0.25, 1.0, 0.75)
METHODS = {
    "backward": backward_method(BackwardSettings(scale=20.0, moves=(3,) * 50, enough=0.0)),
    "lmd": lmd_method(LmdSettings(scale=5.0, moves=(3,) * 50, enough=0.0)),
}


def conditioning(box: Corners = LEFT, words: str = "a cat in a room") -> Conditioning:
    return Conditioning(words, "", ("a cat",), ("cat",), (box,), "a room")


def first_step(parts: Parts) -> Step:
    return at_step(parts, 0)


def at_step(parts: Parts, number: int) -> Step:
    return steps_of(parts.new_scheduler(SAMPLING.steps), SAMPLING.beta)[number]


def guide_of(parts: Parts, name: str) -> EnergyGuide:
    return EnergyGuide(parts, AttentionReader(parts, middle_layers(parts.unet)), METHODS[name])


def drawn(parts: Parts, kind: str, told: list[Conditioning], seeds: list[int]) -> Any:
    made = VARIANTS[kind](parts, SAMPLING, None)
    return denoise(parts, made.prepared(parts, told, seeds, SIZE), SAMPLING, made.strategy)


def test_an_object_is_found_in_its_prompt_by_phrase_else_by_category_else_not(parts: Parts):
    told = Conditioning("a red cat, a dog", "", ("red cat", "big dog", "a bus"), ("cat", "dog", "bus"), (LEFT, RIGHT, LEFT))
    cat, dog, bus = token_positions(parts.tokenizer, told)
    assert len(cat) == len("redcat")
    assert len(dog) == len("dog")
    assert cat[-1] < dog[0]
    assert bus == []


def test_the_category_is_found_within_its_phrase_else_the_phrases_last_token(parts: Parts):
    told = Conditioning("a red cat, a dog", "", ("red cat", "a dog"), ("cat", "animal"), (LEFT, RIGHT))
    cat, dog = word_positions(parts.tokenizer, told)
    assert cat == token_positions(parts.tokenizer, told)[0][-len("cat") :]
    assert dog == token_positions(parts.tokenizer, told)[1][-1:]


def test_phrases_that_a_prompt_does_not_have_are_added_and_its_last_words_make_room(parts: Parts):
    said = Conditioning("a cat", "", ("a cat", "a dog"), ("cat", "dog"), (LEFT, RIGHT))
    assert naming_all(parts.tokenizer, said).prompt == "a cat| a dog"
    assert naming_all(parts.tokenizer, replace(said, phrases=("cat", "a cat"))).prompt == "a cat"
    long = replace(
        said, prompt="a long tale of the lawn behind the house and of all that has happened on it and a dog and a cat"
    )
    named = naming_all(parts.tokenizer, long)
    assert all(token_positions(parts.tokenizer, named)), "both are within the tokens that the encoder reads"
    assert named.prompt.startswith("a long tale")


def test_watching_changes_no_prediction_and_leaves_the_model_as_it_was(parts: Parts):
    batch, step = prepare(parts, [conditioning()], [1], SIZE), first_step(parts)
    before = dict(parts.unet.attn_processors)
    watched = WatchedNetwork(parts, middle_layers(parts.unet), cut=False)
    with torch.no_grad():
        plainly = predict_noise(parts, batch.latents, step, batch.positive_texts(), batch.positive_grounding())
        seen = predict_noise(watched.parts, batch.latents, step, batch.positive_texts(), batch.positive_grounding())
    assert float((plainly - seen).abs().max()) < CLOSE
    assert parts.unet.attn_processors == before
    assert {weight.data_ptr() for weight in watched.parts.unet.parameters()} == {
        weight.data_ptr() for weight in parts.unet.parameters()
    }, "no weight is there twice"
    [(size, layers)] = watched.take((16, 16)).items()
    assert size == (8, 8)
    for layer in layers:
        assert layer.shape[0] == 1
        assert torch.allclose(layer.sum(-1), torch.ones(layer.shape[:3]), atol=1e-4), "probabilities over tokens"


def test_a_guided_pass_ends_after_the_last_block_that_is_read(parts: Parts):
    watched = WatchedNetwork(parts, middle_layers(parts.unet), cut=True)
    assert len(parts.unet.up_blocks) == 2
    assert len(watched.parts.unet.up_blocks) == 1
    assert watched.parts.unet.up_blocks[0].upsamplers is None


def test_a_mask_covers_its_box_and_is_never_empty():
    mask = mask_of((0.5, 0.0, 1.0, 0.25), (8, 8))
    assert mask.sum() == 8
    assert mask[0:2, 4:8].all()
    assert mask_of((0.99, 0.99, 1.0, 1.0), (8, 8)).sum() == 1


@pytest.mark.parametrize("name", METHODS)
def test_an_energy_is_lower_when_the_attention_lies_in_the_box(parts: Parts, name: str):
    method, mask = METHODS[name], mask_of(LEFT, (8, 8))
    targets = Targets(phrase_terms(parts.tokenizer, [conditioning()]), 1, method.grid, "cpu")
    inside, outside = (
        method.energy({(8, 8): [(where * 0.9 + 0.01).flatten()[None, None, :, None].expand(1, 8, 64, 77)]}, targets)
        for where in (mask, 1 - mask)
    )
    assert float(inside) < float(outside)


@pytest.mark.parametrize("name", METHODS)
def test_guidance_lowers_its_own_energy(parts: Parts, name: str):
    batch, step, guide = prepare(parts, [conditioning(), conditioning(RIGHT)], [1, 2], SIZE), first_step(parts), None
    guide = guide_of(parts, name)
    moved = guide(batch.latents, batch, step)
    assert (guide.energies(moved, batch, step) < guide.energies(batch.latents, batch, step)).all()


def test_a_picture_whose_prompt_does_not_name_its_object_is_not_moved_and_its_neighbour_is(parts: Parts):
    told = [conditioning(), Conditioning("nothing of it", "", ("a cat",), ("cat",), (LEFT,), "a room")]
    batch, step = prepare(parts, told, [1, 2], SIZE), first_step(parts)
    boxdiff = BoxDiffGuide(parts, AttentionReader(parts, quarter_layers(parts.unet)), BoxDiffSettings())
    for guide in (guide_of(parts, "backward"), boxdiff):
        moved = guide(batch.latents, batch, step)
        assert (moved[0] != batch.latents[0]).any()
        assert (moved[1] == batch.latents[1]).all()


def test_an_object_that_covers_no_position_keeps_one_unless_the_reference_is_followed():
    tiny: Corners = (0.99, 0.99, 1.0, 1.0)
    terms = [Term(0, 1, (tiny,), 1.0)]
    assert Targets(terms, 1, Grid(rounded_size), "cpu").region((8, 8)).mask.sum() == 1
    assert Targets(terms, 1, Grid(rounded_size, smallest=0), "cpu").region((8, 8)).mask.sum() == 0


def test_settings_of_a_method_are_changed_by_their_names_and_by_nothing_else():
    assert changed(LmdSettings(), '{"scale": 7, "moves": [2, 1]}') == LmdSettings(scale=7, moves=(2, 1))
    assert changed(BoxDiffSettings(), None) == BoxDiffSettings()
    for settings, text, said in (
        (LmdSettings(), '{"scales": 7}', "inside_weight"),
        (LmdSettings(), '{"inside_top": 2}', "inside_top"),
        (LmdSettings(), "scale=7", "JSON"),
        (LmdSettings(), "[1]", "JSON object"),
        (LmdSettings(), "[" * 100_000, "is no JSON"),
        (LmdSettings(), '{"scale": 1, "scale": 2}', "the key 'scale' is there twice"),
        (LmdSettings(), '{"scale": true}', "scale: Input should be a valid number"),
        (LmdSettings(), '{"moves": ["5"]}', "moves.0: Input should be a valid integer"),
    ):
        with pytest.raises(UserError, match=said):
            changed(settings, text)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("lmd_plus", '{"shape_from": 1}', "shape_from 1 is to be less than"),
        ("lmd", '{"frozen": 0, "alone": 0}', "shape_from 0.2 is to be less than"),
        ("lmd_plus", '{"frozen": 0, "alone": 0, "shape_from": 0}', "shape_from 0 is to be less than"),
        ("lmd_plus", '{"alone": 0.1, "frozen": 0.05, "shape_from": 0.5}', "no step would be left"),
        ("lmd_plus", '{"shape_sigma": 1e9}', "shape_sigma"),
        ("lmd_plus", '{"enough": NaN}', "enough"),
        ("lmd_plus", '{"scale": 1e308}', "scale"),
        ("gligen_guided", '{"scale": Infinity}', "scale"),
        ("backward", '{"noise_power": 1e30}', "noise_power"),
        ("boxdiff", '{"sigma": 1e-160}', "sigma"),
        ("boxdiff", '{"sharpen": Infinity}', "sharpen"),
    ],
)
def test_settings_of_which_no_picture_can_be_drawn_are_refused_in_a_line_before_anything_is_loaded(
    tmp_path: Path, kind: str, text: str, said: str
):
    with pytest.raises(UserError, match=said) as caught:
        check_at_hand(DiffusionConfig(kind, "someone/somewhere", None, tmp_path, 1, method=text))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("SKG_RENDER_METHOD: ")
    assert ": :" not in str(caught.value)


ENDS = (
    ("lmd_plus", '{"frozen": 1, "shape_sigma": 100, "own_noise": 1, "shape_above": 1, "moves": [1], "smallest": 1000}'),
    ("lmd_plus", '{"alone": 0.3, "frozen": 0.3, "shape_from": 0.29, "moves": [1]}'),
    ("lmd_plus", '{"alone": 0.01, "frozen": 0, "shape_from": 0, "moves": [1], "shape_sigma": 0}'),
    ("lmd", '{"frozen": 1, "alone": 0, "shape_from": 0.99, "moves": [], "alone_moves": [1]}'),
    ("boxdiff", '{"sigma": 0.05, "sharpen": 0, "top": 0, "refinements": 1, "reach": 1000}'),
    ("boxdiff", '{"sigma": 100, "sharpen": 1000, "refine": false, "smallest": 1000}'),
)
"""Of settings that are taken, those at the ends of their ranges."""


@pytest.mark.parametrize(("kind", "text"), ENDS)
def test_settings_at_the_ends_of_their_ranges_draw(parts: Parts, kind: str, text: str):
    sampling = replace(SAMPLING, steps=3)
    made = VARIANTS[kind](parts, sampling, text)
    latents = denoise(parts, made.prepared(parts, [conditioning()], [1], SIZE), sampling, made.strategy)
    assert torch.isfinite(latents).all()


@pytest.mark.parametrize("kind", ["gligen", "text", "multidiffusion"])
def test_a_method_without_settings_refuses_some(parts: Parts, kind: str):
    with pytest.raises(UserError, match="nothing, for this renderer"):
        VARIANTS[kind](parts, SAMPLING, '{"scale": 7}')


@pytest.mark.slow
def test_a_compiled_network_is_guided_alike(parts: Parts, checkpoint: Path):
    compiled = load(checkpoint, Machine(compiled=True, compiler="eager"))
    batch, step = prepare(parts, [conditioning()], [1], SIZE), first_step(parts)
    moved, other = (guide_of(each, "backward")(batch.latents, batch, step) for each in (parts, compiled))
    assert (moved != batch.latents).any()
    assert float((moved - other).abs().max()) < CLOSE


class Counted(TorchDispatchMode):
    """Counts operators, and values that Python waits for."""

    def __init__(self) -> None:
        super().__init__()
        self.operators, self.waits = 0, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.operators += 1
        self.waits += "_local_scalar_dense" in str(func) or "is_nonzero" in str(func)
        return func(*args, **(kwargs or {}))


def crowd(count: int) -> list[Conditioning]:
    """Pictures of `count` named objects each."""
    words = ("cat", "dog", "car", "bus", "hat", "cup", "box", "key")[:count]
    boxes: list[Corners] = [(0.1 * n, 0.1 * n, 0.1 * n + 0.3, 0.1 * n + 0.3) for n in range(count)]
    return [Conditioning(", ".join(words), "", words, words, tuple(boxes), "a room")] * count


def counted(guide: Guide, batch: Batch, step: Step) -> Counted:
    guide(batch.latents, batch, step)  # the first one prepares
    with Counted() as found:
        guide(batch.latents, batch, step)
    return found


@pytest.mark.parametrize("name", [*METHODS, "boxdiff"])
def test_more_pictures_and_objects_take_no_more_operators_and_the_device_is_waited_for_once_a_move(parts: Parts, name: str):
    few, many = (prepare(parts, crowd(count), list(range(count)), SIZE, boxes=False) for count in (2, 8))
    boxdiff = BoxDiffSettings(refine=False)

    def guide() -> Guide:
        if name == "boxdiff":
            return BoxDiffGuide(parts, AttentionReader(parts, quarter_layers(parts.unet)), boxdiff)
        return guide_of(parts, name)

    two, eight = (counted(guide(), batch, first_step(parts)) for batch in (few, many))
    moves = 1 if name == "boxdiff" else 3
    assert eight.operators == two.operators
    assert eight.waits <= moves
    assert eight.operators < 1500 * moves


@pytest.mark.parametrize("kind", ["gligen_guided", "lmd_plus", "lmd", "boxdiff", "multidiffusion"])
def test_a_mixed_batch_is_its_pictures_drawn_alone(parts: Parts, kind: str):
    two = Conditioning("a cat, a dog", "bus", ("a cat", "a dog"), ("cat", "dog"), (LEFT, RIGHT), "a wide green lawn")
    told = [conditioning(), two]
    together = drawn(parts, kind, told, [1, 2])
    alone = torch.cat([drawn(parts, kind, [each], [seed]) for each, seed in zip(told, [1, 2], strict=True)])
    assert float((together - alone).abs().max()) < 10 * CLOSE


SCHEDULES = {
    "DDIMScheduler": {}, "PNDMScheduler": {"skip_prk_steps": True}, "HeunDiscreteScheduler": {},
}  # fmt: skip
"""The last two take more predictions than they are asked for steps."""


def of_schedule(parts: Parts, name: str) -> Parts:
    made = getattr(pytest.importorskip("diffusers"), name).from_config(parts.scheduler.config, **SCHEDULES[name])
    return replace(parts, scheduler=made)


@pytest.mark.parametrize("steps", [3, 4, 5])
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("kind", ["lmd_plus", "lmd", "multidiffusion"])
def test_objects_are_composed_in_every_schedule_whatever_its_steps(parts: Parts, kind: str, name: str, steps: int):
    parts, sampling, quick = of_schedule(parts, name), replace(SAMPLING, steps=steps), '{"moves": [1], "alone_moves": []}'
    made = VARIANTS[kind](parts, sampling, None if kind == "multidiffusion" else quick)
    latents = denoise(parts, made.prepared(parts, [conditioning()], [1], SIZE), sampling, made.strategy)
    assert torch.isfinite(latents).all()
    assert parts.taken_steps(steps) == len(steps_of(parts.new_scheduler(steps), 1.0))


@pytest.mark.parametrize("steps", [3, 4, 5])
@pytest.mark.parametrize("name", SCHEDULES)
def test_an_object_is_put_where_it_is_after_each_of_half_of_the_predictions(parts: Parts, name: str, steps: int):
    parts, sampling = of_schedule(parts, name), replace(SAMPLING, steps=steps)
    made = VARIANTS["lmd_plus"](parts, sampling, '{"moves": []}')
    batch = made.prepared(parts, [conditioning()], [1], SIZE)
    assert made.strategy.after is not None
    every = steps_of(parts.new_scheduler(steps), 1.0)
    put = [bool((made.strategy.after(batch.latents, batch, step) != batch.latents).any()) for step in every]
    assert put == [step.number < len(every) // 2 for step in every]


def test_a_moved_box_changes_its_region_more_than_the_rest(parts: Parts):
    corner: Corners = (0.0, 0.0, 0.25, 0.25)
    with_cat = Conditioning("a room", "", ("a cat",), ("cat",), (corner,), "a room")
    without = replace(with_cat, phrases=("a dog",))
    strategy, sampling = GuidanceStrategy(MultiDiffusion(parts, SAMPLING)), replace(SAMPLING, steps=1)
    pictures = [
        denoise(parts, prepare(parts, [each], [1], SIZE, False), sampling, strategy) for each in (with_cat, without)
    ]
    change = (pictures[0] - pictures[1]).abs()[0].mean(0)
    mask = mask_of(corner, change.shape)
    assert change[mask == 1].mean() > 10 * change[mask == 0].mean()


def share_of(parts: Parts, latents: Any, box: Corners) -> Any:
    """The share of the attention to the cat that lies in a box, in each picture, as no method reads it."""
    batch = prepare(parts, [conditioning()] * len(latents), [0] * len(latents), SIZE, boxes=False)
    with torch.no_grad():
        maps = AttentionReader(parts, middle_layers(parts.unet)).read(latents, batch, first_step(parts))
    [((height, width), layers)] = maps.items()
    [tokens] = token_positions(parts.tokenizer, conditioning())
    attention = torch.cat(layers, 1)[..., tokens].mean((1, 3)).unflatten(1, (height, width))
    return (attention * mask_of(box, (height, width))).sum((1, 2)) / attention.sum((1, 2))


MOVING = {
    "gligen_guided": {"enough": 0.0, "moves": [20]}, "lmd_plus": {"enough": 0.0, "moves": [20]},
    "lmd": {"enough": 0.0, "moves": [20]}, "backward": {"enough": 0.0, "moves": [20]}, "boxdiff": {"scale": 200.0},
}  # fmt: skip
"""Changes of the methods' settings by which attention that is random already is moved, too."""


@pytest.mark.parametrize("kind", MOVING)
def test_a_moved_box_moves_the_attention_to_its_object(parts: Parts, kind: str):
    """The same noise and the same words: only the box is elsewhere."""
    seeds = [1, 2, 3]
    shares = {}
    for name, box in (("left", LEFT), ("right", RIGHT)):
        made = VARIANTS[kind](parts, SAMPLING, json.dumps(MOVING[kind]))
        batch = made.prepared(parts, [conditioning(box)] * len(seeds), seeds, SIZE)
        assert made.strategy.guide is not None
        moved = made.strategy.guide(batch.latents, batch, first_step(parts))
        shares[name] = share_of(parts, moved, LEFT) - share_of(parts, moved, RIGHT)
    assert (shares["left"] > shares["right"] + 5e-4).all(), "where boxes say nothing they are equal"


@pytest.mark.parametrize("kind", ["lmd_plus", "lmd"])
def test_a_moved_box_moves_where_its_object_is_put(parts: Parts, kind: str):
    for box in (LEFT, RIGHT, (0.25, 0.5, 0.75, 1.0)):
        made = VARIANTS[kind](parts, SAMPLING, None)
        batch = made.prepared(parts, [conditioning(box)], [1], SIZE)
        assert made.strategy.after is not None
        changed = (made.strategy.after(batch.latents, batch, first_step(parts)) != batch.latents)[0].any(0)
        inside = mask_of(box, changed.shape) == 1
        assert changed[inside].float().mean() > 0.25
        put, wanted = (torch.nonzero(where).float().mean(0) for where in (changed, inside))
        assert float((put - wanted).abs().max()) <= 2, "its centre is the box's, but for a place of the smallest map"
        assert kind == "lmd" or not changed[~inside].any(), "it is cut at its box where it is not moved"


def test_objects_of_one_name_share_their_attention(parts: Parts):
    cats = Conditioning("cat by cat", "", ("cat", "cat"), ("cat", "cat"), (LEFT, RIGHT), "a room")
    one = Conditioning("cat by cat", "", ("cat",), ("cat",), ((0.0, 0.25, 1.0, 0.75),), "a room")
    batch, step = prepare(parts, [cats, one], [1, 1], SIZE, boxes=False), first_step(parts)
    with torch.no_grad():
        found = guide_of(parts, "lmd").energies(batch.latents, batch, step)
    assert abs(float(found[0] - found[1])) < CLOSE, "the place of one is not outside of the other's"


def composing(parts: Parts) -> ObjectComposition:
    return ObjectComposition(parts, SAMPLING, False, ComposedSettings(), None)


def test_objects_drawn_alone_are_put_into_their_boxes_and_nowhere_else(parts: Parts):
    batch = prepare(parts, [conditioning(), conditioning(RIGHT)], [1, 2], SIZE, boxes=False)
    composed = composing(parts).after(batch.latents, batch, first_step(parts))
    for number, box in enumerate((LEFT, RIGHT)):
        changed = (composed[number] != batch.latents[number]).any(0)
        assert changed.any()
        assert not changed[mask_of(box, changed.shape) == 0].any()


def test_after_half_of_the_steps_the_whole_picture_is_left_to_itself(parts: Parts):
    batch, objects = prepare(parts, [conditioning()], [1], SIZE, boxes=False), composing(parts)
    assert (objects.after(batch.latents, batch, at_step(parts, 1)) != batch.latents).any()
    assert (objects.after(batch.latents, batch, at_step(parts, 2)) == batch.latents).all()


def test_what_an_object_is_changes_its_place_first_and_the_rest_through_it(parts: Parts):
    objects = composing(parts)
    strategy = GuidanceStrategy(classifier_free(parts, SAMPLING), after=objects.after, start=objects.start)
    cat, dog = conditioning(words="a room"), replace(conditioning(words="a room"), phrases=("a dog",), words=("dog",))
    steps = [
        [denoise(parts, prepare(parts, [each], [1], SIZE, False), SAMPLING, strategy, (0, until)) for each in (cat, dog)]
        for until in (1, 4)
    ]
    mask = mask_of(LEFT, steps[0][0].shape[-2:])
    first, last = ((one - other).abs()[0].mean(0) for one, other in steps)
    assert first[mask == 1].max() > CLOSE
    assert last[mask == 1].mean() > last[mask == 0].mean() > 0


@pytest.mark.parametrize(("kind", "rows_a_picture"), [("lmd_plus", 8 + 3 * 8), ("lmd", 8 + 3 * 8)])
def test_each_object_is_drawn_alone_for_all_steps_one_at_a_time_for_one_picture(
    parts: Parts, kind: str, rows_a_picture: int
):
    made = VARIANTS[kind](parts, SAMPLING, '{"moves": [], "alone_moves": []}')
    rows: list[int] = []

    def count(module: Any, given: Any) -> None:
        rows.append(len(given[0]))

    hook = torch.nn.modules.module.register_module_forward_pre_hook(
        lambda module, given: count(module, given) if type(module).__name__ == "UNet2DConditionModel" else None
    )
    try:
        things = Conditioning("things", "", ("a cat",) * 3, ("cat",) * 3, (LEFT, RIGHT, LEFT), "a room")
        denoise(parts, made.prepared(parts, [things], [1], SIZE), SAMPLING, made.strategy)
    finally:
        hook.remove()
    assert set(rows) == {2}, "one object and its unwanted half"
    assert sum(rows) == rows_a_picture


def test_an_object_alone_has_its_own_words_its_own_noise_and_for_lmd_its_own_place(parts: Parts):
    told = replace(conditioning(RIGHT), negative="dog")
    batch = prepare(parts, [told], [1], SIZE, boxes=False)
    [own], [placed] = lone_objects(batch, ComposedSettings()), lone_objects(batch, LMD_ALONE)
    assert own.told.prompt == "a room with a cat"
    assert own.told.negative.startswith("dog, ")
    assert "two, many, group" in own.told.negative
    assert own.told.boxes == (RIGHT,)
    assert placed.told.boxes[0] == pytest.approx((0.25, 0.3, 0.75, 0.8))
    noise = torch.randn(1, 4, 16, 16)
    mixed = blended(batch.latents, noise, [own], 0.1)
    inside = mask_of(RIGHT, (16, 16)) == 1
    assert torch.allclose(mixed[..., inside], (0.9**0.5 * batch.latents + 0.1**0.5 * noise)[..., inside])
    assert (mixed[..., ~inside] == batch.latents[..., ~inside]).all()


def test_a_shape_is_moved_with_its_centre_to_its_box_by_whole_positions_of_the_smallest_map():
    shape = mask_of((0.25, 0.5, 0.5, 0.75), (16, 16))
    offset = offset_to(shape, (0.75, 0.0, 1.0, 0.25), (8, 8))
    assert offset == (4, -4)
    assert (shifted(shape, offset, (8, 8)) == mask_of((0.75, 0.0, 1.0, 0.25), (16, 16))).all()
    assert shifted(shape, (-3, 0), (8, 8)).sum() == 8, "half of it is out of the picture"
    assert shifted(shape, (8, 0), (8, 8)).sum() == 0


def test_a_shape_is_where_smoothed_attention_is_strong_within_the_box():
    attention = torch.zeros(8, 8)
    attention[3:5, 1:3] = 1.0
    shape = shape_of(attention, LEFT, (16, 16), 0.0, 0.5)
    assert shape[6:10, 2:6].all()
    assert shape.sum() < mask_of(LEFT, (16, 16)).sum()
    assert (shape_of(attention, RIGHT, (16, 16), 0.0, 0.5) == mask_of(RIGHT, (16, 16))).all(), "none there: the whole box"


def test_smoothing_keeps_sums_and_mirrors_at_the_ends():
    matrix = smoothing_matrix(8, 1.5)
    assert torch.allclose(matrix.sum(1), torch.ones(8))
    assert torch.allclose(matrix, matrix.T)
    assert torch.allclose(matrix, matrix.flip(0, 1))


def test_small_objects_lie_on_top_of_large_ones():
    noise, size = torch.zeros(1, 4, 8, 8), (8, 8)
    small, large = mask_of((0.25, 0.25, 0.5, 0.5), size), mask_of((0.0, 0.0, 1.0, 1.0), size)
    drawn = [DrawnObject(0, torch.full((3, 4, 8, 8), value), shape) for value, shape in ((1.0, small), (2.0, large))]
    latents, frozen = composed_latents(noise, drawn, 2)
    assert (latents[1, 0, 0][small == 1] == 1).all()
    assert (latents[1, 0, 0][small == 0] == 2).all()
    assert frozen.all()


def test_before_flat_colours_an_object_does_not_depend_on_what_is_around_its_box(parts: Parts):
    batch, predict = prepare(parts, [conditioning()], [1], SIZE, boxes=False), MultiDiffusion(parts, SAMPLING)
    mask = mask_of(LEFT, batch.latents.shape[-2:])
    other = batch.latents + (1 - mask)
    early, late = (
        (predict(batch.latents, batch, step) - predict(other, batch, step)).abs()[0].mean(0)
        for step in (at_step(parts, 0), at_step(parts, 3))
    )
    assert early[mask == 1].max() == 0
    assert early[mask == 0].max() > CLOSE
    assert late[mask == 1].max() > CLOSE


def test_a_guided_picture_differs_from_an_unguided_one(parts: Parts):
    assert (
        float((drawn(parts, "backward", [conditioning()], [1]) - drawn(parts, "text", [conditioning()], [1])).abs().max())
        > CLOSE
    )


@pytest.mark.parametrize("kind", VARIANTS)
def test_a_picture_without_objects_is_drawn_from_its_text_beside_others(parts: Parts, kind: str):
    together = drawn(parts, kind, [Conditioning("an empty room", background="a room"), conditioning()], [1, 2])
    alone = drawn(parts, kind, [Conditioning("an empty room", background="a room")], [1])
    assert together.isfinite().all()
    assert float((together[:1] - alone).abs().max()) < 10 * CLOSE
