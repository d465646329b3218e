"""Evidence in sentences: of every gate that rejects, and what has no words stays as it is."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from dataset.gallery.views.evidence_words import age_in_words, evidence_in_words, moment_of

LEDGER = '[{"model": "m", "tokens_in": 10, "tokens_out": 5, "seconds": 1.0}]'
NAMES = {0: "cat", 1: "dog"}


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        ({"objects": [{"id": 0, "category": "cat", "visible": 0.1234}]}, "cat: 12% of it visible."),
        (
            {"objects": [{"id": 9, "category": "cow", "box": [1, 2, 30, 40], "visible": 1.0}]},
            "cow: 30 × 40 px at 1, 2, 100% of it visible.",
        ),
        ({"objects": ["cat", "dog"]}, "It was about cat, dog."),
        (
            {"relations": [{"relation": [0, "left_of", 1], "instead": {"right_of": 0.31}}]},
            "It is not so that the cat is left of the dog: measured was right of (by 31.0% of the picture).",
        ),
        (
            {"relations": [{"relation": [0, "on", 1], "instead": {"on": 0.02, "over": 0.05}, "drawn": False}]},
            "It is not so that the cat is on the dog: the boxes lie as if it were on "
            "(2.0% of the picture inside its bound), but it was not drawn so, and boxes alone prove no contact.",
        ),
        (
            {"relations": [{"relation": [0, "near", 1], "instead": {"near": 0.2}, "depths": [0.1, 0.7], "drawn": False}]},
            "It is not so that the cat is near the dog: the boxes lie as if it were near "
            "(0.20 of their mean size inside its bound), but their depths are 0.10 and 0.70, "
            "which may differ by 0.15 of a picture's range at most.",
        ),
        (
            {"relations": [{"relation": [0, "near", 1], "instead": {"far": 0.2}, "depths": [0.1, 0.7]}]},
            "It is not so that the cat is near the dog: measured was far from (0.20 of their mean size inside its bound); "
            "their depths are 0.10 and 0.70; near needs a gap of at most 0.25 of their mean size, at about the same depth.",
        ),
        (
            {"relations": [{"relation": [0, "behind", 1], "instead": {"in_front_of": 0.2}}]},
            "It is not so that the cat is behind the dog: measured was in front of (their depths differ by 0.20).",
        ),
        (
            {"relations": [{"relation": [0, "at_edge", None], "instead": {}}]},
            "It is not so that the cat is at the edge.",
        ),
        ({"by": "picture", "fingerprint": "ff", "first": "ab12"}, "Another one looking the same came first: ab12."),
        ({"mean": 3.2, "brightest_twentieth": 9}, "Its mean brightness is 3.2 of 255, its brightest twentieth 9."),
        ({"model": "m", "reasons": ["blurred", "cut off"]}, "The model m says: blurred, cut off."),
        ({"model": "m", "rounds": 3}, "The model m was asked 3 times."),
        ({"threshold": 0.6}, "No scene is as near as 0.6 by words."),
        ({"next_attempt": 2}, "It was drawn again, as attempt 2."),
        ({"ledger": LEDGER}, "15 tokens in 1 replies of m, 1.0 s."),
    ],
)  # fmt: skip
def test_evidence_is_said_in_a_sentence_and_nothing_of_it_is_left(evidence, sentence):
    assert evidence_in_words(json.dumps(evidence), NAMES) == ([sentence], [])


@pytest.mark.parametrize(
    ("evidence", "rest"),
    [
        ("no JSON", [("evidence", "no JSON")]),
        ("[1]", [("evidence", "[1]")]),
        (None, []),
        ('{"objects": []}', [("objects", "[]")]),
        ('{"other": {"relation": [0, "near", 1]}}', [("other", '{"relation": "the cat is near the dog"}')]),
        ('{"relations": "all"}', [("relations", "all")]),
    ],
)  # fmt: skip
def test_what_has_no_words_stays_as_it_is(evidence, rest):
    assert evidence_in_words(evidence, NAMES) == ([], rest)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (1, "1 second ago"), (59, "59 seconds ago"), (7300, "2 hours ago"), (9e5, "10 days ago")],
)
def test_an_age_is_said_in_its_largest_unit(seconds, words):
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert age_in_words(now - timedelta(seconds=seconds), now) == words
    assert age_in_words(None, now) == ""


def test_a_moment_is_utc():
    assert moment_of(1_500_000) == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    assert moment_of(None) is None
