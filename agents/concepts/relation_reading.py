"""The relations and places that a concept states of its things.

In: a concept's words, the spans of the nouns among them, the indices of the words that name its scene.  Out: relations.
Ignores phrases that say no predicate.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agents.concepts.concept_words import AUXILIARIES, IDLE, INTANGIBLE, POSTURES, RELATIVES, VERBS
from schemas.predicate_names import GROUPS
from spatial.relations.phrases import UnknownPhrase, normalise, normalise_place

Words = tuple[str, ...]
Spans = Sequence[tuple[int, int]]
"""Of each noun phrase its first word, and the one after its last."""

EACH_OTHER = (("each", "other"), ("one", "another"))

MOST_WORDS = 5
"""Of a phrase that says a relation, as in `on the left hand of`."""

OTHERS = frozenset(["and", "it", "them"])
"""Words after a relation by which it leads to something else than the thing that follows, as in `on it and a dog`."""

BACK = (("on", "it"), ("on", "top", "of", "it"), ("in", "it"), ("inside", "it"), ("on", "them"), ("in", "them"))
"""Words after what a thing bears that say no more, as in `a table with a cup on it`."""

INVERTING = frozenset("is are was were there stands stand hangs hang lies lie sits sit rests waits".split())  # noqa: SIM905
"""Words between the place and what is there, where the place is said first."""

MOST_DOING = 4
"""Words before a relation that say what a thing does, as in `that is quietly sleeping`."""

MOST_UNKNOWN = 2
"""Words before a thing that may be unknown; more of them would say something else."""

WHOLES = ("room", "picture", "image", "photo", "scene", "place")
"""Words for all that is seen, whose corner is the picture's."""


@dataclass(frozen=True)
class NamedRelation:
    """A phrase between named things, given by their indices in `ConceptReading.things`; `others` are of a group.

    `object` is None where the phrase says a place in the picture, and the subject where it relates a thing's objects.
    `span`: the places of the words between which it is said.
    """

    subject: int
    phrase: str
    object: int | None
    others: tuple[int, ...] = ()
    span: tuple[int, int] = field(default=(0, 0), compare=False)


def begins_relation(words: Sequence[str]) -> bool:
    """Whether words begin with a phrase that relates what was said before to what follows, as in `right of a chair`."""
    return any(_is_read(normalise, " ".join(words[:end])) for end in range(1, min(len(words), MOST_WORDS) + 1))


def relations_between(
    words: Words, spans: Spans, of_scene: frozenset[int], starts: frozenset[int] = frozenset()
) -> Iterator[NamedRelation]:
    """The phrases between consecutive things that express a predicate, and those after a thing that express a place.

    `starts`: the places after commas, which no phrase goes across, as in `a lamp on the left, a sofa on the right`.
    A phrase after `and` has the subject of the one before it, as in `a cat left of a dog and right of a chair`.
    """
    joined_places = set[int]()
    for i, before in enumerate(spans):
        end = spans[i + 1][0] if i + 1 < len(spans) else len(words)
        comma = min((at for at in starts if before[1] < at <= end), default=None)
        place = _place(words, before[1], end if comma is None else comma, of_scene, comma is not None)
        if place is not None:
            joined_places |= {i} if comma is None and words[end - 1] == "and" else set()
            yield NamedRelation(i, place, None, span=(before[1], end))
        mutual = _mutual(words[before[1] : end])
        if mutual is not None:
            yield NamedRelation(i, mutual, i, span=(before[1], before[1] + _length(mutual)))
    subjects: dict[int, int] = {}
    for i, (before, after) in enumerate(pairwise(spans)):
        if i in joined_places:
            continue
        commas = (at for at in starts if before[1] < at <= after[0])
        start = max([before[1], *commas, *(place + 1 for place in of_scene if before[1] <= place < after[0])])
        mutual = _mutual(words[start : after[0]])
        start = start if mutual is None else start + _length(mutual)
        start += _back(words, start)
        start += _doing(words, start, after[0])
        start, said = _after_place(words, start, after[0])
        if said is not None:
            yield NamedRelation(i, said, None, span=(before[1], start))
        until = _end_of_phrase(words, start, after[0])
        if until is None:
            continue
        phrase = " ".join(words[start:until])
        predicates = normalise(phrase)
        joined = list(joined_after(words, spans, i + 1)) if GROUPS.keys() & predicates else []
        subjects[i + 1] = subjects.get(i, i) if phrase.startswith("and ") else i
        yield NamedRelation(subjects[i + 1], phrase.removeprefix("and "), i + 1, tuple(joined), (start, until))


def inverted_relations(words: Words, spans: Spans, starts: frozenset[int]) -> Iterator[NamedRelation]:
    """The relations that are said before both things, as in `behind the sofa stands a lamp`."""
    for i, (before, after) in enumerate(pairwise(spans)):
        between = range(before[1], after[0])
        is_said = len(between) > 0 and all(words[at] in INVERTING for at in between)
        if not is_said or starts.intersection(between) or after[0] in starts:
            continue
        start = max((at for at in (spans[i - 1][1] if i else 0, *starts) if at <= before[0]), default=0)
        if i and start not in starts and words[start] != "and":
            continue
        while words[start : start + 1] == ("and",):
            start += 1
        phrase = " ".join(words[start : before[0]])
        if phrase and _is_read(normalise, phrase):
            last = max((i + 1, *joined_after(words, spans, i + 1)))
            yield NamedRelation(last, phrase, i, span=(start, before[0]))


