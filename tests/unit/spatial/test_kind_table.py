"""The table of question kinds is whole, and all that stands beside it on purpose has an entry for each of its rows."""

from collections.abc import Iterable
from typing import get_args

from dataset.analysis import question_predicates
from dataset.audit.questions import parsed_questions
from spatial.questions.kind_table import KINDS, QUERIES, SIDES
from spatial.questions.question_kinds import Course, Extreme, Query, from_json
from spatial.questions.wording.question_parsing import queries_of
from spatial.questions.wording.realisation import PHRASES, SLOT, shape_of, templates
from spatial.relations.predicate_table import PREDICATES
from spatial.verify import answering, sentences
from spatial.verify.lexicon import mark_nouns
from spatial.verify.wordings import normalise_wording

TABLE = "spatial/questions/kind_table.py"
OPS = {row.op for row in QUERIES.values()}

WORDS = {
    "one": "a cat",
    "many": "cats",
    "than": "dogs",
    "things": "the cat, the dog and the lamp",
    "either": "the cat, the dog or the lamp",
    "family": "material",
    "box": "[12, 30, 40, 50]",
    "named": "the cat",
    "width": "60 cm",
}


def word_in(slot: str, shape: str) -> str:
    """Some words for a slot, as other things than those of the other slots."""
    if slot in WORDS:
        return WORDS[slot]
    if shape == "compare_on" and slot in ("hop", "again"):
        return "inside"
    if slot in PHRASES:
        return next(iter(PHRASES[slot].values()))
    return "a dog" if shape == "exists_without" else f"the {THINGS[slot]}"


THINGS = {
    "subject": "cat",
    "object": "dog",
    "anchor": "table",
    "other": "lamp",
    "first": "cat",
    "second": "dog",
    "third": "lamp",
}


def lacking(wanted: Iterable[object], have: Iterable[object], file: str) -> None:
    missing, more = set(wanted) - set(have), set(have) - set(wanted)
    assert not missing, f"{file} has no entry for {sorted(map(str, missing))}: add one there"
    assert not more, f"{file} has an entry for {sorted(map(str, more))}, for which {TABLE} has no row"


def filled(template: str, shape: str) -> str:
    """A sentence with some words in its slots."""
    return SLOT.sub(lambda match: match.group(1) if match.group(2) else word_in(match.group(1), shape), template)


def form_of(sentence: str) -> sentences.Form | None:
    text, _ = mark_nouns(sentence, ["cat", "dog", "table", "lamp"])
    return sentences.parse_sentence(normalise_wording(text))


def shapes_by_op() -> dict[str, set[str]]:
    """The shapes of sentences by the type of query that they are read as."""
    found: dict[str, set[str]] = {}
    for shape, wordings in templates().items():
        slots = {slot for slot, agrees in SLOT.findall(wordings[0]) if not agrees}
        for query in queries_of(shape, {slot: word_in(slot, shape) for slot in slots}):
            found.setdefault(query.op, set()).add(shape_of(query))
    return found


def test_each_type_of_query_has_a_row():
    lacking(get_args(Query), QUERIES, TABLE)


def test_each_kind_is_that_of_a_query_and_the_other_way_round():
    lacking(KINDS, {kind for row in QUERIES.values() for kind in (row.kind, row.kind_by_hops)}, f"{TABLE} (QUERIES)")


def test_the_rows_speak_of_families_and_predicates_that_there_are():
    assert {family for row in KINDS.values() for family in row.favoured_by} <= {row.family for row in PREDICATES.values()}
    assert {name for row in QUERIES.values() for name in row.about} <= set(PREDICATES)
    assert all(row.fewest_things >= 1 and row.meaning for row in KINDS.values())


def test_each_type_of_query_has_sentences_that_are_read_back():
    lacking(OPS, shapes_by_op(), "spatial/questions/wording/templates.json")
    lacking(templates(), set().union(*shapes_by_op().values()), "spatial/questions/wording/realisation.py (shape_of)")


def test_the_verifier_reads_each_sentence_on_its_own():
    for shape, wordings in templates().items():
        for wording in wordings:
            form = form_of(filled(wording, shape))
            assert form is not None, f"spatial/verify/sentences.py does not read {wording!r} ({shape}): add a pattern there"
            assert form.ask in answering._ANSWERS, (
                f"spatial/verify/answering.py answers no {form.ask!r}: add it to _ANSWERS"
            )


def test_the_audit_knows_each_form_of_question_on_its_own():
    asks, file = set(answering._ANSWERS), "dataset/audit/questions/parsed_questions.py"
    lacking(asks, {*parsed_questions.KINDS, *parsed_questions.SEARCHES}, f"{file} (KINDS)")
    lacking(asks, parsed_questions.PROGRAMS, f"{file} (PROGRAMS)")
    lacking(asks, parsed_questions.HOPS, f"{file} (HOPS)")
    lacking(OPS, parsed_questions.PROGRAMS.values(), f"{file} (PROGRAMS)")
    lacking(KINDS, {*parsed_questions.KINDS.values(), "multi_hop"}, f"{file} (KINDS)")
    free = {"count", "attribute", "selection", "multi_hop", "row_order", "count_where", "odd_one_out", "grounding"}
    free |= {"between", "unanswerable", "description", "false_description"}
    free |= {"camera_distance", "distance_metric", "real_size", "support_chain", "occlusion", "path", "room_size"}
    free |= {"view_change"}
    lacking(KINDS, {*parsed_questions.DOMAINS, *free}, f"{file} (DOMAINS)")


def test_each_word_of_a_query_says_which_predicates_it_is_about():
    words = (*get_args(Extreme), *get_args(Course))
    lacking(words, question_predicates._PREDICATES_OF_WORD, "dataset/analysis/question_predicates.py (_PREDICATES_OF_WORD)")


def test_what_is_asked_without_naming_it_comes_from_the_table():
    assert question_predicates.predicates_of('{"query": {"op": "side"}}') == SIDES
    assert question_predicates.predicates_of('{"query": {"op": "of a later version"}}') is None


def test_the_name_of_a_type_is_that_of_its_json_form():
    query = from_json({"op": "exists", "category": "cat"})
    assert QUERIES[type(query)].op == query.op
