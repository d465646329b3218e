"""More ways to word questions, proposed by a language model and admitted by the gate that every paraphrase passes.

In: a model, a gate, shapes of questions.  Out: each proposed sentence with the reason for which it is refused, if it is;
one without words for each request that brought none, with what the model answered instead.
Writes no file; the model's word counts for nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agents.llm.answer_forms import Paraphrases
from schemas.errors import PermanentError
from schemas.ids import derived_seed
from schemas.llm.contract import LanguageModel
from schemas.llm.prompts import Prompt, PromptInput, request_of
from schemas.llm.structured_answers import Conversation, Unanswered, accept
from schemas.llm.token_limits import CallTokens
from spatial.questions.wording.phrase_samples import sample_queries, slots_of
from spatial.questions.wording.realisation import fill, templates
from spatial.questions.wording.shape_kinds import shape_kinds

PROMPT = Prompt("agents.llm", "phrases", 1, Paraphrases, 2000)

ROUNDS = 2
"""Requests for a shape: the second shows the model what was refused, and why."""

EXAMPLES = 8
"""Sentences shown: far apart in the list, since neighbours differ by a word."""

MOST_REFUSED_SHOWN = 12

NO_ANSWER = "no usable answer"
"""The beginning of the reason where a request brought no sentences."""

LONGEST_REASON = 200
"""Characters of what a server says."""

_NOUN = r"\{(one|subject|object|anchor|other|named)\}"
_VERB_FIRST = re.compile(rf"\b(is|are|does|do) (?={_NOUN})", re.IGNORECASE)
_VERB_LAST = re.compile(rf"(?<!of ){_NOUN} (is|are|does|do)\b")
_SINGULAR = {"are": "is", "do": "does", "Are": "Is", "Do": "Does"}


class Judge(Protocol):
    """Says why a sentence is not admitted, empty where it is, and remembers it then."""

    def refusal_of(self, shape: str, text: str) -> str:
        """The reason, or nothing."""
        ...


@dataclass(frozen=True)
class Proposed:
    """A sentence that a model proposed for a shape; no words where it gave none. `refusal` is empty if it is admitted."""

    shape: str
    text: str
    refusal: str


class _NoCounts:
    """Implements `schemas.llm.contract.Counts` for a command that has no metrics."""

    def repaired(self, stage: str) -> None:
        """Nothing is counted."""

    def hint_fault(self, kind: str) -> None:
        """Nothing is counted."""

    def dropped(self, reason: str) -> None:
        """Nothing is counted."""


@dataclass(frozen=True)
class Grower:
    """A model and the judge of what it proposes; `count` sentences are wanted of each shape."""

    model: LanguageModel
    judge: Judge
    count: int
    temperature: float
    call_tokens: CallTokens = field(default_factory=CallTokens)

    async def grow(self, shape: str) -> list[Proposed]:
        """Every sentence that the model proposed. Raises RetryableError where no server answers."""
        found: list[Proposed] = []
        for turn in range(ROUNDS):
            wanted = self.count - sum(not each.refusal for each in found)
            if wanted > 0:
                found += await self._proposals(shape, wanted, turn, found)
        return found

    def _judged(self, shape: str, said: str) -> Proposed:
        text = with_agreeing_verbs(said)
        return Proposed(shape, text, self.judge.refusal_of(shape, text))

    async def _proposals(self, shape: str, wanted: int, turn: int, before: Sequence[Proposed]) -> list[Proposed]:
        """Sentences not proposed before, judged; what the model said instead where it gives no usable answer."""
        given = prompt_input(shape, wanted) | {"refused": _shown(before)}
        seed = derived_seed("phrases", shape, wanted, turn)
        request = request_of(PROMPT, PromptInput("phrases", given, seed), self.temperature, self.call_tokens)
        try:
            answer = await Conversation(self.model, request, Paraphrases, _NoCounts()).ask(accept)
        except (Unanswered, PermanentError) as error:
            return [Proposed(shape, "", f"{NO_ANSWER}: {_in_a_line(str(error))}")]
        known = {each.text for each in before}
        texts = [text for text in dict.fromkeys(answer.sentences) if with_agreeing_verbs(text) not in known]
        return [self._judged(shape, text) for text in texts]


def _in_a_line(said: str) -> str:
    """A foreign text, shortened, without line breaks or control characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in " ".join(said.split()))
    return line if len(line) <= LONGEST_REASON else f"{line[:LONGEST_REASON]} …"


def with_agreeing_verbs(text: str) -> str:
    """The sentence with `{is:subject}` where a model wrote a bare `is` beside `{subject}`, as many do."""
    text = _VERB_FIRST.sub(lambda match: _agreeing(match.group(1), match.group(2)) + " ", text)
    return _VERB_LAST.sub(lambda match: f"{{{match.group(1)}}} {_agreeing(match.group(2), match.group(1))}", text)


def _agreeing(verb: str, slot: str) -> str:
    return f"{{{_SINGULAR.get(verb, verb)}:{slot}}}"


def _shown(before: Sequence[Proposed]) -> list[dict[str, str]]:
    refused = [{"sentence": each.text, "reason": each.refusal} for each in before if each.text and each.refusal]
    return refused[-MOST_REFUSED_SHOWN:]


def prompt_input(shape: str, count: int) -> dict[str, object]:
    """The part of a prompt that describes a shape."""
    sentences = templates()[shape]
    examples = sentences[:: max(1, len(sentences) // EXAMPLES)][:EXAMPLES]
    filled = [fill(text, next(sample_queries(shape, slots_of(text))), "thing") for text in examples]
    return {"asks": shape_kinds()[shape].meaning, "count": count, "examples": list(examples), "filled": filled}
