"""What the options of a demo's renderer become for its processes."""

from pathlib import Path

import pytest

from schemas.errors import UserError
from streams.adapters.vision_factories import detector_of, renderer_of
from streams.demo.renderer_options import COLLAGE, RendererOptions
from streams.settings import RenderSettings, VisionSettings


def test_the_collage_needs_nothing(tmp_path: Path):
    assert COLLAGE.environment(tmp_path) == {}


def test_the_settings_in_the_row_of_a_renderer_reach_a_demo_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name, value in (("SKG_SOLID_PYTHON", "bin/python"), ("SKG_SOLID_SAMPLES", "4"), ("SKG_SPRITES_DIR", "sprites")):
        monkeypatch.setenv(name, value)
    solid = {"SKG_RENDERER": "solid", "SKG_SOLID_PYTHON": str(tmp_path / "bin/python"), "SKG_SOLID_SAMPLES": "4"}
    assert RendererOptions("solid").environment(tmp_path) == solid
    assert COLLAGE.environment(tmp_path) == {"SKG_SPRITES_DIR": str(tmp_path / "sprites")}


def test_a_tiny_model_comes_with_a_detector(tmp_path: Path):
    found = RendererOptions("gligen", "tiny").environment(tmp_path)
    assert (found["SKG_RENDERER"], found["SKG_RENDER_MODEL"], found["SKG_DETECTOR"]) == ("gligen", "tiny", "tiny")


def test_a_real_model_needs_a_real_detector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UserError, match="SKG_DETECTOR"):
        RendererOptions("gligen", "models/gligen").environment(tmp_path)
    monkeypatch.setenv("SKG_DETECTOR", "models/owl")
    assert RendererOptions("gligen", "models/gligen").environment(tmp_path)["SKG_DETECTOR"] == "models/owl"


def test_a_renderer_without_a_model_is_refused(tmp_path: Path):
    with pytest.raises(UserError, match="--model"):
        RendererOptions("gligen").environment(tmp_path)
    with pytest.raises(UserError, match="SKG_RENDER_MODEL"):
        renderer_of(RenderSettings(renderer="gligen"))


def test_a_renderer_that_nobody_knows_is_refused_with_those_there_are():
    with pytest.raises(UserError, match=r"there are: collage, solid, "):
        renderer_of(RenderSettings(renderer="crayons"))


def test_nothing_looks_unless_it_is_asked_for():
    assert detector_of(VisionSettings()) is None


def test_a_tiny_model_of_photographs_comes_with_a_tiny_controlnet_unless_something_else_conditions_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SKG_RENDER_STRUCTURE", "solid")
    monkeypatch.setenv("SKG_SOLID_SAMPLES", "2")
    found = RendererOptions("photo", "tiny").environment(tmp_path)
    assert found["SKG_RENDER_CONTROLNET"] == found["SKG_DETECTOR"] == "tiny"
    assert (found["SKG_RENDER_STRUCTURE"], found["SKG_SOLID_SAMPLES"]) == ("solid", "2")
    monkeypatch.setenv("SKG_RENDER_STRENGTH", "0.6")
    assert "SKG_RENDER_CONTROLNET" not in RendererOptions("photo", "tiny").environment(tmp_path)


def test_photographs_over_collages_need_the_sprites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_SPRITES_DIR", str(tmp_path / "none"))
    with pytest.raises(UserError, match="there are no sprites in"):
        RendererOptions("photo", "tiny").check()
