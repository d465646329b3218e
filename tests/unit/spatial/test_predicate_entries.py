"""Whatever has an entry for each predicate has one for each row of the table; an entry that is missing names its file."""

from collections.abc import Iterable
from typing import get_args

import pytest

import dataset.audit.questions.split_membership as audited_splits
from agents import relation_selection, requirements
from agents.llm import relation_phrases
from dataset.audit import box_relations, content_ids
from gpu_workers.collage import scene_truth
from schemas import predicate_names
from spatial.layout import layout_faults, placement_problem
from spatial.layout.constraints import constraint_rules, group_constraints, infeasibility_proof
from spatial.questions import certain_facts
from spatial.questions.question_kinds import Contact, Direction, Hop, Place
from spatial.questions.wording import realisation
from spatial.relations import group_geometry, phrases, predicate_geometry
from spatial.relations.predicate_table import (
    BANDS,
    BINARY,
    BORDERS,
    CHAINED,
    CONTACT,
    OF_GROUPS,
    ORIENTED,
    PLACES,
    PREDICATES,
)
from spatial.verify import sentences

TABLE = "spatial/relations/predicate_table.py"
FAMILIES = {row.family for row in PREDICATES.values()}
DEPTHS = {name for name in BINARY if PREDICATES[name].family == "depth"}
DIRECTIONS = {name for name in BINARY if PREDICATES[name].family == "direction"}
CARRIES = {name for name in BINARY if PREDICATES[name].family == "containment"} | {"on", "supports"}
CANONICAL = set(BINARY) - set(placement_problem.SWAPPED)
SEVERAL = set(OF_GROUPS) - set(CHAINED)

SAID = [*phrases._tables().mapped.values(), *phrases._tables().places.values()]

ENTRIES = {
    "schemas/predicate_names.py (BINARY)": (BINARY, predicate_names.BINARY),
    "schemas/predicate_names.py (PLACES)": (PLACES, predicate_names.PLACES),
    "spatial/relations/predicate_table.py (BANDS)": (PLACES, BANDS),
    "spatial/relations/predicate_geometry.py (TRUTH)": (set(BINARY) - DEPTHS, predicate_geometry.TRUTH),
    "spatial/relations/predicate_geometry.py (MARGIN)": (set(BINARY) - DEPTHS, predicate_geometry.MARGIN),
    "spatial/relations/phrase_table.json": (
        PREDICATES, {name for says in SAID for name in says},
    ),
    "schemas/predicate_names.py (ORIENTED)": (ORIENTED, predicate_names.ORIENTED),
    "schemas/predicate_names.py (BORDERS)": (BORDERS, predicate_names.BORDERS),
    "schemas/predicate_names.py (GROUPS)": (OF_GROUPS, predicate_names.GROUPS),
    "spatial/relations/group_geometry.py (GROUP_TRUTH)": (OF_GROUPS, group_geometry.GROUP_TRUTH),
    "spatial/relations/group_geometry.py (GROUP_MARGIN)": (OF_GROUPS, group_geometry.GROUP_MARGIN),
    "spatial/layout/constraints/group_constraints.py (GROUP_ENCODERS)": (SEVERAL, group_constraints.GROUP_ENCODERS),
    "spatial/layout/constraints/infeasibility_proof.py (NECESSARY_OF_GROUPS)": (
        SEVERAL, infeasibility_proof.NECESSARY_OF_GROUPS,
    ),
    "spatial/layout/constraints/constraint_rules.py (ENCODERS)": (CANONICAL, constraint_rules.ENCODERS),
    "spatial/layout/constraints/infeasibility_proof.py (NECESSARY_RULES)": (CANONICAL, infeasibility_proof.NECESSARY_RULES),
    "spatial/layout/layout_faults.py (DIRECTIONS)": (DIRECTIONS, layout_faults.DIRECTIONS),
    "spatial/layout/layout_faults.py (DEPTHS)": (DEPTHS, layout_faults.DEPTHS),
    "spatial/layout/layout_faults.py (MAY_OVERLAP)": (CONTACT | DEPTHS, layout_faults.MAY_OVERLAP),
    "spatial/questions/question_kinds.py (Direction)": (DIRECTIONS, get_args(Direction)),
    "spatial/questions/question_kinds.py (Place)": (PLACES, get_args(Place)),
    "spatial/questions/certain_facts.py (INVERSE_CONTACT)": (get_args(Contact), certain_facts.INVERSE_CONTACT),
    "spatial/questions/wording/realisation.py (HOPS)": (get_args(Hop), realisation.HOPS),
    "spatial/questions/wording/realisation.py (DIRECTIONS)": (DIRECTIONS, realisation.DIRECTIONS),
    "spatial/questions/wording/realisation.py (FURTHER)": (DIRECTIONS, realisation.FURTHER),
    "spatial/questions/wording/realisation.py (DEPTHS)": (DEPTHS, realisation.DEPTHS),
    "spatial/questions/wording/realisation.py (REACHES)": (DEPTHS, realisation.REACHES),
    "spatial/questions/wording/realisation.py (PLACES)": (PLACES, realisation.PLACES),
    "agents/relation_selection.py (DEFAULT_MIX)": (FAMILIES, relation_selection.DEFAULT_MIX),
    "agents/relation_selection.py (FAMILY_RULES)": (
        FAMILIES - {"place", "containment", "arrangement"}, relation_selection.FAMILY_RULES,
    ),
    "agents/requirements.py (CARRY)": (CARRIES, requirements.CARRY),
    "agents/llm/relation_phrases.py (PLACES)": (
        PLACES, [name for words in relation_phrases.PLACES for name in relation_phrases.predicates_of(words, unary=True)],
    ),
    "gpu_workers/collage/scene_truth.py (CONTACT)": (CONTACT, scene_truth.CONTACT),
    "spatial/verify/sentences.py (RELATIONS)": (get_args(Hop), sentences.RELATIONS.values()),
    "dataset/audit/box_relations.py (_RULES, _INVERSES)": (BINARY, [*box_relations._RULES, *box_relations._INVERSES]),
    "dataset/audit/box_relations.py (_PLACES)": (PLACES, box_relations._PLACES),
    "dataset/audit/content_ids.py (_INVERSE_PAIRS)": (BINARY, content_ids.INVERSES),
    "dataset/audit/questions/split_membership.py (_FAMILIES)": (get_args(Hop), audited_splits._FAMILIES),
}  # fmt: skip
"""The file to edit, with what must have an entry there and what has."""


