"""Hypothesis strategies for every type of query, over nouns that are hard on grammar."""

from hypothesis import strategies as st

from spatial.questions import queries as q

NOUNS = (
    "cat", "umbrella", "hourglass", "bus", "knife", "person", "sheep", "pair of scissors", "scissors", "glasses",
    "glass of milk", "traffic light", "orange", "orange juice", "potted plant", "mouse", "bread", "stack of books",
    "t-shirt", "fire engine", "box", "die", "fish", "loaf of bread", "kitchen counter", "jeans", "tooth", "uniform",
)  # fmt: skip
nouns = st.sampled_from(NOUNS)
countable = st.sampled_from([n for n in NOUNS if n not in ("scissors", "glasses", "bread", "jeans", "orange juice")])
colours = st.sampled_from(("red", "light blue", "orange", "grey", "dark green"))
plain = st.builds(q.Ref, category=nouns)


def _choice(literal: object) -> st.SearchStrategy[str]:
    return st.sampled_from(literal.__args__)  # type: ignore[attr-defined]


coloured = st.builds(q.Ref, category=st.sampled_from([n for n in NOUNS if n != "juice"]), attribute=colours)
outermost = st.builds(q.Ref, category=countable, extreme=_choice(q.Extreme))
named = st.one_of(plain, coloured, outermost)
on_something = st.builds(q.Ref, category=nouns, predicate=st.sampled_from(("on", "inside", "under")), anchor=plain)
refs = st.one_of(named, on_something)
things = st.recursive(
    st.builds(q.Ref, predicate=_choice(q.Hop), anchor=named),
    lambda inner: st.builds(q.Ref, predicate=_choice(q.Hop), anchor=inner),
    max_leaves=2,
)
anchors = st.one_of(refs, things)

every_query = st.one_of(
    st.builds(q.Exists, category=nouns, without=st.one_of(st.none(), nouns)),
    st.builds(q.Count, category=countable),
    st.builds(q.Count, category=countable, predicate=_choice(q.Direction), anchor=refs),
    st.builds(q.AttributeOf, family=_choice(q.Family), subject=refs),
    st.builds(q.InPlace, subject=refs, place=_choice(q.Place)),
    st.builds(q.Directed, subject=refs, predicate=_choice(q.Direction), object=refs),
    st.builds(q.Side, subject=refs, object=refs),
    st.builds(q.Bearing, subject=refs, object=refs),
    st.builds(q.Closer, subject=refs, anchor=refs, other=refs),
    st.builds(q.Outermost, extreme=_choice(q.Extreme)),
    st.builds(q.Find, predicate=_choice(q.Hop), anchor=anchors),
    st.builds(q.Nearest, anchor=anchors),
    st.builds(q.InOrder, course=_choice(q.Course), first=refs, second=refs, third=refs),
    st.builds(q.Deeper, subject=refs, predicate=_choice(q.Depth), object=refs),
)
