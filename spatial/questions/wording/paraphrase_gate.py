"""Admits paraphrases: only sentences that are read back as the query that they were filled with, by two readers.

In: a shape of query and a sentence with slots.  Out: nothing, or UnfitParaphrase with the reason.
The readers are the writer's own parser and the independent verifier, which share nothing; a sentence is filled with things
of every grammatical sort before both read it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from schemas.errors import BadKnowledge
from spatial.knowledge.knowledge_base import categories
from spatial.questions.question_kinds import Query
from spatial.questions.wording.lexicon import word_lists
from spatial.questions.wording.paraphrase_bank import Paraphrase, added, own
from spatial.questions.wording.phrase_samples import CATEGORIES, sample_queries, slots_of
from spatial.questions.wording.question_parsing import CompiledSentence, compiled
from spatial.questions.wording.realisation import MANY, SLOT, THINGS, fill, grammar
from spatial.verify.meanings import Meaning, meaning_of

LONGEST = 220
"""Characters of a sentence with its slots; those of the grammar have fewer."""

FEWEST_SAMPLES = 4

_ENDS = re.compile(r"[^\s?.!,;:][?.]")
_NOUN = r"\{(?:one|subject|object|anchor|other|named)\}"
_BARE_VERB = re.compile(
    rf"\b(?:is|are|was|were|does|do|has) {_NOUN}|(?<!of ){_NOUN} (?:are|were|(?!(?:as|across|besides)\b)\w+s)\b",
    re.IGNORECASE,
)
_FOREIGN_VERB = re.compile(rf"\{{(?:is|does):(\w+)\}} (?!\{{\1\}}){_NOUN}", re.IGNORECASE)
_STUTTER = re.compile(r"\b(\w+) \1\b|\b(an?|the|any|some) (an?|the)\b|  ", re.IGNORECASE)
_VIEWS = (re.compile("viewer"), re.compile("viewer|picture|image|photo"))
_IF_SHOWN = re.compile(r"\b(if|as far as|provided that) the (picture|image|photo) (tells|shows it|lets one tell)")

_SIDES = ("left", "right")
_ANSWERS = {
    "side": _SIDES, "box_side": _SIDES, "known_side": _SIDES, "bearing": (*_SIDES, "above", "below"),
    **dict.fromkeys(("count", "count_side", "count_where"), ("no", "one", "two", "three", "four", "five", "six")),
}  # fmt: skip
_NAMING = (
    "find",
    "nearest",
    "outermost",
    "between",
    "boxed",
    "known_next",
    "odd_one_out",
    "row_order",
    "nearest_camera",
    "taller",
    "falls_with",
    "supported_by",
)
"""Shapes whose answer is the name of a thing."""


class UnfitParaphrase(ValueError):
    """The sentence is not admitted; the text says why."""


class Gate:
    """Knows the sentences that there are; what it admits joins them."""

    def __init__(self, known: Iterable[Paraphrase] = ()) -> None:
        self._sentences: defaultdict[str, list[CompiledSentence]] = defaultdict(list)  # by the words before the first slot
        for sentence in _of_grammar():
            self._sentences[sentence.head].append(sentence)
        self._questions = list(_questions_of_grammar())
        for each in known:
            self._add(each.shape, each.text)

    def admit(self, shape: str, text: str) -> None:
        """Raise UnfitParaphrase unless the sentence may be used."""
        _require_form(shape, text)
        _require_view(shape, text)
        _require_no_answer(shape, text)
        if text.casefold() in {each.template.casefold() for alike in self._sentences.values() for each in alike}:
            raise UnfitParaphrase("it is known already")
        queries = tuple(sample_queries(shape, slots_of(text)))
        if len(queries) < FEWEST_SAMPLES:
            raise UnfitParaphrase("hardly a question can be made of its slots")
        for query in queries:
            self._require_read_back(compiled(shape, text), query)
        self._require_unlike_others(compiled(shape, text))
        self._add(shape, text)

    def refusal_of(self, shape: str, text: str) -> str:
        """Why the sentence is not admitted; empty where it is."""
        try:
            self.admit(shape, text)
        except UnfitParaphrase as refusal:
            return str(refusal)
        return ""

    def unfit(self, paraphrases: Iterable[Paraphrase]) -> Iterator[tuple[Paraphrase, str]]:
        """Those that are not admitted, each with the reason."""
        judged = ((each, self.refusal_of(each.shape, each.text)) for each in paraphrases)
        return ((each, refusal) for each, refusal in judged if refusal)

    def _require_read_back(self, sentence: CompiledSentence, query: Query) -> None:
        said = fill(sentence.template, query, THINGS[0])
        if _STUTTER.search(said):
            raise UnfitParaphrase(f"it stumbles: {said!r}")
        if sentence.read(said) != query:
            raise UnfitParaphrase(f"it does not say all that was meant: {said!r}")
        alike = [each for head, found in self._sentences.items() if said.startswith(head) for each in found]
        if any(each.read(said) not in (None, query) for each in alike):
            raise UnfitParaphrase(f"another question is asked in the same words: {said!r}")
        meaning = meaning_of(said, CATEGORIES)
        if meaning is None:
            raise UnfitParaphrase(f"the independent reader does not understand it: {said!r}")
        if meaning != _usual_meaning(sentence, query):
            raise UnfitParaphrase(f"the independent reader understands something else: {said!r}")

    def _require_unlike_others(self, sentence: CompiledSentence) -> None:
        for said, query in self._questions:
            if sentence.read(said) not in (None, query):
                raise UnfitParaphrase(f"it would take up another question: {said!r}")

    def _add(self, shape: str, text: str) -> None:
        sentence = compiled(shape, text)
        self._sentences[sentence.head].append(sentence)
        self._questions.append(_question_of(sentence))


def open_gate() -> Gate:
    """A gate that knows the package's own sentences."""
    return Gate(own())


