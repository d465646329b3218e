"""Questions as small programs over a scene, with answers that carry their proof.

In: a `schemas.events.Scene`.  Out: `schemas.events.Question`s; and the parts: queries, answers, words.
"""

from spatial.questions.answering import Answer, answer
from spatial.questions.asking import ask
from spatial.questions.mirroring import mirror
from spatial.questions.parsing import parse
from spatial.questions.queries import KINDS, Query, Ref, from_json, kind_of, to_json
from spatial.questions.readings import readings
from spatial.questions.referring import Unanswerable
from spatial.questions.saying import say, variants

__all__ = [
    "KINDS",
    "Answer",
    "Query",
    "Ref",
    "Unanswerable",
    "answer",
    "ask",
    "from_json",
    "kind_of",
    "mirror",
    "parse",
    "readings",
    "say",
    "to_json",
    "variants",
]
