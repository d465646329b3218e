"""The answer of a query in a scene, with its proof.

In: a query and a scene (or a `View` of it).  Out: an `Answer`; `Unanswerable` where no answer is safe.
Does not choose questions nor words; what each type of query means is in `rules`.
"""

from dataclasses import dataclass

from schemas.events import Scene
from spatial.questions.answer_rules import RULES
from spatial.questions.certain_facts import View
from spatial.questions.question_kinds import Query, references
from spatial.questions.wording.referring_expressions import Unanswerable, resolve


@dataclass(frozen=True)
class Answer:
    """The text of the answer and its proof.

    `objects` are the ids that question and answer are about: what the words name, in their order, then what the
    answer names or counts.  `used` adds all that had to be looked at.  `margin` is the least margin of all judgements
    (shares of the canvas or of the depth range), `hops` how many relations were followed.  `referents` are the ids of
    the query's references in their order, `mentioned` those of everything that the words name on the way.
    """

    text: str
    objects: tuple[int, ...]
    used: tuple[int, ...]
    rules: tuple[str, ...]
    margin: float
    hops: int
    referents: tuple[int, ...]
    mentioned: tuple[int, ...] = ()


def answer(query: Query, scene: Scene | View) -> Answer:
    """The answer. Raises Unanswerable for a doubtful margin, an ambiguous reference or a failed presupposition."""
    view = scene if isinstance(scene, View) else View(scene)
    found = [resolve(view, ref) for ref in references(query)]
    mentioned = [i for f in found for i in (f.index, *f.mentioned)]
    if len(set(mentioned)) < len(mentioned):
        raise Unanswerable("two references mean the same object")
    text, own, used = RULES[type(query).__name__](view, query, found)
    about = [*mentioned, *own.focus]
    return Answer(
        text,
        _ids(view, about),
        _ids(view, [*about, *(k for f in found for k in f.used), *used]),
        (*(rule for f in found for rule in f.rules), own.rule),
        round(min([own.margin, *(f.margin for f in found)]), 6),
        own.hops + sum(ref.hops for ref in references(query)),
        tuple(view.objects[f.index].id for f in found),
        tuple(view.objects[i].id for i in mentioned),
    )


def _ids(view: View, positions: list[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(view.objects[i].id for i in positions))
