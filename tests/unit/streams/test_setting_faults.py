"""Every setting with values that it cannot have: the doctor names it, and a demo and the processes begin nothing."""

import json
import os
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import SecretStr

from dataset.review import REVIEWER
from schemas.events import STAGES
from streams.cli.root import run
from streams.secret_files import file_variable_of, secrets_of, variable_of
from streams.setting_faults import known_names, setting_faults, strange_names, valid_part
from streams.settings import ALL, RenderSettings
from streams.stages import STAGE_TABLE

pytestmark = pytest.mark.thorough

FIELDS = {name: info for cls in ALL for name, info in cls.model_fields.items()}
NOWHERE = "/nowhere/at/all"

BY_TYPE: tuple[tuple[type, tuple[str, ...]], ...] = (
    (bool, ("maybe", "2")),
    (int, ("many", "1.5", "-1", "nan")),
    (float, ("many", "-1", "nan", "inf")),
)

MODEL = (NOWHERE, "no-such-folder", "owner/name")
URL = ("no url", "ftp://host/v1", "http://", "http://host:port/v1")
OF_NAMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("detector", "depth", "render_model", "render_controlnet", "render_refine", "render_segmenter"), MODEL),
    **dict.fromkeys(("llm_url", "mllm_url", "mllm_check_url"), URL),
    **dict.fromkeys(("renderer", "render_structure"), ("colage", "SOLID", "gligen,solid")),
    **dict.fromkeys(("solid_python", "sprites_dir", "llm_prices", "balance_targets"), (NOWHERE,)),
    **dict.fromkeys(("kafka_ca_file", "kafka_cert_file", "kafka_key_file", "kafka_token_file", "s3_ca_file"), (NOWHERE,)),
    **dict.fromkeys(("state_dir", "model_cache"), ("/dev/null/state",)),
    "dataset_uri": ("ftp://x/y", "s3://", "/dev/null/dataset"),
    "kafka_bootstrap": ("nowhere", "host:port", ":9092", "host:0", "host:99999", "a:1,,b:2", "me:zq9@host:1"),
    "s3_endpoint": ("nowhere", "ftp://x", "http://", "http://host:port", "http://a b:1"),
    "s3_bucket": ("a", "Not A Bucket", "x" * 64),
    "s3_notes_bucket": ("a", "Not A Bucket"),
    "s3_region": ("eu west", "eu/west"),
    "metrics_host": ("not a host", "256.256.256.256"),
    "topic_partitions": ("skg.graphs", "skg.graphs=many", "skg.nothing=3"),
    "llm_call_max_tokens_by_stage": ("objects", "objects=few", "nothing=500"),
    "kafka_instance": ("a b", "x" * 201),
    "knowledge": (NOWHERE, "/tmp"),
    "render_method": ("[]", "{", "scale=3"),
    "kafka_username": ("ada",),  # without a security that has a login
    "kafka_password": ("zq9",),
    "kafka_key_password": ("zq9",),
    "s3_access_key": ("alone",),
    "s3_secret_key": ("alone",),
    "s3_session_token": ("alone",),
}
"""Of texts and paths; some are wrong for want of another setting beside them."""

FREE = {
    "llm_model", "mllm_model", "mllm_check_model", "llm_api_key", "mllm_api_key", "mllm_check_api_key",
    *(f"{stage}_group" for stage in STAGES), "render_revision", "render_controlnet_revision", "render_refine_revision",
    "render_segmenter_revision", "detector_revision", "depth_revision",
}  # fmt: skip
"""Any text may be right: what a server calls its models, a name that groups choose, what is read beside a model alone."""


def hostile(name: str) -> tuple[str, ...]:
    """Values that the setting cannot have."""
    if name in OF_NAMES:
        return OF_NAMES[name]
    kinds = _flat(FIELDS[name].annotation)
    for of, values in BY_TYPE:
        if of in kinds:
            return values
    return ("bogus", "PLAINTEXT ") if any(isinstance(one, str) for one in kinds) else ()


