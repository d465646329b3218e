"""What the earlier turns of a conversation tell: orders, places, counts, colours, contacts, and what follows from them."""

import json

import pytest

from dataset.quality.quality_rows import SampleRow
from dataset.quality.turn_entailment import entailed_questions, entailed_turns
from tests.fakes.quality_rows import Plain, asked, directed, sample, thing

THINGS = (
    thing("cup", (10, 10, 20, 20), 0.1, "red"),
    thing("plate", (60, 60, 20, 20), 0.2),
    thing("lamp", (110, 110, 20, 20), 0.3),
    thing("tray", (160, 160, 20, 20), 0.4),
)
NUMBERS = {each["category"]: number for number, each in enumerate(THINGS)}


def query(op: str, **fields: object) -> dict[str, object]:
    """A query whose fields that name one of the things are references to it."""
    return {"op": op} | {
        name: {"category": value} if value in NUMBERS and name not in {"category", "without"} else value
        for name, value in fields.items()
    }


def about(answer: str, form: dict[str, object], choices: tuple[str, ...] = ("yes", "no")) -> Plain:
    """A question whose text is its query."""
    refs = [(f"the {each['category']}", NUMBERS[each["category"]]) for each in form.values() if isinstance(each, dict)]
    return asked(str(form), answer, form, refs, choices=choices, objects=range(len(THINGS)))


def exists(category: str, answer: str, without: str | None = None) -> Plain:
    more = {} if without is None else {"without": without}
    return about(answer, query("exists", category=category, **more))


def left(first: str, second: str, answer: str = "yes") -> Plain:
    return about(answer, query("directed", subject=first, predicate="left_of", object=second))


def place(name: str, where: str, answer: str) -> Plain:
    return about(answer, query("in_place", subject=name, place=where))


def closer(first: str, other: str, answer: str = "yes") -> Plain:
    return about(answer, query("closer", subject=first, anchor="tray", other=other))


def order(*names: str, course: str = "left_to_right") -> Plain:
    return about(
        "yes", query("in_order", course=course) | dict(zip(("first", "second", "third"), map(ref, names), strict=True))
    )


def row(answer: str, course: str = "left_to_right") -> Plain:
    form = query("row_order", course=course, first="plate", second="cup", third="lamp")
    others = [
        "plate then cup then lamp",
        "cup then plate then lamp",
        "lamp then plate then cup",
        "lamp then cup then plate",
    ]
    return about(answer, form, tuple(others))


def more(category: str, than: str, answer: str = "yes") -> Plain:
    return about(answer, query("compare_counts", category=category, than=than))


def more_beside(side: str, answer: str = "yes") -> Plain:
    return about(answer, query("compare_counts", category="spoon", predicate=side, anchor="tray"))


def larger(first: str, second: str, answer: str = "yes") -> Plain:
    return about(answer, query("larger", subject=first, object=second))


def beside_tray(op: str, answer: str, *choices: str) -> Plain:
    """About the cup, the plate and the lamp, whether each is to the left of the tray."""
    form = {"op": op, "predicate": "left_of", "anchor": ref("tray"), "things": [ref(n) for n in ("cup", "plate", "lamp")]}
    refs = [(f"the {name}", NUMBERS[name]) for name in ("tray", "cup", "plate", "lamp")]
    return asked(str(form), answer, form, refs, choices=choices, objects=range(len(THINGS)))


def nearest_camera(answer: str, *names: str) -> Plain:
    form = {"op": "nearest_camera", "things": [ref(name) for name in names]}
    return asked(str(form), answer, form, [(f"the {name}", NUMBERS[name]) for name in names], choices=names)


def taller(answer: str, other: str) -> Plain:
    return choose(answer, query("taller", first=other, second=answer), other)


def how_far(first: str, second: str, answer: str = "1.2 m") -> Plain:
    return about(answer, query("how_far", subject=first, object=second), (answer, "1.8 m"))


UNKNOWN = "it cannot be known from the picture"


def open_side(answer: str, name: str) -> Plain:
    """On which side of the tray something is, if the picture tells."""
    form = query("known_side", category=name, object="tray")
    found = {**about(answer, form, ("left", "right", UNKNOWN))}
    return {**found, "objects": [NUMBERS[each] for each in ("tray", name) if each in NUMBERS]}


def said(kind: str, *sentences: Plain) -> Plain:
    """A paragraph, or sentences of which one is wrong: questions that are answered yes, and the wrong one no."""
    claims = [
        {**json.loads(each["certificate"]), "sentence": each["question"], "said": "yes", "holds": each["answer"] == "yes"}
        for each in sentences
    ]
    found = asked(f"{kind} {claims}", "some text", {"op": kind}, kind=kind)
    return {**found, "certificate": json.dumps({**json.loads(found["certificate"]), "claims": claims})}


