"""Says plainly what a concept says in a roundabout way: lists with a heading, things on both sides, things told apart by
`one`.

In: a concept as text.  Out: the text with `a black cat and a white cat` for `two cats, one black and one white`, and alike.
What it cannot say plainly stays as it was, and is refused by `unread_statements`.
"""

import re

from agents.concepts.noun_phrases import adjectives, end_of_name, names
from agents.concepts.said_numbers import ARTICLES, NUMBERS, number_of
from spatial.knowledge.category_names import kinds
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.scene_search import tokens
from spatial.questions.wording.lexicon import word_lists

_WORDS = re.compile(r"[\w'-]+")
_LISTING = re.compile(r"\s*(?::|,? such as|,? including|,? like|,? for example,?|,? e\.g\.,?)\s+(?=\w)", re.IGNORECASE)
_WHOLE = ("thing", "object", "item")
"""Words for what is listed after them, beside kinds."""

_ALL = ("the", "some", "many", "several", "various", "different", "other", "all")
"""Words before the name of a kind that say nothing of a list of its members."""

_OPENING = r"^|,|;|\b(?:with|and|has|have|of|there is|there are)\s"
_SIDES = re.compile(
    r"\s+(?:(?:is|are|stands?|standing|sits?|sitting|hangs?|hanging|placed)\s+)*(?:on|at|to)\s+(?:each|both|either)\s+"
    r"(?:of\s+(?:the|its)\s+)?sides?\b(?:\s+of\s+(?P<it>it\b)?)?",
    re.IGNORECASE,
)
_ONE_EACH = re.compile(r"(\b(?:two|2) [\w -]+?), one (on|at|to) (?:each|both|either)\b", re.IGNORECASE)
_BOTH_LOOK = re.compile(r",\s*(?:both|all)(?: of them)?(?: are)?\s+(\w+)\b", re.IGNORECASE)
_APART = re.compile(
    r",?\s*[,:(]\s*(?P<list>(?:one|two|three|four|five)\s+(?:is |are )?\w+(?:(?:,\s*|,?\s+and\s+)"
    r"(?:(?:one|two|three|four|five)|(?:the )?others?(?: one)?)\s+(?:is |are )?\w+)+)\)?",
    re.IGNORECASE,
)
_ONE_OF_THEM = re.compile(r"(?:(one|two|three|four|five)|(?:the )?others?(?: one)?)\s+(?:is |are )?(\w+)", re.IGNORECASE)
_TWO_LOOKS = re.compile(r"\b(an?|one)\s+(\w+)\s+and\s+(an?|one)\s+(\w+)\s+(?=\w)", re.IGNORECASE)
_ANOTHER = re.compile(r"\band\s+(an?|another|one|the)\s+(\w+)\s+(ones?)\b(?!\s+of\b)", re.IGNORECASE)
_MOST_BEFORE = 3
"""Words of a name, and of those before it."""


def in_plain_words(concept: str) -> str:
    """The text."""
    return _without_headings(_told_apart(_on_sides(_with_names(" ".join(concept.split())))))


def _with_names(text: str) -> str:
    """With the name that is left out in `a red and a blue car`, `a red car and a blue one`."""
    two, another = _TWO_LOOKS.search(text), _ANOTHER.search(text)
    if two is not None and {two.group(2).casefold(), two.group(4).casefold()} <= adjectives():
        name = _name_at(text[two.end() :])[0]
        if name is not None and _name_at(text[two.end() :])[1] == len(name.removeprefix("a ")):
            return f"{text[: two.start(2)]}{two.group(2)} {name.removeprefix('a ')} {text[two.end(2) :].lstrip()}"
    if another is not None and another.group(2).casefold() in adjectives():
        name = _last_name(text[: another.start()])[0]
        if name is not None:
            one = " ".join(tokens(name)) if another.group(3) == "one" else name
            return f"{text[: another.start(3)]}{one}{text[another.end(3) :]}"
    return text


def _without_headings(text: str) -> str:
    """Of what a list is introduced by its members alone, as of `farm animals: cows and a horse`."""
    for found in reversed(list(_LISTING.finditer(text))):
        start = _start_of_heading(text[: found.start()], text[found.end() :], found.group().casefold())
        if start is not None:
            text = f"{text[:start]}{text[found.end() :]}"
    return text


def _start_of_heading(before: str, listed: str, link: str) -> int | None:
    """Where a kind is named at the end of the words before a list of things; None where none is, or others are counted."""
    found, words = _split(before)
    at = next((at for at in range(max(0, len(words) - _MOST_BEFORE), len(words)) if _is_kind(words[at:])), None)
    if at is None or not _begins_with_name(listed) or ("like" in link and _is_people(words[at:])):
        return None
    if at and number_of(words[at - 1]) == _number_listed(listed):
        at -= 1
    while at and (words[at - 1] in _ALL or words[at - 1] in ARTICLES):
        at -= 1
    return None if at and number_of(words[at - 1]) is not None else found[at].start()


def _split(text: str) -> tuple[list[re.Match[str]], tuple[str, ...]]:
    """The words of a text: where they stand, and in small letters."""
    found = list(_WORDS.finditer(text))
    return found, tuple(match.group().casefold() for match in found)


def _is_kind(words: tuple[str, ...]) -> bool:
    name = " ".join(tokens(" ".join(words)))
    return _is_people(words) or (name not in categories() and (name in _WHOLE or name in _kinds()))


def _is_people(words: tuple[str, ...]) -> bool:
    return names().get(tokens(" ".join(words))) == ("person",)


def _kinds() -> frozenset[str]:
    return frozenset(" ".join(tokens(kind)) for kind in (*kinds(), *word_lists("kinds_of")))


