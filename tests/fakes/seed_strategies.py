"""Seeds as people write them: with wishes that can be met and others, and with graphs of their own making.

In: nothing.  Out: strategies of valid seeds.
"""

from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from schemas.events import SeedConcept, SeedOptions
from schemas.ids import make_seed
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.relations.predicate_table import BINARY, PLACES
from tests.fakes.event_strategies import JSON, Draw, models

PHRASES = (*BINARY, *PLACES, "on the left of", "in front of and near", "in the top left corner", "inside of", "hovers")
ODD_WORDS = ("blorp", "…", "7", "an", "👩\u200d🌾", "w" * 80, " two  cats ", "a")
ODD_FORMS: list[Any] = [
    [f"thing {number}" for number in range(300)],
    {"0": [f"word {number}" for number in range(40)]},
    {"9" * 5000: "red"},
    {"٣": "red"},
    [[0, "in front of and near", 1]] * 4000,
    [[0, "left_of", 0]],
    [[0, "top_left", 1], [0, "near", None]],
    ["\u200b"],
    ["a\x00"],
    "\u3164",
    [["cat"]],
]
"""What may stand in a field of a user's graph instead of something sensible."""


@lru_cache(maxsize=1)
def _things() -> tuple[str, ...]:
    drawn = [name for name, category in categories().items() if category.drawn or category.sprite]
    return ("bookshelf", "book", "table", "mug", "basket", "apple") * 8 + tuple(drawn)


@st.composite
def seeds(draw: Draw) -> SeedConcept:
    """A seed of any valid options: by concept, or with a user-made graph."""
    known, others = st.sampled_from(tuple(scene_kinds())), st.sampled_from(["cosy kitchen", "the moon", "x"])
    concept = draw(st.one_of(*[known] * 5, others))
    options = draw(st.one_of(models(SeedOptions), modest_options(), st.builds(SeedOptions, graph=user_graphs())))
    return make_seed(concept, count=draw(st.integers(1, 3)), options=options)


@st.composite
def modest_options(draw: Draw) -> SeedOptions:
    """Options that can often be met."""
    things = st.sampled_from(_things())
    wishes = st.tuples(things, st.sampled_from(PHRASES), st.none() | things)
    families = st.sampled_from(["support", "containment", "depth", "place"])
    least = draw(st.integers(1, 8))
    return SeedOptions(
        min_objects=least,
        max_objects=draw(st.integers(least, 12)),
        families=draw(st.dictionaries(families, st.floats(0, 9), max_size=3)),
        required_objects=tuple(draw(st.lists(things, max_size=2))),
        required_relations=tuple(draw(st.lists(wishes, max_size=2))),
        excluded=tuple(draw(st.lists(things, max_size=2))),
    )


@st.composite
def user_graphs(draw: Draw) -> dict[str, Any]:
    """The reference program's form, mostly sound, with something odd in it now and then."""
    known = st.sampled_from(_things())
    many = st.tuples(known, known, st.integers(1, 30)).map(lambda each: [each[0], each[1]] * each[2])
    some = st.lists(known, min_size=1, max_size=8)
    things = draw(st.one_of(some, some, many, st.lists(known | st.sampled_from(ODD_WORDS), min_size=1, max_size=4)))
    numbers = st.integers(0, len(things) - 1)
    triples = st.tuples(numbers, st.sampled_from(PHRASES), st.none() | numbers).map(list)
    said = st.sampled_from(["a red cat", "an", "the", "black", "w" * 80, *ODD_WORDS])
    form: dict[str, Any] = {
        "scene": draw(st.sampled_from([*scene_kinds(), "some place"])),
        "chosen_objects": things,
        "attributes": draw(st.dictionaries(numbers.map(str), said | st.lists(said, max_size=3), max_size=3)),
        "negative_objects": draw(st.lists(st.sampled_from(["dog", "tree", "zebra"]), max_size=2)),
        "objects_kg": draw(st.lists(triples, max_size=5)) * draw(st.sampled_from([1, 1, 1, 40])),
    }
    if draw(st.integers(0, 3)) == 0:
        form[draw(st.sampled_from([*form, "more"]))] = draw(JSON | st.sampled_from(ODD_FORMS))
    return form
