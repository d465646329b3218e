"""How many partitions topics are to have, where that is not what the topic table says.

In: texts such as `skg.graphs=64,skg.images=64`, of a setting or an option.  Out: topic to number.
Asks no broker.
"""

from collections.abc import Iterable

from schemas.topics import TOPICS

MOST = 10_000
"""More partitions of one topic are a slip of the hand: a broker holds some thousands in all."""


def parse_partitions(texts: Iterable[str]) -> dict[str, int]:
    """Topic to number of partitions. Raises ValueError that says which part is wrong and what there is."""
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
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= MOST:
        raise ValueError(f"{text!r} is no number of partitions for {name}; give 1 to {MOST:,}")
    return name, int(text)
