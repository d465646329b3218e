"""What a demo passes on of the settings around it: those that judge, and none that points elsewhere."""

from pathlib import Path

import pytest

from streams.demo.demo_folder import Places
from streams.demo.demo_run import settings_of
from streams.demo.llm_options import NAMES
from streams.settings import judging

SERVICES = {"SKG_KAFKA_BOOTSTRAP": "127.0.0.1:1", "SKG_S3_ENDPOINT": "http://127.0.0.1:2"}


@pytest.mark.parametrize("name", judging())
def test_every_setting_that_judges_reaches_what_a_demo_starts(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "7")
    passed = settings_of(Places(tmp_path), SERVICES)
    assert passed.get(name) == (None if name.startswith(NAMES) else "7"), "whether a model looks is the choice of --llm"


def test_the_held_out_share_reaches_what_a_demo_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKG_HELD_OUT_PER_MILLE", "200")
    assert settings_of(Places(tmp_path), SERVICES)["SKG_HELD_OUT_PER_MILLE"] == "200"


@pytest.mark.parametrize("name", [*SERVICES, "SKG_DATASET_URI", "SKG_STATE_DIR", "SKG_RENDER_GROUP", "SKG_KAFKA_SECURITY"])
def test_nothing_that_points_elsewhere_does(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "elsewhere")
    assert "elsewhere" not in settings_of(Places(tmp_path), SERVICES).values()
