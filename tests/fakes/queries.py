"""Hypothesis strategies for every type of query, over nouns that are hard on grammar.

In: nouns.  Out: strategies of queries.  What is drawn need not make sense in any scene.
"""

from collections.abc import Sequence

from hypothesis import strategies as st

from spatial.questions import question_kinds as q
from spatial.questions.wording.lexicon import is_mass, is_plural

NOUNS = (
    "cat", "umbrella", "hourglass", "bus", "knife", "person", "sheep", "pair of scissors", "scissors", "glasses",
    "glass of milk", "traffic light", "orange", "orange juice", "potted plant", "mouse", "bread", "stack of books",
    "t-shirt", "fire engine", "box", "die", "fish", "loaf of bread", "kitchen counter", "jeans", "tooth", "uniform",
)  # fmt: skip
FEW_NOUNS = ("cat", "cup", "glass of milk", "scissors", "orange", "bread", "tooth", "t-shirt")

_COLOURS = ("red", "light blue", "orange", "grey", "dark green", "blue", "white")


_BOXES = st.tuples(*[st.integers(0, 4096)] * 4)


def _one_of(literal: object) -> st.SearchStrategy[str]:
    return st.sampled_from(literal.__args__)  # type: ignore[attr-defined]


def references(nouns: Sequence[str]) -> st.SearchStrategy[q.Ref]:
    """Names, colours, extremes, and names by what carries the thing."""
    noun = st.sampled_from(nouns)
    plain = st.builds(q.Ref, category=noun)
    return st.one_of(
        plain,
        plain,
        st.builds(q.Ref, category=noun, attribute=st.sampled_from(_COLOURS)),
        st.builds(q.Ref, category=noun, extreme=_one_of(q.Extreme)),
        st.builds(q.Ref, category=noun, predicate=st.sampled_from(("on", "inside", "under")), anchor=plain),
    )


def queries(nouns: Sequence[str]) -> st.SearchStrategy[q.Query]:
    """Queries of every type."""
    noun, refs, hop = st.sampled_from(nouns), references(nouns), _one_of(q.Hop)
    many = st.sampled_from([name for name in nouns if not (is_plural(name) or is_mass(name))])
    things = st.builds(q.Ref, predicate=hop, anchor=refs)
    anchors = st.one_of(refs, things, st.builds(q.Ref, predicate=hop, anchor=things))
    return st.one_of(
        st.builds(q.Exists, category=noun, without=st.one_of(st.none(), noun)),
        st.builds(q.Count, category=many),
        st.builds(q.Count, category=many, predicate=_one_of(q.Direction), anchor=refs),
        st.builds(q.AttributeOf, family=_one_of(q.Family), subject=refs),
        st.builds(q.InPlace, subject=refs, place=_one_of(q.Place)),
        st.builds(q.Directed, subject=refs, predicate=_one_of(q.Direction), object=refs),
        st.builds(q.Side, subject=refs, object=refs),
        st.builds(q.Bearing, subject=refs, object=refs),
        st.builds(q.Closer, subject=refs, anchor=refs, other=refs),
        st.builds(q.Outermost, extreme=_one_of(q.Extreme)),
        st.builds(q.Find, predicate=hop, anchor=anchors),
        st.builds(q.Nearest, anchor=anchors),
        st.builds(q.InOrder, course=_one_of(q.Course), first=refs, second=refs, third=refs),
        st.builds(q.RowOrder, course=_one_of(q.Row), first=refs, second=refs, third=refs),
        st.builds(q.CompareCounts, category=many, than=many),
        st.builds(q.CompareCounts, category=many, predicate=st.sampled_from(("left_of", "right_of")), anchor=refs),
        st.builds(q.CompareCounts, category=many, predicate=st.sampled_from(("on", "inside")), anchor=refs, other=refs),
        st.builds(q.Larger, subject=refs, object=refs),
        st.builds(
            q.CountWhere,
            predicate=_one_of(q.Sideways),
            anchor=refs,
            things=st.lists(refs, min_size=3, max_size=9).map(tuple),
        ),
        st.builds(
            q.OddOneOut,
            predicate=_one_of(q.Sideways),
            anchor=refs,
            things=st.lists(refs, min_size=3, max_size=4).map(tuple),
        ),
        st.builds(q.Locate, form=_one_of(q.Location), subject=refs),
        st.builds(q.Boxed, box=_BOXES),
        st.builds(q.BoxSide, box=_BOXES, object=refs),
        st.builds(q.Between, first=refs, second=refs),
        st.builds(q.IsBetween, subject=refs, first=refs, second=refs),
        st.builds(q.Describe, subject=refs),
        st.builds(q.WrongSentence, subject=refs),
        st.builds(q.KnownSide, category=noun, attribute=st.one_of(st.none(), st.sampled_from(_COLOURS)), object=refs),
        st.builds(q.KnownNext, predicate=_one_of(q.Beyond), anchor=refs),
        _queries_in_metres(noun, refs),
        st.builds(q.CameraMoved, axis=_one_of(q.CameraAxis), subject=refs),
        st.builds(q.OnlySecond, subject=refs),
        st.builds(q.SameBox, subject=refs),
        st.builds(q.Deeper, subject=refs, predicate=_one_of(q.Depth), object=refs),
    )


def _queries_in_metres(noun: st.SearchStrategy[str], refs: st.SearchStrategy[q.Ref]) -> st.SearchStrategy[q.Query]:
    return st.one_of(
        st.builds(q.NearestCamera, things=st.lists(refs, min_size=3, max_size=4).map(tuple)),
        st.builds(q.HowFar, subject=refs, object=refs),
        st.builds(q.Taller, first=refs, second=refs),
        st.builds(q.OwnSide, subject=refs, object=refs),
        st.builds(q.Faces, subject=refs, object=refs),
        st.builds(q.SupportedBy, anchor=refs, things=st.lists(refs, min_size=2, max_size=4).map(tuple)),
        st.builds(q.FallsWith, anchor=refs, things=st.lists(refs, min_size=3, max_size=4).map(tuple)),
        st.builds(q.ViewedSide, anchor=refs, other=refs, object=refs),
        st.builds(
            q.Passes,
            hand=_one_of(q.Hand),
            anchor=refs,
            other=refs,
            things=st.lists(refs, min_size=2, max_size=4).map(tuple),
        ),
        st.builds(q.KnownFar, category=noun, attribute=st.one_of(st.none(), st.sampled_from(_COLOURS)), object=refs),
        st.builds(q.Hides, anchor=refs, things=st.lists(refs, min_size=3, max_size=4).map(tuple)),
        st.builds(q.HalfSeen, subject=refs),
        st.builds(q.FloorArea, subject=refs),
        st.builds(
            q.FitsBeside, width=st.integers(10, 990), predicate=st.sampled_from(("left_of", "right_of")), object=refs
        ),
        st.builds(q.FitsBetween, width=st.integers(10, 990), subject=refs, object=refs),
    )
