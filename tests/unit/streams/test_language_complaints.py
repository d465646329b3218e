"""What a server means when it does not answer: how long to wait, and whether waiting helps at all."""

import pytest

from streams.llm.error_mapping import failure_kind, retry_after_s

NOON = "Thu, 05 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "-7"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Thu, 05 Mar 2026 12:00:09 GMT", "date": NOON}, 9.0),
        ({"retry-after": "Thursday, 05-Mar-26 12:01:00 GMT", "date": NOON}, 60.0),
        ({"retry-after": "Thu, 05 Mar 2026 11:00:00 GMT", "date": NOON}, 0.0),
        ({"retry-after": "Thu, 05 Mar 2020 12:00:00 GMT"}, 0.0),
        ({"retry-after": "Thu, 99 Mar 2026 12:00:00 GMT", "date": NOON}, None),
    ],
)
def test_a_server_may_name_seconds_or_a_moment_by_its_own_clock(headers: dict[str, str], seconds: float | None):
    assert retry_after_s(headers) == seconds


def test_a_moment_is_compared_with_the_clock_here_where_the_server_tells_no_time():
    later = retry_after_s({"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"})
    assert later is not None
    assert later > 1e8


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (429, None, "busy"),
        (429, "rate_limit_exceeded", "busy"),
        (429, "insufficient_quota", "configuration"),
        (500, None, "unavailable"),
        (529, None, "unavailable"),
        (408, None, "unavailable"),
        (302, None, "configuration"),
        (402, None, "configuration"),
        (400, None, "request"),
        (413, None, "request"),
        (422, None, "request"),
    ],
)
def test_a_status_says_whether_waiting_helps(status: int, code: str | None, meaning: str):
    assert failure_kind(status, code) == meaning
