"""Generates the questions of a scene.

In: a scene and a seed.  Out: questions with answers, choices and certificates; deterministic.
All randomness comes from the seed, with one generator for each kind, so that kinds do not influence each other.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, permutations, zip_longest

from schemas.events import Question, Scene
from schemas.ids import derived_seed, question_id
from spatial.questions.answer_rules import Answer
from spatial.questions.answering import answer
from spatial.questions.certificates import certificate
from spatial.questions.descriptions.building import Composition, Place, composed
from spatial.questions.kind_table import KINDS, choices_for, keys_of, kind_of
from spatial.questions.object_names import NamedScene
from spatial.questions.plugin_kinds import TextProposal, question_of
from spatial.questions.proposals.query_proposals import Proposal
from spatial.questions.proposals.undisputed import is_undisputed
from spatial.questions.question_kinds import Exists, FitsBetween, HowFar, Query, Taller
from spatial.questions.views.shown_scenes import shown_scene
from spatial.questions.wording.paraphrase_gate import require_admitted
from spatial.questions.wording.question_parsing import is_unambiguous
from spatial.questions.wording.realisation import realise, variant_for
from spatial.questions.wording.referring_expressions import Unanswerable
from spatial.splits import TRAIN, split_of_keys

MAX_QUESTIONS = 10
ENOUGH = 6
"""Below this number a second round is run."""

ROUNDS = (MAX_QUESTIONS, ENOUGH)
ROUNDS_IN_A_SPLIT = (MAX_QUESTIONS, MAX_QUESTIONS, ENOUGH, ENOUGH)
"""How many questions are enough in each round. With a split, most valid questions belong to another one."""

TRIES = 40
"""Proposals tried for one question: bounds the time in crowded scenes."""

TRIES_IN_A_SPLIT = 640

OF_PAIRS = frozenset(each.model_fields["op"].default for each in (Exists, HowFar, FitsBetween, Taller))
"""Queries that ask the same of two things in either order."""


@dataclass(frozen=True)
class _Task:
    """The scene, the sample's id, and the split that the questions must belong to (None: any).

    `views`: the pictures that the scene shows where it is one of several.  `refused`: what is not to be asked of this
    scene, as was found; the same is proposed often.
    """

    scene: NamedScene
    sample: str
    split: str | None
    views: tuple[int, ...] = ()
    refused: set[tuple[Query, str]] = field(default_factory=set)

    @property
    def tries(self) -> int:
        return TRIES if self.split is None else TRIES_IN_A_SPLIT

    def most_of(self, kind: str) -> int:
        """How many of a kind in one round; in a hold-out, to which most questions do not belong, one more of several."""
        most = KINDS[kind].at_most
        return most + 1 if most > 1 and self.split not in (None, TRAIN) else most

    def answer_of(self, query: Query, target: str) -> Answer | None:
        """The answer, where it is the one that was drawn and the question belongs to the split."""
        if (query, target) in self.refused:
            return None
        try:
            found = answer(query, self.scene)
        except Unanswerable:
            found = None
        if found is None or found.text != target or not self._is_asked(query, found):
            self.refused.add((query, target))
            return None
        return found

    def _is_asked(self, query: Query, found: Answer) -> bool:
        return is_undisputed(self.scene, query, found) and self._is_of_split(query, found)

    def _is_of_split(self, query: Query, found: Answer) -> bool:
        return self.split is None or split_of_keys(keys_of(query, found, self.scene)) == self.split


def ask(
    scene: Scene | NamedScene, seed: int, sample: str = "", split: str | None = None, without: frozenset[str] = frozenset()
) -> tuple[Question, ...]:
    """Up to ten questions. `sample` makes their ids unique; without it the scene's own content does.

    Pass a `NamedScene` with a `strictness` above 1 for wider margins.  No question is of a kind in `without`.  With
    `split`, only questions whose keys belong to it (`spatial.splits`); more proposals are tried then.  Raises
    BadKnowledge where a paraphrase from outside the package is not admitted.
    """
    require_admitted()
    named = scene if isinstance(scene, NamedScene) else NamedScene(scene)
    task = _Task(named, sample or named.content, split)
    found: dict[object, Question] = {}
    kinds = [kind for kind in KINDS if kind not in without and _is_tried(kind, seed) and _is_known(kind, named)]
    random.Random(derived_seed("question order", seed)).shuffle(kinds)
    kinds.sort(key=lambda kind: (-KINDS[kind].at_most, not KINDS[kind].rare))
    for turn, limit in enumerate(ROUNDS if split is None else ROUNDS_IN_A_SPLIT):
        for kind in kinds:
            if len(found) >= limit:
                break
            rng = random.Random(derived_seed("question", seed, kind, turn))
            left = KINDS[kind].in_all - sum(question.kind == kind for question in found.values())
            found |= {sense: question for sense, question in _asked(task, kind, rng, left) if sense not in found}
    return tuple(found.values())


def _is_tried(kind: str, seed: int) -> bool:
    """Whether the kind is tried in the sample with this seed."""
    share = KINDS[kind].in_samples
    return share >= 1 or random.Random(derived_seed("question kind", seed, kind)).random() < share


def _is_known(kind: str, scene: NamedScene) -> bool:
    """Whether what the kind asks about is known of the scene."""
    if KINDS[kind].in_views and not scene.scene.views:
        return False
    return scene.scene.world is not None or not KINDS[kind].in_metres


def _asked(task: _Task, kind: str, rng: random.Random, left: int) -> Iterator[tuple[object, Question]]:
    """Questions of the kind, at most `left` texts, each with its key for duplicates."""
    if left <= 0:
        return
    if KINDS[kind].in_views:
        yield from islice(_of_views(task, kind, rng), left)
        return
    twins = _of_pictures(task, kind, rng) if task.scene.scene.views else ()
    yield from twins or islice(_some_of_kind(task, kind, rng), left)


def _of_pictures(task: _Task, kind: str, rng: random.Random) -> tuple[tuple[object, Question], ...]:
    """The first text that all pictures that it is proposed for may be asked, with its question for each of them."""
    propose = KINDS[kind].in_pictures
    if propose is None:
        return ()
    try:
        tasks = [task, *(_of_picture(task, (number,)) for number in range(1, len(task.scene.scene.views) + 1))]
    except Unanswerable:
        return ()
    words = random.Random(rng.random())
    for texts in islice(propose([each.scene for each in tasks], rng), task.tries):
        made = [_question_for(tasks[number], query, target, words) for number, query, target in texts]
        if all(made):
            return tuple(((question.views, question.question), question) for question in made if question is not None)
    return ()


def _of_picture(task: _Task, views: tuple[int, ...]) -> _Task:
    """The task of these pictures of the scene alone. Raises Unanswerable where they are not known."""
    scene = NamedScene(shown_scene(task.scene.scene, views), task.scene.strictness)
    return replace(task, scene=scene, views=views, refused=set())


def _of_views(task: _Task, kind: str, rng: random.Random) -> Iterator[tuple[object, Question]]:
    """Questions about two pictures: one of each pair in each order, then others, at most as many as a scene is asked."""
    pairs = list(permutations(range(len(task.scene.scene.views) + 1), 2))
    rng.shuffle(pairs)
    found = []
    for views in pairs:
        try:
            found.append(_some_of_kind(_of_picture(task, views), kind, rng))
        except Unanswerable:
            continue
    in_turn = (each for turn in zip_longest(*found) for each in turn if each is not None)
    yield from islice(_of_all_forms(in_turn), task.most_of(kind))


def _of_all_forms(asked: Iterator[tuple[object, Question]]) -> Iterator[tuple[object, Question]]:
    """Those first that ask in another form than the ones before."""
    later, forms = [], set[str]()
    for sense, question in asked:
        form = json.loads(question.certificate)["query"]["op"]
        if form in forms:
            later.append((sense, question))
        else:
            forms.add(form)
            yield sense, question
    yield from later


def _duplicate_key(query: Query) -> object:
    """Equal for duplicate questions: "a cat but no dog" asks the same as "a dog but no cat", as a distance does."""
    if query.op not in OF_PAIRS:  # nearly all: quicker to ask than four types
        return query
    if isinstance(query, Exists) and query.without is not None:
        return frozenset((query.category, query.without))
    if isinstance(query, HowFar):
        return query.op, frozenset((query.subject, query.object))
    if isinstance(query, FitsBetween):
        return query.op, query.width, frozenset((query.subject, query.object))
    if isinstance(query, Taller):
        return query.op, frozenset((query.first, query.second))
    return query


def _some_of_kind(task: _Task, kind: str, rng: random.Random) -> Iterator[tuple[object, Question]]:
    """The first valid questions of the kind, at most as many as a scene is asked, each with its key for duplicates."""
    words = random.Random(rng.random())
    senses: set[object] = set()
    proposals: Iterator[Proposal | TextProposal | Composition] = KINDS[kind].propose(task.scene, rng)
    for proposal in islice(proposals, task.tries):
        if isinstance(proposal, TextProposal):
            sense: object = proposal.text
            question = question_of(kind, proposal, task.scene, task.sample, task.split)
        elif isinstance(proposal, Composition):
            sense = proposal.query
            question = composed(proposal, Place(task.scene, task.sample, task.split), words)
        else:
            sense = _duplicate_key(proposal[0]) if not task.views else (task.views, proposal[0])
            question = _question_for(task, *proposal, words)
        if question is not None and question.kind == kind and sense not in senses:
            senses.add(sense)
            yield sense, question
        if len(senses) == task.most_of(kind):
            return


def _question_for(task: _Task, query: Query, target: str, rng: random.Random) -> Question | None:
    """The question, if the scene gives the answer that was drawn and its text is unambiguous."""
    found = task.answer_of(query, target)
    if found is None:
        return None
    choices = choices_for(task.scene, query, found, rng)
    text = realise(query, variant_for(query, task.sample))
    if choices is None or not is_unambiguous(text, target, query):
        return None
    return Question(
        id=question_id(task.sample, text, task.views),
        question=text,
        answer=target,
        kind=kind_of(query),
        choices=choices,
        objects=found.objects,
        certificate=certificate(task.scene, query, found),
        views=task.views,
    )
