"""Paraphrases: read back by two readers that share nothing, taken up by chance of content, refused with a reason."""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.errors import BadKnowledge
from spatial.questions import Unanswerable, answer, parse, realise
from spatial.questions.question_kinds import AttributeOf, Query, Ref, Side
from spatial.questions.wording.paraphrase_bank import bank, own, paraphrases_in
from spatial.questions.wording.paraphrase_gate import Gate, open_gate
from spatial.questions.wording.phrase_samples import CATEGORIES, sample_queries, slots_of
from spatial.questions.wording.question_parsing import parsed_today
from spatial.questions.wording.realisation import BANK_SHARE, fill, grammar, shape_of, templates, variant_for
from spatial.verify import verify
from spatial.verify.meanings import meaning_of
from tests.fakes.queries import FEW_NOUNS, queries
from tests.fakes.rooms import kitchen
from tests.fakes.scenes import random_scene

LEFT = "In the photo, would you say that {subject} {is:subject} {direction} {object}?"
"""A sentence that is not in the bank and that both readers understand."""


@pytest.mark.thorough
def test_every_sentence_of_the_bank_passes_the_gate():
    assert [(each.text, why) for each, why in Gate().unfit(own())] == []


def test_every_shape_of_question_has_at_least_five_paraphrases_that_the_grammar_does_not_make():
    assert set(bank()) == set(grammar())
    assert {shape: len(texts) for shape, texts in bank().items() if len(set(texts) - set(grammar()[shape])) < 5} == {}


@pytest.mark.thorough
def test_no_sentence_of_a_shape_is_read_as_another_by_either_reader():
    asks: defaultdict[str, set[str]] = defaultdict(set)
    for shape, texts in templates().items():
        for text in texts:
            for query in list(sample_queries(shape, slots_of(text)))[:2]:
                said = fill(text, query, "thing")
                assert parsed_today(said) == query
                meaning = meaning_of(said, CATEGORIES)
                assert meaning is not None, said
                asks[shape].add(meaning.ask)
    shared = Counter(ask for each in asks.values() for ask in each)
    assert {ask for ask, count in shared.items() if count > 1} == {"value"}  # colours and orientations are attributes


@pytest.mark.thorough
@settings(max_examples=400, deadline=None)
@given(queries(FEW_NOUNS), st.integers(0, 10), st.integers(0, 10_000))
@example(AttributeOf(family="colour", subject=Ref(category="cup", extreme="rightmost")), 0, 83)  # the other cup is a speck
def test_the_verifier_answers_a_paraphrase_as_the_writer_does(query: Query, number: int, seed: int):
    scene, shape = random_scene(seed, FEW_NOUNS, most=6), shape_of(query)
    try:
        expected: str | None = answer(query, scene).text
    except Unanswerable:
        expected = None
    usual = verify(realise(query), None, scene).answer
    said = realise(query, len(grammar()[shape]) + number % len(bank()[shape]))
    assert verify(said, None, scene).answer == usual
    assert usual in (None, expected)


@pytest.mark.thorough
@settings(max_examples=600, deadline=None)
@given(queries(FEW_NOUNS), st.integers(0, 10))
def test_a_paraphrase_is_read_back_as_the_query_that_it_says(query: Query, number: int):
    shape = shape_of(query)
    assert parse(realise(query, len(grammar()[shape]) + number % len(bank()[shape]))) == query


def test_one_question_in_four_is_a_paraphrase_and_the_same_one_every_time():
    query = Side(subject=Ref(category="cat"), object=Ref(category="dog"))
    drawn = [realise(query, variant_for(query, str(sample))) for sample in range(2000)]
    paraphrases = {fill(text, query, "thing") for text in bank()["side"]}
    assert abs(sum(text in paraphrases for text in drawn) / len(drawn) - 1 / BANK_SHARE) < 0.04
    assert {fill(text, query, "thing") for text in templates()["side"]} == set(drawn)
    assert drawn[7] == realise(query, variant_for(query, "7"))


@pytest.mark.parametrize(
    ("shape", "text", "why"),
    [
        ("sides", LEFT, "there is no shape"),
        ("directed", LEFT.lower(), "capital letter"),
        ("directed", LEFT.removesuffix("?"), "question mark"),
        ("directed", LEFT + "!", "question mark"),
        ("directed", LEFT + "?", "question mark"),
        ("directed", LEFT.replace("say", "s\u00e4y"), "plain characters"),
        ("directed", LEFT.replace("{object}", "the dog"), "each once"),
        ("directed", LEFT.replace("{direction}", "to the left of"), "each once"),
        ("directed", LEFT + " {subject}?", "each once"),
        ("directed", LEFT.replace("is:subject", "is:anchor"), "not known"),
        ("directed", LEFT.replace("{is:subject}", "is"), "must agree"),
        ("directed", "Is it so that {subject} stands {direction} {object} in the picture?", "must agree"),
        ("directed", LEFT.replace("In the photo, would", "Would"), "whose view"),
        ("deeper", LEFT.replace("direction", "depth"), "whose view"),
        ("known_side", "On which side of {object} {is:named} {named}, if the picture tells?", "whose view"),
        ("side", "Left or right of {object}: where {is:subject} {subject} in the picture?", "may be the answer"),
        ("attribute_colour", "Which colour, red or another, {is:subject} {subject} in the picture?", "may be the answer"),
        ("find", "Which cat is {hop} {anchor} in the picture?", "may be the answer"),
        ("count", "How many {many}, three or more, are there in the picture?", "may be the answer"),
        ("exists", "{Is:one} there a {one} in the picture?", "stumbles"),
        ("side", "On which side of {object} {is:subject} {subject} in the picture?", "known already"),
        ("between", "What do You see between {first} and {second} in the picture?", "known already"),
        ("directed", "Is it false that {subject} {is:subject} {direction} {object} in the picture?", "does not understand"),
        ("directed", "{Is:subject} {subject} not {direction} {object} in the picture?", "does not understand"),
        ("directed", "{Is:object} {object} {direction} {subject} in the photo, would you say?", "does not understand"),
        ("directed", "Would you say that {object} {is:object} {direction} {subject} in the image?", "something else"),
        ("larger", "{Is:subject} {subject} larger than {object} in the picture?", "does not understand"),
        ("find", "In the picture, what do you see next {hop} {anchor}?", "does not understand"),
    ],
)  # fmt: skip
def test_a_sentence_that_is_unfit_is_told_why(shape: str, text: str, why: str):
    assert why in open_gate().refusal_of(shape, text)


