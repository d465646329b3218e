"""Questions as small programs over a scene, with answers that carry their proof.

In: a `schemas.events.Scene`.  Out: `schemas.events.Question`s; also queries, answers and their wording.
A name is imported from its module when it is first asked for: who needs the words of a noun alone does not load the rules.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spatial.questions.answer_rules import Answer
    from spatial.questions.answering import answer
    from spatial.questions.counterfactuals import mirror
    from spatial.questions.kind_table import KINDS, check_kinds, kind_of
    from spatial.questions.question_generation import ask
    from spatial.questions.question_kinds import Query, Ref, from_json, to_json
    from spatial.questions.wording.ambiguity import readings
    from spatial.questions.wording.question_parsing import parse
    from spatial.questions.wording.realisation import realise, variants
    from spatial.questions.wording.referring_expressions import Unanswerable

__all__ = [
    "KINDS",
    "Answer",
    "Query",
    "Ref",
    "Unanswerable",
    "answer",
    "ask",
    "check_kinds",
    "from_json",
    "kind_of",
    "mirror",
    "parse",
    "readings",
    "realise",
    "to_json",
    "variants",
]

_MODULES = {
    "answer_rules": ("Answer",),
    "answering": ("answer",),
    "counterfactuals": ("mirror",),
    "kind_table": ("KINDS", "check_kinds", "kind_of"),
    "question_generation": ("ask",),
    "question_kinds": ("Query", "Ref", "from_json", "to_json"),
    "wording.ambiguity": ("readings",),
    "wording.question_parsing": ("parse",),
    "wording.realisation": ("realise", "variants"),
    "wording.referring_expressions": ("Unanswerable",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """A public name, from its module. Raises AttributeError."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