def _back(words: Words, start: int) -> int:
    """How many words lead back to what bears a thing, as in `a plate with an apple on it`."""
    return next((len(back) for back in BACK if words[start : start + len(back)] == back), 0)


def doing_places(words: Words, spans: Spans) -> frozenset[int]:
    """The places of words right after things that say what these do, as in `a dog that is sleeping`, `a dog sleeps`."""
    found = set[int]()
    for number, (_, after) in enumerate(spans):
        end = spans[number + 1][0] if number + 1 < len(spans) else len(words)
        at = after
        while at < end and _says_nothing(words, at):
            found |= {at} if words[at] not in AUXILIARIES else set()
            at += 1
    return frozenset(found)


def _is_doing(words: Words, at: int) -> bool:
    return words[at] in VERBS or (len(words[at]) > 4 and words[at].endswith("ing"))


def _doing(words: Words, start: int, end: int) -> int:
    """How many words before a relation say what a thing does and no relation, as in `sleeping under`."""
    posture = _posture(words, start, end)
    if posture or _end_of_phrase(words, start, end) is not None:
        return posture
    last = start
    while last < end and last - start < MOST_DOING and (length := _length_of_nothing(words, last)):
        last += length
        if _end_of_phrase(words, last, end) is not None:
            return last - start
    return 0


def _posture(words: Words, start: int, end: int) -> int:
    """How many words before a relation say a posture, as in `is sitting on`, none of `that is sitting on`, which says of
    one thing what is said of all that are listed without it."""
    at = start
    while at < end and words[at] in AUXILIARIES and words[at] not in RELATIVES:
        at += 1
    is_one = at < end and words[at] in POSTURES and _end_of_phrase(words, at + 1, end) is not None
    return at + 1 - start if is_one else 0


def _length_of_nothing(words: Words, at: int) -> int:
    """How many words there say nothing of a relation; three of an arrangement, as `in a row`."""
    if words[at : at + 2] == ("in", "a") and words[at + 2 : at + 3] != () and words[at + 2] in INTANGIBLE:
        return 3
    return int(_says_nothing(words, at))


def _says_nothing(words: Words, at: int) -> bool:
    return words[at] in AUXILIARIES or words[at] in IDLE or words[at].endswith("ly") or _is_doing(words, at)


def _end_of_phrase(words: Words, start: int, end: int) -> int | None:
    """The end of the phrase that relates two things: before words for the second that nothing is known of, as in `on a
    mysterious table`; None where no phrase is there."""
    fewest = max(start + 1, end - MOST_UNKNOWN)
    found = next((at for at in range(end, fewest - 1, -1) if _is_read(normalise, " ".join(words[start:at]))), None)
    if found is None or OTHERS.intersection(words[found:end]):
        return None
    return None if any(_is_read(normalise, word) for word in words[found:end]) else found


def _place(words: Words, start: int, end: int, of_scene: frozenset[int], is_ended: bool) -> str | None:
    """The place in the picture that follows a thing, as in `in the corner of the room`; of a named scene too. `is_ended`:
    nothing that it might relate to follows."""
    until = min([end, *(i for i in of_scene if start <= i < end)])
    while start < until and _says_nothing(words, start):
        if words[start] not in POSTURES and _is_read(normalise_place, " ".join(words[start:until])):
            break
        start += 1
    said = list(words[start:until])
    whole = until == len(words) or until in of_scene or (is_ended and until == end)
    while said and (said[-1] in ("the", "a", "an", "of", "and", *WHOLES)):
        whole = whole or said[-1] in ("and", *WHOLES)
        said.pop()
    if not whole or not said:
        return None
    try:
        return " ".join(said) if normalise_place(" ".join(said)) else None
    except UnknownPhrase:
        return None


def _mutual(words: Words) -> str | None:
    """The relation between the objects of one thing that is said after it, as in `facing each other`."""
    for at in range(1, len(words) - 1):
        if words[at : at + 2] in EACH_OTHER and _is_read(normalise, " ".join(words[:at])):
            return " ".join(words[:at])
    return None


def _length(mutual: str) -> int:
    """How many words say a relation to each other: a further one may follow, as in `facing each other on a sofa`."""
    return len(mutual.split()) + len(EACH_OTHER[0])


def _after_place(words: Words, start: int, end: int) -> tuple[int, str | None]:
    """Where the phrase between two things begins after a place (`in the corner next to`), and that place, if any."""
    for at in range(start + 1, end):
        place, rest = " ".join(words[start:at]), " ".join(words[at:end])
        if _is_read(normalise_place, place) and _is_read(normalise, rest) and not _is_read(normalise, f"{place} {rest}"):
            return at, place
    return start, None


def normalised(phrase: str) -> tuple[str, ...]:
    """The predicates of a phrase; none where it says a place."""
    return tuple(normalise(phrase)) if _is_read(normalise, phrase) else ()


def _is_read(reader: Callable[[str], object], phrase: str) -> bool:
    try:
        return bool(reader(phrase))
    except UnknownPhrase:
        return False


def joined_after(words: Words, spans: Spans, first: int) -> Iterator[int]:
    """The things that follow a first one, joined by `and`, as in `a chair, a table and the lamp`."""
    pending: list[int] = []
    for i in range(first + 1, len(spans)):
        link = [word for word in words[spans[i - 1][1] : spans[i][0]] if word != "the"]
        if link not in ([], ["and"]):
            return
        pending.append(i)
        if link == ["and"]:
            yield from pending
            return
