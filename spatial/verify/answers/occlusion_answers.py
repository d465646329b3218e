"""The answers to questions about what hides what.

In: a reader of the scene and a `Form`.  Out: the answer's text; `NotProven` with the reason where none is proven.
"""

from schemas.events import SeenObject
from spatial.verify.answers.metric_answers import SLACK, BodiesInScene, things_meant
from spatial.verify.answers.order_answers import plain_name
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import Form

PLAINLY, HARDLY = 0.08, 0.004
"""Shares of a thing's silhouette: what hides that much of it does, what hides so little does not."""

OFF_HALF = 0.08
"""By how much a share is off a half."""

UNEXPLAINED = 0.02
"""Share of a thing that is hidden by nothing that is named."""


def _hidden(world: BodiesInScene, thing: SeenObject) -> dict[int, float]:
    """The shares of a thing that others hide, by their ids. Raises NotProven where they are not known."""
    covers = world.body(thing).hidden_by
    if covers is None:
        raise NotProven("what hides it is not known")
    return {cover.object: cover.share for cover in covers}


def answer_hides(reader: Reader, form: Form) -> str:
    """The one thing of a list that hides part of another. Raises NotProven."""
    if len(form.refs) < 4:
        raise NotProven("no list of three things beside another")
    world, (seen, *things) = BodiesInScene(reader), things_meant(reader, form.refs)
    shares = _hidden(world, seen)
    hiding = []
    for thing, words in zip(things, form.refs[1:], strict=True):
        share = shares.get(thing.id, 0.0)
        if world.are_stacked(thing, seen) or HARDLY + SLACK < share < PLAINLY - SLACK:
            raise NotProven("one of them rests on it or carries it, or hides hardly any of it")
        if share >= PLAINLY - SLACK:
            hiding.append(plain_name(reader, words))
    if len(hiding) != 1:
        raise NotProven(f"{len(hiding)} of them hide part of it")
    return hiding[0]


def answer_half_seen(reader: Reader, form: Form) -> str:
    """Whether less than half of a thing is to be seen. Raises NotProven."""
    [thing] = things_meant(reader, form.refs)
    hidden = sum(_hidden(BodiesInScene(reader), thing).values())
    if abs(thing.visible - 0.5) < OFF_HALF - SLACK or thing.visible + hidden < 1 - UNEXPLAINED - SLACK:
        raise NotProven("it is about half, or something unnamed hides the rest")
    return "yes" if thing.visible < 0.5 else "no"
