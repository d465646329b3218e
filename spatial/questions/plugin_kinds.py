"""Question kinds that come from outside the package: entry points of the group `skg.question_kinds`.

In: a plug-in kind's proposals for a scene.  Out: questions, each only if the kind's verifier (a separate module that
shares nothing with it, `spatial.verify.plugin_verifiers`) deduces the same answer from the text, and the built-in grammar
does not parse it.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from schemas.events import Question
from schemas.ids import question_id
from schemas.plugins import PluginError
from spatial.questions.certificates import premises
from spatial.questions.object_names import NamedScene
from spatial.questions.wording.question_parsing import is_unambiguous
from spatial.splits import Key, split_of_keys
from spatial.verify.plugin_verifiers import VERIFIERS, Deduction
from spatial.verify.referents import NotProven

GROUP = "skg.question_kinds"


@dataclass(frozen=True)
class TextProposal:
    """A proposed question as text. `choices` contain the answer once.

    `rules` name the steps of the proof; `margin` is the distance of the answer from the limit of its truth, as a share of
    the canvas from 0 to 1 (1: nothing is measured); `query` is any further JSON for the certificate.
    """

    text: str
    answer: str
    choices: tuple[str, ...]
    rules: tuple[str, ...]
    margin: float
    query: Mapping[str, object]


TextProposer = Callable[[NamedScene, random.Random], Iterator[TextProposal]]


def require_verifier(kind: str, module: str) -> None:
    """Raise PluginError where the kind, defined in `module`, has no verifier in another module."""
    if kind not in VERIFIERS:
        raise PluginError(f"the question kind {kind!r} has no verifier: add an entry point to skg.question_verifiers")
    if VERIFIERS[kind].deduce.__module__ == module:
        raise PluginError(f"the question kind {kind!r} is verified by the module that writes it ({module}): use another")


def question_of(kind: str, proposal: TextProposal, scene: NamedScene, sample: str, split: str | None) -> Question | None:
    """The question, if it is proven, unambiguous, and belongs to the split (None: any). Raises PluginError."""
    try:
        found = VERIFIERS[kind].deduce(proposal.text, scene.scene)
    except NotProven:
        return None
    if found is None or found.answer != proposal.answer or proposal.choices.count(found.answer) != 1:
        return None
    keys = {Key(family, tuple(sorted(names))) for family, names in found.concerns}
    if (split is not None and split_of_keys(keys) != split) or not is_unambiguous(proposal.text, proposal.answer, None):
        return None
    return Question(
        id=question_id(sample, proposal.text),
        question=proposal.text,
        answer=proposal.answer,
        kind=kind,
        choices=proposal.choices,
        objects=tuple(sorted(found.objects)),
        certificate=_certificate(kind, proposal, found, scene),
    )


def _certificate(kind: str, proposal: TextProposal, found: Deduction, scene: NamedScene) -> str:
    proof = {
        "query": {**proposal.query, "op": kind},
        "answer": proposal.answer,
        "premises": premises(scene, found.objects),
        "rules": list(proposal.rules),
        "margin": proposal.margin,
        "references": [],
        "difficulty": {"hops": found.hops, "margin": proposal.margin},
    }
    return json.dumps(proof, separators=(",", ":"), ensure_ascii=False)
