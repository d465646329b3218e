"""Dead letters back to where they came from, once what was wrong is mended.

In: a choice among the dead letters of a broker.  Out: their original messages on their original topics.
Sending one back twice is harmless: ids derive from content.  Removes nothing from `skg.dead-letters`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from schemas.codec import decode
from schemas.events import DeadLetter
from schemas.failures import Never
from schemas.topics import DEAD_LETTERS
from streams.connection import connection_of
from streams.dead_letters import original
from streams.event_step import Publishes
from streams.kafka_door import Publisher, Reader
from streams.reach import patiently
from streams.settings import KafkaSettings

POLL_S = 0.5

Choice = Callable[[DeadLetter], bool]
"""Which dead letters to send back."""


def replay(settings: KafkaSettings, chosen: Choice) -> int:
    """Send the chosen dead letters back, as many as are there now. Returns how many. Raises Unreachable, TryLater."""
    connection = connection_of(settings)
    with (
        closing(patiently(lambda: Publisher(connection), settings.connect_timeout_s)) as publisher,
        closing(Reader(connection, [DEAD_LETTERS])) as reader,
    ):
        return sum(send_back([letter for letter in letters if chosen(letter)], publisher) for letters in _read(reader))


def send_back(letters: Sequence[DeadLetter], publisher: Publishes) -> int:
    """Publish the original messages, bytes and headers as they were, and wait. Returns how many."""
    publisher.publish([original(letter) for letter in letters])
    return len(letters)


def _read(reader: Reader) -> Iterator[list[DeadLetter]]:
    while not reader.at_end():
        letters = []
        for record in reader.poll(POLL_S):
            try:
                event = decode(DEAD_LETTERS, record.value, record.headers)
            except Never:
                continue  # somebody else's bytes: there is nothing to send back
            if isinstance(event, DeadLetter):
                letters.append(event)
        yield letters
