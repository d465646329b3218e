"""The questions of a scene.

In: a scene and a seed.  Out: questions with answers, choices and certificates; the same for the same input.
All chance comes from the seed, one generator a kind, so no kind depends on what another found.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from schemas.events import Question, Scene
from schemas.ids import content_id, derived_seed, question_id
from spatial.questions.answer_rules import YES_NO, Answer
from spatial.questions.answering import answer
from spatial.questions.certificates import certificate
from spatial.questions.kind_table import KINDS, choices_for, keys_of, kind_of
from spatial.questions.object_names import NamedScene
from spatial.questions.plugin_kinds import TextProposal, question_of
from spatial.questions.proposals.query_proposals import Proposal
from spatial.questions.question_kinds import Exists, Query
from spatial.questions.wording.question_parsing import parse
from spatial.questions.wording.realisation import say, variants
from spatial.questions.wording.referring_expressions import Unanswerable
from spatial.splits import split_of_keys

MAX_QUESTIONS = 10
ENOUGH = 6
"""Below this number a second round is asked."""

ROUNDS = (MAX_QUESTIONS, ENOUGH)
ROUNDS_IN_A_SPLIT = (MAX_QUESTIONS, MAX_QUESTIONS, ENOUGH, ENOUGH)
"""How many questions are enough in each round. In a split most of what stands is refused."""

TRIES = 40
"""Proposals looked at for one question: bounds the time in crowded scenes."""

TRIES_IN_A_SPLIT = 160


@dataclass(frozen=True)
class _Task:
    """What is asked of, under which sample's name, and the split that the questions must be at home in (None: any)."""

    asked: NamedScene
    sample: str
    split: str | None

    @property
    def tries(self) -> int:
        return TRIES if self.split is None else TRIES_IN_A_SPLIT

    def admits(self, query: Query, found: Answer) -> bool:
        return self.split is None or split_of_keys(keys_of(query, found, self.asked)) == self.split


def ask(
    scene: Scene | NamedScene, seed: int, sample: str = "", split: str | None = None, without: frozenset[str] = frozenset()
) -> tuple[Question, ...]:
    """Up to ten questions. `sample` makes their ids unique; without it the scene's own content does.

    Give an `NamedScene` where margins are to be wider than they must be.

    No question is of a kind in `without`.  With `split` only those whose keys are at home there (`spatial.splits`); more is
    tried then, to find as many.
    """
    asked = scene if isinstance(scene, NamedScene) else NamedScene(scene)
    task = _Task(asked, sample or content_id("scene", asked.scene.model_dump(mode="json")), split)
    found: dict[object, Question] = {}
    kinds = [kind for kind in KINDS if kind not in without]
    random.Random(derived_seed("question order", seed)).shuffle(kinds)
    for turn, limit in enumerate(ROUNDS if split is None else ROUNDS_IN_A_SPLIT):
        for kind in kinds:
            if len(found) >= limit:
                break
            rng = random.Random(derived_seed("question", seed, kind, turn))
            for sense, question in _of_kind(task, kind, rng):
                found.setdefault(sense, question)
    return tuple(found.values())


def _asked_as(query: Query) -> object:
    """What is the same question once more: a cat but no dog asks what a dog but no cat does."""
    if isinstance(query, Exists) and query.without is not None:
        return frozenset((query.category, query.without))
    return query


def _of_kind(task: _Task, kind: str, rng: random.Random) -> Iterator[tuple[object, Question]]:
    """The first proposal that stands, if there is one, with its meaning."""
    words = random.Random(rng.random())
    proposals: Iterator[Proposal | TextProposal] = KINDS[kind].propose(task.asked, rng)
    for proposal in islice(proposals, task.tries):
        if isinstance(proposal, TextProposal):
            sense: object = proposal.text
            question = question_of(kind, proposal, task.asked, task.sample, task.split)
        else:
            sense = _asked_as(proposal[0])
            question = _worded(task, *proposal, words)
        if question is not None and question.kind == kind:
            yield sense, question
            return


def _worded(task: _Task, query: Query, target: str, rng: random.Random) -> Question | None:
    """The question, if the scene gives the answer that was drawn, in words that can be read in one way only."""
    try:
        found = answer(query, task.asked)
    except Unanswerable:
        return None
    if found.text != target or not task.admits(query, found):
        return None
    choices = choices_for(task.asked, query, found, rng)
    text = say(query, rng.randrange(variants(query)))
    if choices is None or not _is_plain(text, query, target):
        return None
    return Question(
        id=question_id(task.sample, text),
        question=text,
        answer=target,
        kind=kind_of(query),
        choices=choices,
        objects=found.objects,
        certificate=certificate(task.asked, query, found),
    )


def _is_plain(text: str, query: Query, target: str) -> bool:
    """The text says this query and no other, and does not hold its own answer."""
    if target not in YES_NO and target.lower() in text.lower():
        return False
    try:
        return parse(text) == query
    except ValueError:
        return False
