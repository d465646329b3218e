"""The accounting sees what it is there to see: hand it a run with one fault, and it says which."""

from dataclasses import replace

import pytest

from tests.chaos.accounting import Balance, Evidence, Letter, balance, missing_after_replay

A, B, C, D = ("a" * 32, 0), ("a" * 32, 1), ("b" * 32, 0), ("b" * 32, 1)
GARBAGE = Letter("skg.graphs-0-7", frozenset())

WELL = Evidence(
    asked={A, B, C, D},
    rows=[(A, "sample-a"), (B, "sample-b")],
    rejections=[(C, "rejection-c")],
    letters=[Letter("skg.graphs-0-3", frozenset({D})), GARBAGE],
    undisturbed={A: "sample-a", B: "sample-b", D: "sample-d"},
    unnamed=1,
    announced={"image-a", "image-b"},
    objects={"image-a", "image-b"},
)
"""Two accepted, one rejected, one dead letter, and one message without a request."""


def test_a_run_in_which_every_request_has_one_outcome_is_well():
    assert balance(WELL) == Balance([], lost=0, twice=0, accepted=2, rejected=1, dead=1, unnamed=1)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (replace(WELL, rows=WELL.rows[:1]), "1 requests without any outcome: aaaaaaaa#1"),
        (replace(WELL, rows=WELL.rows[:1]), "1 samples missing from the dataset: sample-b"),
        (replace(WELL, rejections=[]), "1 requests without any outcome: bbbbbbbb#0"),
        (replace(WELL, letters=[GARBAGE]), "1 requests without any outcome: bbbbbbbb#1"),
        (replace(WELL, rows=[*WELL.rows, WELL.rows[0]]), "1 sample ids more than once in the dataset: sample-a"),
        (replace(WELL, rejections=WELL.rejections * 2), "1 rejection ids more than once in their table: rejection-c"),
        (replace(WELL, rejections=[*WELL.rejections, (A, "r")]), "1 requests with more than one outcome: aaaaaaaa#0"),
        (replace(WELL, rejections=[*WELL.rejections, (C, "r")]), "1 requests with more than one outcome: bbbbbbbb#0"),
        (replace(WELL, rows=[*WELL.rows, (A, "other")]), "1 requests with more than one outcome: aaaaaaaa#0"),
        (replace(WELL, letters=[*WELL.letters, Letter("x-0-1", frozenset({A}))]), "with more than one outcome: aaaaaaaa#0"),
        (replace(WELL, rejections=[*WELL.rejections, (("c" * 32, 0), "r")]), "nobody asked for: cccccccc#0"),
        (replace(WELL, rows=[WELL.rows[0], (B, "odd")]), "1 samples that an undisturbed run does not have: odd"),
        (replace(WELL, letters=WELL.letters[:1]), "1 messages without a request were put in, 0 dead letters tell of them"),
        (replace(WELL, unnamed=0), "0 messages without a request were put in, 1 dead letters tell of them"),
        (replace(WELL, objects={"image-a"}), "1 pictures announced but not in the store: image-b"),
        (replace(WELL, announced={"image-a"}), "1 objects in the store that no event names: image-b"),
        (replace(WELL, lags={"skg-render skg.graphs/3": 4}), "1 lag at the broker: skg-render skg.graphs/3: 4"),
    ],
)
def test_a_fault_is_named(broken: Evidence, said: str):
    assert any(said in fault for fault in balance(broken).faults), balance(broken).faults


def test_a_dead_letter_that_is_there_twice_of_one_message_is_one_outcome():
    assert balance(replace(WELL, letters=WELL.letters * 2)) == balance(WELL)


def test_a_whole_seed_in_one_dead_letter_counts_its_accepted_graphs_as_twice():
    whole = Letter("skg.seeds-0-0", frozenset({A, B}))
    assert balance(replace(WELL, letters=[*WELL.letters, whole])).twice == 2


def test_after_the_replay_every_sample_of_an_undisturbed_run_is_wanted():
    assert missing_after_replay(WELL) == ["1 samples that a replay did not bring: sample-d"]
    assert missing_after_replay(replace(WELL, rows=[*WELL.rows, (D, "sample-d")])) == []
