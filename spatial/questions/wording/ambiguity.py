"""All readings of a question: "the cat behind the dog to the left of the car" can be parsed in two ways.

In: text.  Out: every query of the grammar that is worded so, that of `parse` first.
Does not choose between them: a question is safe if all readings that have an answer have the same one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from spatial.questions.question_kinds import Query
from spatial.questions.wording.question_parsing import MAX_CHARS, parse, queries_of
from spatial.questions.wording.realisation import MANY, PHRASES, SLOT, THINGS, fill, templates


@dataclass(frozen=True)
class _Token:
    """A piece of a template: one of some words, or any text. `name` of the slot, empty for fixed text."""

    name: str
    words: tuple[str, ...] = ()


def readings(text: str) -> tuple[Query, ...]:
    """The queries without duplicates; none for text that is no question of the grammar."""
    if len(text) > MAX_CHARS:
        return ()
    try:
        first = [parse(text)]
    except ValueError:
        return ()
    return tuple(dict.fromkeys([*first, *_found(text)]))


@lru_cache(maxsize=1024)
def _found(text: str) -> tuple[Query, ...]:
    return tuple(
        query
        for shape, template, tokens in _tokenised()
        for slots in _fillings(tokens, text)
        for query in queries_of(shape, slots)
        if any(fill(template, query, thing) == text for thing in THINGS)
    )


@lru_cache(maxsize=1)
def _tokenised() -> tuple[tuple[str, str, tuple[_Token, ...]], ...]:
    return tuple((shape, text, tuple(_tokens(text))) for shape, texts in templates().items() for text in texts)


def _tokens(template: str) -> Iterator[_Token]:
    position = 0
    for match in SLOT.finditer(template):
        if match.start() > position:
            yield _Token("", (template[position : match.start()],))
        slot, agrees_with = match.groups()
        if agrees_with is not None:
            yield _Token("", (slot, MANY[slot]))
        else:
            yield _Token(slot, tuple(PHRASES[slot].values()) if slot in PHRASES else ())
        position = match.end()
    if position < len(template):
        yield _Token("", (template[position:],))


def _fillings(tokens: Sequence[_Token], text: str) -> Iterator[dict[str, str]]:
    """The slot values for which the template gives the text."""
    if not tokens:
        if not text:
            yield {}
        return
    head, rest = tokens[0], tokens[1:]
    heads = [word for word in head.words if text.startswith(word)] if head.words else _prefixes(text, rest)
    for start in heads:
        for found in _fillings(rest, text[len(start) :]):
            yield {head.name: start, **found} if head.name else found


def _prefixes(text: str, rest: Sequence[_Token]) -> Iterator[str]:
    """Every prefix of a text after which the rest may follow."""
    if not rest:
        yield text
        return
    for end in range(1, len(text)):
        if any(text.startswith(word, end) for word in rest[0].words):
            yield text[:end]
