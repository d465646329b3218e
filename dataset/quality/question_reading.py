"""One question of a conversation with what is known before it.

In: a question, its row, the facts.  Out: which objects it means, what its references and its answer state.
Questions are taken by the queries in their certificates, which say what the texts say.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from dataset.quality.quality_rows import AskedQuestion, SampleRow
from dataset.quality.stated_facts import COURSES, ENDS, ORDERS, StatedFacts

Query = Mapping[str, Any]


class QuestionReading:
    """One question with the facts that are known. `refs`: the object of each reference, by the name of its field."""

    def __init__(self, question: AskedQuestion, row: SampleRow, facts: StatedFacts) -> None:
        self.query, self.answer, self.facts = question.query, question.answer, facts
        self._question, self._row = question, row
        roles = [name for name, value in question.query.items() if isinstance(value, dict)]
        self.listed = [int(each["object"]) for each in question.references[len(roles) :]]
        """The objects of a list of references, which comes last."""
        self.refs = {
            name: int(each["object"])
            for name, each in zip(roles, question.references, strict=False)
            if isinstance(each.get("object"), int)
        }

    @property
    def yes(self) -> bool:
        """Whether the answer is yes."""
        return self.answer == "yes"

    @property
    def thing(self) -> int | None:
        """The object that the answer names."""
        return self._labelled(self.answer)

    @property
    def subject(self) -> int | None:
        """The one object of the question that none of its references means."""
        found = [number for number in self._question.objects if number not in self.refs.values()]
        return found[0] if len(found) == 1 else None

    @property
    def others(self) -> list[int]:
        """The objects of the choices, without that of the answer."""
        found = (self._labelled(choice) for choice in self._question.choices)
        return [number for number in found if number is not None and number != self.thing]

    @property
    def everything(self) -> list[int]:
        """Every object of the picture."""
        return list(self._row.objects)

    def in_order(self, text: str) -> list[tuple[int, int]]:
        """The pairs of an order such as `cup then red lamp`, the thing that is further left first."""
        names = {_name_of(self.query[role]): number for role, number in self.refs.items()}
        row = [names[name] for name in text.split(" then ") if name in names]
        return list(combinations(row[::-1] if COURSES[self.query["course"]][1] else row, 2))

    @property
    def wrong_choices(self) -> list[str]:
        """The choices that are not the answer."""
        return [choice for choice in self._question.choices if choice != self.answer]

    def _labelled(self, text: str) -> int | None:
        found = [number for number, each in self._row.objects.items() if text in _labels(each)]
        found = [number for number in found if number in self._question.objects] or found
        return found[0] if len(found) == 1 else None

    def state_reference(self, ref: Query, number: int) -> None:
        """A reference says that the thing is there, and what narrows it holds."""
        category = ref.get("category")
        if category is not None:
            self.facts.state_presence(category, seen=True)
        if ref.get("attribute") is not None:
            self.facts.known["value", "colour", number] = ref["attribute"]
        elif ref.get("extreme") in ENDS:
            alike = [n for n, thing in self._row.objects.items() if thing["category"] == category]
            self.state_end(ref["extreme"], number, alike)
        elif isinstance(ref.get("anchor"), dict):
            self._state_narrowed(ref, number)
        elif category is not None:
            self.facts.known["count", category] = "1"

    def _state_narrowed(self, ref: Query, number: int) -> None:
        anchor = ref["anchor"]
        found = [n for n in self._question.objects if n != number and self._is(n, anchor.get("category"))]
        if len(found) == 1:
            self.state_relation(str(ref.get("predicate")), number, found[0])
            self.state_reference(anchor, found[0])
        elif anchor.get("category") is not None:
            self.facts.state_presence(anchor["category"], seen=True)

    def _is(self, number: int, category: str | None) -> bool:
        return number in self._row.objects and category in {None, self._row.objects[number]["category"]}

    def state_relation(self, predicate: str, subject: int, thing: int) -> None:
        """An order, or a contact with the order that follows from it."""
        if predicate in ORDERS:
            axis, backwards = ORDERS[predicate]
            first, second = (thing, subject) if backwards else (subject, thing)
            self.facts.state_order(axis, first, [second])
            return
        self.facts.state_contact(predicate, subject, thing)
        if predicate in {"on", "under"}:
            self.state_relation("above" if predicate == "on" else "below", subject, thing)

    def state_end(self, end: str, number: int, others: list[int]) -> None:
        """A thing is the outermost of several."""
        axis, backwards = ENDS[end]
        if not backwards:
            self.facts.state_order(axis, number, others)
            return
        for other in others:
            self.facts.state_order(axis, other, [number])

    def holds(self, predicate: str, subject: int, thing: int) -> bool:
        """Whether the relation follows."""
        if predicate not in ORDERS:
            return self.facts.is_in_contact(predicate, subject, thing)
        axis, backwards = ORDERS[predicate]
        return self.facts.is_before(axis, *((thing, subject) if backwards else (subject, thing)))

    def pair(self, first: str, second: str) -> tuple[int, int] | None:
        """The objects of two references, where both are known."""
        return (self.refs[first], self.refs[second]) if {first, second} <= self.refs.keys() else None

    def boxed_pair(self) -> tuple[int, int] | None:
        """The thing whose box the question shows and the thing that it is compared with, where both are known."""
        there = [number for number, thing in self._row.objects.items() if list(thing["box"]) == list(self.query["box"])]
        return (there[0], self.refs["object"]) if len(there) == 1 and "object" in self.refs else None

    def bearings(self) -> Iterator[str]:
        """The predicates that an answer such as `left` or `above and to the left` says."""
        for word, predicate in (("left", "left_of"), ("right", "right_of"), ("above", "above"), ("below", "below")):
            if word in self.answer.split():
                yield predicate


def _labels(thing: Query) -> list[str]:
    category = str(thing["category"])
    return [category, *(f"{value} {category}" for value in thing["attributes"] or ())]


def _name_of(ref: Query) -> str:
    return " ".join(filter(None, (ref.get("attribute"), ref.get("category"))))
