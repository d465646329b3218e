"""The table of question kinds: one row for each kind, and one for each type of query that the kinds are made of.

In: nothing.  Out: `KINDS` and `QUERIES`, from which answers, choices, keys, twins and proposals derive, as do the balance
of the dataset and its subsets; and look-ups in them.
A row has no defaults, so that no entry is forgotten.  The sentences are data (`wording/templates.json`); the verifier and
the audit keep tables of their own on purpose, and `tests/unit/spatial/test_kind_table.py` compares them with this one.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from schemas.base import Model
from schemas.plugins import PluginTable
from spatial.questions import answer_rules, distractors, split_keys, twin_queries
from spatial.questions import question_kinds as q
from spatial.questions.answer_rules import Answer, Rule
from spatial.questions.descriptions.building import Composer, descriptions, false_descriptions
from spatial.questions.distractors import ChoiceContext, ChoicesOf
from spatial.questions.object_names import NamedScene
from spatial.questions.plugin_kinds import GROUP, TextProposer, require_verifier
from spatial.questions.proposals import (
    between_proposals,
    comparison_proposals,
    grounding_proposals,
    hop_proposals,
    list_proposals,
    metric_proposals,
    occlusion_proposals,
    order_proposals,
    path_proposals,
    query_proposals,
    search_proposals,
    unknown_proposals,
)
from spatial.questions.proposals.query_proposals import Proposer
from spatial.questions.question_kinds import Query, references
from spatial.questions.rules import (
    between_rules,
    comparison_rules,
    grounding_rules,
    list_rules,
    metric_rules,
    occlusion_rules,
    order_rules,
    path_rules,
    room_rules,
    size_rules,
    unknown_rules,
)
from spatial.questions.split_keys import KeysOf
from spatial.questions.twin_queries import TwinsOf
from spatial.questions.views import view_proposals, view_rules
from spatial.questions.views.picture_twins import PictureTwins, picture_twins
from spatial.splits import Key

Q = TypeVar("Q", bound=Model)

ANY_FAMILY: frozenset[str] = frozenset()
NO_PREDICATE: frozenset[str] = frozenset()
SIDES = frozenset({"left_of", "right_of"})
HEIGHTS = frozenset({"above", "below"})
NEARNESS = frozenset({"near", "far"})
GAPS = frozenset({"between"})
MULTI_HOP = "multi_hop"
OPEN = None
"""Instead of choices: the answer is open."""


@dataclass(frozen=True)
class QuestionKind:
    """One kind of question.

    `meaning` says what is asked.  `propose` finds such questions in a scene.  `favoured_by`: the families of relations
    that help the kind (`ANY_FAMILY`: it needs none), and `fewest_things`: how many objects it needs; the balance of the
    dataset requests such scenes when the kind is under-represented.  `at_most`: how many a scene is asked in a round;
    those above one come first, then those that are `rare`: few scenes allow them.  `in_samples`: the share of samples in
    which the kind is tried; `in_all`: the most questions of the kind in a sample, over all rounds.  `in_metres`: only
    asked of scenes that are known in metres; `in_views`: of two pictures of one such scene; `in_pictures` proposes texts
    that are asked of several of its pictures, each alone.  A kind from outside the package proposes texts.
    """

    meaning: str
    propose: Proposer | TextProposer | Composer
    favoured_by: frozenset[str]
    fewest_things: int
    at_most: int = 1
    in_samples: float = 1.0
    in_all: int = 10
    rare: bool = False
    in_metres: bool = False
    in_views: bool = False
    in_pictures: PictureTwins | None = None


@dataclass(frozen=True)
class QueryType(Generic[Q]):
    """One type of query.

    `kind`: the kind of its questions; `kind_by_hops`: the kind if a relation must be followed to resolve a reference.
    `rule` answers it.  `keys` gives its split keys.  `choices` gives its answer choices, `OPEN` if it has none, or is
    composed with them.  `twins` gives the queries that mirror it.  `about`: the predicates that it asks about without
    naming them.
    """

    query: type[Q]
    kind: str
    kind_by_hops: str
    rule: Rule[Q]
    keys: KeysOf[Q]
    choices: ChoicesOf[Q] | None
    twins: TwinsOf[Q]
    about: frozenset[str]

    @property
    def op(self) -> str:
        """The name of the type in a certificate."""
        op: str = self.query.model_fields["op"].default
        return op


KINDS: PluginTable[QuestionKind] = PluginTable(
    GROUP,
    {
        "existence": QuestionKind(
            "whether a category is seen, also of categories that are known to be absent",
            query_proposals.existence, ANY_FAMILY, 1,
        ),
        "count": QuestionKind(
            "how many of a category are seen, in all or on one side of a reference",
            query_proposals.count, frozenset({"direction"}), 4,
        ),
        "attribute": QuestionKind(
            "the colour or another drawn attribute of an object", search_proposals.attribute, ANY_FAMILY, 1,
        ),
        "place": QuestionKind(
            "whether an object is in a ninth of the picture", search_proposals.place, frozenset({"place"}), 1,
        ),
        "direction_yes_no": QuestionKind(
            "whether a direction holds between two objects",
            query_proposals.direction_yes_no, frozenset({"direction"}), 2,
        ),
        "direction_open": QuestionKind(
            "on which side of an object another one is", query_proposals.direction_open, frozenset({"direction"}), 2,
        ),
        "direction_choice": QuestionKind(
            "which of four diagonal directions leads from an object to another",
            query_proposals.direction_choice, frozenset({"direction"}), 2,
        ),
        "distance_comparison": QuestionKind(
            "which of two objects is closer to a third, in the picture",
            query_proposals.distance_comparison, frozenset({"distance"}), 3,
        ),
        "selection": QuestionKind(
            "which object is outermost, or stands in a relation to a named one",
            search_proposals.selection, frozenset({"support", "containment"}), 3,
        ),
        "multi_hop": QuestionKind(
            "about a thing that only its relation to another finds: its place, its colour, what is beside it",
            hop_proposals.multi_hop, frozenset({"support", "containment"}), 4, at_most=3,
        ),
        "chain": QuestionKind(
            "whether three objects come in an order", query_proposals.chain, frozenset({"direction"}), 3,
        ),
        "depth_order": QuestionKind(
            "which of two objects is nearer to the viewer", query_proposals.depth_order, frozenset({"depth"}), 2,
        ),
        "row_order": QuestionKind(
            "in which order three objects come from one side of the picture to the other",
            order_proposals.row_order, frozenset({"direction"}), 3, rare=True,
        ),
        "compare_counts": QuestionKind(
            "whether there are more of a category than of another, or in one place than in another",
            comparison_proposals.compare_counts, frozenset({"direction", "support"}), 4,
        ),
        "apparent_size": QuestionKind(
            "which of two objects looks larger in the picture", comparison_proposals.apparent_size, ANY_FAMILY, 2,
        ),
        "count_where": QuestionKind(
            "how many of three to nine named objects are on one side of another",
            list_proposals.count_where, frozenset({"direction"}), 4, rare=True,
        ),
        "odd_one_out": QuestionKind(
            "which of some named objects is not on the side of another where the others are",
            list_proposals.odd_one_out, frozenset({"direction"}), 4, rare=True,
        ),
        "grounding": QuestionKind(
            "where a thing is, as a box or a point in pixels; or which thing is in a box, or on which side of another",
            grounding_proposals.grounding, ANY_FAMILY, 1, in_all=1,
        ),
        "between": QuestionKind(
            "what is between two objects, or whether one is",
            between_proposals.between, frozenset({"arrangement"}), 4, rare=True,
        ),
        "unanswerable": QuestionKind(
            "a side, a distance, a neighbour or a hidden thing that the picture may not show: one of the choices says so",
            unknown_proposals.unanswerable, frozenset({"direction"}), 2, in_all=1, in_pictures=picture_twins,
        ),
        "description": QuestionKind(
            "what the picture shows, in three to eight sentences", descriptions, ANY_FAMILY, 2, in_samples=0.5, in_all=1,
        ),
        "false_description": QuestionKind(
            "which of some sentences about the picture is wrong", false_descriptions, frozenset({"direction"}), 3, in_all=1,
        ),
        "camera_distance": QuestionKind(
            "which of three or four objects is nearest to the camera",
            metric_proposals.camera_distance, ANY_FAMILY, 3, rare=True, in_metres=True,
        ),
        "distance_metric": QuestionKind(
            "how many metres two objects are apart", metric_proposals.distance_metric, ANY_FAMILY, 2, in_metres=True,
        ),
        "real_size": QuestionKind(
            "which of two objects is taller in reality",
            metric_proposals.real_size, ANY_FAMILY, 2, rare=True, in_metres=True,
        ),
        "object_frame": QuestionKind(
            "on which side an object is for somebody in the place of another",
            metric_proposals.object_frame, ANY_FAMILY, 2, in_metres=True,
        ),
        "facing": QuestionKind(
            "whether the front of an object looks towards another",
            metric_proposals.facing, ANY_FAMILY, 3, rare=True, in_metres=True,
        ),
        "support_chain": QuestionKind(
            "which of some objects supports another, and which falls if another is taken away",
            metric_proposals.support_chain, frozenset({"support", "containment"}), 3, rare=True, in_metres=True,
        ),
        "viewpoint": QuestionKind(
            "on which side an object is for somebody who stands at another and looks towards a third",
            metric_proposals.viewpoint, ANY_FAMILY, 3, in_metres=True,
        ),
        "free_space": QuestionKind(
            "whether something of a width fits between two objects, or directly beside one",
            metric_proposals.free_space, ANY_FAMILY, 3,
            rare=True, in_metres=True,
        ),
        "path": QuestionKind(
            "what is passed on a side, walking from one object to another", path_proposals.path, ANY_FAMILY, 4,
            rare=True, in_metres=True,
        ),
        "room_size": QuestionKind(
            "how many square metres of floor are between the camera and the far wall",
            metric_proposals.room_size, ANY_FAMILY, 1, rare=True, in_metres=True,
        ),
        "occlusion": QuestionKind(
            "what hides part of an object, and whether less than half of one is seen",
            occlusion_proposals.occlusion, frozenset({"depth"}), 4, rare=True, in_metres=True,
        ),
        "view_change": QuestionKind(
            "how the camera moved between two pictures, what only one of them shows, which box shows a thing again",
            view_proposals.view_change, ANY_FAMILY, 2, at_most=2, in_all=3, in_metres=True, in_views=True,
        ),
    },
    QuestionKind,
)  # fmt: skip
"""The kinds of questions; the names are stable, and their order is the order of counting and trying."""


def check_kinds() -> None:
    """Raise PluginError for a kind from outside that cannot be loaded or has no verifier of its own."""
    for name in KINDS.plugins:
        require_verifier(name, KINDS[name].propose.__module__)


_ROWS: tuple[QueryType[Any], ...] = (
    QueryType(
        q.Exists, "existence", "existence", answer_rules.exists,
        split_keys.of_existence, distractors.yes_no, twin_queries.of_existence, NO_PREDICATE,
    ),
    QueryType(
        q.Count, "count", "count", answer_rules.count,
        split_keys.of_count, distractors.numbers, twin_queries.of_count, NO_PREDICATE,
    ),
    QueryType(
        q.AttributeOf, "attribute", "attribute", answer_rules.attribute,
        split_keys.of_attribute, distractors.values, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.InPlace, "place", "place", answer_rules.in_place,
        split_keys.of_place, distractors.yes_no, twin_queries.of_place, NO_PREDICATE,
    ),
    QueryType(
        q.Directed, "direction_yes_no", "direction_yes_no", answer_rules.directed,
        split_keys.of_direction, distractors.yes_no, twin_queries.swapped, NO_PREDICATE,
    ),
    QueryType(
        q.Side, "direction_open", "direction_open", answer_rules.side,
        split_keys.of_direction, distractors.sides, twin_queries.swapped, SIDES,
    ),
    QueryType(
        q.Bearing, "direction_choice", "direction_choice", answer_rules.bearing,
        split_keys.of_direction, distractors.bearings, twin_queries.swapped, SIDES | HEIGHTS,
    ),
    QueryType(
        q.Closer, "distance_comparison", "distance_comparison", answer_rules.closer,
        split_keys.of_distances, distractors.yes_no, twin_queries.of_closer, NEARNESS,
    ),
    QueryType(
        q.Outermost, "selection", "selection", answer_rules.outermost,
        split_keys.of_outermost, distractors.things, twin_queries.of_outermost, NO_PREDICATE,
    ),
    QueryType(
        q.Find, "selection", "multi_hop", answer_rules.find,
        split_keys.of_find, distractors.things, twin_queries.of_find, NO_PREDICATE,
    ),
    QueryType(
        q.Nearest, "selection", "multi_hop", answer_rules.nearest,
        split_keys.of_nearest, distractors.things, twin_queries.no_twin, NEARNESS,
    ),
    QueryType(
        q.InOrder, "chain", "chain", answer_rules.in_order,
        split_keys.of_order, distractors.yes_no, twin_queries.of_order, NO_PREDICATE,
    ),
    QueryType(
        q.Deeper, "depth_order", "depth_order", answer_rules.deeper,
        split_keys.of_depth, distractors.yes_no, twin_queries.swapped, NO_PREDICATE,
    ),
    QueryType(
        q.RowOrder, "row_order", "row_order", order_rules.row_order,
        split_keys.of_order, order_rules.orders, twin_queries.of_row, NO_PREDICATE,
    ),
    QueryType(
        q.CompareCounts, "compare_counts", "compare_counts", comparison_rules.compare_counts,
        split_keys.of_comparison, distractors.yes_no, twin_queries.of_comparison, NO_PREDICATE,
    ),
    QueryType(
        q.Larger, "apparent_size", "apparent_size", size_rules.larger,
        split_keys.of_size, distractors.yes_no, twin_queries.swapped, NO_PREDICATE,
    ),
    QueryType(
        q.CountWhere, "count_where", "count_where", list_rules.count_where,
        split_keys.of_list, list_rules.numbers, twin_queries.of_count, NO_PREDICATE,
    ),
    QueryType(
        q.OddOneOut, "odd_one_out", "odd_one_out", list_rules.odd_one_out,
        split_keys.of_list, list_rules.names, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.Locate, "grounding", "grounding", grounding_rules.locate,
        split_keys.of_location, OPEN, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.Boxed, "grounding", "grounding", grounding_rules.boxed,
        split_keys.of_box, grounding_rules.things_of_like_size, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.BoxSide, "grounding", "grounding", grounding_rules.box_side,
        split_keys.of_box_side, distractors.sides, twin_queries.no_twin, SIDES,
    ),
    QueryType(
        q.Between, "between", "between", between_rules.between,
        split_keys.of_between, between_rules.neighbours, twin_queries.no_twin, GAPS,
    ),
    QueryType(
        q.IsBetween, "between", "between", between_rules.whether_between,
        split_keys.of_whether_between, distractors.yes_no, twin_queries.of_is_between, GAPS,
    ),
    QueryType(
        q.KnownSide, "unanswerable", "unanswerable", unknown_rules.known_side,
        split_keys.of_known_side, unknown_rules.sides, twin_queries.no_twin, SIDES,
    ),
    QueryType(
        q.KnownNext, "unanswerable", "unanswerable", unknown_rules.known_next,
        split_keys.of_known_next, unknown_rules.things, twin_queries.of_next, NO_PREDICATE,
    ),
    QueryType(
        q.Describe, "description", "description", answer_rules.composed,
        split_keys.of_description, OPEN, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.WrongSentence, "false_description", "false_description", answer_rules.composed,
        split_keys.of_description, OPEN, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.NearestCamera, "camera_distance", "camera_distance", metric_rules.nearest_camera,
        split_keys.of_depths, metric_rules.named_things, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.HowFar, "distance_metric", "distance_metric", metric_rules.how_far,
        split_keys.of_distance, metric_rules.lengths, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.Taller, "real_size", "real_size", metric_rules.the_taller,
        split_keys.of_height, metric_rules.both_names, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.OwnSide, "object_frame", "object_frame", metric_rules.own_side,
        split_keys.of_direction, distractors.sides, twin_queries.swapped, NO_PREDICATE,
    ),
    QueryType(
        q.Faces, "facing", "facing", metric_rules.faces,
        split_keys.of_facing, distractors.yes_no, twin_queries.swapped, NO_PREDICATE,
    ),
    QueryType(
        q.FallsWith, "support_chain", "support_chain", metric_rules.falls_with,
        split_keys.of_supports, metric_rules.named_things, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.SupportedBy, "support_chain", "support_chain", metric_rules.supported_by,
        split_keys.of_supports, metric_rules.named_things, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.ViewedSide, "viewpoint", "viewpoint", metric_rules.viewed_side,
        split_keys.of_ways, distractors.sides, twin_queries.turned_round, NO_PREDICATE,
    ),
    QueryType(
        q.FitsBetween, "free_space", "free_space", metric_rules.fits_between,
        split_keys.of_distance, distractors.yes_no, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.FitsBeside, "free_space", "free_space", metric_rules.fits_beside,
        split_keys.of_room_beside, distractors.yes_no, twin_queries.of_room_beside, NO_PREDICATE,
    ),
    QueryType(
        q.KnownFar, "unanswerable", "unanswerable", unknown_rules.known_far,
        split_keys.of_known_far, unknown_rules.open_lengths, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.Passes, "path", "path", path_rules.passes,
        split_keys.of_ways, metric_rules.named_things, twin_queries.of_way, NO_PREDICATE,
    ),
    QueryType(
        q.FloorArea, "room_size", "room_size", room_rules.floor_of_room,
        split_keys.of_room, room_rules.areas, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.Hides, "occlusion", "occlusion", occlusion_rules.hides_part,
        split_keys.of_covers, metric_rules.named_things, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.HalfSeen, "occlusion", "occlusion", occlusion_rules.half_seen,
        split_keys.of_visible, distractors.yes_no, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.CameraMoved, "view_change", "view_change", view_rules.camera_moved,
        split_keys.of_view, view_rules.ways, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.OnlySecond, "view_change", "view_change", view_rules.only_second,
        split_keys.of_view, view_rules.seen_things, twin_queries.no_twin, NO_PREDICATE,
    ),
    QueryType(
        q.SameBox, "view_change", "view_change", view_rules.same_box,
        split_keys.of_view, view_rules.boxes_of_like_size, twin_queries.no_twin, NO_PREDICATE,
    ),
)  # fmt: skip

QUERIES: Mapping[type[Any], QueryType[Any]] = MappingProxyType({row.query: row for row in _ROWS})
"""The row of each type of query."""


def kind_of(query: Query) -> str:
    """The kind of a query, one of `KINDS`: `multi_hop` for any that asks about a thing without a name."""
    row = QUERIES[type(query)]
    if any(ref.category is None for ref in references(query)):
        return MULTI_HOP
    return row.kind_by_hops if any(ref.hops for ref in references(query)) else row.kind


def keys_of(query: Query, answer: Answer, scene: NamedScene) -> frozenset[Key]:
    """Every split key of a question; `spatial.splits` decides from them where it may be asked."""
    return split_keys.keys_by(QUERIES[type(query)].keys, query, answer, scene)


def choices_for(scene: NamedScene, query: Query, answer: Answer, rng: random.Random) -> tuple[str, ...] | None:
    """The choices of a question in random order, none for an open one; None where there are too few."""
    rule = QUERIES[type(query)].choices
    return () if rule is OPEN else distractors.shuffled_choices(rule, ChoiceContext(scene, answer, rng), query)
