"""Numbers of partitions that differ from the topic table.

In: texts such as `skg.graphs=64,skg.images=64`, of a setting or an option.  Out: topic to number.
Asks no broker.
"""

from collections.abc import Iterable

from schemas.texts.written_text import shown, whole_number
from schemas.topics import TOPICS

MOST = 10_000
"""More partitions of one topic are a typing error: a broker holds some thousands in total."""


def parse_partitions(texts: Iterable[str]) -> dict[str, int]:
    """Topic to number of partitions. Raises ValueError with the invalid part and the valid names."""
    wanted: dict[str, int] = {}
    for part in (part.strip() for text in texts for part in text.split(",")):
        if part:
            name, number = _pair(part)
            if wanted.setdefault(name, number) != number:
                raise ValueError(f"{name} is given {wanted[name]} and {number} partitions")
    return wanted


def _pair(part: str) -> tuple[str, int]:
    name, equals, text = (piece.strip() for piece in part.partition("="))
    if not equals:
        raise ValueError(f"{part!r} is not of the form TOPIC=NUMBER")
    if name not in TOPICS:
        raise ValueError(f"{name!r} is no topic; there are {', '.join(TOPICS)}")
    number = whole_number(text)
    if number is None or not 1 <= number <= MOST:
        raise ValueError(f"{shown(text)} is no number of partitions for {name}; give 1 to {MOST:,}")
    return name, number
