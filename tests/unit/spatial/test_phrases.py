"""Phrases that people write, and what they say."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.relations.phrases import UnknownPhrase, mapped_phrases, normalise, normalise_place, outside_phrases
from spatial.relations.predicate_table import BINARY, PLACES, PREDICATES, entailed
from tests.fakes.cpu_speed import reference_cpu_s

DATA = Path("../shared/data")


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("on the left of, near", ("left_of", "near")),
        ("to the right of and behind", ("right_of", "behind")),
        ("hidden by", ("behind",)),
        ("beside", ("next_to",)),
        ("is directly over", ("over", "above")),
        ("close by", ("near",)),
        ("on top of", ("on", "above")),
        ("on the top of", ("on", "above")),
        ("under", ("under", "below")),
        ("underneath", ("under", "below")),
        ("beneath", ("under", "below")),
        ("on the bottom of", ("below",)),
        ("on side of", ("next_to",)),
        ("at the right side of", ("right_of",)),
        ("far away from", ("far",)),
        ("enclosed by", ("inside",)),
        ("left", ("left_of",)),
        ("close", ("near",)),
        ("in front of", ("in_front_of",)),
        ("supports", ("supports", "below")),
        ("right next to", ("next_to",)),
        ("right above", ("above",)),
        ("to the upper left of", ("left_of", "above")),
    ],
)
def test_a_phrase_says_what_it_plainly_says(phrase, says):
    assert normalise(phrase) == says


@pytest.mark.parametrize(
    "variant",
    [
        "ON THE LEFT OF, NEAR",
        "is on left of / is near",
        "are on the left of, are near to",
        "which is to the left of; close by",
        "left-of & near",
        "  on   the left of ,near. ",
        "on the left of and nearby",
        "sits on the left of, sits near",
    ],
)
def test_case_articles_verbs_and_separators_do_not_matter(variant):
    assert normalise(variant) == ("left_of", "near")


@pytest.mark.parametrize("verb", ["touch", "touches", "touching", "are touching", "is touching", "is touched by"])
def test_a_verb_may_be_singular_or_plural(verb):
    assert normalise(verb) == ("touching",)


def test_the_names_of_predicates_are_phrases_for_themselves():
    for name in BINARY:
        for written in (name, name.replace("_", " "), name.upper(), f"is {name}"):
            says = normalise(written)
            assert says[0] == name
            assert set(says) <= set(entailed(name))
    for name in PLACES:
        assert normalise_place(name) == name


@pytest.mark.parametrize(
    ("phrase", "part", "why"),
    [
        ("not on", "not", "negated"),
        ("isn't on the left of", "isn't", "negated"),
        ("isn’t near", "isn’t".replace("’", "'"), "negated"),
        ("no longer near", "no longer", "negated"),
        ("never behind", "never", "negated"),
        ("left of but not near", "not", "negated"),
        ("on the left of, glorping", "glorping", "unknown"),
        ("on the left of glorping", "glorping", "unknown"),
        ("somewhere left of", "somewhere", "unknown"),
        ("outside of", "outside of", "outside"),
        ("near, parallel to", "parallel to", "outside"),
        ("on or near", "or near", "unknown"),
        ("", "", "empty"),
        (" , ", " , ", "empty"),
        ("is", "is", "unknown"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_the_part(phrase, part, why):
    with pytest.raises(UnknownPhrase) as caught:
        normalise(phrase)
    assert (caught.value.part, caught.value.why) == (part, why)
    assert repr(part) in str(caught.value) or why == "empty"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        says = normalise(text)
    except UnknownPhrase:
        return
    assert says
    assert set(says) <= set(PREDICATES)


def test_no_phrase_is_both_understood_and_outside():
    assert not set(mapped_phrases()) & outside_phrases()


def test_every_phrase_of_the_table_reads_back():
    for text, says in mapped_phrases().items():
        assert normalise(f"Is {text}") == says


def test_what_a_phrase_says_never_contradicts_itself():
    for says in mapped_phrases().values():
        assert not any(q in PREDICATES[p].excludes for p in says for q in says)


@pytest.mark.parametrize(
    ("phrase", "place"),
    [
        ("in the top left corner of the image", "top_left"),
        ("at the bottom", "bottom"),
        ("on the right side of the picture", "right"),
        ("in the middle", "center"),
        ("Upper right", "top_right"),
    ],
)
def test_a_place_is_read_from_words_too(phrase, place):
    assert normalise_place(phrase) == place


def test_a_place_is_one_place():
    for phrase in ("top, left", "not top", "near", ""):
        with pytest.raises(UnknownPhrase):
            normalise_place(phrase)


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_every_prompt_of_t2i_compbench_is_understood():
    known = sorted(mapped_phrases(), key=len, reverse=True)
    for line in (DATA / "t2i_compbench_spatial.txt").read_text().splitlines():
        plain = " ".join(word for word in line.split() if word not in ("a", "an", "the"))
        phrase = next(text for text in known if f" {text} " in plain)
        assert normalise(phrase), line


def normalise_or_why(phrase):
    try:
        return normalise(phrase)
    except UnknownPhrase as error:
        return error.why


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_every_phrase_of_the_vsr_list_is_understood_or_named_as_outside():
    lines = (DATA / "vsr_relations.txt").read_text().splitlines()
    phrases = [phrase for line in lines for part in line.split(":")[1].split(",") if (phrase := part.strip())]
    for phrase in phrases:
        if normalise_or_why(phrase) != "outside":
            assert normalise(phrase), phrase
    assert len(phrases) > 60


def test_two_thousand_phrases_are_read_in_a_second():
    numbers = itertools.count()  # no phrase is read twice, so that no answer is remembered

    def all_read() -> None:
        for number in itertools.islice(numbers, 2_000):
            with pytest.raises(UnknownPhrase):
                normalise(f"on the left of and behind thing {number}")

    assert reference_cpu_s(all_read) < 1


@pytest.mark.parametrize("phrase", ["far behind", "left of near", "is near left"])
def test_known_phrases_run_together_are_unknown_as_a_whole(phrase):
    with pytest.raises(UnknownPhrase) as caught:
        normalise(phrase)
    assert caught.value.part == phrase.removeprefix("is ")


@pytest.mark.parametrize("phrase", ["left\u2011of", "parked to the left of", "laying to the left of"])
def test_hyphens_of_every_kind_and_more_postures_do_not_matter(phrase):
    assert normalise(phrase) == ("left_of",)
