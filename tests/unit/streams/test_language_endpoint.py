"""Addresses and keys of language models: what cannot work is refused before anything is tried."""

import pytest

from streams.cli.failures import report
from streams.errors import Misconfigured
from streams.llm.endpoint import Endpoint


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8000/v1",
        "127.0.0.1:8000",
        "ftp://host/v1",
        "http://",
        "http://host:port/v1",
        "http://ho st/v1",
        "//host/v1",
    ],
)
def test_what_is_no_address_is_refused_at_once(url: str):
    with pytest.raises(Misconfigured, match="http:// or https://"):
        Endpoint(url, "tiny", "", 1.0)


def test_a_password_does_not_stand_in_an_address_nor_in_the_complaint_about_it():
    for url in ("https://me:sesame@host/v1", "ftp://me:sesame@host", "me:sesame@host/v1", "https://me:sesame@host :1/v1"):
        with pytest.raises(Misconfigured) as caught:
            Endpoint(url, "tiny", "", 1.0)
        assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("key", ["two\nlines", "schl\u00fcssel", "nul\x00"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key: str):
    with pytest.raises(Misconfigured, match="API key") as caught:
        Endpoint("http://host/v1", "tiny", key, 1.0)
    assert key not in str(caught.value)


def test_what_is_refused_here_ends_a_command_as_every_wrong_setting_does(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(Misconfigured) as caught:
        Endpoint("https://me:sesame@host/v1", "tiny", "", 1.0)
    assert report(caught.value) == 2
    assert "sesame" not in capsys.readouterr().err


def test_a_model_has_a_name():
    with pytest.raises(Misconfigured, match="no model is named"):
        Endpoint("http://host/v1", " ", "", 1.0)


def test_what_editors_and_files_of_secrets_add_does_no_harm():
    end = Endpoint(" https://host/v1/\n", "tiny ", "key\n", 1.0)
    assert (end.url, end.model, end.api_key) == ("https://host/v1", "tiny", "key")
    assert "key" not in repr(end).replace("api_key", "")
