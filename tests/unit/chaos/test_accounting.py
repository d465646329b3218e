"""The accounting sees what it is there to see: hand it a run with one fault, and it says which."""

from dataclasses import replace

import pytest

from tests.chaos.accounting import Balance, Evidence, Letter, Twin, Undisturbed, balance, missing_after_replay

A, B, C, D = ("a" * 32, 0), ("a" * 32, 1), ("b" * 32, 0), ("b" * 32, 1)
GARBAGE = Letter("skg.graphs-0-7", frozenset())

WELL = Evidence(
    asked={A, B, C, D},
    rows=[(A, "sample-a"), (B, "sample-b")],
    rejections=[(C, "rejection-c")],
    letters=[Letter("skg.graphs-0-3", frozenset({D})), GARBAGE],
    undisturbed=Undisturbed({A: "sample-a", B: "sample-b", D: "sample-d"}),
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


OTHER_WAY_ROUND = replace(
    WELL,
    rows=[(A, "sample-a"), (C, "sample-c")],
    rejections=[(B, "rejection-b")],
    twins={B: Twin("sample-b", C)},
    undisturbed=Undisturbed({A: "sample-a", B: "sample-b", D: "sample-d"}, {C: Twin("sample-c", B)}),
)
"""Undisturbed B came before C, which is near to it; now C came first."""


def test_which_of_two_near_ones_is_kept_may_differ_and_is_counted():
    assert balance(OTHER_WAY_ROUND) == Balance([], 0, 0, accepted=2, rejected=1, dead=1, unnamed=1, exchanged=2)
    after = replace(OTHER_WAY_ROUND, rows=[*OTHER_WAY_ROUND.rows, (D, "sample-d")])
    assert missing_after_replay(after) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"twins": {}}, "1 samples missing from the dataset: sample-b"),
        ({"twins": {B: Twin("sample-b", None)}}, "1 samples missing from the dataset: sample-b"),
        ({"twins": {B: Twin("sample-b", B)}}, "1 duplicates whose twin is not there either: aaaaaaaa#1"),
        ({"rows": [(A, "sample-a"), (C, "another")]}, "1 samples that an undisturbed run does not have: another"),
        ({"undisturbed": WELL.undisturbed}, "1 samples that an undisturbed run does not have: sample-c"),
        ({"rows": [(A, "sample-a")]}, "1 duplicates whose twin is not there either: aaaaaaaa#1"),
        ({"rows": [(r, f"sample-{n}") for r, n in ((A, "a"), (B, "b"), (C, "c"))]}, "1 near duplicates that are both"),
    ],
)
def test_a_twin_explains_nothing_but_its_twin(changes: dict[str, object], said: str):
    broken = replace(OTHER_WAY_ROUND, **changes)  # type: ignore[arg-type] # each is of its field's type
    assert any(said in fault for fault in balance(broken).faults), balance(broken).faults


def test_a_twin_that_ended_as_a_dead_letter_explains_it_until_the_replay():
    dead = replace(OTHER_WAY_ROUND, rows=[(A, "sample-a")], letters=[*WELL.letters, Letter("x-0-1", frozenset({C}))])
    assert balance(dead).faults == []
    assert "1 samples that a replay did not bring: sample-b" in missing_after_replay(
        replace(dead, rows=[*dead.rows, (D, "sample-d")])
    )


def test_of_three_near_ones_the_one_that_was_kept_is_found():
    chain = replace(
        OTHER_WAY_ROUND,
        rows=[(C, "sample-c")],
        rejections=[(A, "rejection-a"), (B, "rejection-b")],
        twins={A: Twin("sample-a", B), B: Twin("sample-b", C)},
    )
    assert balance(chain).faults == []