@lru_cache(maxsize=1)
def require_admitted() -> None:
    """Pass the paraphrases from outside the package through the gate, once. Raises BadKnowledge."""
    for each, refusal in open_gate().unfit(added()) if added() else ():
        raise BadKnowledge(f"{each.where}: {each.text!r}: {refusal}")


@lru_cache(maxsize=1)
def _of_grammar() -> tuple[CompiledSentence, ...]:
    return tuple(compiled(shape, text) for shape, texts in grammar().items() for text in texts)


@lru_cache(maxsize=1)
def _questions_of_grammar() -> tuple[tuple[str, Query], ...]:
    return tuple(map(_question_of, _of_grammar()))


def _question_of(sentence: CompiledSentence) -> tuple[str, Query]:
    """A question in the words of a sentence, and its query."""
    query = next(sample_queries(sentence.shape, slots_of(sentence.template)))
    return fill(sentence.template, query, THINGS[0]), query


def _usual_meaning(sentence: CompiledSentence, query: Query) -> Meaning | None:
    """What the independent reader understands by a sentence of the grammar with the same slots."""
    slots = sorted(slots_of(sentence.template))
    usual = next(each for each in grammar()[sentence.shape] if sorted(slots_of(each)) == slots)
    return meaning_of(fill(usual, query, THINGS[0]), CATEGORIES)


def _require_form(shape: str, text: str) -> None:
    if shape not in grammar():
        raise UnfitParaphrase(f"there is no shape {shape!r}, only {', '.join(grammar())}")
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
    foreign = _FOREIGN_VERB.search(text)
    if foreign:
        raise UnfitParaphrase(f"the verb in {foreign.group(0)!r} must agree with the noun beside it")


def _require_view(shape: str, text: str) -> None:
    """The words that say whose view is meant, if every sentence of the grammar says them."""
    for view in _VIEWS:
        if all(view.search(_IF_SHOWN.sub("", each)) for each in grammar()[shape]):
            if not view.search(_IF_SHOWN.sub("", text)):
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
