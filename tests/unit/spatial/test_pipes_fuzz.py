"""Whatever JSON strangers send to the spatial commands: a result or one line that says what is wrong, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.commands.jsonl_commands import COMMANDS
from tests.fakes.event_strategies import JSON, Draw
from tests.fakes.examples_count import examples

pytestmark = pytest.mark.thorough

NUMBERS = st.integers(-50, 600) | st.floats() | st.sampled_from([0, 1e300, 10**400, -(2**63), True, None, "ten"])
BOXES = st.lists(st.integers(0, 500), min_size=4, max_size=4) | st.lists(NUMBERS, max_size=5) | st.none()
WORDS = [
    "left_of",
    "on the left of",
    "inside",
    "top_left",
    "in the top left corner",
    "near",
    "hovers",
    "",
    "on top of, near",
]
ENDS = st.integers(-1, 4) | st.sampled_from([2**31, 10**30, -(10**30), None, "0", 1.5, True])
RELATIONS = st.lists(ENDS, min_size=1, max_size=1) | st.tuples(ENDS, st.sampled_from(WORDS) | JSON, ENDS).map(list)
CANVASES = st.sampled_from([[512, 512], [1, 1], [0.5, 0.5], [10**9, 1], [512], "big", None, [512.5, 512]])


@st.composite
def requests(draw: Draw, name: str) -> dict[str, Any]:
    """A request with most of what the command takes, sound or not."""
    count = draw(st.integers(0, 4))
    things: Any = [draw(st.sampled_from(["cat", "table", "mug", " ", ""])) for _ in range(count)]
    if name in ("ask", "verify"):
        things = [_thing(draw, number) for number in range(count)]
    parts: dict[str, st.SearchStrategy[Any]] = {
        "objects": st.just(things) | JSON,
        "relations": st.lists(RELATIONS | JSON, max_size=4) | JSON,
        "canvas": st.just([512, 512]) | CANVASES,
        "boxes": st.lists(BOXES, max_size=4) | JSON,
        "hints": st.lists(BOXES, max_size=4) | JSON,
        "depth": st.lists(NUMBERS, min_size=count, max_size=count) | JSON,
        "excluded": st.lists(st.sampled_from(["dog", " ", "tree"]), max_size=2) | JSON,
        "phrase": st.sampled_from(WORDS) | st.text(max_size=40) | JSON,
        "question": st.sampled_from(["Is the cat to the left of the table?", "How many mugs are there?"]) | JSON,
        "choices": st.lists(st.text(max_size=5), max_size=3) | JSON,
        "seed": st.integers() | JSON,
        "scene": st.sampled_from(["kitchen", "nowhere", " "]) | JSON,
        "a": BOXES, "b": BOXES, "depth_a": NUMBERS, "depth_b": NUMBERS,
    }  # fmt: skip
    return {field: draw(part) for field, part in parts.items() if draw(st.integers(0, 7))}


def _thing(draw: Draw, number: int) -> Any:
    thing = {
        "id": draw(st.just(number) | NUMBERS),
        "category": draw(st.sampled_from(["cat", "table", "mug", " ", "\u200b", "w" * 99])),
        "attributes": draw(st.lists(st.sampled_from(["red", " "]), max_size=2)),
        "box": draw(BOXES),
        "depth": draw(st.floats(0, 5) | NUMBERS),
        "visible": draw(st.just(1.0) | NUMBERS),
    }
    return {field: value for field, value in thing.items() if draw(st.integers(0, 20))}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_any_request_has_a_result_or_one_line_that_says_what_is_wrong(name: str):
    @examples(80)
    @given(requests(name) | JSON.filter(lambda value: isinstance(value, dict)))
    def check(request: dict[str, Any]) -> None:
        found = outcome(name, request)
        if isinstance(found, ValueError):
            assert len(str(found).splitlines()) == 1
        else:
            json.dumps(found, allow_nan=False)

    check()


def outcome(name: str, request: dict[str, Any]) -> object:
    try:
        return COMMANDS[name](request)
    except ValueError as error:
        return error
