"""What a question asks, with the names of its things: equal for two sentences that ask the same.

In: a question's text and the categories that it may mention.  Out: a `Meaning`; None for an unknown sentence.
Answers nothing and knows no scene.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from spatial.verify.lexicon import mark_nouns
from spatial.verify.sentences import COMPARED, ENDS, OF_THINGS, Words, parse_sentence
from spatial.verify.wordings import normalise_wording

_ONE_NAME = {"turned": ("value", "orientation")}
"""Forms that ask what another one with a word asks."""


@dataclass(frozen=True)
class Meaning:
    """A question: what is asked, of which categories, of which references, with which word."""

    ask: str
    nouns: tuple[str, ...]
    refs: tuple[tuple[object, ...], ...]
    word: str


def meaning_of(text: str, categories: Iterable[str]) -> Meaning | None:
    """The meaning of a question that names some of these categories."""
    marked, nouns = mark_nouns(text, categories)
    form = parse_sentence(normalise_wording(marked))
    if form is None:
        return None
    ask, word = _ONE_NAME.get(form.ask, (form.ask, form.word))
    word = OF_THINGS.get(word) or COMPARED.get(word) or ENDS.get(word) or word
    return Meaning(ask, tuple(nouns[n] for n in form.nouns), tuple(_named(ref, nouns) for ref in form.refs), word)


def _named(words: Words, nouns: list[str]) -> tuple[object, ...]:
    """A reference with the name of its noun."""
    base = None if words.base is None else _named(words.base, nouns)
    return (None if words.noun is None else nouns[words.noun], words.colour, words.end, words.relation, base)
