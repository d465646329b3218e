"""Questions as small programs over a scene, with answers that carry their proof.

In: a `schemas.events.Scene`.  Out: `schemas.events.Question`s; also queries, answers and their wording.
"""

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
