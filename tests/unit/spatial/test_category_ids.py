"""Numbers of categories never change: a model trained on one export is scored on another."""

import hashlib
import json

from spatial.knowledge.annotation_names import FILE as ANNOTATION_NAMES
from spatial.knowledge.category_ids import FIRST_DERIVED, LAST, category_ids, listed
from spatial.knowledge.knowledge_base import categories

PUBLISHED = 754
"""Names of the first published list. It may be raised, with the digest, when names were added at the end."""

DIGEST = "13e608b4c46c5bc417bfbc75d513cf615689b2b00a57f4842b26e21f5d09a6f5"


def test_no_name_of_the_list_was_moved_renamed_or_taken_out():
    names = list(listed())[:PUBLISHED]
    assert hashlib.sha256("\n".join(names).encode()).hexdigest() == DIGEST, "add names at the end of category_ids.json"


def test_every_category_of_the_package_is_in_the_list():
    further = json.loads(ANNOTATION_NAMES.read_text("utf-8"))["further"]
    missing = sorted({*categories(), *further} - listed().keys())
    assert not missing, f"add these at the end of category_ids.json: {missing}"
    assert list(listed().values()) == list(range(1, len(listed()) + 1)), "a name is there twice"


def test_a_name_from_outside_has_the_same_number_whatever_comes_with_it():
    alone = category_ids(["wombat"])["wombat"]
    beside = category_ids(["axolotl", "cat", "wombat", "zebu"])
    assert beside["wombat"] == alone
    assert beside["cat"] == listed()["cat"]
    assert FIRST_DERIVED <= alone <= LAST


def test_no_two_of_many_names_share_a_number():
    names = [f"thing {number}" for number in range(50_000)]
    found = category_ids(names)
    assert len(set(found.values())) == len(found) == len(listed()) + len(names)
    assert list(found.values()) == sorted(found.values())
