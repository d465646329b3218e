"""Moments in words of the command line."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cli.arguments import moment
from streams.errors import Misused

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("15m", NOW - timedelta(minutes=15)),
        ("2h", NOW - timedelta(hours=2)),
        ("7d", NOW - timedelta(days=7)),
        ("1.5h", NOW - timedelta(minutes=90)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:30", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T12:30:00Z", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T12:30+02:00", datetime(2026, 3, 1, 10, 30, tzinfo=UTC)),
        (" 2h ", NOW - timedelta(hours=2)),
    ],
)
def test_a_moment_is_said_as_a_time_or_as_how_long_ago(text, meant):
    assert moment(text, NOW) == meant


@pytest.mark.parametrize("text", ["", "soon", "2", "h", "-2h", "2 h", "2y", "٣h", "1e3s", "2026-13-01", "999999999w"])
def test_what_is_no_time_is_refused_with_the_forms_there_are(text):
    with pytest.raises(Misused, match="15m, 2h, 7d"):
        moment(text, NOW)


@given(st.text(max_size=40))
def test_any_text_is_a_moment_in_utc_or_refused(text):
    with suppress(Misused):
        assert moment(text, NOW).tzinfo is UTC


def test_how_long_ago_counts_from_now_in_whatever_zone_it_is_given():
    assert moment("1h", NOW.astimezone(timezone(timedelta(hours=5)))) == NOW - timedelta(hours=1)
