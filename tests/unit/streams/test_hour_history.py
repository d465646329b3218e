"""The last hour of each stage: work by minute, as far as it was watched."""

from streams.adapters.hour_history import MINUTES, HourHistory
from streams.operations.status import StageStatus


def status(accepted: int, oldest_s: float | None = None) -> dict[str, StageStatus]:
    return {"render": StageStatus(accepted=accepted, oldest_unread_s=oldest_s)}


def test_work_is_counted_for_the_minute_in_which_it_is_seen():
    history = HourHistory()
    for now, accepted in ((0, 100), (30, 104), (65, 110), (250, 111)):
        history.watch(status(accepted), now)
    assert history.minutes("render") == (4, 6, 0, 0, 1), "what was done before the first look is of another time"
    assert history.minutes("no such stage") == (0, 0, 0, 0, 0)


def test_a_process_that_starts_again_does_no_negative_work():
    history = HourHistory()
    for now, accepted in ((0, 100), (30, 3), (40, 8)):
        history.watch(status(accepted), now)
    assert history.minutes("render") == (5,)


def test_an_hour_is_kept_and_no_more():
    history = HourHistory()
    for minute in range(3 * MINUTES):
        history.watch(status(minute), 60.0 * minute)
    assert history.minutes("render") == (1,) * MINUTES
    history.watch(status(999), 60.0 * 9 * MINUTES)
    assert len(history.minutes("render")) == MINUTES
    assert sum(history.minutes("render")) == 999 - (3 * MINUTES - 1)


def test_nothing_is_known_before_the_first_look():
    assert HourHistory().minutes("render") == ()


def test_the_oldest_event_of_the_hour_is_remembered_for_an_hour():
    history = HourHistory()
    assert history.oldest_s("render") == 0
    for now, oldest in ((0.0, 90.0), (61.0, 30.0), (62.0, None)):
        history.watch(status(0, oldest), now)
    assert history.oldest_s("render") == 90
    history.watch(status(0), 3600.0)
    assert history.oldest_s("render") == 30
