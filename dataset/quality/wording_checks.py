"""How questions are worded: whose view is meant, and how many ways there are to say a kind.

In: rows.  Out: measures.
Reads the texts alone, but for the nouns in them, which certificates and objects name.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dataset.evaluation.question_roles import FORM_FIELDS
from dataset.quality.measures import Measure, count_at_least, share_never
from dataset.quality.quality_rows import AskedQuestion, SampleRow
from spatial.questions.wording.lexicon import plural

LEAST_WORDINGS = 25

_DIRECTION = re.compile(
    r"\b(left|right|above|below|higher|lower|highest|lowest|leftmost|rightmost|in front of|behind|nearer|closer to|"
    r"farther|further)\b",
    re.IGNORECASE,
)
_VIEW = re.compile(r"\b(pictures?|images?|photos?|photographs?|viewers?|viewer['’]s|camera)\b", re.IGNORECASE)

_IMAGINED = re.compile(r"\b(you|your|point of view|perspective|eyes)\b", re.IGNORECASE)
"""Of somebody in the scene, whose left and right they are."""

_WORDS = re.compile(
    r"\b(to the (?:left|right) of|further to the (?:left|right)|furthest to the (?:left|right)|in front of|"
    r"(?:top|bottom) (?:left|right) corner|(?:left|right|upper|lower) third|left to right|right to left|top to bottom|"
    r"bottom to top|above|below|behind|higher up|lower down|highest up|lowest down|on|inside|under|centre|"
    r"closer to|farther from|nearer to|colour|material|pattern|state|orientation|leftmost|rightmost|highest|lowest|"
    r"left|right)\b"
)
"""Words for which others of their sort stand in the same sentence: the shape is the same with any of them."""

_NUMBERED = ((re.compile(r"\b(are|is)\b"), "is"), (re.compile(r"\b(does|do)\b"), "does"), (re.compile(r"\ban? #"), "#"))


def unnamed_view(rows: Iterable[SampleRow]) -> Measure:
    """Of the questions about directions and depth the share that names neither the picture nor a viewer, of it or in it."""
    asked = [
        _VIEW.search(question.text) is None and _IMAGINED.search(question.text) is None
        for row in rows
        for question in row.questions
        if _DIRECTION.search(" | ".join([question.text, *question.choices]))
    ]
    return share_never("unnamed_view", sum(asked), len(asked))


def wordings(rows: Iterable[SampleRow]) -> list[Measure]:
    """`wordings/KIND`: how many different shapes its sentences have."""
    shapes: dict[str, set[str]] = defaultdict(set)
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        for question in row.questions:
            counts[question.kind] += 1
            shapes[question.kind].add(shape_of(question, row))
    return [count_at_least(f"wordings/{kind}", len(shapes[kind]), counts[kind], LEAST_WORDINGS) for kind in sorted(shapes)]


def shape_of(question: AskedQuestion, row: SampleRow) -> str:
    """The sentence in lower case with `#` for everything that it names and `%` for words of relations and places."""
    text = question.text.casefold()
    for words in sorted(_nouns(question, row), key=lambda noun: (-len(noun), noun)):
        text = re.sub(rf"(?<![\w#]){re.escape(words)}(?!\w)", "#", text)
    for pattern, word in ((_WORDS, "%"), *_NUMBERED):
        text = pattern.sub(word, text)
    return re.sub(r"\bthe #|\bthe (?:thing|object) % (?:the )?#", "#", text)


def _nouns(question: AskedQuestion, row: SampleRow) -> Iterator[str]:
    """The texts of references, and every category with its plural."""
    yield from (str(each.get("text", "")).casefold() for each in question.references if each.get("text"))
    categories = {str(thing["category"]) for thing in row.objects.values()} | set(row.plain.get("excluded") or ())
    if question.roles is not None:
        categories |= {name for role, name in question.roles.names if role.rpartition(".")[2] not in FORM_FIELDS}
    for category in categories:
        yield category.casefold()
        yield _plural(category)


@lru_cache(maxsize=4096)
def _plural(category: str) -> str:
    return plural(category).casefold()
