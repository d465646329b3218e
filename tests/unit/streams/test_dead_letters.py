"""The limit of dead letters."""

import pytest

from streams.dead_letters import FEWEST, WINDOW, Limit
from streams.problems import TooManyDeadLetters


def test_a_few_messages_say_nothing() -> None:
    limit = Limit(0.5)
    for _ in range(FEWEST - 1):
        limit.count(True)
    with pytest.raises(TooManyDeadLetters):
        limit.count(True)


def test_a_share_at_the_limit_passes_and_one_more_does_not() -> None:
    limit = Limit(0.5)
    for number in range(WINDOW):
        limit.count(number % 2 == 1)
    with pytest.raises(TooManyDeadLetters, match="limit 50%"):
        limit.count(True)  # pushes out one that was well


def test_old_messages_are_forgotten() -> None:
    limit = Limit(0.5)
    for number in range(40):
        limit.count(number % 2 == 1)
    for _ in range(WINDOW):
        limit.count(False)
    for _ in range(WINDOW // 2):
        limit.count(True)


def test_a_share_of_one_never_stops() -> None:
    limit = Limit(1.0)
    for _ in range(1000):
        limit.count(True)
