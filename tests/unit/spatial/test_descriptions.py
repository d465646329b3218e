"""Paragraphs about a picture: each sentence is proven, and one that is wrong is found by looking, not by reading."""

import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.analysis.certificate_text import proof_in_words
from dataset.analysis.question_predicates import predicates_of
from dataset.audit.questions.certificate_check import certificate_faults
from dataset.audit.questions.parsed_questions import parse_question
from dataset.audit.questions.split_membership import home_split, split_keys
from schemas.events import Question
from spatial.questions import Unanswerable, answer, ask, parse
from spatial.questions.descriptions.claims import PICTURES, Claim, sentence_of, truth_of
from spatial.questions.descriptions.composing import all_claims, bears_on, rival_claims
from spatial.questions.kind_table import KINDS
from spatial.questions.object_names import NamedScene
from spatial.splits import SPLITS
from spatial.verify import verify
from spatial.verify.descriptions import sentences_in, statement_of
from spatial.verify.referents import NotProven
from tests.fakes.rooms import kitchen, room, thing
from tests.fakes.scenes import random_scene

DESCRIPTION, FALSE = "description", "false_description"

ROOM = room(
    thing("sofa", (10, 140, 60, 60), depth=5.0),
    thing("chair", (110, 190, 40, 50), "red", depth=4.0),
    thing("table", (180, 220, 60, 60), depth=3.0),
    thing("lamp", (270, 60, 40, 60), depth=2.0),
    thing("cabinet", (330, 290, 60, 75), depth=1.0),
)
TRUE = (
    "In the picture, the sofa is to the left of the lamp.",
    "The red chair is above the cabinet in the picture.",
    "Seen by the viewer, the table is behind the cabinet.",
)
WHICH = "One of these sentences about the picture with the lamp in it is wrong: which one?"
DESCRIBE = "Describe the picture, and mention the lamp."


def asked(kind: str, seeds: range, split: str | None = None) -> list[tuple[int, Question]]:
    others = frozenset(KINDS) - {kind}
    return [(seed, q) for seed in seeds for q in ask(random_scene(seed), seed, split=split, without=others)]


@pytest.mark.parametrize(
    "sentence",
    [
        *TRUE,
        "There are two cups in this image.",
        "The red cup is on the table.",
        "The lamp is in the right third of the photo.",
    ],
)
def test_a_sentence_is_judged_by_the_scene(sentence: str):
    scene = kitchen() if "cup" in sentence or "lamp is in" in sentence else ROOM
    assert statement_of(sentence, scene).holds


@pytest.mark.parametrize(
    "sentence",
    [
        "In the picture, the sofa is to the right of the lamp.",
        "The red chair is below the cabinet in the picture.",
        "Seen by the viewer, the table is in front of the cabinet.",
        "The lamp is in the left third of the photo.",
        "The chair is blue.",
        "There are three chairs in the picture.",
    ],
)
def test_a_wrong_sentence_is_wrong(sentence: str):
    assert not statement_of(sentence, ROOM).holds


@pytest.mark.parametrize(
    "sentence",
    [
        "It is a nice room.",
        "The piano is red.",
        "The sofa is on the sofa.",
        "In the picture, the sofa is to the left of the lamp?",
        "The cup is on the table.",
    ],
)
def test_what_is_not_understood_or_means_two_things_proves_nothing(sentence: str):
    with pytest.raises(NotProven):
        assert statement_of(sentence, kitchen()).holds


def test_a_description_is_proven_sentence_by_sentence():
    text = " ".join(TRUE)
    assert verify(DESCRIBE, None, ROOM, text).answer == text
    for other in TRUE:
        wrong = other.replace("left", "right").replace("above", "below").replace("behind", "in front of")
        assert not verify(DESCRIBE, None, ROOM, text.replace(other, wrong)).entailed
    assert not verify(DESCRIBE, None, ROOM, " ".join(TRUE[:2])).entailed
    assert not verify(DESCRIBE, None, ROOM, " ".join((*TRUE, TRUE[0]))).entailed
    assert not verify(DESCRIBE.replace("lamp", "chair"), None, ROOM, " ".join((TRUE[0], TRUE[2], TRUE[2]))).entailed
    assert not verify(DESCRIBE.replace("lamp", "sofa"), None, ROOM, " ".join((*TRUE[1:], "The chair is red."))).entailed
    assert not verify(DESCRIBE, None, ROOM).entailed


