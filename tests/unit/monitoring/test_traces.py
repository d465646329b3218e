"""The trace context: a child keeps the trace, nonsense starts a new one."""

import re

import pytest

from monitoring.traces import child_of

FORM = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_child_keeps_the_trace_and_the_flags_and_has_a_span_of_its_own() -> None:
    child = child_of(PARENT)
    assert child[:35] == PARENT[:35]
    assert child[-3:] == "-01"
    assert child != PARENT
    assert child_of(PARENT[:-1] + "0").endswith("-00")


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        "nonsense",
        "ff" + PARENT[2:],
        PARENT.upper(),
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
        PARENT + "-more",
    ],
)
def test_without_a_usable_parent_a_new_trace_begins(parent: str | None) -> None:
    child = child_of(parent)
    assert FORM.fullmatch(child)
    assert child[:35] != PARENT[:35]
    assert child != child_of(parent)
