"""What a concept says to be on a wall, on the ground or at a ceiling, as `pictures on the wall`, `a lamp hanging from the
ceiling`.

In: a concept's words and mentions.  Out: the mentions, narrowed to what belongs there, the places of the words that say
so, and a line for people for each thing that belongs nowhere of the kind.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from agents.concepts.noun_phrases import Mention
from spatial.knowledge.categories import Rest
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.scene_search import tokens

Words = tuple[str, ...]

SURFACES: dict[str, Rest] = {
    "wall": "wall", "ceiling": "ceiling", "floor": "floor", "ground": "floor", "grass": "floor", "carpet": "floor",
}  # fmt: skip
LEADING = ("on", "from", "against", "at", "to", "along")
DOING = ("hanging", "hung", "mounted", "lying", "standing", "sitting", "fixed", "painted", "leaning", "that", "is", "are")
ARTICLES = ("a", "an", "the")

LEAST_NAMED = 3
"""Things named that belong there, where one does not."""


@dataclass(frozen=True)
class Surrounded:
    """`read`: the places of words that say so.  `unread`: a line for people for what does not belong there."""

    mentions: tuple[Mention, ...]
    read: frozenset[int]
    unread: tuple[str, ...]


def on_surroundings(words: Words, said: Sequence[Mention], listed: Callable[[int], Sequence[int]]) -> Surrounded:
    """The mentions with what the words after them say. `listed`: the numbers of what is listed up to a mention."""
    mentions, read, unread = list(said), set[int](), list[str]()
    for number, mention in enumerate(said):
        after = words[mention.after : said[number + 1].first if number + 1 < len(said) else len(words)]
        end = _end_of_surface(after)
        if end is None:
            continue
        read |= set(range(mention.after, mention.after + end))
        surface = _surface(after[end - 1])
        for each in listed(number):
            fitting = tuple(name for name in _with_kinds(said[each]) if SURFACES[surface] in categories()[name].rests_on)
            if fitting:
                mentions[each] = replace(said[each], categories=fitting)
            else:
                where = " ".join(after[:end])
                unread.append(_misplaced(f"{said[each].name} {where}", surface, is_hung="against" not in after[:end]))
    return Surrounded(tuple(mentions), frozenset(read), tuple(unread))


def _end_of_surface(after: Words) -> int | None:
    """The end of the words that lead to a surface right after a thing; None where none do."""
    at = 0
    while after[at : at + 1] and after[at] in DOING:
        at += 1
    if after[at : at + 1] == () or after[at] not in LEADING:
        return None
    at += 1 + (after[at + 1 : at + 2] != () and after[at + 1] in ARTICLES)
    return at + 1 if after[at : at + 1] and _surface(after[at]) in SURFACES else None


def _surface(word: str) -> str:
    return " ".join(tokens(word))


def _with_kinds(mention: Mention) -> Iterator[str]:
    """What the mention may mean, then other kinds of its last word: of a lamp a pendant lamp."""
    yield from mention.categories
    last = tokens(mention.name)[-1:]
    yield from (name for name in categories() if tokens(name)[-1:] == last and name not in mention.categories)


def _misplaced(said: str, surface: str, is_hung: bool) -> str:
    if SURFACES[surface] == "floor":
        return f"{said!r} is not drawn: it is put on other things, as in 'on a table'"
    there = [name for name, each in categories().items() if each.rests_on[:1] == (SURFACES[surface],)]
    return f"{said!r} is not drawn" + (f": {', '.join(sorted(there)[:LEAST_NAMED])} and others are" if is_hung else "")
