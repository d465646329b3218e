"""How the store is reached: addresses, keys or the chain, TLS, for minio and for delta-rs."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from streams.errors import Misconfigured, Problem
from streams.settings import StoreSettings
from streams.storage.s3 import S3Store, require_keys
from streams.storage.s3_connection import endpoint_of, storage_options
from streams.storage.s3_credentials import provider_of

SECRET = "planted-secret"


@pytest.fixture(autouse=True)
def nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("SKG_S3", "AWS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def _settings(**given: Any) -> StoreSettings:
    keys = {"s3_access_key": SecretStr("me"), "s3_secret_key": SecretStr(SECRET)}
    return StoreSettings(**{"s3_endpoint": "http://host:9000", **keys, **given})


def _keyless(**given: Any) -> StoreSettings:
    return _settings(s3_access_key=SecretStr(""), s3_secret_key=SecretStr(""), **given)


def test_a_table_in_the_same_store_is_reached_with_the_same_settings():
    options = storage_options(_settings(s3_session_token=SecretStr("token"), s3_region="eu-1"))
    assert options == {
        "AWS_ENDPOINT_URL": "http://host:9000",
        "AWS_ALLOW_HTTP": "true",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
        "AWS_REGION": "eu-1",
        "AWS_ACCESS_KEY_ID": "me",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": "token",
        "aws_conditional_put": "etag",
    }


def test_without_keys_delta_looks_for_them_itself():
    options = storage_options(_keyless())
    assert options["AWS_FORCE_CREDENTIAL_LOAD"] == "true"
    assert "AWS_ACCESS_KEY_ID" not in options


@pytest.mark.parametrize(
    ("given", "endpoint", "pictures"),
    [
        ({}, "http://host:9000", "http://host:9000/pictures/k"),
        ({"s3_path_style": False}, "http://table.host:9000", "http://pictures.host:9000/k"),
        (
            {"s3_endpoint": "", "s3_region": "eu-west-1"},
            "https://table.s3.eu-west-1.amazonaws.com",
            "https://pictures.s3.eu-west-1.amazonaws.com/k",
        ),
        (
            {"s3_endpoint": "", "s3_region": "eu-west-1", "s3_path_style": True},
            "https://s3.eu-west-1.amazonaws.com",
            "https://s3.eu-west-1.amazonaws.com/pictures/k",
        ),
    ],
)
def test_the_bucket_stands_in_the_path_or_in_the_host(given: dict[str, Any], endpoint: str, pictures: str):
    settings = _settings(s3_bucket="pictures", **given)
    assert storage_options(settings, "s3://table/dataset")["AWS_ENDPOINT_URL"] == endpoint
    link = urlsplit(S3Store(settings).link("k", 60))
    assert f"{link.scheme}://{link.netloc}{link.path}".replace(".dualstack", "") == pictures


def test_amazons_own_store_is_meant_where_no_endpoint_is_set():
    assert endpoint_of(_settings(s3_endpoint="")) == "https://s3.us-east-1.amazonaws.com"
    assert endpoint_of(_settings(s3_endpoint="", s3_region="cn-north-1")) == "https://s3.cn-north-1.amazonaws.com.cn"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"s3_secret_key": SecretStr("")}, "SKG_S3_ACCESS_KEY"),
        ({"s3_access_key": SecretStr("")}, "SKG_S3_SECRET_KEY"),
        (
            {"s3_access_key": SecretStr(""), "s3_secret_key": SecretStr(""), "s3_session_token": SecretStr("t")},
            "SKG_S3_SESSION_TOKEN",
        ),
    ],
)
def test_half_of_the_keys_is_refused_and_none_is_shown(given: dict[str, Any], named: str):
    for use in (storage_options, S3Store, require_keys):
        with pytest.raises(Misconfigured, match=named) as caught:
            use(_settings(**given))
        assert SECRET not in str(caught.value)


def test_an_address_with_a_password_is_refused_without_showing_it():
    for use in (storage_options, S3Store, endpoint_of):
        with pytest.raises(Misconfigured, match="SKG_S3_ENDPOINT holds a user or a password") as caught:
            use(_settings(s3_endpoint=f"http://me:{SECRET}@host:9000"))
        assert SECRET not in str(caught.value)
    with pytest.raises(Misconfigured, match="SKG_DATASET_URI") as refused:
        storage_options(_settings(), f"s3://me:{SECRET}@bucket/table")
    assert SECRET not in str(refused.value)


def test_a_ca_file_that_cannot_be_used_is_named(tmp_path: Path):
    (tmp_path / "odd.pem").write_text("no certificate")
    for path in (tmp_path / "none.pem", tmp_path / "odd.pem"):
        for use in (storage_options, S3Store):
            with pytest.raises(Misconfigured, match=rf"^SKG_S3_CA_FILE {path} cannot be used"):
                use(_settings(s3_endpoint="https://host", s3_ca_file=path))


def test_a_ca_file_is_no_use_without_tls(tmp_path: Path):
    with pytest.raises(Misconfigured, match="takes no SKG_S3_CA_FILE"):
        S3Store(_settings(s3_ca_file=tmp_path / "ca.pem"))


def test_where_there_are_no_keys_the_settings_and_the_chain_are_named():
    with pytest.raises(Misconfigured) as caught:
        provider_of(_keyless()).retrieve()
    assert "SKG_S3_ACCESS_KEY and SKG_S3_SECRET_KEY" in str(caught.value)
    assert "AWS_ACCESS_KEY_ID, web identity, ~/.aws/credentials, role" in str(caught.value)
    assert "\n" not in str(caught.value)


def _kept(settings: StoreSettings) -> tuple[str, str, str | None]:
    found = provider_of(settings).retrieve()
    return found.access_key, found.secret_key, found.session_token


def test_the_chain_takes_aws_variables_before_a_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = file\naws_secret_access_key = s\n"
        "[other]\naws_access_key_id = second\naws_secret_access_key = s\naws_session_token = t\n"
    )
    assert _kept(_keyless()) == ("file", "s", None)
    monkeypatch.setenv("AWS_PROFILE", "other")
    assert _kept(_keyless()) == ("second", "s", "t")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "variable")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    assert _kept(_keyless()) == ("variable", "s", None)
    assert _kept(_settings()) == ("me", SECRET, None)


def test_a_file_of_profiles_that_cannot_be_read_is_said(tmp_path: Path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(f"no profile at all {SECRET}")
    with pytest.raises(Misconfigured, match=r"~/\.aws/credentials") as caught:
        provider_of(_keyless()).retrieve()
    assert SECRET not in str(caught.value)


def test_a_web_identity_that_cannot_be_had_now_is_for_later_and_a_missing_token_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/r")
    with pytest.raises(Problem, match="web identity"):
        provider_of(_keyless()).retrieve()


def test_a_store_that_is_away_is_waited_for_even_without_keys():
    from schemas.errors import RetryableError

    with pytest.raises(
        RetryableError, match=r"^cannot reach S3 at http://127.0.0.1:9 \(SKG_S3_ENDPOINT\): connection refused"
    ):
        S3Store(_keyless(s3_endpoint="http://127.0.0.1:9")).create_bucket()