def _flat(kind: Any) -> list[Any]:
    """A type, what it is made of, and the values of a choice."""
    return [kind, *(inner for one in get_args(kind) for inner in _flat(one))]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own without settings."""
    for name in [name for name in os.environ if name.startswith("SKG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_hostile_values_are_known_of_every_setting_that_has_any():
    assert {name for name in FIELDS if not hostile(name)} == FREE


def test_nothing_is_wrong_where_nothing_is_set():
    assert list(setting_faults()) == []


@pytest.mark.parametrize("name", sorted(set(FIELDS) - FREE))
def test_a_setting_with_a_value_that_it_cannot_have_is_named_with_what_it_is_for(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    for value in hostile(name):
        monkeypatch.setenv(variable_of(name), value)
        faults = list(setting_faults())
        assert any(variable_of(name) in fault.detail for fault in faults), f"{value!r}: {faults}"
        assert "zq9" not in "".join(map(str, faults)), "a password is shown"


@pytest.mark.parametrize("name", sorted(set(FIELDS) - FREE))
def test_the_doctor_runs_with_any_value_and_a_demo_begins_nothing(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(variable_of(name), hostile(name)[0])
    assert run(["doctor", "--json"]) == 1
    found = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    wrong = [one for one in found if one["state"] == "wrong"]
    assert any(variable_of(name) in one["detail"] for one in wrong)
    assert all(one["remedy"] for one in wrong), wrong
    assert run(["demo", "--graphs", "1", "--out", "out"]) == 2
    told = capfd.readouterr()
    assert (told.out, variable_of(name) in told.err) == ("", True), told
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    ("stage", "name", "value"),
    [
        ("examine", "SKG_QUESTION_MARGIN", "0.5"),
        ("examine", "SKG_DETECTOR", NOWHERE),
        ("agents", "SKG_LLM_URL", "ftp://x"),
        ("agents", "SKG_LLM_PRICES", NOWHERE),
        ("render", "SKG_RENDER_STRUCTURE", "colage"),
        ("render", "SKG_S3_BUCKET", "No Bucket"),
        ("write", "SKG_DATASET_URI", "/dev/null/dataset"),
    ],
)
def test_a_process_with_a_wrong_setting_ends_before_it_waits_for_a_service(
    stage: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("SKG_KAFKA_BOOTSTRAP", "127.0.0.1:9")  # nothing answers there, and nobody waits for it
    assert run([stage]) == 2
    told = capfd.readouterr().err
    assert name in told
    assert "waiting for" not in told


@pytest.mark.parametrize("stage", STAGES)
def test_a_process_names_all_of_its_wrong_settings_at_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], stage: str
):
    for name, value in (("SKG_METRICS_PORT", "x"), ("SKG_DEAD_LETTER_SHARE", "7"), ("SKG_KAFKA_BOOTSTRAP", "nohost")):
        monkeypatch.setenv(name, value)
    assert run([stage]) == 2
    said = capfd.readouterr().err
    for name in ("SKG_METRICS_PORT", "SKG_DEAD_LETTER_SHARE", "SKG_KAFKA_BOOTSTRAP"):
        assert re.search(rf"^skg: {name}\b.*", said, re.MULTILINE), said


def test_a_command_names_all_of_the_wrong_values_that_it_reads(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SKG_METRICS_PORT", "x")
    monkeypatch.setenv("SKG_STUCK_AFTER_S", "soon")
    assert run(["status"]) == 2
    assert [line.split()[1] for line in capfd.readouterr().err.splitlines()] == ["SKG_METRICS_PORT:", "SKG_STUCK_AFTER_S:"]


def test_a_misspelt_setting_is_taken_for_the_nearest_and_a_name_of_others_for_none(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    assert strange_names(["SKG_QUESTON_MARGIN", "SKG_RETRYS", "SKG_GALLERY_SERVICE_HOST", "PATH"]) == {
        "SKG_QUESTON_MARGIN": "SKG_QUESTION_MARGIN", "SKG_RETRYS": "SKG_RETRIES", "SKG_GALLERY_SERVICE_HOST": None,
    }  # fmt: skip
    monkeypatch.setenv("SKG_RETRYS", "3")
    assert run(["demo", "--out", "out"]) == 2
    assert "SKG_RETRYS is no setting, and nothing reads it; did you mean SKG_RETRIES?" in capfd.readouterr().err


def test_every_name_that_is_read_is_known():
    assert REVIEWER in known_names()
    assert all(file_variable_of(name) in known_names() for cls in ALL for name in secrets_of(cls))
    assert {spec.settings for spec in STAGE_TABLE.values()} <= set(ALL)


def test_of_a_class_all_wrong_values_are_found_at_once_and_the_rest_stays_as_it_is_set(monkeypatch: pytest.MonkeyPatch):
    for name, value in (("SOLID_BOUNCES", "-1"), ("SOLID_SIDE", "huge"), ("SOLID_SAMPLES", "3")):
        monkeypatch.setenv(f"SKG_{name}", value)
    settings, faults = valid_part(RenderSettings)
    assert sorted(fault.name for fault in faults) == ["SKG_SOLID_BOUNCES", "SKG_SOLID_SIDE"]
    assert (settings.solid_bounces, settings.solid_samples) == (6, 3)


def test_settings_at_odds_are_named_and_the_others_are_still_looked_at(monkeypatch: pytest.MonkeyPatch):
    for name, value in (("KAFKA_INSTANCE", "a"), ("KAFKA_SESSION_S", "60"), ("RETRIES", "few")):
        monkeypatch.setenv(f"SKG_{name}", value)
    said = [fault.detail for fault in setting_faults()]
    assert any("SKG_KAFKA_INSTANCE needs SKG_KAFKA_SESSION_S" in one for one in said)
    assert any(one.startswith("SKG_RETRIES: ") for one in said)


def test_a_file_of_a_secret_that_is_missing_is_a_fault_of_its_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_S3_SECRET_KEY_FILE", NOWHERE)
    (fault, *_) = setting_faults()
    assert (fault.name, NOWHERE in fault.detail) == ("SKG_S3_SECRET_KEY_FILE", True)
    assert isinstance(valid_part(RenderSettings)[0].s3_secret_key, SecretStr)


def test_a_file_that_cannot_be_used_hides_no_other_fault(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    (here / "empty").touch()
    set_to = {
        "S3_SECRET_KEY_FILE": NOWHERE, "S3_ACCESS_KEY": "mine", "S3_SESSION_TOKEN_FILE": str(here / "empty"),
        "S3_ENDPOINT": "http://127.0.0.1:9", "LLM_API_KEY_FILE": NOWHERE, "LLM_API_KEY": "twice", "SOLID_SIDE": "huge",
        "S3_BUCKET": "No Bucket",
    }  # fmt: skip
    for name, value in set_to.items():
        monkeypatch.setenv(f"SKG_{name}", value)
    told = [fault.detail for fault in setting_faults()]
    for name in ("S3_SECRET_KEY_FILE", "S3_SESSION_TOKEN_FILE", "LLM_API_KEY_FILE", "SOLID_SIDE", "S3_BUCKET"):
        assert sum(f"SKG_{name}" in one for one in told) == 1, (name, told)
    assert not any("alone is no use" in one for one in told), "the secret is there, and cannot be read"
    assert run(["doctor", "--json"]) == 1
    found = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert set(told) <= {one["detail"] for one in found}
    assert "store" not in {one["what"] for one in found}, "nothing is asked without the secret"
    assert all(one["remedy"] for one in found if one["state"] == "wrong")
    assert run(["demo", "--out", "out"]) == 2
    refused = capfd.readouterr().err
    assert [one for one in told if one not in refused] == []


def test_a_secret_that_the_caller_gives_needs_no_file(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_S3_SECRET_KEY_FILE", NOWHERE)
    assert RenderSettings(s3_secret_key=SecretStr("given")).s3_secret_key.get_secret_value() == "given"
