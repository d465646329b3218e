"""The loop of rendering and examining with a renderer that errs as often as published ones do.

Prints the yield with and without salvage and retries: `pytest -s` shows it.
"""

import asyncio
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO

import pytest
from PIL import Image

from agents.planner import RulePlanner
from gpu_workers.collage import CollageRenderer
from gpu_workers.exam_policy import Policy
from gpu_workers.examine import ExamineHandler, Examiners
from gpu_workers.perception.interfaces import Detector
from gpu_workers.perception.perceived_scene import SceneDetector
from gpu_workers.render import RenderHandler
from gpu_workers.renderers import capabilities_of
from schemas.base import Event
from schemas.events import QAEvent, Rejection, RenderedImage
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.questions import ask
from spatial.relations.scene_extraction import extract_scene
from spatial.splits import split_of
from spatial.verify import verify
from tests.fakes.collage import make_sprites
from tests.fakes.faults import FAULTS, ErringDetector, FaultyRenderer, TruthfulDepth, TruthfulDetector, truth_in
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.thorough

PUBLISHED = {"GLIGEN": 0.45, "LMD+": 0.67, "LMD": 0.79}
"""Shares of rendered pictures whose spatial relations were right, as LMD's authors measured them."""

GRAPHS = 16
POLICIES = {
    "neither": Policy(salvage=False, retries=0),
    "salvage": Policy(salvage=True, retries=0),
    "retry": Policy(salvage=False, retries=2),
    "both": Policy(salvage=True, retries=2),
}


@dataclass
class Run:
    """What came of a set of graphs."""

    samples: list[QAEvent] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    images: dict[str, RenderedImage] = field(default_factory=dict)


@lru_cache(maxsize=1)
def graphs() -> tuple[SpatialGraph, ...]:
    planner = RulePlanner(capabilities_of("collage"))
    seeds = [make_seed(concept, count=GRAPHS // 4) for concept in ("kitchen", "park", "street", "beach")]
    planned = [asyncio.run(planner.plan(seed, index)) for seed in seeds for index in range(seed.count)]
    return tuple(graph for graph in planned if isinstance(graph, SpatialGraph))


def run(renderer: FaultyRenderer, policy: Policy, store: InMemoryStore, detector: Detector | None = None) -> Run:
    render = RenderHandler(renderer, store)
    detector = SceneDetector(detector or TruthfulDetector(), TruthfulDepth())
    examine = ExamineHandler(store, store, Examiners(detector), policy)
    done, open_graphs = Run(), list[Event](graphs())
    while open_graphs:
        images = [event for outcome in render.begin(open_graphs)() for event in _events(outcome)]
        done.images |= {image.image.image_id: image for image in images if isinstance(image, RenderedImage)}
        results = [event for outcome in examine.begin(images)() for event in _events(outcome)]
        done.samples += [event for event in results if isinstance(event, QAEvent)]
        done.rejections += [event for event in results if isinstance(event, Rejection)]
        open_graphs = [event for event in results if isinstance(event, SpatialGraph)]
    return done


def _events(outcome: object) -> list[Event]:
    assert isinstance(outcome, list), outcome
    return outcome


@pytest.fixture(scope="module")
def collage(tmp_path_factory: pytest.TempPathFactory) -> CollageRenderer:
    return CollageRenderer(make_sprites(tmp_path_factory.mktemp("sprites") / "all"))


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("LMD+", "LMD")]


@pytest.mark.parametrize("published", ["GLIGEN", *SLOW])
def test_faulty_pictures_are_salvaged_retried_or_rejected_and_never_accepted_with_a_wrong_answer(
    collage: CollageRenderer, published: str
):
    renderer = FaultyRenderer(collage, 1 - PUBLISHED[published])
    pictures = InMemoryStore()
    yields = {}
    for name, policy in POLICIES.items():
        store = InMemoryStore()
        store.objects |= {key: value for key, value in pictures.objects.items() if key.startswith("images/")}
        done = run(renderer, policy, store)
        pictures.objects |= store.objects
        check(done, store)
        yields[name] = len(done.samples) / len(graphs())
    line = ", ".join(f"{name} {share:.0%}" for name, share in yields.items())
    sys.stdout.write(f"\n{published} ({PUBLISHED[published]:.0%} right): yield with {line}\n")
    assert yields["neither"] < yields["salvage"] <= yields["both"]
    assert yields["neither"] < yields["retry"] <= yields["both"]


def check(done: Run, store: InMemoryStore) -> None:
    ended = [(s.graph.seed_id, s.graph.index) for s in done.samples]
    ended += [(r.seed_id, r.index) for r in done.rejections if not r.retried]
    assert sorted(ended) == sorted((graph.seed_id, graph.index) for graph in graphs()), "one end for each request"
    judged = [s.image.image_id for s in done.samples] + [r.image.image_id for r in done.rejections if r.image]
    assert sorted(judged) == sorted(done.images), "every picture is in a sample or in a rejection, once"
    for sample in done.samples:
        for question in sample.questions:
            assert holds_in_truth(question.question, question.choices, question.answer, sample, store), question


def holds_in_truth(text: str, choices: tuple[str, ...], answer: str, sample: QAEvent, store: InMemoryStore) -> bool:
    with Image.open(BytesIO(store.objects[sample.image.key].data)) as picture:
        truth = truth_in(picture)
    shown = tuple(word for word in truth.elements if any(name in word or word in name for name in sample.graph.excluded))
    truth = truth.model_copy(update={"elements": shown})  # a collage is wary of a cloud wherever there is a sky
    scene = extract_scene(sample.graph, truth, (sample.image.width, sample.image.height))
    verdict = verify(text, choices, scene, answer)
    # what a stranger hides in part is less sure than the examiner could know, and no less true
    return verdict.answer == answer or verdict.reason == "the margin is too small"


def test_a_thing_that_nobody_looked_for_makes_no_answer_wrong(collage: CollageRenderer):
    renderer, store = FaultyRenderer(collage, 1.0, ("stranger",)), InMemoryStore()
    done = run(renderer, POLICIES["neither"], store)
    assert len(done.samples) > GRAPHS / 2
    check(done, store)


def test_what_was_excluded_and_drawn_all_the_same_is_never_called_absent(collage: CollageRenderer):
    renderer, store = FaultyRenderer(collage, 1.0, ("excluded",)), InMemoryStore()
    done = run(renderer, POLICIES["salvage"], store)
    assert done.samples
    check(done, store)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_detector_that_errs_costs_samples_and_makes_no_answer_wrong(collage: CollageRenderer, fault: str):
    renderer, store = FaultyRenderer(collage, 0.5, (fault,)), InMemoryStore()
    done = run(renderer, POLICIES["both"], store, ErringDetector())
    assert done.samples
    check(done, store)


def test_a_salvaged_sample_names_the_graph_it_came_from(collage: CollageRenderer):
    renderer, store = FaultyRenderer(collage, 1.0), InMemoryStore()
    done = run(renderer, POLICIES["salvage"], store)
    salvaged = [sample for sample in done.samples if "salvaged" in sample.provenance.notes]
    assert salvaged
    originals = {graph.graph_id for graph in graphs()}
    for sample in salvaged:
        assert sample.graph.graph_id not in originals
        assert sample.graph.provenance.parents[0] in originals
        again = ask(sample.scene, 1, sample.sample_id, split_of(sample.graph, sample.held_out_per_mille))
        assert {question.question for question in again}
