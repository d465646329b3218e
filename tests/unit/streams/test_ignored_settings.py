"""`skg render`, `skg demo` and `skg doctor` refuse a setting that would not be read, alike and before anything starts."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gpu_workers.renderers import refuse_ignored
from schemas.errors import UserError
from streams.cli.root import build
from streams.cli.setup_commands.doctor_command import findings
from streams.demo.renderer_options import RendererOptions
from streams.settings import RenderSettings
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
