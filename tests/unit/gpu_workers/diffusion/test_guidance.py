"""Guidance by boxes: maps are caught without changing the model, each energy is lowered, boxes matter where they are."""

from dataclasses import replace
from typing import Any

import pytest

from gpu_workers.diffusion.conditioning import Conditioning, Corners, token_positions
from gpu_workers.diffusion.denoise import GuidanceStrategy, Sampling, Step, classifier_free, denoise, predict_noise
from gpu_workers.diffusion.guidance.attention_maps import recording_attention
from gpu_workers.diffusion.guidance.energies import backward_energy, boxdiff_energy, lmd_energy
from gpu_workers.diffusion.guidance.latent_guidance import Energy, Strength, energies_of, energy_guide, mask_of
from gpu_workers.diffusion.guidance.multidiffusion import MultiDiffusion
from gpu_workers.diffusion.guidance.object_composition import ObjectComposition, single_objects
from gpu_workers.diffusion.guidance_methods import VARIANTS
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import prepare

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough

SIZE = (64, 64)
SAMPLING = Sampling(steps=4, beta=1.0)
CLOSE = 1e-4
LEFT: Corners = (0.0, 0.25, 0.5, 0.75)
RIGHT: Corners = (0.5, 0.25, 1.0, 0.75)
ENERGIES = {"backward": backward_energy, "boxdiff": boxdiff_energy, "lmd": lmd_energy}


def conditioning(box: Corners = LEFT, words: str = "a cat in a room") -> Conditioning:
    return Conditioning(words, "", ("a cat",), ("cat",), (box,), "a room")


def first_step(parts: Parts) -> Step:
    scheduler = parts.new_scheduler(SAMPLING.steps)
    return Step(0, SAMPLING.steps, scheduler.timesteps[0], scheduler)


def drawn(parts: Parts, kind: str, told: list[Conditioning], seeds: list[int]) -> Any:
    made = VARIANTS[kind](parts, SAMPLING)
    return denoise(parts, prepare(parts, told, seeds, SIZE, made.boxes), SAMPLING, made.strategy)


def test_an_object_is_found_in_its_prompt_by_phrase_else_by_category_else_not(parts: Parts):
    told = Conditioning("a red cat, a dog", "", ("red cat", "big dog", "a bus"), ("cat", "dog", "bus"), (LEFT, RIGHT, LEFT))
    cat, dog, bus = token_positions(parts.tokenizer, told)
    assert len(cat) == len("redcat")
    assert len(dog) == len("dog")
    assert cat[-1] < dog[0]
    assert bus == []


def test_catching_changes_no_prediction_and_leaves_the_model_as_it_was(parts: Parts):
    batch, step = prepare(parts, [conditioning()], [1], SIZE), first_step(parts)
    before = parts.unet.attn_processors
    with torch.no_grad():
        plainly = predict_noise(parts, batch.latents, step, batch.positive_texts(), batch.positive_grounding())
        with recording_attention(parts.unet, tuple(batch.latents.shape[-2:])) as caught:
            watched = predict_noise(parts, batch.latents, step, batch.positive_texts(), batch.positive_grounding())
    assert float((plainly - watched).abs().max()) < CLOSE
    assert parts.unet.attn_processors == before
    assert caught.maps
    for layer in caught.maps:
        assert layer.shape[0] == 1
        assert torch.allclose(layer.sum(-1), torch.ones(layer.shape[:3]), atol=1e-4), "probabilities over tokens"


def test_a_mask_covers_its_box_and_is_never_empty():
    mask = mask_of((0.5, 0.0, 1.0, 0.25), (8, 8))
    assert mask.sum() == 8
    assert mask[0:2, 4:8].all()
    assert mask_of((0.99, 0.99, 1.0, 1.0), (8, 8)).sum() == 1


@pytest.mark.parametrize("name", ENERGIES)
def test_an_energy_is_lower_when_the_attention_lies_in_the_box(name: str):
    mask = mask_of(LEFT, (8, 8))
    inside, outside = mask * 0.9 + 0.01, (1 - mask) * 0.9 + 0.01
    assert ENERGIES[name](inside, mask) < ENERGIES[name](outside, mask)


@pytest.mark.parametrize("name", ENERGIES)
def test_guidance_lowers_its_own_energy(parts: Parts, name: str):
    energy: Energy = ENERGIES[name]
    batch, step = prepare(parts, [conditioning(), conditioning(RIGHT)], [1, 2], SIZE), first_step(parts)
    guide = energy_guide(parts, energy, Strength(scale=20.0, share=1.0, repeats=3, enough=0.0))
    moved = guide(batch.latents, batch, step)
    before = energies_of(parts, batch.latents, batch, step, energy)
    after = energies_of(parts, moved, batch, step, energy)
    assert (after < before).all()