def test_the_wrong_one_of_some_sentences_is_found():
    wrong = "The red chair is below the cabinet in the picture."
    assert verify(WHICH, (TRUE[0], wrong, TRUE[2]), ROOM).answer == wrong
    assert not verify(WHICH, TRUE, ROOM).entailed
    assert not verify(WHICH, (TRUE[0], wrong, "Seen by the viewer, the table is in front of the cabinet."), ROOM).entailed
    assert not verify(WHICH, (TRUE[0], wrong, "It is a nice room."), ROOM).entailed
    with pytest.raises(Unanswerable):
        answer(parse(WHICH), ROOM)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_writer_and_verifier_agree_on_every_claim(seed: int):
    scene, rng = NamedScene(random_scene(seed)), random.Random(seed)
    rivals = rival_claims(scene, rng)
    claims: list[Claim] = [*all_claims(scene, rng), *(each.right for each in rivals), *(each.wrong for each in rivals)]
    for claim in claims[:30]:
        sentence = sentence_of(claim, rng.choice(PICTURES), rng)
        assert statement_of(sentence, scene.scene).holds is truth_of(scene, claim).holds
    assert all(truth_of(scene, each.right).holds and not truth_of(scene, each.wrong).holds for each in rivals)


def test_descriptions_have_three_to_eight_true_sentences_in_order_and_no_choices():
    found = asked(DESCRIPTION, range(120))
    assert len(found) > 15
    for seed, question in found:
        sentences = sentences_in(question.answer)
        assert question.choices == ()
        assert 3 <= len(set(sentences)) == len(sentences) <= 8
        assert verify(question.question, question.choices, random_scene(seed), question.answer).entailed
        assert len({name for name in PICTURES if f" {name}" in question.answer}) <= 1


def test_no_sentence_bears_on_another_where_one_is_wrong():
    found = asked(FALSE, range(200))
    assert len(found) > 30
    for seed, question in found:
        scene = random_scene(seed)
        assert verify(question.question, question.choices, scene).answer == question.answer
        claims = json.loads(question.certificate)["claims"]
        assert [claim["sentence"] for claim in claims if not claim["holds"]] == [question.answer]
        on = [each for claim in claims for each in bears_on(Claim(query=claim["query"], said=claim["said"]))]
        assert len(set(on)) == len(on)


@pytest.mark.thorough
def test_the_wrong_sentence_is_at_any_place_and_of_any_sort():
    found = asked(FALSE, range(600))
    by_sort: dict[str, Counter[bool]] = {}
    for _, question in found:
        for claim in json.loads(question.certificate)["claims"]:
            by_sort.setdefault(claim["query"]["op"], Counter())[claim["holds"]] += 1
    for sort, counts in by_sort.items():
        number = counts.total()
        assert number < 60 or abs(counts[False] / number - 0.3) < 0.12, (sort, counts)
    places = Counter(question.choices.index(question.answer) for _, question in found)
    assert min(places[k] for k in range(3)) > 0.15 * len(found)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [DESCRIPTION, FALSE])
@pytest.mark.parametrize("split", SPLITS)
def test_each_split_has_some_and_every_sentence_belongs_to_it(kind: str, split: str):
    found = asked(kind, range(400), split)
    assert len(found) > 3
    for seed, question in found[:20]:
        parsed = parse_question(question.question, random_scene(seed), question.answer, question.choices)
        assert parsed is not None
        keys = split_keys(parsed, question.answer)
        assert keys is not None
        assert home_split(keys) == split


def test_the_audit_holds_the_claims_to_the_sentences():
    seed, question = asked(FALSE, range(60))[0]
    scene, plain = random_scene(seed), question.model_dump(mode="json")
    row, parsed = scene.model_dump(mode="json"), parse_question(question.question, scene, question.answer, question.choices)
    assert list(certificate_faults(plain, row, parsed)) == []
    proof = json.loads(question.certificate)
    for claims in (proof["claims"][1:], [{**claim, "holds": True} for claim in proof["claims"]], proof["claims"][::-1]):
        plain["certificate"] = json.dumps({**proof, "claims": claims})
        assert any("claim" in fault for fault in certificate_faults(plain, row, parsed))


def test_an_ablation_knows_which_relations_the_sentences_state_and_people_see_which_one_is_wrong():
    seed, question = next((s, q) for s, q in asked(FALSE, range(60)) if "to the left of" in " ".join(q.choices))
    found = predicates_of(question.certificate)
    assert found is not None
    assert found & {"left_of", "right_of"}
    words = proof_in_words(question.certificate, [o.model_dump() for o in random_scene(seed).objects])
    assert f"Wrong: “{question.answer}”" in words
