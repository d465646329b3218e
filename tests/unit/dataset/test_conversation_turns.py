"""No turn of a conversation asks what its earlier turns decide, checked by an independent oracle."""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest

from dataset.exports.conversation_turns import Turn, conversations
from dataset.table.row_encoding import rows_of
from schemas.ids import make_seed
from tests.fakes.line import collage_line

Row = dict[str, Any]


pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    made = collage_line(tmp_path_factory.mktemp("sprites")).samples(
        [make_seed(scene, 8) for scene in ("kitchen", "park", "living room", "street market")]
    )
    found: list[Row] = rows_of(made).to_pylist()
    return found


def test_one_turn_is_the_usual_conversation(rows: list[Row]):
    for row in rows:
        said = conversations(row, "one")
        assert [len(turns) for turns in said] == [1] * len(row["questions"])


def test_many_turns_hold_every_question_once_and_save_conversations(rows: list[Row]):
    for row in rows:
        asked = [turn.question.partition("\n")[0] for turns in conversations(row, "many") for turn in turns]
        assert sorted(asked) == sorted(question["question"] for question in row["questions"])
    saved = sum(len(row["questions"]) - len(conversations(row, "many")) for row in rows)
    assert saved > len(rows) / 2, "hardly any two questions share a conversation"


def test_no_turn_asks_for_what_was_mentioned(rows: list[Row]):
    """The presence or number of what an earlier turn mentions."""
    for row, said in all_conversations(rows):
        for number, turn in enumerate(said):
            kind, question = found(row, turn)
            if kind in ("existence", "count"):
                nouns = [name for name in (*names(row), *row["excluded"]) if occurs_in(name, counted(question))]
                earlier = " ".join(f"{one.question} {one.answer}" for one in said[:number])
                assert not [noun for noun in nouns if occurs_in(noun, earlier)], (question, earlier)


def test_no_turn_asks_for_an_order_that_follows(rows: list[Row]):
    """The order of two things on an axis that earlier turns give by transitivity, from the answers' own words."""
    checked = 0
    for row, said in all_conversations(rows):
        for number, turn in enumerate(said):
            for a, b in product(*[pair(row, turn)] * 2) if pair(row, turn) else ():
                if a != b:
                    checked += 1
                    assert not connected(a, b, [pair(row, one) for one in said[:number]]), (turn, said[:number])
    assert checked > 50


def test_no_turn_asks_for_an_attribute_that_was_given(rows: list[Row]):
    for row, said in all_conversations(rows):
        for number, turn in enumerate(said):
            kind, question = found(row, turn)
            if kind == "attribute":
                earlier = " ".join(f"{one.question} {one.answer}" for one in said[:number])
                nouns = [name for name in names(row) if occurs_in(name, question)]
                assert not [noun for noun in nouns if re.search(rf"{turn.answer} {noun}", earlier)]


def all_conversations(rows: list[Row]) -> Iterator[tuple[Row, list[Turn]]]:
    for row in rows:
        for said in conversations(row, "many"):
            yield row, said


def found(row: Row, turn: Turn) -> tuple[str, str]:
    text = turn.question.partition("\n")[0]
    return next((q["kind"], text) for q in row["questions"] if q["question"] == text)


def names(row: Row) -> list[str]:
    return [thing["category"] for thing in row["objects"]]


def counted(question: str) -> str:
    """The part of a question that says what is counted or looked for, without the thing beside which."""
    return re.split(r" (?:to the|left of|right of|above|below|beside|on the) ", question)[0]


def occurs_in(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}(s|es)?\b", text, re.IGNORECASE) is not None


RELATIONAL = ("direction_yes_no", "direction_open", "direction_choice", "depth_order", "chain", "distance_comparison")


def pair(row: Row, turn: Turn) -> frozenset[int]:
    """The things that the turn relates to each other."""
    kind, text = found(row, turn)
    if kind in ("selection", "multi_hop"):
        return frozenset(thing["id"] for thing in row["objects"])
    (question,) = [q for q in row["questions"] if q["question"] == text]
    return frozenset(question["objects"]) if kind in RELATIONAL else frozenset()


def connected(a: int, b: int, pairs: Sequence[frozenset[int]]) -> bool:
    reached, grown = {a}, True
    while grown:
        more = reached.union(*(each for each in pairs if each & reached)) if pairs else reached
        grown, reached = more != reached, set(more)
    return b in reached