def comes_next(anchor: str, answer: str, *others: str) -> Plain:
    """What comes next to the right of a thing, if the picture tells."""
    return choose(answer, query("known_next", predicate="right_of", anchor=anchor), *others)


def ref(name: str) -> dict[str, str]:
    return {"category": name}


def choose(answer: str, form: dict[str, object], *others: str) -> Plain:
    return about(answer, form, (answer, *others))


def located(name: str, answer: str) -> Plain:
    return about(answer, query("locate", form="box", subject=name), ())


def in_box(number: int, answer: str, *others: str) -> Plain:
    return choose(answer, {"op": "boxed", "box": THINGS[number]["box"]}, *others)


def beside_box(number: int, name: str, answer: str) -> Plain:
    return choose(answer, query("box_side", object=name) | {"box": THINGS[number]["box"]}, "left", "right")


COLOUR = query("attribute", family="colour", subject="cup")
ON_TRAY = query("find", predicate="on", anchor="tray")
NARROWED = {"op": "in_place", "subject": {"category": "cup", "predicate": "on", "anchor": ref("tray")}, "place": "top"}
BY_COLOUR = {"op": "in_place", "subject": {"category": "cup", "attribute": "red"}, "place": "top"}

TOLD = {
    "two boxes tell the side": (
        [located("cup", "[10, 10, 20, 20]"), located("plate", "[60, 60, 20, 20]")],
        left("cup", "plate"),
    ),
    "a box that was named": ([located("cup", "[10, 10, 20, 20]")], in_box(0, "cup", "lamp")),
    "a box that was asked": ([in_box(0, "cup", "lamp")], located("cup", "[10, 10, 20, 20]")),
    "the side of what is in a box": ([beside_box(0, "plate", "left")], left("cup", "plate")),
    "a side that was told, of a box": ([left("cup", "plate")], beside_box(0, "plate", "left")),
    "a thing that was mentioned is there": ([left("cup", "plate")], exists("cup", "yes")),
    "a chair is a thing to sit on by other names": ([exists("armchair", "yes")], exists("chair", "yes")),
    "what was absent still is": ([exists("dog", "no")], exists("dog", "no", without="cup")),
    "a cat but no dog": ([exists("cat", "yes", without="dog")], exists("dog", "no")),
    "what is absent is seen no times": ([exists("dog", "no")], choose("0", query("count", category="dog"), "1")),
    "the cup is one cup": ([left("cup", "plate")], choose("1", query("count", category="cup"), "2")),
    "some cups are there": ([choose("2", query("count", category="spoon"), "1")], exists("spoon", "yes")),
    "the other way round": (
        [left("cup", "plate")],
        about("no", query("directed", subject="plate", predicate="left_of", object="cup")),
    ),
    "a no is the other side": (
        [left("plate", "cup", "no")],
        about("left", query("side", subject="cup", object="plate"), ("left", "right")),
    ),
    "two steps": ([left("cup", "plate"), left("plate", "lamp")], left("cup", "lamp")),
    "an order of three": ([order("cup", "plate", "lamp")], left("cup", "lamp")),
    "an order against the axis": ([order("lamp", "plate", "cup", course="right_to_left")], left("cup", "lamp")),
    "two steps are an order": ([left("cup", "plate"), left("plate", "lamp")], order("cup", "plate", "lamp")),
    "one step is enough against an order": ([left("plate", "cup")], order("cup", "plate", "lamp")),
    "a bearing is two directions": (
        [choose("above and to the left", query("bearing", subject="cup", object="plate"), "below and to the left")],
        about("yes", query("directed", subject="plate", predicate="below", object="cup")),
    ),
    "places are an order": ([place("cup", "left", "yes"), place("lamp", "right", "yes")], left("cup", "lamp")),
    "a corner is in its third": ([place("cup", "top_left", "yes")], place("cup", "top", "yes")),
    "one third is not another": ([place("cup", "left", "yes")], place("cup", "bottom_right", "no")),
    "an order of three names": ([row("cup then plate then lamp")], left("cup", "lamp")),
    "an order of three names, against the axis": (
        [row("lamp then plate then cup", course="right_to_left")],
        left("cup", "lamp"),
    ),
    "an order that all other choices contradict": (
        [left("cup", "plate"), left("plate", "lamp")],
        row("cup then plate then lamp"),
    ),
    "more of one is fewer of the other": ([more("spoon", "fork")], more("fork", "spoon", "no")),
    "more, by two steps": ([more("spoon", "fork"), more("fork", "knife")], more("spoon", "knife")),
    "both numbers are known": (
        [choose("2", query("count", category="spoon"), "1"), choose("1", query("count", category="fork"), "2")],
        more("spoon", "fork"),
    ),
    "what there is more of is there": ([more("spoon", "fork")], exists("fork", "yes")),
    "the other side has fewer": ([more_beside("left_of")], more_beside("right_of", "no")),
    "sizes are an order": ([larger("cup", "plate"), larger("lamp", "plate", "no")], larger("cup", "lamp")),
    "all of a list": ([beside_tray("count_where", "3", "2", "3")], left("plate", "tray")),
    "none of a list": ([beside_tray("count_where", "0", "0", "3")], left("tray", "lamp")),
    "enough of a list to tell the number": (
        [left("cup", "tray"), left("plate", "tray")],
        beside_tray("count_where", "3", "0", "1", "3"),
    ),
    "a description says it": ([said("description", left("cup", "lamp"))], left("lamp", "cup", "no")),
    "a wrong sentence says the opposite": ([said("false_description", left("cup", "lamp", "no"))], left("lamp", "cup")),
    "the wrong sentence is known": ([left("lamp", "cup")], said("false_description", left("cup", "lamp", "no"))),
    "all others are known to be right": (
        [left("plate", "tray")],
        said("false_description", left("plate", "tray"), left("cup", "lamp", "no")),
    ),
    "all of a description is known": ([left("plate", "tray")], said("description", left("plate", "tray"))),
    "what is not there has no side": ([exists("book", "no")], open_side("it cannot be known from the picture", "book")),
    "its side was said": ([left("cup", "tray")], open_side("left", "cup")),
    "an open side that is told": ([open_side("left", "cup")], left("cup", "tray")),
    "heights are an order": ([taller("lamp", "cup"), taller("cup", "plate")], taller("lamp", "plate")),
    "a distance has two ends": ([how_far("cup", "plate")], how_far("plate", "cup")),
    "nearer to the camera than the others": (
        [nearest_camera("cup", "cup", "plate", "lamp")],
        nearest_camera("cup", "lamp", "plate", "cup"),
    ),
    "what comes next is on that side": ([comes_next("tray", "lamp", "cup", UNKNOWN)], left("lamp", "tray", "no")),
    "nothing comes next": ([comes_next("lamp", UNKNOWN, "cup")], left("cup", "lamp")),
    "all others are before it": ([left("cup", "lamp")], comes_next("lamp", UNKNOWN, "cup")),
    "all others are on that side": ([beside_tray("odd_one_out", "lamp", "cup", "plate", "lamp")], left("cup", "tray")),
    "one that is not on that side is the odd one": (
        [left("tray", "lamp")],
        beside_tray("odd_one_out", "lamp", "cup", "plate", "lamp"),
    ),
    "one that is left is the odd one": (
        [left("cup", "tray"), left("plate", "tray")],
        beside_tray("odd_one_out", "lamp", "cup", "plate", "lamp"),
    ),
    "depth": (
        [about("yes", query("deeper", subject="cup", predicate="behind", object="plate"))],
        about("no", query("deeper", subject="cup", predicate="in_front_of", object="plate")),
    ),
    "distances are an order": ([closer("cup", "plate"), closer("plate", "lamp")], closer("lamp", "cup", "no")),
    "the nearest is nearer": ([choose("cup", query("nearest", anchor="tray"), "lamp")], closer("cup", "plate")),
    "nearer than all": (
        [closer("cup", "plate"), closer("cup", "lamp")],
        choose("cup", query("nearest", anchor="tray"), "lamp", "plate"),
    ),
    "the outermost is further out": ([choose("cup", query("outermost", extreme="leftmost"), "lamp")], left("cup", "tray")),
    "further out than all": ([left("cup", "plate")], choose("cup", query("outermost", extreme="leftmost"), "plate")),
    "from the other end": ([left("cup", "plate")], choose("plate", query("outermost", extreme="rightmost"), "cup")),
    "what is on it was said in a reference": ([about("yes", NARROWED)], choose("cup", ON_TRAY, "lamp")),
    "what is on it is above it": (
        [choose("cup", ON_TRAY, "lamp")],
        about("yes", query("directed", subject="cup", predicate="above", object="tray")),
    ),
    "a colour was said in a reference": ([about("yes", BY_COLOUR)], choose("red", COLOUR, "blue")),
    "the same again": ([choose("red", COLOUR, "blue")], choose("red", COLOUR, "green")),
    "the same of an unknown kind": (
        [about("yes", {"op": "greeting", "who": "cat"})],
        about("yes", {"op": "greeting", "who": "cat"}),
    ),
}

