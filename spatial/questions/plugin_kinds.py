"""Question kinds that come from outside the package: entry points of the group `skg.question_kinds`.

In: what a kind of its own proposes about a scene.  Out: questions, each only if the kind's verifier (a module that shares
nothing with it, `spatial.verify.plugin_verifiers`) deduces the same answer from the text, and the built-in grammar reads
nothing else in it.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from schemas.events import Question
from schemas.ids import question_id
from schemas.plugins import PluginError
from spatial.questions.answer_rules import YES_NO
from spatial.questions.certificates import premises
from spatial.questions.object_names import NamedScene
from spatial.questions.wording.question_parsing import parse
from spatial.splits import Key, split_of_keys
from spatial.verify.plugin_verifiers import VERIFIERS, Deduction
from spatial.verify.referents import Open

GROUP = "skg.question_kinds"


@dataclass(frozen=True)
class TextProposal:
    """A question in words. `choices` hold the answer once.

    `rules` name what the proof rests on; `margin` is how far from the limit of its truth the answer is, as a share of the
    canvas from 0 to 1 (1: nothing is measured); `query` is any further JSON for the certificate.
    """

    text: str
    answer: str
    choices: tuple[str, ...]
    rules: tuple[str, ...]
    margin: float
    query: Mapping[str, object]


TextProposer = Callable[[NamedScene, random.Random], Iterator[TextProposal]]


def require_verifier(kind: str, module: str) -> None:
    """Raise PluginError where the kind, which `module` writes, has no verifier in a module of its own."""
    if kind not in VERIFIERS:
        raise PluginError(f"the question kind {kind!r} has no verifier: add an entry point to skg.question_verifiers")
    if VERIFIERS[kind].deduce.__module__ == module:
        raise PluginError(f"the question kind {kind!r} is verified by the module that writes it ({module}): use another")


def question_of(kind: str, proposal: TextProposal, asked: NamedScene, sample: str, split: str | None) -> Question | None:
    """The question, if it is proven, plain, and at home in the split (None: any). Raises PluginError."""
    try:
        found = VERIFIERS[kind].deduce(proposal.text, asked.scene)
    except Open:
        return None
    if found is None or found.answer != proposal.answer or proposal.choices.count(found.answer) != 1:
        return None
    keys = {Key(family, tuple(sorted(names))) for family, names in found.concerns}
    if (split is not None and split_of_keys(keys) != split) or not _is_plain(proposal):
        return None
    return Question(
        id=question_id(sample, proposal.text),
        question=proposal.text,
        answer=proposal.answer,
        kind=kind,
        choices=proposal.choices,
        objects=tuple(sorted(found.objects)),
        certificate=_certificate(kind, proposal, found, asked),
    )


def _is_plain(proposal: TextProposal) -> bool:
    """The text does not hold its answer, and is no question of the built-in grammar."""
    if proposal.answer not in YES_NO and proposal.answer.lower() in proposal.text.lower():
        return False
    try:
        parse(proposal.text)
    except ValueError:
        return True
    return False


def _certificate(kind: str, proposal: TextProposal, found: Deduction, asked: NamedScene) -> str:
    proof = {
        "query": {**proposal.query, "op": kind},
        "answer": proposal.answer,
        "premises": premises(asked, found.objects),
        "rules": list(proposal.rules),
        "margin": proposal.margin,
        "references": [],
        "difficulty": {"hops": found.hops, "margin": proposal.margin},
    }
    return json.dumps(proof, separators=(",", ":"), ensure_ascii=False)
