"""Training code reaches a store by the settings that commands have."""

from pathlib import Path

import pytest

from dataset.table.store_options import options_of_settings
from dataset.table.table_errors import failure_of
from streams.settings import StoreSettings
from streams.storage.s3 import storage_options

URI = "s3://bucket/dataset"
KEYS = {"SKG_S3_ACCESS_KEY": "user", "SKG_S3_SECRET_KEY": "secret"}


@pytest.mark.parametrize(
    "environment",
    [
        {**KEYS, "SKG_S3_ENDPOINT": "http://127.0.0.1:9000"},
        {
            **KEYS,
            "SKG_S3_ENDPOINT": "https://store.example:9000",
            "SKG_S3_SESSION_TOKEN": "t",
            "SKG_S3_REGION": "eu-west-3",
        },
        {**KEYS, "SKG_S3_ENDPOINT": "https://store.example", "SKG_S3_PATH_STYLE": "false"},
    ],
)
def test_the_options_are_those_of_the_commands(environment, monkeypatch: pytest.MonkeyPatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert options_of_settings(URI, environment) == storage_options(StoreSettings(), URI)


def test_a_secret_may_be_in_a_file(tmp_path: Path):
    (tmp_path / "secret").write_text("from a file\n")
    environment = {"SKG_S3_ACCESS_KEY": "user", "SKG_S3_SECRET_KEY_FILE": str(tmp_path / "secret")}
    found = options_of_settings(URI, environment)
    assert found is not None
    assert found["AWS_SECRET_ACCESS_KEY"] == "from a file"


def test_a_folder_and_an_environment_without_settings_are_left_to_the_library():
    assert options_of_settings("folder", KEYS) is None
    assert options_of_settings(URI, {"SKG_S3_BUCKET": "skg"}) is None


def test_keys_that_nobody_gave_are_asked_for():
    why = "Kernel error -> Operation not supported : an error occurred while loading credentials : IMDS is disabled"
    assert "set SKG_S3_ACCESS_KEY, SKG_S3_SECRET_KEY" in str(failure_of(URI, why))