def test_a_picture_that_is_good_enough_is_not_moved_and_its_neighbour_is(parts: Parts):
    told = [conditioning(), Conditioning("nothing of it", "", ("a cat",), ("cat",), (LEFT,), "a room")]
    batch, step = prepare(parts, told, [1, 2], SIZE), first_step(parts)
    moved = energy_guide(parts, backward_energy, Strength(share=1.0, enough=0.0))(batch.latents, batch, step)
    assert (moved[0] != batch.latents[0]).any()
    assert (moved[1] == batch.latents[1]).all(), "the prompt does not name the cat: there is nothing to guide by"


@pytest.mark.parametrize("kind", ["gligen_guided", "lmd_plus", "lmd", "boxdiff", "multidiffusion"])
def test_a_mixed_batch_is_its_pictures_drawn_alone(parts: Parts, kind: str):
    two = Conditioning("a cat, a dog", "bus", ("a cat", "a dog"), ("cat", "dog"), (LEFT, RIGHT), "a wide green lawn")
    told = [conditioning(), two]
    together = drawn(parts, kind, told, [1, 2])
    alone = torch.cat([drawn(parts, kind, [each], [seed]) for each, seed in zip(told, [1, 2], strict=True)])
    assert float((together - alone).abs().max()) < 10 * CLOSE


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


def test_objects_of_one_name_share_their_attention(parts: Parts):
    cats = Conditioning("two cats", "", ("cat", "cat"), ("cat", "cat"), (LEFT, RIGHT), "a room")
    one = Conditioning("two cats", "", ("cat",), ("cat",), ((0.0, 0.25, 1.0, 0.75),), "a room")
    batch, step = prepare(parts, [cats, one], [1, 1], SIZE, boxes=False), first_step(parts)
    with torch.no_grad():
        found = energies_of(parts, batch.latents, batch, step, lmd_energy)
    assert abs(float(found[0] - found[1])) < CLOSE, "the place of one is not outside of the other's"


def composing(parts: Parts) -> ObjectComposition:
    return ObjectComposition(parts, SAMPLING, GuidanceStrategy(classifier_free(parts, SAMPLING)), boxes=False)


def at_step(parts: Parts, number: int) -> Step:
    scheduler = parts.new_scheduler(SAMPLING.steps)
    return Step(number, SAMPLING.steps, scheduler.timesteps[number], scheduler)


def test_objects_drawn_alone_are_put_into_their_boxes_and_nowhere_else(parts: Parts):
    batch = prepare(parts, [conditioning(), conditioning(RIGHT)], [1, 2], SIZE, boxes=False)
    composed = composing(parts)(batch.latents, batch, at_step(parts, 0))
    for number, box in enumerate((LEFT, RIGHT)):
        changed = (composed[number] != batch.latents[number]).any(0)
        assert changed.any()
        assert not changed[mask_of(box, changed.shape) == 0].any()


def test_after_half_of_the_steps_the_whole_picture_is_left_to_itself(parts: Parts):
    batch, guide = prepare(parts, [conditioning()], [1], SIZE, boxes=False), composing(parts)
    assert (guide(batch.latents, batch, at_step(parts, 1)) != batch.latents).any()
    assert (guide(batch.latents, batch, at_step(parts, 2)) == batch.latents).all()


def test_what_an_object_is_changes_its_place_first_and_the_rest_through_it(parts: Parts):
    strategy = GuidanceStrategy(classifier_free(parts, SAMPLING), after=composing(parts))
    cat, dog = conditioning(words="a room"), replace(conditioning(words="a room"), phrases=("a dog",))
    steps = [
        [denoise(parts, prepare(parts, [each], [1], SIZE, False), SAMPLING, strategy, (0, until)) for each in (cat, dog)]
        for until in (1, 4)
    ]
    mask = mask_of(LEFT, steps[0][0].shape[-2:])
    first, last = ((one - other).abs()[0].mean(0) for one, other in steps)
    assert first[mask == 1].max() > CLOSE
    assert first[mask == 0].max() == 0
    assert last[mask == 1].mean() > last[mask == 0].mean() > 0


def test_objects_are_drawn_alone_no_more_at_a_time_than_the_batch_has_pictures(parts: Parts):
    rows: list[int] = []
    hook = parts.unet.register_forward_pre_hook(lambda _, given: rows.append(len(given[0])))
    try:
        many = Conditioning("things", "", ("a cat",) * 5, ("cat",) * 5, (LEFT, RIGHT, LEFT, RIGHT, LEFT), "a room")
        drawn(parts, "lmd", [many], [1])
    finally:
        hook.remove()
    assert max(rows) == 2, "one object and its unwanted half"


def test_small_objects_lie_on_top_of_large_ones():
    told = Conditioning("", "", ("cat", "lawn"), ("cat", "lawn"), ((0.4, 0.4, 0.5, 0.5), (0.0, 0.0, 1.0, 1.0)), "a park")
    assert [each.prompt for each in single_objects(told)] == ["a park with lawn", "a park with cat"]


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
