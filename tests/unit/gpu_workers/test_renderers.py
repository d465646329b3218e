"""The table of renderers says all that the rest of the factory needs to know of each."""

import ast
from pathlib import Path

import pytest

from gpu_workers.diffusion.model_registry import RENDERER_NAMES
from gpu_workers.renderers import DEFAULT_RENDERER, RENDERERS, capabilities_of
from schemas.errors import UserError
from spatial.knowledge.knowledge_base import categories
from streams.adapters.vision_factories import renderer_of
from streams.settings import AgentSettings, RenderSettings
from tests.fakes.collage import make_sprites

ROOT = Path(__file__).parents[3]
TABLE = "gpu_workers/renderers.py"


def test_every_diffusion_method_has_a_row_and_every_row_a_method():
    rows = {name for name, spec in RENDERERS.items() if spec.has_model}
    where = f"name them in _DIFFUSION of {TABLE} and in gpu_workers/diffusion/guidance_methods.py"
    assert rows == set(RENDERER_NAMES), where


@pytest.mark.parametrize("name", RENDERERS)
def test_a_renderer_takes_settings_that_there_are(name: str):
    foreign = set(RENDERERS[name].settings) - set(RenderSettings.model_fields)
    assert not foreign, f"declare them in RenderSettings of streams/settings.py, or drop them in {TABLE}"


def test_every_setting_of_drawing_is_taken_by_a_renderer_or_by_the_worker():
    taken = {name for spec in RENDERERS.values() for name in spec.settings}
    own = {name for name in RenderSettings.model_fields if name.startswith("render_") or name == "sprites_dir"}
    assert own - taken == {"render_linger_s", "render_group"}, f"name it in the rows that take it, in {TABLE}"


@pytest.mark.thorough
def test_only_the_table_and_its_renderer_say_the_name_of_the_default():
    rooms = ("schemas", "spatial", "agents", "gpu_workers", "dataset", "streams", "monitoring")
    saying = {
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value == DEFAULT_RENDERER
    }
    assert saying == {TABLE}, "ask the renderer's row instead of comparing its name"


def test_planners_and_workers_take_the_same_renderer_where_nothing_is_said():
    assert AgentSettings().renderer == RenderSettings().renderer == DEFAULT_RENDERER


def test_a_version_behind_the_name_changes_nothing_that_can_be_drawn():
    for category in (*categories().values(), None):
        assert capabilities_of("collage-1").draws(category) == capabilities_of("collage").draws(category)
    assert capabilities_of("flux3-boxes").draws(None)
    assert capabilities_of("flux3-boxes-1").renderer == "flux3-boxes-1"


def test_a_renderer_that_is_installed_elsewhere_is_taken_to_draw_what_words_say():
    assert capabilities_of("crayons").draws(None)


def test_the_row_makes_the_renderer(tmp_path: Path):
    made = renderer_of(RenderSettings(sprites_dir=make_sprites(tmp_path)))
    assert made.name.partition("-")[0] == DEFAULT_RENDERER


def test_photographs_are_planned_as_their_structures_renderer_can_draw_them_without_further_cameras():
    for structure in ("collage", "solid"):
        able, structured = capabilities_of(structure, 0.5), capabilities_of("photo-1", 0.5, structure)
        assert structured.renderer == "photo-1"
        assert structured.in_metres == able.in_metres
        assert structured.view_share == 0
        assert [structured.draws(each) for each in categories().values()] == [
            able.draws(each) for each in categories().values()
        ]


def test_photographs_over_what_knows_nothing_of_its_pictures_are_refused_before_anything_starts():
    settings = RenderSettings(renderer="photo", render_structure="gligen")
    spec = RENDERERS["photo"]
    with pytest.raises(UserError, match="there are: collage, solid"):
        spec.check({name: getattr(settings, name) for name in spec.settings})
