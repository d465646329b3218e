"""Verifies the sentences of descriptions: whether each is true of the picture.

In: a sentence, or several, and the scene.  Out: a parsed `Statement`; true or false, the text of the wrong one among
several, or a whole description; `NotProven` with the reason where nothing is proven.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.events import Scene
from spatial.verify.answering import deduce
from spatial.verify.geometry import related
from spatial.verify.lexicon import mark_nouns, may_be_called
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import RELATIONS, Form, form_of, pattern_of
from spatial.verify.shown_pictures import names_in
from spatial.verify.wordings import normalise_wording

FEWEST, MOST = 3, 8
"""Sentences of a description."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

_STATEMENTS = tuple(
    (ask, pattern_of(text))
    for ask, text in (
        ("direction", "IN_X BE SIDE Y_HERE ."),
        ("depth", "VIEWER_X BE DEPTH Y_WHOSE ."),
        ("area", "X BE in the AREA of PIC ."),
        ("count", f"IN_there are (?P<number>{'|'.join(NUMBERS)}) N_HERE ."),
        ("carried", "X BE (?P<rel>on|inside|under) Y ."),
        ("value", "X BE (?P<value>[a-z]+(?: [a-z]+)?) ."),
    )
)
"""What a sentence answers, and its words."""


@dataclass(frozen=True)
class Statement:
    """A parsed sentence: the question that it answers, the reader of its words, the answer that it gives."""

    text: str
    form: Form
    reader: Reader
    said: str

    @property
    def holds(self) -> bool:
        """Whether it is so. Raises NotProven where that is in doubt."""
        return self._answer() == self.said

    def _answer(self) -> str:
        if self.form.ask != "carried":
            return deduce(self.form, self.reader.nouns, self.reader.scene)
        a, b = (self.reader.resolve(words)[0] for words in self.form.refs)
        verdict = None if a is b else related(a, RELATIONS[self.form.word], b, self.reader.scene)
        if verdict is None:
            raise NotProven("whether one carries the other is in doubt")
        return "yes" if verdict else "no"

    @property
    def about(self) -> set[int]:
        """The ids of all objects that it mentions. Raises NotProven."""
        found = {thing.id for words in self.form.refs for thing in self.reader.resolve(words)}
        nouns = [self.reader.nouns[noun] for noun in self.form.nouns]
        return found | {t.id for t in self.reader.scene.objects for noun in nouns if may_be_called(t.category, noun)}


def statement_of(text: str, scene: Scene) -> Statement:
    """The parsed sentence. Raises NotProven where it is not understood."""
    marked, nouns = mark_nouns(text, names_in(scene))
    for ask, pattern in _STATEMENTS:
        match = pattern.fullmatch(normalise_wording(marked))
        if match is None:
            continue
        slots = {name: value for name, value in match.groupdict().items() if value is not None}
        said = str(NUMBERS.index(slots["number"])) if "number" in slots else slots.get("value", "yes")
        form = form_of(ask, slots | ({"family": "colour"} if ask == "value" else {}))
        if form is not None:
            return Statement(text, form, Reader(scene, nouns), said)
    raise NotProven(f"{text!r} is not understood")


def sentences_in(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return re.split(r"(?<=\.) ", text)


def wrong_one(sentences: Sequence[str], subject: int, scene: Scene) -> str:
    """The only wrong sentence. Raises NotProven where not exactly one is wrong, or none mentions the subject."""
    found = _statements(sentences, subject, scene)
    wrong = [each.text for each in found if not each.holds]
    if len(wrong) != 1:
        raise NotProven(f"{len(wrong)} of the sentences are wrong")
    return wrong[0]


def true_description(text: str, subject: int, scene: Scene) -> str:
    """The same text, if every sentence is so. Raises NotProven."""
    found = _statements(sentences_in(text), subject, scene)
    if len(found) > MOST:
        raise NotProven(f"{len(found)} sentences are too many")
    wrong = next((each.text for each in found if not each.holds), None)
    if wrong is not None:
        raise NotProven(f"{wrong!r} is not so")
    return text


def _statements(sentences: Sequence[str], subject: int, scene: Scene) -> list[Statement]:
    found = [statement_of(sentence, scene) for sentence in sentences]
    if len(found) < FEWEST or len({(each.form, tuple(each.reader.nouns), each.said) for each in found}) < len(found):
        raise NotProven("there are too few sentences, or one comes twice")
    if not any(subject in each.about for each in found):
        raise NotProven("no sentence speaks of what is named")
    return found
