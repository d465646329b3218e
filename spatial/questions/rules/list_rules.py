"""Which of several named things are on a side of another, and how many of them.

In: a view, a query with its referents; a `ChoiceContext`.  Out: as in `answer_rules` and `distractors`.
"""

from collections.abc import Sequence

from spatial.questions.answer_rules import RuleResult, Step, all_certain
from spatial.questions.certain_facts import View
from spatial.questions.distractors import ChoiceContext
from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import CountWhere, OddOneOut, Ref, Sideways
from spatial.questions.wording.referring_expressions import Referent, Unanswerable


def _held(view: View, predicate: Sideways, found: list[Referent]) -> tuple[list[bool], float]:
    """Of each thing whether it is on that side of the anchor, which comes first; and the least margin."""
    anchor, *things = (referent.index for referent in found)
    return all_certain(view, things, predicate, anchor)


def count_where(view: View, query: CountWhere, found: list[Referent]) -> Step:
    """How many of the things are on that side."""
    held, margin = _held(view, query.predicate, found)
    return str(sum(held)), RuleResult(f"count_where: those that are {query.predicate} the reference", margin, 1), ()


def odd_one_out(view: View, query: OddOneOut, found: list[Referent]) -> Step:
    """The name of the only thing that is not on that side."""
    require_plain(query.things)
    held, margin = _held(view, query.predicate, found)
    if held.count(False) != 1:
        raise Unanswerable(f"{held.count(False)} of them are not {query.predicate} the reference")
    odd = query.things[held.index(False)].plain_name
    return odd, RuleResult(f"odd_one_out: all others are {query.predicate} the reference", margin, 1), ()


def require_plain(names: Sequence[Ref]) -> None:
    """Raise Unanswerable unless the things are named by their category, alone or with a colour."""
    if any(ref.category is None or ref.extreme is not None or ref.predicate is not None for ref in names):
        raise Unanswerable("the things are named by their category alone, or by a colour")


def on_sides(scene: NamedScene, anchor: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The plainly named objects that are certainly to the left of the anchor, and those to the right."""
    found = {i: scene.relation(i, "left_of", anchor).value for i in scene.plainly_named if i != anchor}
    return tuple(i for i in found if found[i] is True), tuple(i for i in found if found[i] is False)


def numbers_of(having: int, lacking: int, size: int) -> list[int]:
    """How many of so many things may be on a side, where `having` are there and `lacking` are not."""
    return list(range(max(0, size - lacking), min(size, having) + 1))


def numbers(context: ChoiceContext, query: CountWhere) -> list[str]:
    """The numbers of other lists of the same length."""
    ids = [thing.id for thing in context.scene.objects]
    lefts, rights = on_sides(context.scene, ids.index(context.answer.referents[0]))
    having, lacking = (lefts, rights) if query.predicate == "left_of" else (rights, lefts)
    return [str(number) for number in numbers_of(len(having), len(lacking), len(query.things))]


def names(_context: ChoiceContext, query: OddOneOut) -> list[str]:
    """The names of all the things."""
    return [ref.plain_name for ref in query.things]