def _begins_with_name(listed: str) -> bool:
    _, words = _split(listed)
    return any(end_of_name(words, at, frozenset()) > at for at in range(min(_MOST_BEFORE, len(words))))


def _number_listed(listed: str) -> int:
    """How many things a list has; each of its parts begins with their number."""
    parts = re.split(r",\s*(?:and\s+)?|\s+and\s+", listed.casefold())
    return sum(number_of(part.split()[0]) or 1 for part in parts if part.split())


def _on_sides(text: str) -> str:
    """With `a lamp left of the bed and a lamp right of the bed` for `a lamp on each side of the bed`."""
    text = _ONE_EACH.sub(r"\1 \2 both", text)
    found = _SIDES.search(text)
    if found is None:
        return text
    before, after = text[: found.start()], text[found.end() :]
    start = max(match.end() for match in re.finditer(_OPENING, before, re.IGNORECASE))
    thing = _single(before[start:].strip(), is_each=" each " in found.group().casefold())
    if found.group().rstrip().endswith("of"):
        other, length = _name_at(after)
        apart = re.fullmatch(r"(.*\S) and (\S.*?), one", before, re.IGNORECASE)
        if other is None or (thing is None and apart is None):
            return text
        first = other if other.split()[0] in ("the", "his", "her", "their", "its") else f"the {other.split(maxsplit=1)[-1]}"
        if apart is not None:
            return f"{apart.group(1)} left of {other} and {apart.group(2)} right of {first}{after[length:]}"
        return f"{before[:start]} {thing} left of {other} and {thing} right of {first}{after[length:]}"
    other, _ = _last_name(before[:start])
    if thing is None or other is None:
        return text
    beginning = re.sub(r"\s*\b(?:with|has|have|and)\s*$|[,;]\s*$", "", before[:start], flags=re.IGNORECASE)
    return f"{beginning}, {thing} left of the {other} and {thing} right of the {other}{after}"


def _single(thing: str, is_each: bool) -> str | None:
    """What stands on each of two sides: one of a plural, as many as a number says; None where no name is said."""
    words = thing.casefold().split()
    if not words or end_of_name(tuple(words), len(words) - 1, frozenset()) == len(words) - 1 == 0:
        return None if not words or tuple(tokens(words[-1])) not in names() else f"a {_one_of(words[-1])}"
    number = NUMBERS.get(words[0])
    if words[0] in ARTICLES:
        return " ".join(words)
    rest = words[1:] if number is not None or words[0] in _ALL else words
    is_one = number in (None, 1) or (number == 2 and not is_each)
    return " ".join(["a", *rest[:-1], _one_of(rest[-1])]) if is_one else " ".join(words)


def _one_of(name: str) -> str:
    """The singular."""
    meant = names().get(tokens(name), ())
    return meant[0] if len(meant) == 1 and categories()[meant[0]].plural == name else " ".join(tokens(name))


def _name_at(text: str) -> tuple[str | None, int]:
    """The thing that a text begins with, its article and looks among them, and its length; None where it names none."""
    found, words = _split(text)
    for at in range(min(_MOST_BEFORE, len(words))):
        end = end_of_name(words, at, frozenset())
        if end > at:
            said = text[found[0].start() : found[end - 1].end()]
            return said if found[0].start() < found[at].start() else f"a {said}", found[end - 1].end()
    return None, 0


def _last_name(text: str) -> tuple[str | None, int]:
    """The last thing that a text names, and where it begins."""
    found, words = _split(text)
    named = [(at, end_of_name(words, at, frozenset())) for at in range(len(words))]
    spans = [(at, end) for at, end in named if end > at]
    if not spans:
        return None, 0
    last = max(end for _, end in spans)
    first = min(at for at, end in spans if end == last)
    return " ".join(words[first:last]), found[first].start()


def _told_apart(text: str) -> str:
    """With `one black cat and one white cat` for `two cats, one black and one white`."""
    found, alike = _APART.search(text), _BOTH_LOOK.search(text)
    if alike is not None and alike.group(1).casefold() in adjectives():
        named = _counted_name(text[: alike.start()])
        if named is not None:
            return f"{text[: named[1]]}{alike.group(1)} {text[named[1] : alike.start()]}{text[alike.end() :]}"
    if found is None:
        return text
    before, after = text[: found.start()], text[found.end() :]
    start = _counted_name(before)
    if start is None:
        return text
    number, first, end = start
    name = before[first:end].strip()
    parts = [(match.group(1), match.group(2).casefold()) for match in _ONE_OF_THEM.finditer(found.group("list"))]
    said_numbers = [NUMBERS.get((said or "").casefold()) for said, _ in parts]
    rest = number - sum(n for n in said_numbers if n is not None)
    numbers = [rest if n is None else n for n in said_numbers]
    if sum(numbers) != number or min(numbers) < 1 or not all(look in adjectives() for _, look in parts):
        return text
    one = " ".join(tokens(name))
    said = [f"{n} {look} {one if n == 1 else name}" for n, (_, look) in zip(numbers, parts, strict=True)]
    listed = " and ".join([", ".join(said[:-1]), said[-1]])
    begin = before[:first].rstrip().rpartition(" ")[0]
    return f"{begin} {listed}{before[end:]}{after}".strip()


def _counted_name(text: str) -> tuple[int, int, int] | None:
    """The number of the last things that are counted, and where their name begins and ends; None where none are."""
    found, words = _split(text)
    for at in range(len(words) - 1, 0, -1):
        end, number = end_of_name(words, at, frozenset()), number_of(words[at - 1])
        if end > at and number is not None and number > 1:
            return number, found[at].start(), found[end - 1].end()
    return None