def lacking(wanted: Iterable[str], have: Iterable[str]) -> tuple[set[str], set[str]]:
    return set(wanted) - set(have), set(have) - set(wanted)


@pytest.mark.parametrize("file", ENTRIES)
def test_each_predicate_has_its_entry(file: str):
    missing, more = lacking(*ENTRIES[file])
    assert not missing, f"{file} has no entry for {sorted(missing)} of {TABLE}: add one there"
    assert not more, f"{file} has an entry for {sorted(more)}, which {TABLE} does not know as such"


def test_what_is_swapped_is_swapped_for_its_inverse():
    for name, other in placement_problem.SWAPPED.items():
        assert PREDICATES[name].inverse == other, f"spatial/layout/placement_problem.py (SWAPPED): {name}"


def test_the_audit_turns_each_predicate_as_the_table_does():
    for name in BINARY:
        assert content_ids.INVERSES[name] == PREDICATES[name].inverse, (
            f"dataset/audit/content_ids.py (_INVERSE_PAIRS): {name}"
        )


def test_the_audit_counts_each_predicate_in_the_family_that_the_table_gives():
    for name, family in audited_splits._FAMILIES.items():
        assert PREDICATES[name].family == family, f"dataset/audit/questions/split_membership.py (_FAMILIES): {name}"


def test_the_words_of_each_predicate_are_read_as_it():
    for name in BINARY:
        said = PREDICATES[name].phrase
        assert name in phrases.normalise(said) or name == "supports", f"{TABLE}: the phrase {said!r} of {name} says another"


def test_what_a_model_is_offered_is_what_the_table_knows():
    for words in relation_phrases.RELATIONS:
        assert relation_phrases.predicates_of(words, unary=False), f"agents/llm/relation_phrases.py (RELATIONS): {words}"
