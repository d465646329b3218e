"""Of what is the middle of the box beside the thing? A point on it is not asked for there."""

import pytest

from gpu_workers.collage.collage_renderer import CollageRenderer
from spatial.knowledge.knowledge_base import categories
from spatial.questions.proposals.undisputed import hollow
from streams.adapters.vision_factories import renderer_of
from streams.settings import RenderSettings
from tests.fakes.collage import Thing, make_scene

pytestmark = pytest.mark.thorough

LEAST = 0.95
"""Share of the pixels about the middle that are of the thing."""


def share_at_the_middle(renderer: CollageRenderer, name: str, seed: int) -> float:
    """Of a thing that is drawn alone."""
    aspect = min(2.0, max(0.5, categories()[name].aspect))
    size = (300, round(300 / aspect)) if aspect >= 1 else (round(300 * aspect), 300)
    made = renderer.compose(make_scene("desert", [Thing(name, (100, 100, *size), 1.0)], []), seed)
    x, y, width, height = made.truth.objects[0].box
    middle, reach = (x + width // 2, y + height // 2), max(1, min(width, height) // 40)
    about = made.owner[middle[1] - reach : middle[1] + reach + 1, middle[0] - reach : middle[0] + reach + 1]
    return float((about == 1).mean())


def test_what_is_not_listed_has_its_middle_on_itself():
    renderer = renderer_of(RenderSettings())
    assert isinstance(renderer, CollageRenderer)
    drawn = [name for name, kind in categories().items() if (kind.drawn or kind.sprite) and name not in hollow()]
    missing = [name for name in drawn if share_at_the_middle(renderer, name, 1) < LEAST]
    assert missing == [], "edit spatial/questions/proposals/hollow.json"
    assert hollow() <= set(categories())
    assert {"table", "hammock", "ring"} <= hollow()
