"""The numbers that a concept says of its things, as people say them: `three`, `2-4`, `at least two`, `a lot of`.

In: a concept's words.  Out: how many there are to be, and whether more agree with it; which words are no number of things.
Things are counted: of `2.5 cats` and `half a cat` nothing is made.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

ARTICLES = ("a", "an")

_COUNTED = (
    "one 1 single", "two 2 couple pair both", "three 3 several few many numerous multiple various", "four 4", "five 5",
    "six 6", "seven 7", "eight 8", "nine 9", "ten 10", "eleven 11", "twelve 12 dozen", "thirteen", "fourteen", "fifteen",
    "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_TENS = {word: 10 * tens for tens, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)}  # noqa: SIM905
_LARGE = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
NUMBERS = {word: number for number, words in enumerate(_COUNTED, 1) for word in words.split()} | _TENS | _LARGE

SETS = ("couple", "pair", "dozen", "hundred", "thousand", "million", "single", "few")
"""Numbers that an article precedes."""

VAGUE = ("several", "few", "many", "numerous", "multiple", "various")
"""Numbers that more things agree with as well."""

COLLECTIONS = {
    **dict.fromkeys("lot lots plenty loads bunch group number handful herd flock crowd crowds".split(), 3),  # noqa: SIM905
    "tens": 20, "dozens": 24, "hundreds": 200, "thousands": 2000,
}  # fmt: skip
"""Words that say about so many before `of`, as in `lots of cats`."""

_BOUNDS = {
    **dict.fromkeys(
        ["at least", "no fewer than", "no less than", "not fewer than", "not less than", "minimum of"], (0, False)
    ),
    "more than": (1, False),
    **dict.fromkeys(["fewer than", "less than"], (-1, True)),
    **dict.fromkeys(["at most", "no more than", "not more than", "up to", "maximum of"], (0, True)),
    **dict.fromkeys("exactly precisely only just all about roughly approximately nearly almost".split(), (0, True)),  # noqa: SIM905
}
"""Words before a number, with what is added to it for one that agrees with them, and whether no more agree."""

_AFTER = {("or", "more"): False, ("or", "fewer"): True, ("or", "less"): True}
"""Words after a number, and whether no more agree with it."""

RANGES = {"to": "from between".split(), "and": "within between".split(), "or": []}  # noqa: SIM905
"""Words between two numbers of which either agrees, with those that may open them; `and` is one only where one does."""

_RANGE = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
_WHOLE = re.compile(r"(\d{1,18})x?", re.ASCII)
_DIGITS = re.compile(r"[+-]?\d|[¼½¾⅓⅔]", re.ASCII)

QUANTITIES = frozenset("more less fewer most least half double twice thrice as".split())  # noqa: SIM905
"""Words that compare or divide: where they were not read, a number is not what the concept says."""


@dataclass(frozen=True)
class SaidNumber:
    """`value` is None where only an article is said, or nothing.  `exact`: no more things agree with it.

    `first`: the place of its first word.  `least`: it is the least of several that agree, as of `three to five`.
    """

    value: int | None
    exact: bool
    first: int
    least: bool = False


def number_of(word: str) -> int | None:
    """The number that a word says, the least of a range as `2-4`; None for any other word, and for 0."""
    if word in NUMBERS:
        return NUMBERS[word]
    if found := _WHOLE.fullmatch(word) or _RANGE.fullmatch(word):
        return int(found.group(1)) or None
    first, joined, last = word.partition("-")
    if not joined or first not in NUMBERS or last not in NUMBERS:
        return None
    return _composed(NUMBERS[first], NUMBERS[last]) or NUMBERS[first]


def is_no_count(word: str) -> bool:
    """Whether it is written with digits and no number of things, as `2.5`, `-3` and `1/2`."""
    return _DIGITS.match(word) is not None and number_of(word) is None and word != "0" and not word[-1].isalpha()


def number_before(words: Sequence[str], end: int) -> SaidNumber:
    """The number that the words before `end` say; none for an article alone, and for a year as in `a 1950 car`."""
    end -= end > 1 and words[end - 1] == "of" and words[end - 2] in COLLECTIONS
    for behind, exact in _AFTER.items():
        said = _plain_number(words, end - 2) if tuple(words[max(0, end - 2) : end]) == behind else None
        if said is not None and said.value is not None:
            return SaidNumber(said.value, exact, said.first)
    found = _bounded(words, _plain_number(words, end))
    return replace(found, least=True) if end > 0 and _RANGE.fullmatch(words[end - 1]) else found


def _bounded(words: Sequence[str], said: SaidNumber) -> SaidNumber:
    """The number with the words before it that set a bound, or begin a range."""
    if said.value is None:
        return said
    for length in (3, 2, 1):
        first = said.first - length
        added, exact = _BOUNDS.get(" ".join(words[max(0, first) : said.first]), (-said.value, False))
        if first >= 0 and said.value + added > 0:
            begins = first - (first > 0 and words[first - 1] in ARTICLES)
            return SaidNumber(said.value + added, exact and said.exact, begins)
    return _of_range(words, said)


def _of_range(words: Sequence[str], said: SaidNumber) -> SaidNumber:
    """The less of two numbers, as in `two or three` and `between two and four`."""
    if said.first < 2 or words[said.first - 1] not in RANGES:
        return said
    least = _plain_number(words, said.first - 1)
    if least.value is None or said.value is None or least.value > said.value:
        return said
    opening = RANGES[words[said.first - 1]]
    opens = least.first > 0 and words[least.first - 1] in opening
    if not opens and words[said.first - 1] == "and":
        return said
    return SaidNumber(least.value, said.exact, least.first - opens, least=least.value < said.value)


def _plain_number(words: Sequence[str], end: int) -> SaidNumber:
    said, before = words[end - 1] if end > 0 else "", words[end - 2] if end > 1 else ""
    if said in COLLECTIONS and (said.endswith("s") or said == "plenty" or before in ARTICLES):
        return SaidNumber(COLLECTIONS[said], False, end - 1 - (before in ARTICLES))
    number = number_of(said)
    if said in ARTICLES or (number is not None and before in ARTICLES and said not in SETS):
        return SaidNumber(None, False, end - 1 - (said not in ARTICLES))
    if number is None:
        return SaidNumber(None, False, end)
    if before in ARTICLES:
        half = said == "dozen" and end > 2 and words[end - 3] == "half"
        return SaidNumber(number // (1 + half), said not in VAGUE, end - 2 - half)
    return _of_several_words(words, end, number)


def _of_several_words(words: Sequence[str], end: int, number: int) -> SaidNumber:
    """A number of several words, as `two dozen`, `twenty one` and `a hundred and five`."""
    said, first = words[end - 1], end - 1
    exact = said not in VAGUE
    if said == "dozen" or said in _LARGE:
        factor = number_of(words[first - 1]) if first > 0 else None
        return SaidNumber(number * (factor or 1), exact, first - (factor is not None))
    joined = first > 1 and words[first - 1] == "and" and words[first - 2] in _LARGE
    tens = first - 1 - joined
    larger = NUMBERS.get(words[tens]) if tens >= 0 else None
    whole = None if larger is None else _composed(larger, number)
    if whole is None:
        return SaidNumber(number, exact, first)
    return SaidNumber(whole, exact, tens - (tens > 0 and words[tens - 1] in ARTICLES))


def _composed(larger: int, smaller: int) -> int | None:
    """The sum of two numbers that are said after each other, as `twenty one`; None where they are none together."""
    fits = larger in (*range(20, 100, 10), *_LARGE.values()) and smaller < (10 if larger < 100 else larger)
    return larger + smaller if fits else None