def test_a_sentence_that_both_readers_understand_is_admitted_once():
    gate = open_gate()
    gate.admit("directed", LEFT)
    assert gate.refusal_of("directed", LEFT.lower().capitalize()) == "it is known already"


@pytest.mark.thorough
def test_two_slots_of_one_name_are_refused_before_any_sentence_is_compiled(tmp_path: Path):
    twice = {"shape": "directed", "text": LEFT.replace("{object}", "{subject}")}
    done = call(written(tmp_path / "words", {"shape": "directed", "text": LEFT}, twice), "-m", "streams.cli", "config")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "phrases.json:3" in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "Would you say that the stove is nice in the picture?",
        "Would you say that the stove is not to the left of the lamp in the picture?",
        "Tell me whether the stove or the lamp is to the left of the table in the picture.",
        "Do you see no dog in the picture?",
        "Do you see the stove and the lamp in the picture?",
        "Is it false that the stove is to the left of the lamp in the picture?",
        "Tell me what is not on the table in the picture.",
        "Do you count fewer cups than lamps in the picture?",
        "Compared with the lamp, is the stove larger in the picture?",
        "Does the picture show the stove?",
        "Does the left third of the picture show the stove?",
        "Does the stove seem larger than the lamp in the picture?",
        "Would you say the stove is above or below the lamp in the picture?",
        "Can you see that the stove is to the left of the lamp?",
        "Can you see a stove and a lamp in the picture?",
        "Can you see a stove without a lamp in the picture?",
        "Is the stove located?",
        "Is the stove partly to the left of the lamp in the picture?",
        "How many cups are not to the left of the lamp in the picture?",
        "How many red cups are shown in the picture?",
        "Tell me what the lamp is on in the picture.",
        "Tell me whether there is a dog in the kitchen.",
        "Is it possible to see the dog in the picture?",
        "What is the name of the thing on the table in the picture?",
        "Is the distance from the stove to the lamp smaller than from the table?",
        "Does the stove take up more room than the lamp and the table in the picture?",
    ],
)
def test_wider_reading_is_not_looser(text: str):
    assert verify(text, None, kitchen()).answer is None


ASKED = """
from schemas.ids import content_id
from spatial.questions import ask, parse
from spatial.verify import verify
from dataset.audit.questions.parsed_questions import parse_question
from tests.fakes.scenes import random_scene

for seed in range(120):
    scene = random_scene(seed)
    for question in ask(scene, seed):
        if "would you say that" in question.question and question.question.startswith("In the photo"):
            assert verify(question.question, question.choices, scene, question.answer).answer == question.answer
            assert parse_question(question.question, scene).kind == question.kind
            print(question.question)
"""


def call(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SKG_KNOWLEDGE": str(folder), "PYTHONPATH": str(Path.cwd())}
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)


def written(folder: Path, *rows: object) -> Path:
    folder.mkdir()
    (folder / "phrases.json").write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n", "utf-8")
    return folder


@pytest.mark.thorough
def test_sentences_of_a_folder_are_asked_and_read_by_verifier_and_audit(tmp_path: Path):
    folder = written(tmp_path / "words", {"shape": "directed", "text": LEFT})
    done = call(folder, "-c", ASKED)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines(), "the sentence of the folder is never asked"


@pytest.mark.thorough
def test_a_sentence_of_a_folder_that_is_unfit_ends_every_command_with_its_line(tmp_path: Path):
    bad = LEFT.replace("In the photo, would", "Would")
    folder = written(tmp_path / "words", {"shape": "directed", "text": LEFT}, {"shape": "directed", "text": bad})
    done = call(folder, "-m", "streams.cli", "config")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"skg: {folder}/phrases.json:3: {bad!r}: it must say whose view is meant")
    assert "BadKnowledge" in call(folder, "-c", ASKED).stderr


def test_a_row_without_a_sentence_is_named_with_its_line(tmp_path: Path):
    folder = written(tmp_path / "words", {"shape": "side"})
    with pytest.raises(BadKnowledge, match=r"phrases.json:2: text: it is missing"):
        paraphrases_in(folder / "phrases.json")


@pytest.mark.thorough
def test_words_of_questions_change_no_picture(tmp_path: Path):
    folder = written(tmp_path / "words", {"shape": "directed", "text": LEFT})
    code = "from spatial.knowledge.knowledge_base import knowledge_digest; print(knowledge_digest())"
    assert call(folder, "-c", code).stdout == "None\n"
