"""For things that are not known there are known ones that are near in meaning."""

import json

import pytest

from spatial.knowledge.category_names import known_names, members_of
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.undrawn_names import UNDRAWN, is_undrawn, nearest_in_meaning

ROWS = json.loads(UNDRAWN.read_text("utf-8"))


def test_what_is_offered_is_known_and_what_is_not_known_is_no_category():
    assert [name for row in ROWS for name in row["nearest"] if name not in categories()] == []
    assert [word for row in ROWS for word in row["words"] if word in known_names() or members_of(word)] == []


def test_each_unknown_thing_is_listed_once():
    words = [word for row in ROWS for word in row["words"]]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("fork", "spoon"), ("saucer", "plate"), ("lion", "tiger"), ("lions", "tiger"), ("polar bear", "gorilla"),
        ("robot", "computer"), ("wallets", "purse"), ("wolves", "dog"), ("geese", None), ("cat", None),
    ],
)  # fmt: skip
def test_the_nearest_is_of_the_same_kind(word: str, nearest: str | None):
    assert (nearest_in_meaning(word) or (None,))[0] == nearest
    assert is_undrawn(word) == (nearest is not None)
