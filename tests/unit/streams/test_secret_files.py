"""Secrets from files: each secret of each settings class, given once, never shown."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from streams import settings as all_settings
from streams.errors import Misconfigured
from streams.secret_files import file_variable_of, secrets_of, variable_of
from streams.settings import StoreSettings, describe

CONTENT = "planted content of a file"


def _classes() -> list[type[Any]]:
    found, waiting = list[type[Any]](), [all_settings._Settings]
    while waiting:
        found.append(waiting.pop())
        waiting += [one for one in found[-1].__subclasses__() if one.__module__ == all_settings.__name__]
    return found


SECRETS = sorted({(cls, name) for cls in _classes() for name in secrets_of(cls)}, key=str)
NAMES = sorted({name for cls in _classes() for name in cls.model_fields})


def test_there_are_secrets_of_every_service():
    named = {name for _, name in SECRETS}
    assert {"kafka_password", "s3_secret_key", "s3_session_token", "llm_api_key", "mllm_check_api_key"} <= named


@pytest.mark.thorough
@pytest.mark.parametrize(("cls", "name"), SECRETS, ids=lambda part: getattr(part, "__name__", part))
def test_every_secret_may_come_from_a_file(cls: type[Any], name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for ending in ("", "\n", "\r\n"):
        (tmp_path / "secret").write_bytes(f" {CONTENT}{ending}".encode())
        monkeypatch.setenv(file_variable_of(name), str(tmp_path / "secret"))
        found = cls()
        assert getattr(found, name).get_secret_value() == f" {CONTENT}"
        assert CONTENT not in repr(found) + str(found)


@pytest.mark.parametrize(("cls", "name"), SECRETS, ids=lambda part: getattr(part, "__name__", part))
def test_a_secret_that_is_given_twice_is_refused(
    cls: type[Any], name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "secret").write_text(CONTENT)
    monkeypatch.setenv(file_variable_of(name), str(tmp_path / "secret"))
    monkeypatch.setenv(variable_of(name), "planted text")
    with pytest.raises(Misconfigured, match=f"{variable_of(name)} and {file_variable_of(name)} are both set") as told:
        cls()
    assert "planted" not in str(told.value)
    monkeypatch.setenv(variable_of(name), "")
    assert getattr(cls(), name).get_secret_value() == CONTENT


@pytest.mark.parametrize("fault", ["missing", "folder", "empty", "binary", "large"])
def test_a_file_that_is_no_secret_is_one_line_that_names_the_variable(
    fault: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    path = tmp_path / fault
    if fault == "folder":
        path.mkdir()
    elif fault != "missing":
        path.write_bytes({"empty": b"\n", "binary": b"\xff\xfe planted", "large": b"planted" * 100_000}[fault])
    monkeypatch.setenv("SKG_S3_SECRET_KEY_FILE", str(path))
    with pytest.raises(Misconfigured, match=f"^SKG_S3_SECRET_KEY_FILE: {path} ") as told:
        StoreSettings()
    assert "\n" not in str(told.value)
    assert "planted" not in str(told.value)


def test_the_variable_of_a_secrets_file_is_the_name_of_no_setting():
    variables = {variable_of(name) for name in NAMES}
    assert not {file_variable_of(name) for _, name in SECRETS} & variables


def test_whatever_sounds_secret_is_a_secret_or_the_name_of_a_file():
    # Tokens of a language model are counted, not kept.
    counted = {"llm_max_tokens", "llm_call_max_tokens", "llm_call_max_tokens_by_stage", "mllm_call_max_tokens"}
    sounding = [name for name in NAMES if any(word in name for word in ("password", "secret", "token", "key"))]
    secret = {name for _, name in SECRETS}
    assert [name for name in sounding if name not in secret | counted and not name.endswith("_file")] == []


def test_files_of_secrets_are_among_the_settings_that_are_described(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "secret").write_text(CONTENT)
    monkeypatch.setenv("SKG_LLM_API_KEY_FILE", str(tmp_path / "secret"))
    rows = {name: (value, meaning) for name, value, _, meaning in describe()}
    assert rows["SKG_LLM_API_KEY_FILE"] == (str(tmp_path / "secret"), "file that holds SKG_LLM_API_KEY")
    assert rows["SKG_S3_SECRET_KEY_FILE"][0] == "None"
    assert CONTENT not in str(rows)
    assert rows["SKG_LLM_API_KEY"][0] == str(SecretStr(CONTENT))
