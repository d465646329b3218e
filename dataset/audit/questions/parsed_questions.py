"""Parses a question's text: its kind, the objects it names, how many relations must be followed.

In: a question's text and answer, and the scene.  Out: values to compare with the row and the certificate.
Answers no question (`spatial.verify` does) and never reads a certificate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.events import Scene, SeenObject
from spatial.verify.answers.grounding_answers import boxed_thing
from spatial.verify.answers.unknown_answers import what_is_known
from spatial.verify.descriptions import Statement, sentences_in, statement_of
from spatial.verify.lexicon import mark_nouns, may_be_called
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import Form, Words, parse_reference, parse_sentence
from spatial.verify.shown_pictures import names_in
from spatial.verify.wordings import normalise_wording

KINDS = {
    "seen": "existence", "seen_unseen": "existence", "count": "count", "count_side": "count", "value": "attribute",
    "turned": "attribute", "area": "place", "direction": "direction_yes_no", "side": "direction_open",
    "bearing": "direction_choice", "closer": "distance_comparison", "end": "selection", "order": "chain",
    "depth": "depth_order", "row_order": "row_order",
    "how_many_of": "count_where", "odd": "odd_one_out", "larger": "apparent_size",
    "more": "compare_counts", "more_sides": "compare_counts",
    "more_sides_right": "compare_counts", "more_on": "compare_counts", "more_inside": "compare_counts",
    "where_box": "grounding", "where_point": "grounding",
    "content": "grounding", "box_side": "grounding",
    "between": "between", "is_between": "between",
    "known_side": "unanswerable", "known_next": "unanswerable", "known_far": "unanswerable",
    "nearest_camera": "camera_distance", "how_far": "distance_metric", "taller": "real_size",
    "own_side": "object_frame", "faces": "facing", "falls_with": "support_chain", "supported_by": "support_chain",
    "viewed_side": "viewpoint", "fits_between": "free_space", "fits_left": "free_space", "fits_right": "free_space",
    "passes": "path", "hides": "occlusion", "half_seen": "occlusion", "floor_area": "room_size",
    "moved_sideways": "view_change", "moved_along": "view_change", "only_second": "view_change", "same_box": "view_change",
    "describe": "description", "wrong_sentence": "false_description",
}  # fmt: skip
OPEN = ("where_box", "where_point", "describe")
"""Forms that are asked without choices."""

BOXED = ("content", "box_side")
"""Forms that show a thing by a box."""

SEARCHES = ("find", "nearest")
"""Forms that ask for an object by its relation to another: `multi_hop` where that other is found by a relation too."""

IN_METRES = (
    "nearest_camera", "how_far", "taller", "own_side", "faces", "falls_with", "supported_by", "viewed_side", "fits_between",
    "fits_left", "fits_right",
    "hides", "half_seen", "passes", "floor_area",
)  # fmt: skip
"""Forms about a scene in metres, which certificates call the same."""

PROGRAMS = {
    "seen": "exists", "seen_unseen": "exists", "count": "count", "count_side": "count", "value": "attribute",
    "turned": "attribute", "area": "in_place", "direction": "directed", "side": "side", "bearing": "bearing",
    "closer": "closer", "end": "outermost", "order": "in_order", "depth": "deeper", "find": "find", "nearest": "nearest",
    "row_order": "row_order", "larger": "larger", "how_many_of": "count_where",
    "odd": "odd_one_out", "more": "compare_counts", "more_sides": "compare_counts",
    "more_sides_right": "compare_counts", "more_on": "compare_counts", "more_inside": "compare_counts",
    "where_box": "locate", "where_point": "locate", "content": "boxed", "box_side": "box_side",
    "between": "between", "is_between": "is_between",
    "known_side": "known_side", "known_next": "known_next", "known_far": "known_far",
    **{name: name for name in IN_METRES}, "fits_left": "fits_beside", "fits_right": "fits_beside",
    "moved_sideways": "camera_moved", "moved_along": "camera_moved", "only_second": "only_second", "same_box": "same_box",
    "describe": "describe", "wrong_sentence": "wrong_sentence",
}  # fmt: skip
"""Form to the `op` of a certificate's query."""

HOPS = {
    "seen": 0, "seen_unseen": 0, "count": 0, "count_side": 1, "value": 0, "turned": 0, "area": 0, "direction": 1,
    "side": 1, "bearing": 2, "closer": 2, "end": 1, "order": 2, "depth": 1, "find": 1, "nearest": 1,
    "row_order": 2, "larger": 1, "how_many_of": 1, "odd": 1,
    "more": 0, "more_sides": 2, "more_sides_right": 2, "more_on": 2, "more_inside": 2,
    "where_box": 0, "where_point": 0, "content": 0, "box_side": 1,
    "between": 2, "is_between": 2,
    "nearest_camera": 1, "how_far": 1, "taller": 1, "own_side": 1, "faces": 1, "falls_with": 1, "supported_by": 1,
    "viewed_side": 2, "fits_between": 1, "fits_left": 1, "fits_right": 1,
    "hides": 1, "half_seen": 0, "floor_area": 0, "passes": 2,
    "moved_sideways": 1, "moved_along": 1, "only_second": 1, "same_box": 0,
    "known_side": 1, "known_next": 1, "known_far": 1, "describe": 1, "wrong_sentence": 1,
}  # fmt: skip

