"""`make bench-render` has a line for every way to draw, and each of its parts runs on a CPU."""

from dataclasses import replace

import pytest

from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.model_components import SCHEDULERS, Machine
from gpu_workers.diffusion.setting_readers import LOOPED
from tests.bench.render import PARTS, PHOTOGRAPHS, SMALL, WORKER_BATCHES, Bench, built, graphs

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")


def lines(*parts: str) -> str:
    torch.set_num_threads(1)
    scale = replace(SMALL, steps=2, latent_side=8)
    model, stock = built(scale, Machine())
    said: list[str] = []
    Bench(model, stock, Sampling(scale.steps, 7.5, scale.beta), 1, scale, said.append).run(parts)
    return "\n".join(said)


@pytest.mark.slow
def test_every_method_schedule_and_way_to_photograph_has_a_line():
    said = lines("plain", "guided", "schedules", "photo")
    assert all(f"\n{name}, batches of 4: " in said for name in LOOPED)
    assert all(f"gligen by {name} at 1 steps, batches of 4: " in said for name in SCHEDULERS)
    assert all(f"photo over {name}, batches of 4: " in said for name in PHOTOGRAPHS)
    assert "stock pipeline" in said


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_compiled_network_has_a_line_and_says_what_compiling_it_takes():
    said = lines("compiled")
    assert "compiling, default: " in said
    assert "gligen compiled, default, batches of 4: " in said
    assert "plain" in PARTS


def test_as_many_layouts_as_the_worker_draws_are_on_their_canvases():
    drawn = graphs(8 * WORKER_BATCHES)
    assert len({graph.graph_id for graph in drawn}) == len(drawn)
    for graph in drawn:
        assert all(0 <= x <= 512 - w and 0 <= y <= 512 - h for x, y, w, h in graph.layout.boxes)
