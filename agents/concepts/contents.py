"""What a concept says that a thing holds or bears, as `a basket of apples`, `a table with a cup and a book on it`.

In: a concept's words and mentions, and the relations between them.  Out: the relations, with those of the contents.
Says so only of what the knowledge base has in or on each other; a man with a dog is near it, as `with` says elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from agents.concepts.noun_phrases import Mention
from agents.concepts.relation_reading import BACK, MOST_WORDS, NamedRelation, joined_after, normalised
from agents.concepts.said_numbers import ARTICLES, number_of
from agents.image_prompts import with_article
from spatial.knowledge.knowledge_base import categories

Words = tuple[str, ...]

OF = (("of",), ("full", "of"), ("filled", "with"))
WITH = ("with",)
HOLDS, BEARS = "containing", "supporting"


@dataclass(frozen=True)
class Contents:
    """`own`: what holds or bears what.  `others`: the other relations.  `read`: the places of words that say so.
    `unread`: a line for people for each thing that is said to hold what it cannot."""

    own: tuple[NamedRelation, ...]
    others: tuple[NamedRelation, ...]
    read: frozenset[int]
    unread: tuple[str, ...]


def with_contents(words: Words, said: Sequence[Mention], relations: Sequence[NamedRelation]) -> Contents:
    """The relations; what follows `a vase of flowers` is said of the vase."""
    own, others, holders = list[NamedRelation](), list(relations), dict[int, int]()
    read, unread = set[int](), list[str]()
    for number in range(len(said) - 1):
        carried = dict(_carried(words, said, number))
        back = _related_back(words, said, number)
        if back is not None:
            others = [each for each in others if not (each.subject == number and each.phrase == "with")]
            own.append(back)
            read |= set(range(said[number].after, said[number + 1].first)) | set(range(back.span[0], back.span[1] + 1))
            continue
        if not carried:
            if _between(words, said, number) in OF:
                unread.append(_held_by_none(said[number].name, said[number + 1]))
            continue
        others = [each for each in others if not (each.subject == number and each.phrase == "with")]
        own += [NamedRelation(number, how, other) for other, how in carried.items()]
        read |= set(range(said[number].after, said[number + 1].first)) | set(_back(words, said[max(carried)].after))
        has_back = bool(_back(words, said[max(carried)].after))
        is_held = has_back or _between(words, said, number) in OF
        holders |= {other: number for other, how in carried.items() if how == HOLDS or is_held}
    moved = (replace(each, subject=holders.get(each.subject, each.subject)) for each in others)
    return Contents(tuple(own), tuple(moved), frozenset(read), tuple(unread))


def _held_by_none(holder: str, content: Mention) -> str:
    """The line for people, with what is named as the content of others, as the milk of a glass of milk."""
    named = [name for name in content.categories if name.endswith(f" of {content.name}")]
    instead = f"take {with_article(named[0])}, or name" if named else "name"
    return f"no {holder} holds {content.name} here; {instead} them with 'and'"


def _between(words: Words, said: Sequence[Mention], number: int) -> Words:
    """The words between a thing and the next, without its number and attributes."""
    first = said[number + 1].first
    return words[said[number].after : first + (words[first] == "of")]


def _carried(words: Words, said: Sequence[Mention], number: int) -> Iterator[tuple[int, str]]:
    """What a thing is said to hold or bear, with how: the next thing, and what is joined to it; after `of` without an
    article or a number, as in `a bowl of apples and oranges`."""
    between = _between(words, said, number)
    if between not in (WITH, *OF):
        return
    spans = [(m.first, m.after) for m in said]
    joined = [other for other in joined_after(words, spans, number + 1) if between == WITH or _is_bare(words, said[other])]
    for other in (number + 1, *joined):
        how = _how(said[number], said[other])
        if how is not None:
            yield other, how


def _related_back(words: Words, said: Sequence[Mention], number: int) -> NamedRelation | None:
    """How what follows `with` is related to the thing before, as in `a tree with a dog under it`; not what it bears."""
    start = said[number + 1].after
    if _between(words, said, number) != WITH or _back(words, start):
        return None
    end = next(
        (at for at in range(start + 1, min(len(words), start + MOST_WORDS + 1)) if words[at] in ("it", "them")), None
    )
    if end is None or not normalised(" ".join(words[start:end])):
        return None
    return NamedRelation(number + 1, " ".join(words[start:end]), number, span=(start, end))


def _is_bare(words: Words, mention: Mention) -> bool:
    return words[mention.first] not in ARTICLES and number_of(words[mention.first]) is None


def _how(holder: Mention, thing: Mention) -> str | None:
    known = categories()
    for one, other in product(holder.categories, thing.categories):
        if other in known[one].holds:
            return HOLDS
        if other in known[one].supports:
            return BEARS
    return None


def _back(words: Words, start: int) -> range:
    length = next((len(back) for back in BACK if words[start : start + len(back)] == back), 0)
    return range(start, start + length)
