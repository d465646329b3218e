"""The words of concepts that are no names: numbers, negations, light, season and weather.

In: a concept's words, lower case.  Out: numbers, and conditions as phrases of a prompt.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass

_COUNTED = (
    "one 1 single", "two 2 couple pair", "three 3 several few many", "four 4", "five 5", "six 6", "seven 7", "eight 8",
    "nine 9", "ten 10", "eleven 11", "twelve 12 dozen", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen", "twenty",
)  # fmt: skip
NUMBERS = {word: number for number, words in enumerate(_COUNTED, 1) for word in words.split()} | {"hundred": 100}

ARTICLES = ("a", "an")
SETS = ("couple", "pair", "dozen", "hundred", "single", "few")
"""Numbers that an article precedes."""

VAGUE = ("several", "few", "many")
"""Numbers that more things agree with as well."""

LINKS = ("and", "at", "behind", "beside", "by", "in", "near", "on", "under", "with")
"""Words that no noun begins with: `snow` before one is no part of a name, as in `snow shovel`."""

SIZES = frozenset(["big", "small", "little", "large", "tiny", "huge", "old", "new", "young", "of"])
"""Words before a noun that are ignored, because nothing measures them; `of` as in `a couple of cups`."""

SPELLINGS = {"grey": "gray", "colorful": "colourful"}
"""Words that are written otherwise in the knowledge base."""

WITHOUT = "without"
NONE = frozenset(["no", WITHOUT, "not", "zero", "0"])
"""Words that say the absence of the things after them."""

CONDITIONS = {
    "night": "at night", "midnight": "at night", "nighttime": "at night", "night-time": "at night", "nightfall": "at night",
    "nocturnal": "at night", "moonlit": "at night", "moonlight": "at night", "evening": "at dusk", "dusk": "at dusk",
    "twilight": "at dusk", "sunset": "at sunset", "darkness": "in the dark", "winter": "in winter", "wintry": "in winter",
    "snowy": "in snow", "snow-covered": "in snow", "snowing": "in snow", "snowfall": "in snow",
    "snowstorm": "in a storm", "blizzard": "in a storm",
    "autumn": "in autumn", "autumnal": "in autumn", "rainy": "in the rain", "rain": "in the rain", "raining": "in the rain",
    "stormy": "in a storm", "storm": "in a storm", "thunderstorm": "in a storm", "foggy": "in fog", "fog": "in fog",
    "misty": "in fog", "mist": "in fog",
}  # fmt: skip
"""Words for light, season and weather, each with its phrase in a prompt. Dawn and noon are daylight."""

WINTRY = ("in winter", "in snow")
"""Conditions that a backdrop of snow already shows."""


@dataclass(frozen=True)
class SaidNumber:
    """`value` is None where only an article is said, or nothing.  `exact`: no more things agree with it.

    `first`: the place of its first word.
    """

    value: int | None
    exact: bool
    first: int


def number_of(word: str) -> int | None:
    """The number that a word says, None for any other word."""
    if word in NUMBERS:
        return NUMBERS[word]
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 19 and int(word) > 0 else None


def number_before(words: Sequence[str], end: int) -> SaidNumber:
    """The number that the words before `end` say; none for an article alone, and for a year as in `a 1950 car`."""
    said, before = words[end - 1] if end > 0 else "", words[end - 2] if end > 1 else ""
    number = number_of(said)
    if said in ARTICLES or (number is not None and before in ARTICLES and said not in SETS):
        return SaidNumber(None, False, end - 1 - (said not in ARTICLES))
    if number is None:
        return SaidNumber(None, False, end)
    if before in ARTICLES:
        half = said == "dozen" and end > 2 and words[end - 3] == "half"
        return SaidNumber(number // (1 + half), said not in VAGUE, end - 2 - half)
    factor = number_of(before) if said == "dozen" else None
    return SaidNumber(number * (factor or 1), said not in VAGUE, end - 1 - (factor is not None))


def conditions_of(words: Sequence[str], ignored: Container[int]) -> tuple[str, ...]:
    """The conditions that the words say, without those at the ignored places."""
    said = [CONDITIONS[word] for place, word in enumerate(words) if word in CONDITIONS and place not in ignored]
    if tuple(words[-3:]) == ("in", "the", "dark"):
        said.append("in the dark")
    snow = [place for place, word in enumerate(words) if word == "snow" and place not in ignored]
    if any(words[place + 1 : place + 2] in ((), *((word,) for word in LINKS)) for place in snow):
        said.append("in snow")
    return tuple(dict.fromkeys(said))
