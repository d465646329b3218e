"""Addresses are shown without what is secret in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.address_redaction import masked, passwords_in


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://host:9000", "http://host:9000"),
        ("http://me:sesame@host:9000/path", "http://***@host:9000/path"),
        ("https://token@host/v1", "https://***@host/v1"),
        ("http://me:a/b,c@d@host", "http://***@host"),
        ("me:sesame@host:9092,other:9092", "***@host:9092,other:9092"),
        ("a:1,me:sesame@host:9092", "***@host:9092"),
        ("http://host/v1?api_key=sesame&version=2", "http://host/v1?api_key=***&version=***"),
        ("owner/model@revision", "owner/model@revision"),
        ("skg.graphs=64,skg.images=64", "skg.graphs=64,skg.images=64"),
    ],
)
def test_what_is_shown_of_an_address(text: str, shown: str):
    assert masked(text) == shown


VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


@given(
    VISIBLE, st.sampled_from(["http://me:{}@host:9000", "s3://me:{}@bucket/path", "me:{}@host:9092", "a:1,me:{}@host:9092"])
)
def test_no_password_is_shown_wherever_it_stands(password: str, address: str):
    text = address.format(f"{password}z")
    assert f"{password}z" not in masked(f"cannot reach {text} today")
    assert any(f"{password}z" in found for found in passwords_in(text))