NOT_TOLD = {
    "another thing": ([left("cup", "plate")], exists("lamp", "yes")),
    "another pair": ([left("cup", "plate"), left("cup", "lamp")], left("plate", "lamp")),
    "an order of which one of two choices is left": ([left("cup", "lamp")], row("cup then plate then lamp")),
    "more of two others": ([more("spoon", "fork")], more("spoon", "knife")),
    "more on another side": ([more("spoon", "fork")], more_beside("left_of")),
    "larger than another": ([larger("cup", "plate")], larger("cup", "lamp")),
    "a part of a description is known": (
        [left("plate", "tray")],
        said("description", left("plate", "tray"), left("cup", "lamp")),
    ),
    "one of the right sentences is known": (
        [left("plate", "tray")],
        said("false_description", left("plate", "tray"), left("tray", "lamp"), left("cup", "lamp", "no")),
    ),
    "an open side that is not told": ([open_side(UNKNOWN, "cup")], left("cup", "tray")),
    "another side": ([left("plate", "tray")], open_side("left", "cup")),
    "two lower ones are in no order": ([taller("lamp", "cup"), taller("lamp", "plate")], taller("cup", "plate")),
    "a distance to another thing": ([how_far("cup", "plate")], how_far("cup", "lamp")),
    "of those farther away which is nearest": (
        [nearest_camera("cup", "cup", "plate", "lamp")],
        nearest_camera("plate", "plate", "lamp", "tray"),
    ),
    "what comes next may be one of two": ([left("cup", "lamp")], comes_next("lamp", UNKNOWN, "cup", "plate")),
    "some of a list": ([beside_tray("count_where", "2", "2", "3")], left("plate", "tray")),
    "two numbers are left": ([left("cup", "tray")], beside_tray("count_where", "2", "0", "2", "3")),
    "two may be the odd one": ([left("cup", "tray")], beside_tray("odd_one_out", "lamp", "cup", "plate", "lamp")),
    "another axis": (
        [left("cup", "plate")],
        about("yes", query("directed", subject="cup", predicate="above", object="plate")),
    ),
    "half a bearing": (
        [left("cup", "plate")],
        choose("above and to the left", query("bearing", subject="cup", object="plate"), "below"),
    ),
    "half an order": ([left("cup", "plate")], order("cup", "plate", "lamp")),
    "the column is not the row": ([place("cup", "left", "yes")], place("cup", "top_left", "yes")),
    "neighbouring thirds that are not known": ([place("cup", "right", "no")], left("cup", "lamp")),
    "a colour of something else": (
        [about("yes", BY_COLOUR)],
        choose("red", query("attribute", family="colour", subject="lamp"), "blue"),
    ),
    "one of several choices": (
        [left("cup", "plate")],
        choose("cup", query("outermost", extreme="leftmost"), "plate", "lamp"),
    ),
    "how many of what is there": ([exists("spoon", "yes")], choose("2", query("count", category="spoon"), "1")),
    "another kind of the unknown": (
        [about("yes", {"op": "greeting", "who": "cat"})],
        about("yes", {"op": "greeting", "who": "dog"}),
    ),
}


def row_of(*questions: Plain) -> SampleRow:
    return sample(THINGS, questions)


@pytest.mark.parametrize("name", TOLD)
def test_an_answer_that_was_told(name: str):
    earlier, last = TOLD[name]
    row = row_of(*earlier, last)
    assert row.questions[-1] in list(entailed_questions(row.questions, row))


@pytest.mark.parametrize("name", NOT_TOLD)
def test_an_answer_that_only_the_picture_tells(name: str):
    earlier, last = NOT_TOLD[name]
    row = row_of(*earlier, last)
    assert list(entailed_questions(row.questions, row)) == []


def test_conversations_are_those_that_exports_write():
    row = row_of(
        directed("cup", "left_of", "plate", "yes"),
        directed("plate", "left_of", "cup", "no", (1, 0)),
        directed("cup", "above", "lamp", "yes", (0, 2)),
    )
    found = {each.name: each for each in entailed_turns([row, row])}
    assert set(found) == {f"entailed_turns{way}/direction_yes_no" for way in ("", "_many")}
    assert all((each.value, each.n, each.ok) == (0.0, 6, True) for each in found.values())
