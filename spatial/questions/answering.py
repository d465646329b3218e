"""The answer of a query in a scene, with its proof.

In: a query and a scene (or a `View` of it).  Out: an `Answer`; `Unanswerable` where no answer is safe.
Does not choose questions nor words; what each type of query means is in `rules`.
"""

from dataclasses import dataclass

from schemas.events import Scene
from spatial.questions.queries import Query, references
from spatial.questions.referring import Unanswerable, resolve
from spatial.questions.rules import RULES
from spatial.questions.sight import View


@dataclass(frozen=True)
class Answer:
    """The text of the answer and its proof.

    `objects` are the ids that the answer rests on, `margin` the least margin of all judgements (shares of the canvas
    or of the depth range), `hops` how many relations were followed, `referents` the ids of the query's references in
    their order, `mentioned` the ids of everything that the words name on the way.
    """

    text: str
    objects: tuple[int, ...]
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
    ids = dict.fromkeys(view.objects[i].id for i in (*(k for f in found for k in f.used), *used))
    return Answer(
        text,
        tuple(ids),
        (*(rule for f in found for rule in f.rules), own.rule),
        round(min([own.margin, *(f.margin for f in found)]), 6),
        own.hops + sum(ref.hops for ref in references(query)),
        tuple(view.objects[f.index].id for f in found),
        tuple(view.objects[i].id for i in mentioned),
    )