UNSURE = ("known_side", "known_next", "known_far")
"""Forms that leave open whether the picture shows the answer."""

DOMAINS = {
    "existence": {"yes", "no"}, "place": {"yes", "no"}, "direction_yes_no": {"yes", "no"}, "chain": {"yes", "no"},
    "distance_comparison": {"yes", "no"}, "depth_order": {"yes", "no"}, "direction_open": {"left", "right"},
    "compare_counts": {"yes", "no"}, "apparent_size": {"yes", "no"},
    "object_frame": {"left", "right"}, "facing": {"yes", "no"}, "viewpoint": {"left", "right"}, "free_space": {"yes", "no"},
    "direction_choice": {f"{row} and to the {side}" for row in ("above", "below") for side in ("left", "right")},
}  # fmt: skip
"""The choices of kinds that always have the same ones."""


@dataclass(frozen=True)
class ParsedQuestion:
    """A parsed question. `form` is what it asks; `reader` resolves its words in the scene; `statements` are the sentences
    of a description, or those of which one is wrong."""

    form: Form
    reader: Reader
    statements: tuple[Statement, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of question."""
        if any(words.noun is None for words in self.form.refs):
            return "multi_hop"
        return self.plain_kind

    @property
    def plain_kind(self) -> str:
        """The kind that the question would be of if it named its things."""
        if self.form.ask in SEARCHES:
            return "multi_hop" if self._hops(self.form.refs[0]) else "selection"
        return KINDS[self.form.ask]

    @property
    def hops(self) -> int:
        """How many relations must be followed for the answer."""
        return HOPS[self.form.ask] + sum(self._hops(words) for words in self.form.refs)

    def about(self, answer: str) -> set[int]:
        """The ids of all objects to which question and answer refer. Raises NotProven, LookupError."""
        found = {thing.id for words in self.form.refs for thing in self.reader.resolve(words)}
        found |= {thing.id for noun in self.form.nouns for thing in self._fitting(noun)}
        if self.form.ask in BOXED:
            found.add(boxed_thing(self.reader, self.form).id)
        found = found.union(*(statement.about for statement in self.statements))
        if self.form.ask in ("end", "between", "only_second", *SEARCHES):
            found.add(self.named(answer))
        return found if self.beside is None else found | {self.beside}

    @property
    def beside(self) -> int | None:
        """The id of the thing that comes next, on the other side where nothing does on this one. Raises NotProven."""
        thing = what_is_known(self.reader, self.form).beside if self.form.ask in UNSURE else None
        return None if thing is None else thing.id

    @property
    def reason(self) -> str:
        """Why the picture does not show the answer, empty where it does. Raises NotProven."""
        return what_is_known(self.reader, self.form).reason if self.form.ask in UNSURE else ""

    def named(self, words: str) -> int:
        """The id of the one object that an answer names. Raises LookupError."""
        for thing in self.reader.scene.objects:
            try:
                if self.reader.label(thing) == words:
                    return thing.id
            except NotProven:
                continue
        raise LookupError(words)

    def meant(self, words: str) -> int:
        """The id of the object to which a phrase such as `the red cup` refers. Raises NotProven, LookupError."""
        parsed, nouns = _marked(words, self.reader.scene)
        reference = parse_reference(parsed)
        if reference is None:
            raise LookupError(words)
        return Reader(self.reader.scene, nouns).resolve(reference)[0].id

    def referents(self) -> list[int]:
        """The id of the object of each reference in the question. Raises NotProven."""
        return [self.reader.resolve(words)[0].id for words in self.form.refs]

    def _fitting(self, noun: int) -> list[SeenObject]:
        word = self.reader.nouns[noun]
        return [thing for thing in self.reader.scene.objects if may_be_called(thing.category, word)]

    def _hops(self, words: Words) -> int:
        if words.base is not None:
            return 1 + self._hops(words.base)
        return 1 if words.end is not None else 0


def parse_question(text: str, scene: Scene, answer: str = "", choices: Sequence[str] = ()) -> ParsedQuestion | None:
    """The parsed question; None where it, or a sentence of its answer or choices, cannot be parsed."""
    parsed, nouns = _marked(text, scene)
    form = parse_sentence(normalise_wording(parsed))
    if form is None:
        return None
    sentences = {"describe": sentences_in(answer), "wrong_sentence": choices}.get(form.ask, ())
    try:
        return ParsedQuestion(form, Reader(scene, nouns), tuple(statement_of(each, scene) for each in sentences))
    except NotProven:
        return None


def _marked(text: str, scene: Scene) -> tuple[str, list[str]]:
    return mark_nouns(text, names_in(scene))
