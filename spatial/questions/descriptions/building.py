"""Descriptions as questions: a paragraph to write, or a wrong sentence to find.

In: the proposal of a question about a named thing, its scene and split.  Out: the question, or None where too little can be
said of the scene in that split.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.events import Question
from schemas.ids import question_id
from spatial.questions.certificates import premises
from spatial.questions.descriptions.claims import PICTURES, Claim, Truth, keys_of_claim, refs_of, sentence_of, truth_of
from spatial.questions.descriptions.composing import all_claims, described, independent, rival_claims
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import shuffled
from spatial.questions.question_kinds import Describe, WrongSentence, to_json
from spatial.questions.wording.question_parsing import is_unambiguous
from spatial.questions.wording.realisation import realise, realise_ref, variant_for
from spatial.questions.wording.referring_expressions import Unanswerable
from spatial.splits import Key, split_of_keys

KIND, FALSE_KIND = "description", "false_description"


@dataclass(frozen=True)
class Composition:
    """A question to be composed, about what the query names."""

    query: Describe | WrongSentence


@dataclass(frozen=True)
class Place:
    """Where a question will stand: its scene, the sample's id, the split that it must belong to (None: any)."""

    scene: NamedScene
    sample: str
    split: str | None

    def fits(self, keys: Iterable[Key]) -> bool:
        """Whether a question, or a sentence, with these keys belongs to the split."""
        return self.split is None or split_of_keys(keys) == self.split


Composer = Callable[[NamedScene, random.Random], Iterator[Composition]]


def descriptions(scene: NamedScene, rng: random.Random) -> Iterator[Composition]:
    """A description for each thing that it may have to mention."""
    yield from (Composition(Describe(subject=scene.ref(i))) for i in shuffled(rng, scene.plainly_named))


def false_descriptions(scene: NamedScene, rng: random.Random) -> Iterator[Composition]:
    """Sentences with a wrong one for each thing that may be named."""
    yield from (Composition(WrongSentence(subject=scene.ref(i))) for i in shuffled(rng, scene.plainly_named))


def composed(proposal: Composition, place: Place, rng: random.Random) -> Question | None:
    """The question, if enough can be said of the scene that belongs to the split."""
    query, scene = proposal.query, place.scene
    if not place.fits({Key("description", (str(query.subject.category),))}):
        return None
    if isinstance(query, WrongSentence):
        rivals = [each for each in rival_claims(scene, rng) if place.fits(keys_of_claim(each.right))]
        found = independent(rivals, query.subject, rng)
        wrong = rng.randrange(len(found)) if found else None
        claims = [each.wrong if k == wrong else each.right for k, each in enumerate(found)]
        rng.shuffle(claims)
    else:
        true = [claim for claim in all_claims(scene, rng) if place.fits(keys_of_claim(claim))]
        claims, wrong = described(true, query.subject, rng), None
    picture = rng.choice(PICTURES)
    sentences = [sentence_of(claim, picture, rng) for claim in claims]
    truths = _truths(scene, claims)
    if not claims or truths is None or [truth.holds for truth in truths].count(False) != int(wrong is not None):
        return None
    return _question(query, place, list(zip(sentences, claims, truths, strict=True)))


def _truths(scene: NamedScene, claims: Sequence[Claim]) -> list[Truth] | None:
    try:
        return [truth_of(scene, claim) for claim in claims]
    except Unanswerable:
        return None


Said = tuple[str, Claim, Truth]
"""A sentence, what it claims, and whether that holds."""


def _question(query: Describe | WrongSentence, place: Place, said: list[Said]) -> Question | None:
    text = realise(query, variant_for(query, place.sample))
    sentences = [sentence for sentence, _, _ in said]
    is_false = isinstance(query, WrongSentence)
    answer = next(sentence for sentence, _, truth in said if not truth.holds) if is_false else " ".join(sentences)
    if len(set(sentences)) < len(sentences) or not is_unambiguous(text, answer, query):
        return None
    scene, everything = place.scene, dict.fromkeys(i for _, _, truth in said for i in truth.objects)
    objects = tuple(scene.objects[i].id for i in everything)
    return Question(
        id=question_id(place.sample, text),
        question=text,
        answer=answer,
        kind=FALSE_KIND if is_false else KIND,
        choices=tuple(sentences) if is_false else (),
        objects=objects,
        certificate=_certificate(query, place.scene, answer, said),
    )


def _certificate(query: Describe | WrongSentence, scene: NamedScene, answer: str, said: list[Said]) -> str:
    """As of any question, with `claims`: of each sentence its query, the answer that it gives, and whether that holds."""
    subject = next(i for i in scene.plainly_named if scene.ref(i) == query.subject)
    used = {scene.objects[i].id for _, _, truth in said for i in truth.objects}
    margin = round(min(truth.margin for _, _, truth in said), 6)
    proof = {
        "query": to_json(query),
        "answer": answer,
        "premises": premises(scene, used),
        "rules": [truth.rule for _, _, truth in said],
        "margin": margin,
        "references": [{"text": realise_ref(query.subject), "object": scene.objects[subject].id}],
        "difficulty": {"hops": 1, "margin": margin},
        "claims": [_claim(scene, each) for each in said],
    }
    return json.dumps(proof, separators=(",", ":"), ensure_ascii=False)


def _claim(scene: NamedScene, said: Said) -> dict[str, object]:
    sentence, claim, truth = said
    found = zip(refs_of(claim), truth.objects, strict=False)  # what is counted comes after the references
    return {
        "sentence": sentence,
        "query": claim.query.model_dump(mode="json", exclude_none=True),
        "said": claim.said,
        "holds": truth.holds,
        "references": [{"text": realise_ref(ref), "object": scene.objects[i].id} for ref, i in found],
    }
