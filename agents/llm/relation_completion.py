"""The relations of a set of objects: parsed from phrases, completed with missing carriers, checked for contradictions.

In: a job, a place, the chosen objects.  Out: a conversation whose answer is a tuple of relations without contradiction.
`agents.llm.llm_planner` finds out later whether boxes can satisfy them, and shows the proof in this conversation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.image_prompts import phrase_of
from agents.llm.answer_forms import PlacedTriples, Triples
from agents.llm.object_choice import ChosenObjects
from agents.llm.planning_job import Job
from agents.llm.relation_phrases import PLACES, RELATIONS, listed, predicates_of, relation_text
from agents.llm.scene_offer import Place
from agents.rejections import RequestRejected, unmet_options
from agents.requirements import is_of_group, predicates_for, relations_over
from schemas.graph import GraphObject, Relation
from schemas.llm.answer_parsing import Words
from schemas.llm.contract import Fault
from schemas.llm.prompts import PromptInput
from schemas.llm.structured_answers import Conversation
from spatial.reasoning.conflicts import Conflict, contradictions
from spatial.reasoning.draft import Draft

MOST_A_THING = 4
"""Most triples for each object: more would list everything instead of describing the picture."""

FAULTS_SHOWN = 5
HOLDS = {"on": (0, 1), "inside": (0, 1), "supports": (1, 0), "contains": (1, 0)}
"""Predicates of contact, with the positions of the held and of the holding object."""


@dataclass
class Edges:
    """The edges stage of one graph. `relations`: those of the last valid answer, required ones first."""

    job: Job
    place: Place
    chosen: ChosenObjects
    relations: tuple[Relation, ...] = ()

    def __post_init__(self) -> None:
        self.required = tuple(_required(self.job, self.chosen.names))
        conflict = contradictions(Draft(self.chosen.names, self.required)) if self.required else None
        if conflict is not None:
            raise RequestRejected(
                "consistency",
                "contradiction",
                f"the required relations contradict each other ({conflict.kind})",
                [self.required[i] for i in conflict.indices],
                {"objects": list(self.chosen.names)},
            )

    def talk(self) -> Conversation[Triples]:
        """The conversation about relations, not yet begun."""
        return self.job.talk(self._input("edges", self._given()), Triples)

    def talk_with_boxes(self, canvas: tuple[int, int]) -> Conversation[PlacedTriples]:
        """The conversation about relations and boxes on a canvas, not yet begun."""
        return self.job.talk(self._input("picture", {"canvas": list(canvas), **self._given()}), PlacedTriples)

    def _input(self, stage: str, given: dict[str, object]) -> PromptInput:
        numbers = range(len(self.chosen.names))
        words: dict[str, Words] = {"subject": numbers, "object": numbers, "relation": RELATIONS, "place": PLACES}
        seed = self.job.seed_for("edges", self.job.index)
        return PromptInput(stage, given, seed, words, distinct_fields=("subject", "object"))

    def check(self, answer: Triples) -> Fault | None:
        """Parse an answer into `relations`, or return its fault."""
        faults: list[str] = []
        found = list(self.required)
        stated: list[tuple[str, int, str, int | None]] = [
            *((f"triple {i}", t.subject, t.relation, t.object) for i, t in enumerate(answer.triples)),
            *((f"place {i}", p.subject, p.place, None) for i, p in enumerate(answer.places)),
        ]
        for where, subject, phrase, target in stated:
            try:
                found += [relation for relation in self._read(subject, phrase, target) if relation not in found]
            except ValueError as error:
                faults.append(f"{where}: {error}")
        most = MOST_A_THING * len(self.chosen.names)
        if not 1 <= len(stated) <= most:
            faults.append(f"there are {len(stated)} triples and places; give 1 to {most}")
        if faults:
            more = f" (and {len(faults) - FAULTS_SHOWN} more faults)" if len(faults) > FAULTS_SHOWN else ""
            return Fault("; ".join(faults[:FAULTS_SHOWN]) + more)
        conflict = contradictions(Draft(self.chosen.names, tuple(found)))
        if conflict is not None:
            return self._contradiction(conflict, found)
        self.relations = tuple(self._carried(found))
        return None

    def _given(self) -> dict[str, object]:
        names = self.chosen.names
        numbered = []
        for i, (name, words) in enumerate(zip(names, self.chosen.attributes, strict=True)):
            entry: dict[str, object] = {"number": i, "is": phrase_of(GraphObject(id=i, category=name, attributes=words))}
            if self._needs_carrier(i):
                entry["needs"] = [j for j in range(len(names)) if j != i and self.place.carries(names[j], name)]
            numbered.append(entry)
        holds = [pair for pair in self._pairs() if self.place.inventory is not None]
        return {
            "scene": self.place.name,
            "objects": numbered,
            "may_hold": holds,
            "families": {name: weight for name, weight in self.job.seed.options.families.items() if weight > 0},
            "required": [[r.subject, r.predicate, r.object, *r.others] for r in self.required],
            "variation": self.job.index,
        }

    def _pairs(self) -> Iterator[dict[str, object]]:
        names = self.chosen.names
        for i, held in enumerate(names):
            for j, holder in enumerate(names):
                ways = [way for way, may in (("on", self.place.on), ("inside", self.place.inside)) if may(holder, held)]
                if i != j and ways:
                    yield {"thing": i, "holder": j, "ways": ways}

    def _needs_carrier(self, i: int) -> bool:
        others = [name for j, name in enumerate(self.chosen.names) if j != i]
        return self.place.needs(self.chosen.names[i], others) is not None

    def _read(self, subject: int, phrase: str, target: int | None) -> list[Relation]:
        count = len(self.chosen.names)
        for end in (subject, target):
            if end is not None and not 0 <= end < count:
                raise ValueError(f"there is no object {end}; the numbers are 0 to {count - 1}")
        if subject == target:
            raise ValueError("an object is related to itself")
        found = [
            Relation(subject=subject, predicate=name, object=target) for name in predicates_of(phrase, unary=target is None)
        ]
        for relation in found:
            self._refuse_undrawable_contact(relation)
        return found

    def _refuse_undrawable_contact(self, relation: Relation) -> None:
        """Raise ValueError for contact that the renderer cannot draw: the holder is not known to carry the object."""
        if relation.predicate not in HOLDS or relation.object is None or self.place.inventory is None:
            return
        ends = (self.chosen.names[relation.subject], self.chosen.names[relation.object])
        held, holder = (ends[k] for k in HOLDS[relation.predicate])
        way = "inside" if relation.predicate in ("inside", "contains") else "on"
        if not (self.place.inside if way == "inside" else self.place.on)(holder, held):
            raise ValueError(f"the {held} cannot be shown {way} the {holder}; leave contact out or relate them otherwise")

    def _carried(self, found: list[Relation]) -> Iterator[Relation]:
        """The relations, with a carrier added for each object that needs one and has none."""
        yield from found
        stated = list(found)
        for i, name in enumerate(self.chosen.names):
            if not self._needs_carrier(i) or any(_holds(relation, i) for relation in stated):
                continue
            for j, other in enumerate(self.chosen.names):
                way = "on" if self.place.on(other, name) else "inside"
                new = Relation(subject=i, predicate=way, object=j)
                if i == j or not self.place.carries(other, name):
                    continue
                if contradictions(Draft(self.chosen.names, (*stated, new))) is None:
                    stated.append(new)
                    yield new
                    break

    def _contradiction(self, conflict: Conflict, found: Sequence[Relation]) -> Fault:
        relations = tuple(found[i] for i in conflict.indices)
        steps = [
            f"{relation_text(step.relation)} follows by {step.rule} from {listed(step.premises)}"
            for step in conflict.derivation
        ]
        proof = "; ".join([*steps, f"which clashes: {listed(conflict.clash)}"])
        return Fault(
            f"these cannot all be true ({conflict.kind}): {listed(relations)}; leave one of them out. Proof: {proof}",
            "consistency",
            "contradiction",
            relations,
            {"objects": list(self.chosen.names), "kind": conflict.kind, "proof": proof},
        )


def unsatisfiable(edges: Edges, indices: Sequence[int]) -> Fault:
    """The fault of relations that no boxes satisfy, proven by the solver."""
    relations = tuple(edges.relations[i] for i in indices)
    return Fault(
        f"no boxes in one picture can satisfy these together, as was proven: {listed(relations)}",
        "layout",
        "unsatisfiable",
        relations,
        {"objects": list(edges.chosen.names), "indices": list(indices)},
    )


def _required(job: Job, names: tuple[str, ...]) -> Iterator[Relation]:
    """The seed's required relations over the numbers of this set."""
    for a, phrase, others in job.required_triples:
        taken = [names.index(a)]
        for other in others:
            taken.append(next(j for j, name in enumerate(names) if name == other and j not in taken))
        try:
            named = is_of_group(phrase)
            predicates = predicates_for(phrase, len(others)) if named else predicates_of(phrase, unary=not others)
        except ValueError as error:
            raise unmet_options(str(error)) from error
        yield from relations_over(predicates, taken[0], taken[1:])


def _holds(relation: Relation, i: int) -> bool:
    """Whether by this relation something carries or contains object `i`."""
    ends = (relation.subject, relation.object)
    return relation.predicate in HOLDS and ends[HOLDS[relation.predicate][0]] == i
