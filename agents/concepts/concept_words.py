"""The words of concepts that are no names: negations, light, season and weather, words without content.

In: a concept's words, lower case.  Out: conditions as phrases of a prompt.
"""

from collections.abc import Container, Sequence

LINKS = ("and", "at", "behind", "beside", "by", "in", "near", "on", "under", "with")
"""Words that no noun begins with: `snow` before one is no part of a name, as in `snow shovel`."""

SIZES = frozenset(["big", "small", "little", "large", "tiny", "huge", "old", "new", "young", "of"])
"""Words before a noun that are ignored, because nothing measures them; `of` as in `a couple of cups`."""

SPELLINGS = {"grey": "gray", "colorful": "colourful"}
"""Words that are written otherwise in the knowledge base."""

ALSO_NAMED: dict[str, tuple[str, ...]] = {
    "ball": ("sphere",), "paper": ("sheet of paper",), "map": ("world map",),
    "doll": ("nesting doll",), "pepper": ("bell pepper",), "wheel": ("wooden wheel",), "racket": ("tennis racket",),
    "rope": ("knotted rope",), "cup": ("mug",), "truck": ("pickup truck",), "hat": ("cap",),
}  # fmt: skip
"""Words of everyday language beside those of the knowledge base, with categories that they may mean, after its own."""

COLOURED = {
    "brown": "horse monkey deer bison goat camel squirrel beaver hedgehog owl kangaroo potato cookie basket log",
    "black": "gorilla crow ant spider camera",
    "red": "crab lobster strawberry tomato rose",
    "green": "turtle snake lizard dragon cucumber tree cactus grasshopper",
    "blue": "whale dolphin fish",
    "pink": "pig flamingo",
    "gray": "elephant mouse dove shark rock",
    "white": "sheep swan snowman toilet bathtub",
    "yellow": "lemon banana",
}
"""Colours of things that have no other one in the sprites: a red rose asks for nothing but a rose."""

HOMONYMS = {"mouse": ("computer mouse", ("keyboard", "computer", "laptop", "printer"))}
"""Words for another thing beside certain ones: a mouse and a keyboard are those of a computer."""

PHRASES = {
    r"\bw/o\b": "without", r"\bw/": "with ", r"(?<=\s)&(?=\s)": "and", r"\bside by side\b": "next to each other",
    r"\b(?:picture|photo|photograph)(?=s? (?:hanging |hung )?on (?:a|the) walls?\b)": "framed picture",
}  # fmt: skip
"""Regular expressions of words that are read as others."""

WITHOUT = "without"
NO_NAMES = frozenset([("short",)])
"""Words that are no names by themselves, though their plurals are, as `shorts`."""

NONE = frozenset(["no", WITHOUT, "not", "zero", "0", "neither"])
"""Words that say the absence of the things after them."""

EMPTY = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "the this that these those some any other another each all both there here it its they them their is are "
        "was were be been being has have having without no and or nor either but of in on at by to from for into onto as "
        "than then very quite just also only while where which who whose picture photo photograph image drawing "
        "painting scene view place with room day time daytime showing shown seen visible standing sitting lying "
        "parked placed located hanging resting waiting against around i we you want need please draw show me give make "
        "create generate render close-up closeup my your our his her"
    ).split()
)
"""Words that ask for nothing that could be drawn."""

INTANGIBLE = frozenset(
    (  # noqa: SIM905 - rows of words read best
        "light lighting sunlight sunshine daylight sunrise dawn morning noon midday afternoon spring summer season "
        "weather atmosphere ambience mood ground"
    ).split()
)
"""Words that stand where things do, and are none: their loss is said, and no thing is missing."""

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


def conditions_of(words: Sequence[str], ignored: Container[int]) -> tuple[str, ...]:
    """The conditions that the words say, without those at the ignored places."""
    said = [CONDITIONS[word] for place, word in enumerate(words) if word in CONDITIONS and place not in ignored]
    if tuple(words[-3:]) == ("in", "the", "dark"):
        said.append("in the dark")
    snow = [place for place, word in enumerate(words) if word == "snow" and place not in ignored]
    if any(words[place + 1 : place + 2] in ((), *((word,) for word in LINKS)) for place in snow):
        said.append("in snow")
    return tuple(dict.fromkeys(said))
