"""What the planner draws freely stands on the ground: a draft that only floating things would meet is drawn anew."""

from agents.planner import RulePlanner
from gpu_workers.renderers import capabilities_of
from schemas.events import SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories, scene_kinds


def test_no_piece_of_furniture_hangs_above_the_horizon():
    many = SeedOptions(min_objects=6, max_objects=12)
    planner = RulePlanner(capabilities_of("collage"))
    seed = make_seed("a lamp on a desk, a chair behind the desk", 40, options=many)
    planned = [planner.plan_now(seed, number) for number in range(30)]
    graphs = [graph for graph in planned if isinstance(graph, SpatialGraph)]
    assert len(graphs) == 30
    for graph in graphs:
        horizon = scene_kinds()[graph.scene or ""].horizon * graph.layout.canvas[1]
        carried = {each.subject for each in graph.relations if each.predicate in ("on", "inside")}
        carried |= {each.object for each in graph.relations if each.predicate in ("supports", "contains")}
        for number, (thing, (_, top, _, height)) in enumerate(zip(graph.objects, graph.layout.boxes, strict=True)):
            if number not in carried and categories()[thing.category].rests_on[:1] == ("floor",):
                assert top + height >= horizon - 2, (graph.scene, thing.category)
