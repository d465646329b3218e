"""Hints: valid boxes stay, faulty ones are repaired with as little change as possible."""

import json
import math
import random
from pathlib import Path

import pytest

from schemas.graph import Layout, Relation
from spatial.layout import Catalog, Unsatisfiable, faults, solve, verify
from spatial.layout.layout_faults import share_of_smaller
from spatial.reasoning.draft import Draft
from spatial.relations.relation_truth import relate

pytestmark = pytest.mark.thorough

CANVAS = (512, 512)
PLAIN = Catalog()


def rel(subject: int, predicate: str, other: int | None = None) -> Relation:
    return Relation(subject=subject, predicate=predicate, object=other)


def draft_of(count: int, *relations: Relation) -> Draft:
    return Draft(tuple(f"thing {i}" for i in range(count)), relations)


def repaired(draft: Draft, hints, canvas=CANVAS, seed=1) -> Layout:
    found = solve(draft, canvas, seed, hints, catalog=PLAIN)
    assert isinstance(found, Layout)
    assert verify(draft, found) == ()
    assert faults(draft.objects, draft.relations, canvas, found.boxes, found.depth) == ()
    return found


def test_valid_hints_stay_exactly_as_they_are():
    rng = random.Random(5)
    kept = 0
    while kept < 50:
        boxes = []
        for _ in range(5):
            w, h = rng.randint(20, 120), rng.randint(20, 120)
            boxes.append((rng.randint(0, 512 - w), rng.randint(0, 512 - h), w, h))
        stated = [rel(a, rng.choice(sorted(relate(boxes[a], boxes[b], CANVAS))), b)
                  for a, b in (rng.sample(range(5), 2) for _ in range(5))]  # fmt: skip
        draft = draft_of(5, *stated)
        if faults(draft.objects, stated, CANVAS, boxes):
            continue
        assert repaired(draft, boxes, seed=kept).boxes == tuple(boxes)
        kept += 1


def test_valid_hints_keep_to_stated_depths():
    draft = draft_of(3, rel(0, "in_front_of", 1), rel(1, "in_front_of", 2))
    boxes = ((10, 10, 50, 50), (100, 100, 50, 50), (200, 200, 50, 50))
    layout = repaired(draft, boxes)
    assert layout.boxes == boxes
    assert layout.depth[0] < layout.depth[1] < layout.depth[2]


def test_what_is_missing_is_placed_around_what_is_there():
    draft = draft_of(4, rel(0, "left_of", 1), rel(2, "on", 1), rel(3, "next_to", 0))
    hints = [(20, 300, 100, 100), (250, 300, 200, 120), None, None]
    layout = repaired(draft, hints)
    assert layout.boxes[:2] == ((20, 300, 100, 100), (250, 300, 200, 120))


def test_the_wrong_way_round_is_turned_by_moving_one_box():
    draft = draft_of(3, rel(0, "left_of", 1))
    hints = [(300, 100, 80, 80), (100, 100, 80, 80), (100, 400, 60, 60)]
    layout = repaired(draft, hints)
    moved = [box != hint for box, hint in zip(layout.boxes, hints, strict=True)]
    assert sum(moved) == 1
    assert not moved[2]


def test_a_repair_moves_no_further_than_it_must():
    draft = draft_of(2, rel(0, "left_of", 1))
    layout = repaired(draft, [(100, 100, 100, 100), (150, 120, 100, 100)])
    ways = [abs(a - b) for box, hint in zip(layout.boxes, ((100, 100, 100, 100), (150, 120, 100, 100)), strict=True)
            for a, b in zip(box, hint, strict=True)]  # fmt: skip
    assert sum(ways) <= 100


@pytest.mark.parametrize(
    "bad",
    [
        None,
        (10, 10, 0, 0),
        (math.nan, 1, 2, 3),
        (0, 0, 512, 512),
        (-40, 10, 80, 80),
        (400, 400, 300, 300),
        (-900, 0, 1200, 300),
    ],
)
def test_every_fault_of_a_box_is_repaired_and_the_sound_box_stays(bad):
    sound = (200, 200, 100, 100)
    layout = repaired(draft_of(2, rel(0, "left_of", 1)), [bad, sound])
    assert layout.boxes[1] == sound


def test_boxes_off_the_canvas_come_back_with_their_shape():
    layout = repaired(draft_of(1), [(450, 300, 400, 200)])
    x, y, w, h = layout.boxes[0]
    assert (w, h) == (400, 200)
    assert (x, y) == (112, 300)


def test_a_shared_box_is_left_to_one_of_the_two():
    hint = (200, 200, 100, 100)
    layout = repaired(draft_of(2), [hint, hint])
    assert hint in layout.boxes
    assert share_of_smaller(*layout.boxes) == 0


def test_hints_do_not_make_the_impossible_possible():
    draft = draft_of(2, rel(0, "left_of", 1), rel(1, "left_of", 0))
    assert solve(draft, CANVAS, 1, [(10, 10, 50, 50), (200, 10, 50, 50)], catalog=PLAIN) == Unsatisfiable((0, 1))


def test_hints_in_fractions_of_pixels_are_rounded():
    layout = repaired(draft_of(1), [(10.4, 20.6, 99.9, 50.2)])
    assert layout.boxes == ((10, 21, 100, 50),)


@pytest.mark.thorough
def test_ten_faulty_boxes_are_repaired():
    rng = random.Random(3)
    for seed in range(5):
        hints = [
            (rng.randint(-50, 450), rng.randint(-50, 450), rng.randint(40, 150), rng.randint(40, 150)) for _ in range(10)
        ]
        draft = draft_of(10, *(rel(i, rng.choice(["left_of", "above", "near"]), i + 1) for i in range(9)))
        repaired(draft, hints, seed=seed)


GPT4 = Path("../shared/data/layoutgpt_gpt4_spatial.json")
WORDS = {
    "left": "left_of", "right": "right_of", "top": "above", "under": "below", "underneath": "below", "below": "below",
    "next": "next_to",
}  # fmt: skip


@pytest.mark.skipif(not GPT4.exists(), reason="the published layouts are not here")
def test_all_faulty_layouts_by_gpt4_are_repaired():
    faulty = 0
    for item in json.loads(GPT4.read_text()):
        prompt = item["prompt"].lower()
        predicate = next((p for word, p in WORDS.items() if word in prompt.rstrip(".").split()), None)
        named = sorted((prompt.find(name.lower()), box) for name, box in item["object_list"])
        if predicate is None or len(named) != 2 or named[0][0] < 0:
            continue
        hints = [(512 * x, 512 * y, 512 * (right - x), 512 * (bottom - y)) for _, (x, y, right, bottom) in named]
        draft = draft_of(2, rel(0, predicate, 1))
        wrong = faults(draft.objects, draft.relations, CANVAS, hints)
        rounded = tuple(tuple(round(v) for v in hint) for hint in hints)
        layout = repaired(draft, hints)
        if wrong:
            faulty += 1
            assert layout.boxes != rounded
    assert faulty >= 20
