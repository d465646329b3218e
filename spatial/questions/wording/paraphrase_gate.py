"""Admits paraphrases: only sentences that are read back as the query that they were filled with, by two readers.

In: a shape of query and a sentence with slots.  Out: nothing, or UnfitParaphrase with the reason.
The readers are the writer's own parser and the independent verifier, which share nothing; a sentence is filled with things
of every grammatical sort before both read it.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from schemas.errors import BadKnowledge
from spatial.knowledge.knowledge_base import categories
from spatial.questions.question_kinds import Query
from spatial.questions.wording.lexicon import word_lists
from spatial.questions.wording.paraphrase_bank import Paraphrase, added, own
from spatial.questions.wording.phrase_samples import CATEGORIES, sample_queries, slots_of
from spatial.questions.wording.question_parsing import parsed_today, read_as
from spatial.questions.wording.realisation import MANY, SLOT, fill, grammar
from spatial.verify.meanings import meaning_of

LONGEST = 220
"""Characters of a sentence with its slots; those of the grammar have fewer."""

FEWEST_SAMPLES = 4

_ENDS = re.compile(r"[^\s?.!,;:][?.]")
_NOUN = r"\{(?:one|subject|object|anchor|other|named)\}"
_BARE_VERB = re.compile(
    rf"\b(?:is|are|was|were|does|do|has) {_NOUN}|(?<!of ){_NOUN} (?:are|were|(?!(?:as|across|besides)\b)\w+s)\b",
    re.IGNORECASE,
)
_STUTTER = re.compile(r"\b(\w+) \1\b|\b(an?|the|any|some) (an?|the)\b|  ", re.IGNORECASE)
_VIEWS = (re.compile("viewer"), re.compile("viewer|picture|image|photo"))
_TOLD = re.compile(r"\b(if|as far as|provided that) the (picture|image|photo) (tells|shows it|lets one tell)")

_SIDES = ("left", "right")
_ANSWERS = {
    "side": _SIDES, "box_side": _SIDES, "known_side": _SIDES, "bearing": (*_SIDES, "above", "below"),
    **dict.fromkeys(("count", "count_side", "count_where"), ("no", "one", "two", "three", "four", "five", "six")),
}  # fmt: skip
_NAMING = ("find", "nearest", "outermost", "between", "boxed", "known_next", "odd_one_out", "row_order")
"""Shapes whose answer is the name of a thing."""


class UnfitParaphrase(ValueError):
    """The sentence is not admitted; the text says why."""


def admit(shape: str, text: str, known: Iterable[str] = ()) -> None:
    """Raise UnfitParaphrase unless the sentence may be used. `known` are sentences beside those of grammar and bank."""
    if shape not in grammar():
        raise UnfitParaphrase(f"there is no shape {shape!r}: {', '.join(grammar())}")
    _require_form(shape, text)
    _require_view(shape, text)
    _require_no_answer(shape, text)
    _require_new(shape, text, known)
    queries = tuple(sample_queries(shape, slots_of(text)))
    if len(queries) < FEWEST_SAMPLES:
        raise UnfitParaphrase("hardly a question can be made of its slots")
    for query in queries:
        _require_read_back(shape, text, query)
    _require_unlike_others(shape, text)


def refusal_of(shape: str, text: str, known: Iterable[str] = ()) -> str:
    """Why the sentence is not admitted; empty where it is."""
    try:
        admit(shape, text, known)
    except UnfitParaphrase as refusal:
        return str(refusal)
    return ""


@lru_cache(maxsize=1)
def require_admitted() -> None:
    """Pass the paraphrases from outside the package through the gate, once. Raises BadKnowledge."""
    before: list[str] = []
    for each in added():
        refusal = refusal_of(each.shape, each.text, before)
        if refusal:
            raise BadKnowledge(f"{each.where}: {each.text!r}: {refusal}")
        before.append(each.text)


def _require_form(shape: str, text: str) -> None:
    slots = slots_of(text)
    if len(text) > LONGEST or not text.isascii() or not text.isprintable():
        raise UnfitParaphrase(f"it must be one line of plain characters, at most {LONGEST}")
    if not _ENDS.search(text[-2:]) or text != text.strip() or not (text[0].isupper() or text[:2] in ("{I", "{D")):
        raise UnfitParaphrase("it must begin with a capital letter and end with one question mark or full stop")
    wanted = dict.fromkeys(tuple(sorted(slots_of(each))) for each in grammar()[shape])
    if tuple(sorted(slots)) not in wanted:
        ways = " or ".join(" ".join(f"{{{slot}}}" for slot in each) for each in wanted)
        raise UnfitParaphrase(f"it must hold these slots, each once: {ways}")
    verbs = [(verb, slot) for verb, slot in SLOT.findall(text) if slot]
    unknown = [f"{{{verb}:{slot}}}" for verb, slot in verbs if verb not in MANY or slot not in slots]
    if unknown or "{" in SLOT.sub("", text) or "}" in SLOT.sub("", text):
        raise UnfitParaphrase(f"it has a slot that is not known: {', '.join(unknown) or 'a stray brace'}")
    bare = _BARE_VERB.search(text)
    if bare:
        raise UnfitParaphrase(f"the verb in {bare.group(0)!r} must agree with its noun, as {{is:…}} and {{does:…}} do")


def _require_view(shape: str, text: str) -> None:
    """The words that say whose view is meant, if every sentence of the grammar says them."""
    for view in _VIEWS:
        if all(view.search(_TOLD.sub("", each)) for each in grammar()[shape]):
            if not view.search(_TOLD.sub("", text)):
                raise UnfitParaphrase(f"it must say whose view is meant: {view.pattern.replace('|', ' or ')}")
            return


def _require_no_answer(shape: str, text: str) -> None:
    words = set(_words(SLOT.sub(" ", text)))
    if shape in _NAMING:
        words -= {word for each in grammar()[shape] for word in _words(SLOT.sub(" ", each))}
        given = sorted(words & categories().keys())
    elif shape.startswith("attribute"):
        given = sorted(words & {value for values in word_lists("families").values() for value in values})
    else:
        given = sorted(words & set(_ANSWERS.get(shape, ())))
    if given:
        raise UnfitParaphrase(f"{given[0]!r} may be the answer")


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'-]+", text.lower())


def _require_new(shape: str, text: str, known: Iterable[str]) -> None:
    of_bank = (each.text for each in own() if each.text != text)
    if text.casefold() in {each.casefold() for each in (*grammar()[shape], *of_bank, *known)}:
        raise UnfitParaphrase("it is known already")


def _require_read_back(shape: str, text: str, query: Query) -> None:
    said = fill(text, query, "thing")
    if _STUTTER.search(said):
        raise UnfitParaphrase(f"it stumbles: {said!r}")
    if read_as(shape, text, said) != query:
        raise UnfitParaphrase(f"it does not say all that was meant: {said!r}")
    if parsed_today(said) not in (None, query):
        raise UnfitParaphrase(f"another question is asked in the same words: {said!r}")
    meaning = meaning_of(said, CATEGORIES)
    if meaning is None:
        raise UnfitParaphrase(f"the independent reader does not understand it: {said!r}")
    usual = next(each for each in grammar()[shape] if sorted(slots_of(each)) == sorted(slots_of(text)))
    if meaning != meaning_of(fill(usual, query, "thing"), CATEGORIES):
        raise UnfitParaphrase(f"the independent reader understands something else: {said!r}")


def _require_unlike_others(shape: str, text: str) -> None:
    for said, query in _usual_questions():
        if read_as(shape, text, said) not in (None, query):
            raise UnfitParaphrase(f"it would take up another question: {said!r}")


@lru_cache(maxsize=1)
def _usual_questions() -> tuple[tuple[str, Query], ...]:
    """A question of every sentence of the grammar."""
    return tuple(_one_each())


def _one_each() -> Iterator[tuple[str, Query]]:
    for shape, texts in grammar().items():
        for text in texts:
            query = next(sample_queries(shape, slots_of(text)))
            yield fill(text, query, "thing"), query


def unfit(paraphrases: Iterable[Paraphrase]) -> Iterator[tuple[Paraphrase, str]]:
    """The paraphrases that are not admitted, each with the reason."""
    before: list[str] = []
    for each in paraphrases:
        refusal = refusal_of(each.shape, each.text, before)
        if refusal:
            yield each, refusal
        before.append(each.text)
