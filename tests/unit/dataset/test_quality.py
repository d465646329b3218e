"""The dataset's quality: every measure on rows where it is known, a shortcut that is planted, the command."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from dataset.quality.measures import mean_not_above, share_at_least, share_never
from dataset.quality.name_shortcuts import POOLED_BELOW, name_shortcuts
from dataset.quality.open_questions import blind_unknown, open_shares
from dataset.quality.quality_report import MEANINGS, measure
from dataset.quality.quality_rows import SampleRow, read_rows
from dataset.quality.split_shares import held_out_shares, kinds_missing, multi_hop_shares, size
from dataset.quality.visible_faults import (
    near_apart_in_depth,
    patterned_colours,
    same_category_against_perspective,
    tiny_things,
)
from dataset.quality.wording_checks import shape_of, unnamed_view, wordings
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.rejection_table import RejectionsWriter, rejections_uri
from schemas.errors import BadInput
from schemas.interfaces import Delivery, Sample
from spatial.questions.rules.unknown_rules import UNKNOWN
from streams.cli.root import run
from tests.fakes.events import make_rejection, make_samples
from tests.fakes.gallery import store_samples
from tests.fakes.quality_rows import asked, directed, sample, thing

NAMES = ("cat", "dog", "lamp", "cup", "plate", "chair", "book", "vase", "clock", "box")


def rows_about(answer_of: Callable[[str, str, random.Random], bool], count: int, split: str = "train") -> list[SampleRow]:
    """Samples with one question each: whether a thing is to the left of another."""
    rng = random.Random(split)
    rows = []
    for number in range(count):
        first, second = rng.sample(NAMES, 2)
        answer = "yes" if answer_of(first, second, rng) else "no"
        question = directed(first, "left_of", second, answer)
        rows.append(sample([thing(first), thing(second)], [question], split=split, number=number))
    return rows


def lamp_is_left(first: str, second: str, rng: random.Random) -> bool:
    return first == "lamp" or (second != "lamp" and rng.random() < 0.5)


def names_say_nothing(_first: str, _second: str, rng: random.Random) -> bool:
    return rng.random() < 0.5


@pytest.mark.thorough
def test_a_planted_shortcut_is_found_within_and_across_the_splits():
    rows = rows_about(lamp_is_left, 1500) + rows_about(lamp_is_left, 1500, "test")
    found = {each.name: each for each in name_shortcuts(rows)}
    assert set(found) == {f"shortcut/direction_yes_no/{way}" for way in ("cross_validation", "train_to_test")}
    for each in found.values():
        assert not each.ok
        assert 0.05 < each.value < 0.2, "a fifth of the questions name the lamp"
        assert each.low > 0.03


def test_yes_and_no_about_above_and_below_are_also_measured_by_themselves():
    rng = random.Random(2)
    rows = []
    for number in range(400):
        first, second = rng.sample(NAMES, 2)
        predicate = rng.choice(("above", "below"))
        answer = "yes" if (first < second) == (predicate == "above") else "no"
        sideways = directed(first, "left_of", second, rng.choice(("yes", "no")))
        questions = [directed(first, predicate, second, answer), sideways]
        rows.append(sample([thing(first), thing(second)], questions, number=number))
    found = {each.name: each for each in name_shortcuts(rows)}
    whole, part = (found[f"shortcut/direction_yes_no{name}/cross_validation"] for name in ("", ".above_below"))
    assert (whole.n, part.n) == (800, 400)
    assert part.value > 0.4 > whole.value > 0.15


def test_names_that_say_nothing_are_no_shortcut():
    rows = rows_about(names_say_nothing, 800) + rows_about(names_say_nothing, 400, "validation")
    assert all(each.ok and each.low < 0 < each.high for each in name_shortcuts(rows))


def test_a_shortcut_shows_however_the_question_is_turned():
    def turned(row: SampleRow) -> SampleRow:
        """The same question as one about the other side."""
        first, second = (each["category"] for each in row.objects.values())
        question = directed(second, "right_of", first, row.questions[0].answer, (1, 0))
        return sample(list(row.objects.values()), [question], split="test", number=1000)

    found = name_shortcuts([*rows_about(lamp_is_left, 800), *map(turned, rows_about(lamp_is_left, 400, "other"))])
    assert found[-1].name == "shortcut/direction_yes_no/train_to_test"
    assert found[-1].value > 0.05


def test_one_situation_is_in_one_fold_and_is_one_cluster():
    rng = random.Random(1)
    rows = []
    for number in range(300):  # each scene is seen five times, with an answer of its own that its names give away
        first, second = f"thing {number // 5}", f"other {number // 5}"
        answer = "yes" if random.Random(number // 5).random() < 0.5 else "no"
        rows.append(
            sample([thing(first)], [directed(first, "left_of", second, answer)], scene=f"s{number // 5}", number=number)
        )
    rng.shuffle(rows)
    (found,) = name_shortcuts(rows)
    assert found.value < 0.1, "nothing is learnt of a scene from itself"
    assert found.high - found.low > 0.2, "300 questions of 60 situations are 60 looks"


def test_rare_kinds_are_measured_together():
    rows = rows_about(names_say_nothing, POOLED_BELOW - 1)
    assert [each.name for each in name_shortcuts(rows)] == ["shortcut/pooled/cross_validation"]
    assert name_shortcuts(rows_about(names_say_nothing, 5, "test")) == []


def test_a_kind_of_a_plugin_is_judged_by_the_texts_of_its_query():
    def greeted(number: int) -> SampleRow:
        name = NAMES[number % len(NAMES)]
        query = {"op": "greeting", "who": [{"called": name}], "box": [1, 2, 3, 4], "answer": "good day"}
        answer, choices = "cat" if name < "d" else "dog", ("cat", "dog")
        question = asked(f"Who greets {number}?", answer, query, kind="greeting", choices=choices)
        return sample([thing(name)], [question], number=number)

    (found,) = name_shortcuts([greeted(number) for number in range(300)])
    assert (found.name, found.value, found.ok) == ("shortcut/greeting/cross_validation", 0.5, False)


def test_an_interval_by_clusters_is_wider_where_values_depend_on_each_other():
    values = [1.0, 0.0] * 50
    apart = mean_not_above("m", values, range(100), 0.03)
    together = mean_not_above("m", values, [n % 10 for n in range(100)], 0.03)
    assert apart.value == together.value == 0.5
    assert (round(apart.low, 2), round(apart.high, 2)) == (0.4, 0.6)
    assert together.low < apart.low
    alone = mean_not_above("m", values, [0] * 100, 0.03)
    assert (alone.low, alone.high, alone.ok) == (-1.0, 1.0, True)


def test_shares_have_the_interval_of_wilson_and_are_held_to_their_goals():
    assert (share_never("m", 0, 10).ok, share_never("m", 1, 10).ok) == (True, False)
    assert (share_at_least("m", 8, 100, 0.08).ok, share_at_least("m", 7, 100, 0.08).ok) == (True, False)
    assert share_never("m", 8, 10).as_json() == {
        "value": 0.8, "n": 10, "low": 0.490157, "high": 0.943319, "goal": 0.0, "ok": False,
    }  # fmt: skip


def test_questions_about_tiny_things_are_counted():
    things = [thing("cup", (0, 0, 40, 15)), thing("plate")]
    rows = [sample(things, [directed("cup", "above", "plate", "yes"), asked("Plate?", "yes", {}, objects=[1])])]
    found = tiny_things(rows)
    assert (found.value, found.n, found.ok) == (0.5, 2, False)


def test_a_thing_is_as_large_as_the_pictures_of_its_question_show_it():
    things, far = [thing("cup", (0, 0, 40, 40)), thing("plate")], {**thing("cup", (0, 0, 40, 15)), "id": 0}
    of_cup = asked("Is there a cup?", "yes", {}, objects=[0])
    row = sample(things, [{**of_cup, "views": views} for views in (None, [1], [0, 1], [2])])
    shown = replace(row, plain={**row.plain, "views": [{"objects": [far]}, {"objects": []}]})
    found = tiny_things([shown])
    assert (found.value, found.n) == (0.5, 4)


def test_colours_of_patterned_things_are_counted_where_the_colour_matters():
    things = [thing("cup", (0, 0, 40, 40), 0.5, "red", "striped"), thing("plate", (0, 0, 40, 40), 0.5, "blue")]
    colour = {"op": "attribute", "family": "colour", "subject": {"category": "plate"}}
    narrowed = {"op": "in_place", "subject": {"category": "cup", "attribute": "red"}, "place": "top"}
    plain = {"op": "in_place", "subject": {"category": "cup"}, "place": "top"}
    questions = [
        asked("What colour is the plate?", "blue", colour, objects=[1], choices=("blue", "red")),
        asked("Is the red cup at the top?", "yes", narrowed, objects=[0]),
        asked("Is the cup at the top?", "yes", plain, objects=[0]),
        asked("What is leftmost?", "red cup", {"op": "outermost"}, objects=[0], choices=("red cup", "plate")),
    ]
    found = patterned_colours([sample(things, questions)])
    assert (found.n, round(found.value, 3)) == (3, 0.667)


def test_what_is_near_must_be_near_in_depth_unless_one_carries_the_other():
    things = [thing("cup", depth=0.1), thing("table", depth=0.2), thing("lamp", depth=0.9), thing("shelf", depth=0.15)]
    stated = [(0, "near", 2), (1, "touching", 2), (2, "on", 1), (0, "next_to", 3), (0, "left_of", 2)]
    found = near_apart_in_depth([sample(things, [], stated)])
    assert (round(found.value, 3), found.n) == (0.333, 3)


def test_of_two_of_one_category_the_nearer_must_not_be_lower():
    def depth(first: str, second: str) -> dict[str, object]:
        query = {"op": "deeper", "subject": {"category": first}, "predicate": "behind", "object": {"category": second}}
        return asked("Is it behind?", "yes", query, [("the cat", 0), ("the other", 1)])

    small, large = thing("cat", (0, 0, 40, 30), 0.2), thing("cat", (0, 0, 40, 60), 0.8)
    rows = [
        sample([small, large], [depth("cat", "cat")]),
        sample([small, thing("cat", (0, 0, 9, 9), 0.8)], [depth("cat", "cat")]),
        sample([small, thing("dog", (0, 0, 40, 60), 0.8)], [depth("cat", "dog")]),
    ]
    found = same_category_against_perspective(rows)
    assert (found.value, found.n) == (0.5, 2)


@pytest.mark.parametrize(
    ("text", "choices", "counted", "named"),
    [
        ("Is the cup above the plate?", ("yes", "no"), True, False),
        ("In the picture, is the cup above the plate?", ("yes", "no"), True, True),
        ("Where is the cup in relation to the plate?", ("above and to the left", "below"), True, False),
        ("As the viewer sees it, is the cup behind the plate?", ("yes", "no"), True, True),
        ("Is the cup farther from the camera than the plate?", ("yes", "no"), True, True),
        ("If you were the dog, would the cup be on your left or on your right?", ("left", "right"), True, True),
        ("From the point of view of the dog, is the cup on the left or on the right?", ("left", "right"), True, True),
        (
            "Seen from the dog with the eyes on the cat, is the cup on the left or on the right?",
            ("left", "right"),
            True,
            True,
        ),
        ("How many cups are there?", ("1", "2"), False, False),
    ],
)
def test_a_direction_needs_the_picture_or_the_viewer_in_its_text(text, choices, counted, named):
    found = unnamed_view([sample([thing("cup")], [asked(text, choices[0], {}, choices=choices)])])
    assert (found.n, found.value) == (int(counted), float(counted and not named))


def test_wordings_are_shapes_of_sentences_whatever_they_name():
    things = [thing("cup"), thing("fire engine"), thing("plate")]
    questions = [
        directed("cup", "left_of", "plate", "yes"),
        directed("fire engine", "above", "cup", "no", (1, 0)),
        asked("Are the plates to the left of the red cup?", "no", {}, [("the red cup", 0)]),
        asked("Is the plate behind the fire engine?", "no", {}),
    ]
    rows = [sample(things, questions)]
    shapes = [shape_of(question, rows[0]) for question in rows[0].questions]
    assert shapes == ["in the picture, is # % #?", "in the picture, is # % #?", "is # % #?", "is # % #?"]
    (found,) = wordings(rows)
    assert (found.name, found.value, found.n, found.ok) == ("wordings/direction_yes_no", 2.0, 4, False)


def test_size_shares_and_kinds_of_the_splits():
    hop, plain = asked("Q?", "yes", {}, kind="multi_hop"), asked("R?", "yes", {}, kind="count")
    rows = [sample([], [plain], number=n, concept=f"c{n % 7}") for n in range(9)]
    rows.append(sample([], [hop, plain], split="test", concept="c1", number=9))
    found = {
        each.name: each for each in (*size(rows), *held_out_shares(rows), *multi_hop_shares(rows), *kinds_missing(rows))
    }
    assert (found["samples"].value, found["concepts"].value, found["concepts"].goal) == (10, 7, 80)
    assert (found["held_out_share/test"].value, found["held_out_share/test"].ok) == (0.1, True)
    assert (found["held_out_share/validation"].value, found["held_out_share/validation"].ok) == (0.0, False)
    assert (found["multi_hop_share/test"].value, found["multi_hop_share/train"].value) == (0.5, 0.0)
    assert [found[f"kinds_missing/{split}"].value for split in ("train", "validation", "test")] == [1, 2, 0]
    assert found["kinds_missing/test"].ok


def test_what_saying_blindly_that_it_cannot_be_known_gains():
    query = {"op": "known_side", "category": "cup", "object": {"category": "plate"}}
    choices = ("left", "right", UNKNOWN)

    def rows(answers: list[str]) -> list[SampleRow]:
        more = {"kind": "unanswerable", "choices": choices}
        questions = [asked(str(n), said, query, [("the plate", 0)], **more) for n, said in enumerate(answers)]
        return [sample([thing("plate")], [question], number=n) for n, question in enumerate(questions)]

    fair, unfair = rows(["left", UNKNOWN, "right"] * 60), rows([UNKNOWN] * 180)
    [fairly], [unfairly] = blind_unknown(fair), blind_unknown(unfair)
    assert (fairly.name, fairly.ok, round(fairly.value, 6)) == ("always_unknown/train", True, 0)
    assert not unfairly.ok
    share = open_shares(fair)[0]
    assert (share.name, share.value, share.ok) == ("unanswerable_share/train", 1, False)


@pytest.fixture
def table(tmp_path: Path) -> str:
    uri = str(tmp_path / "table")
    store_samples(uri, make_samples(8))
    return uri


@pytest.fixture
def skg(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = run(["dataset", "quality", *map(str, arguments)])
        return code, *capfd.readouterr()

    return call


def test_the_command_writes_json_and_a_page_and_says_which_goals_are_missed(skg, table: str, tmp_path: Path):
    code, said, _ = skg(table, "--out", tmp_path / "out")
    assert code == 1
    written = json.loads((tmp_path / "out" / "quality.json").read_text())
    assert all(set(each) == {"value", "n", "low", "high", "goal", "ok"} for each in written.values())
    assert written["samples"] == {"value": 8.0, "n": 8, "low": 8.0, "high": 8.0, "goal": 1500, "ok": False}
    assert [line.split()[0] for line in said.splitlines()[1:-1]] == list(written)
    page = (tmp_path / "out" / "index.html").read_text()
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "http" not in page
    assert all(f'title="{name}"' in page for name in written)
    assert "Samples that were measured." in page
    shown = re.findall(r'<th scope="row"[^>]*>([^<]*)</th>', page)
    assert not [name for name in shown if "_" in name or "/" in name], "names are in words"
    assert page.count('<table class="stack">') > 2, "lists where the screen is narrow"
    assert json.loads(skg(table, "--json")[1]) == written
    assert json.loads(skg(table, "--json", "--limit", 3)[1])["samples"]["value"] == 3


def test_every_measure_has_a_meaning(table: str):
    assert {each.name.partition("/")[0] for each in measure(read_rows(table))} <= set(MEANINGS)


def test_what_is_no_dataset_is_one_line(skg, table: str, tmp_path: Path):
    rejections = RejectionsWriter(table, tmp_path / "index")
    rejections.open("r/0")
    rejections.append([Delivery("r/0", 0, Sample(make_rejection(index=100), None))])
    Table.create(str(tmp_path / "empty"), COLUMNS)
    for name, column in (("other", "number"), ("odd", "objects")):
        foreign = pa.table({column: [1, 2]})
        Table.create(str(tmp_path / name), foreign.schema).append(foreign, {})
    foreign = dict.fromkeys((Path(rejections_uri(table)).name, "other", "odd"), "is not a dataset")
    expected = {"nothing": "no dataset", "empty": "has no rows", **foreign}
    for name, words in expected.items():
        uri = tmp_path / name
        code, said, fault = skg(uri, "--out", tmp_path / "out")
        assert (code, said, fault.count("\n")) == (2, "", 1)
        assert words in fault
    assert not (tmp_path / "out").exists()
    with pytest.raises(BadInput):
        read_rows(str(tmp_path / "empty"))
