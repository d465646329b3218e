"""`skg render`, `skg demo` and `skg doctor` refuse a setting that would not be read, alike and before anything starts."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gpu_workers.renderers import refuse_ignored
from schemas.errors import UserError
from streams.adapters.vision_factories import check_looking, check_planned
from streams.cli.root import build
from streams.cli.setup_commands.doctor_command import findings
from streams.demo.renderer_options import RendererOptions
from streams.settings import AgentSettings, ExamineSettings, RenderSettings
from streams.stages import run_stage

SAID = "the renderer collage would ignore SKG_RENDER_STRENGTH: photo would read it"


@pytest.fixture(autouse=True)
def _strength(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SKG_RENDER_STRENGTH", "0.5")
    monkeypatch.chdir(tmp_path)


def test_render_ends_before_it_connects():
    with pytest.raises(UserError, match=SAID):
        run_stage("render", {})


def test_a_demo_ends_before_it_starts_services(tmp_path: Path):
    said = CliRunner().invoke(build(), ["demo", "--out", str(tmp_path / "out")])
    assert said.exit_code != 0
    assert SAID in str(said.exception or said.output)
    assert not (tmp_path / "out").exists()


def test_a_demo_of_a_tiny_model_is_judged_with_the_controlnet_that_it_gets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SKG_RENDER_STRENGTH")
    monkeypatch.setenv("SKG_RENDER_CONDITION", "canny")
    settings = RendererOptions("photo", "tiny").drawing()
    assert settings.render_controlnet == "tiny"
    usual = {name: field.default for name, field in RenderSettings.model_fields.items()}
    refuse_ignored("photo", dict(settings), usual)
    with pytest.raises(UserError, match="would ignore SKG_RENDER_CONDITION"):
        RendererOptions("gligen", "tiny").check()


def test_doctor_names_it_among_what_is_wrong():
    [look] = [each for each in findings() if each.detail == SAID]
    assert (look.what, look.state) == ("SKG_RENDER_STRENGTH", "wrong")


@pytest.mark.parametrize(
    ("name", "value", "needed"),
    [
        ("SKG_DEPTH", "models/depth", "SKG_DETECTOR"), ("SKG_DETECTOR_FIRM", "0.4", "SKG_DETECTOR"),
        ("SKG_EYES_DTYPE", "float32", "SKG_DETECTOR"), ("SKG_DEPTH_SPREADS", "4", "SKG_DEPTH"),
        ("SKG_DEPTH_SHARE", "0.2", "SKG_DEPTH"),
    ],
)  # fmt: skip
def test_examine_refuses_a_setting_of_eyes_that_it_has_not(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, needed: str
):
    monkeypatch.setenv(name, value)
    said = f"{name} counts with {needed} alone, which is not set"
    with pytest.raises(UserError, match=said):
        run_stage("examine", {})
    assert [each.state for each in findings() if each.detail == said] == ["wrong"]


def test_a_revision_of_eyes_in_a_folder_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_DETECTOR", ".")
    monkeypatch.setenv("SKG_DETECTOR_REVISION", "0" * 40)
    with pytest.raises(UserError, match="SKG_DETECTOR_REVISION pins a hub's model"):
        check_looking(ExamineSettings())


def test_agents_refuse_a_structure_of_a_renderer_without_any(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SKG_RENDER_STRENGTH")
    monkeypatch.setenv("SKG_RENDER_STRUCTURE", "solid")
    with pytest.raises(UserError, match="the renderer collage would ignore SKG_RENDER_STRUCTURE: photo would read it"):
        run_stage("agents", {})
    check_planned(AgentSettings(renderer="photo"))
    check_planned(AgentSettings(renderer="only-where-pictures-are-drawn"))
