"""The audit of scenes in metres: each thing that is stated wrongly is named, in a line."""

import copy
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dataset.audit import KINDS
from dataset.audit.audit_run import scene_of
from dataset.audit.provenance import read_provenance
from dataset.audit.questions.question_check import question_faults
from dataset.audit.solid.stated_bodies import DISPUTED_FRONT, WITH_FRONT, Eye, corners, silhouette_faults
from dataset.audit.solid.view_check import view_faults
from dataset.audit.solid.world_check import IN_METRES, world_faults
from dataset.solid.run_lengths import mask_of, run_lengths
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample
from spatial.world.body_table import bodies

pytestmark = pytest.mark.thorough

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(solid_samples: list[Sample], view_samples: list[Sample]) -> list[Row]:
    """A few of them: some have further views, and in one something leans."""
    found = [*rows_of(solid_samples).to_pylist(), *rows_of(view_samples).to_pylist()]
    leaning = [row for row in found if any(thing["rotation"] is not None for thing in row["objects"])]
    chosen = [*leaning[:1], found[0], *[row for row in found if row["views"]][:1]]
    chosen += [row for row in found if row["room"] is not None and row not in chosen][:1]
    assert any(row["room"] for row in chosen)
    assert any(row["views"] for row in chosen)
    return [dict(row) for row in chosen]


@pytest.fixture(scope="module")
def sound(solid_samples: list[Sample]) -> Row:
    return dict(rows_of(solid_samples).to_pylist()[0])


def faults(row: Row) -> list[tuple[str, str]]:
    provenance = read_provenance(row)
    assert isinstance(provenance, dict)
    return [(fault.kind, fault.detail) for fault in world_faults(row, provenance)]


def test_a_sound_row_has_no_fault_with_or_without_its_depth_map(sound: Row):
    assert faults(sound) == []
    assert faults({**sound, "depth_map": None}) == []


def test_walls_stand_off_the_region_of_the_things_and_nowhere_else(sound: Row):
    provenance = read_provenance(sound)
    assert isinstance(provenance, dict)
    provenance["graph"]["world"]["space"] |= {"kind": "room", "left": -3.0, "right": 1.0, "back": 2.5}
    told = {"left": -3.25, "right": 2.2, "back": 2.5}
    assert list(world_faults({**sound, "room": told}, provenance)) == []
    for name, value in told.items():
        found = list(world_faults({**sound, "room": {**told, name: value + 0.1}}, provenance))
        assert [fault.kind for fault in found] == ["room"]


def without_camera(row: Row) -> None:
    row["camera"] = None


def other_lens(row: Row) -> None:
    row["camera"]["intrinsics"][0] *= 1.2


def camera_moved(row: Row) -> None:
    row["camera"]["world_to_camera"][3] += 0.5


def walls_of_no_room(row: Row) -> None:
    row["room"] = {"left": -3.0, "right": 3.0, "back": 4.0}


def plain_ground_in_surroundings(row: Row) -> None:
    row["plain_ground"] = True


def camera_mirrored(row: Row) -> None:
    row["camera"]["world_to_camera"][:3] = [-value for value in row["camera"]["world_to_camera"][:3]]


def moved(row: Row) -> None:
    row["objects"][0]["position"][0] += 1.0


def turned(row: Row) -> None:
    row["objects"][0]["heading"] += 30


def farther(row: Row) -> None:
    row["objects"][0]["distance"] += 0.1


def carried_by_nothing(row: Row) -> None:
    row["objects"][0]["support"] = 1 if row["objects"][0]["support"] is None else None


def without_size(row: Row) -> None:
    row["objects"][0]["size"] = None


def amodal_box_beside(row: Row) -> None:
    row["objects"][0]["amodal_box"][0] -= 9


def mask_cut(row: Row) -> None:
    mask = mask_of(row["objects"][0]["mask"])
    mask[:, : mask.shape[1] // 2] = False
    row["objects"][0]["mask"] = run_lengths(mask)


def mask_with_a_hole(row: Row) -> None:
    mask = mask_of(row["objects"][0]["mask"])
    down, across = np.nonzero(mask)
    mask[down[len(down) // 2], across[len(down) // 2]] = False
    row["objects"][0]["mask"] = run_lengths(mask)


def mask_across(row: Row) -> None:
    row["objects"][0]["mask"] = run_lengths(mask_of(row["objects"][0]["mask"])[:64])


def mask_of_noise(row: Row) -> None:
    row["objects"][0]["mask"]["counts"] = "\x01"


def hidden_by_a_thing_beside(row: Row) -> None:
    row["objects"][0]["visible"] -= 0.3
    row["objects"][0]["hidden_by"] = [{"object": 1, "share": 0.3}]


def hidden_by_another(row: Row) -> None:
    row["objects"][0]["hidden_by"] = [{"object": 1, "share": 0.0001}]


def hidden_more_than_all(row: Row) -> None:
    row["objects"][0]["hidden_by"] = [{"object": 1, "share": 0.9}]


def no_depth_map(row: Row) -> None:
    row["depth_map"] = {"bytes": b"depth"}


def changed_depths(row: Row, change: Callable[[np.ndarray], np.ndarray]) -> None:
    with Image.open(BytesIO(row["depth_map"]["bytes"])) as picture:
        pixels = change(np.asarray(picture))
    file = BytesIO()
    Image.fromarray(pixels.astype(np.uint16)).save(file, "PNG")
    row["depth_map"] = {"bytes": file.getvalue()}


def smaller_depths(row: Row) -> None:
    changed_depths(row, lambda pixels: pixels[:64, :64])


def depths_in_centimetres(row: Row) -> None:
    changed_depths(row, lambda pixels: pixels // 10)


PLANTED: dict[Callable[[Row], None], tuple[set[str], str]] = {
    without_camera: ({"camera"}, "no camera that sees them"),
    other_lens: ({"camera", "amodal_box"}, "were planned"),
    camera_moved: ({"camera", "body", "amodal_box", "depth_map", "hidden_by"}, "not the planned one"),
    walls_of_no_room: ({"room"}, "that is no room"),
    plain_ground_in_surroundings: ({"plain_ground"}, "in surroundings was planned"),
    camera_mirrored: ({"camera", "body", "amodal_box", "hidden_by"}, "distorts"),
    moved: ({"body", "amodal_box", "depth_map", "hidden_by"}, "was planned"),
    turned: ({"body", "amodal_box", "hidden_by"}, "heading"),
    farther: ({"body"}, "follows"),
    carried_by_nothing: ({"body"}, "support"),
    without_size: ({"body"}, "has no body"),
    amodal_box_beside: ({"amodal_box"}, "is not within"),
    mask_cut: ({"mask", "depth_map"}, "is not where"),
    mask_with_a_hole: ({"mask"}, "is not where"),
    mask_across: ({"mask"}, "its size is"),
    mask_of_noise: ({"mask"}, "no compressed run lengths"),
    hidden_by_a_thing_beside: ({"hidden_by"}, "are seen there"),
    hidden_by_another: ({"hidden_by"}, "is in the picture's file"),
    hidden_more_than_all: ({"hidden_by"}, "more than all"),
    no_depth_map: ({"depth_map"}, "cannot identify"),
    smaller_depths: ({"depth_map"}, "is no I;16 PNG"),
    depths_in_centimetres: ({"depth_map"}, "m is seen"),
}
"""Fault to the kinds that may name it, and words that one of them says it with."""


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_what_is_stated_wrongly_is_named(plant: Callable[[Row], None], sound: Row):
    row = copy.deepcopy(sound)
    plant(row)
    allowed, words = PLANTED[plant]
    found = faults(row)
    assert found
    assert {kind for kind, _ in found} <= allowed <= KINDS.keys()
    assert any(words in detail for _, detail in found), found
    assert not any("\n" in detail for _, detail in found)


STEP = {"amodal_box": 3.0, "hidden_by": 0.01}
"""By how much a number is changed; else by 5 cm, or a twentieth of a degree."""

NO_NUMBERS = (float("nan"), float("inf"))


def others(name: str, value: Any) -> list[Any]:
    """Other values that a field of an object might have."""
    step = STEP.get(name, 0.05)
    if name == "has_front":
        return [not value, None]
    if name == "support":
        return [0, 1] if value is None else [None, value + 1]
    if name == "rotation":
        return [[1.0, 0, 0, 0, 1, 0, 0, 0, 1]] if value is None else [None, *_changed(value, step)]
    if name == "mask":
        return [None, {**value, "counts": value["counts"][:-2]}, {**value, "size": value["size"][:1]}]
    if name == "hidden_by":
        shares = [[{**each, "share": each["share"] + step}] for each in value[:1]]
        return [None, [*value, {"object": 0, "share": 0.001}], *shares]
    return [None, *_changed(value, step)]


def _changed(value: Any, step: float) -> list[Any]:
    if not isinstance(value, list):
        return [value + step, *NO_NUMBERS]
    return [[*value[:k], each, *value[k + 1 :]] for k in range(len(value)) for each in (value[k] + step, *NO_NUMBERS)]


def places(row: Row) -> list[tuple[list[Row], int]]:
    """Every list of objects of a row, of its views too, with the number of each."""
    pictures = [row["objects"], *(view["objects"] for view in row["views"] or ())]
    return [(things, k) for things in pictures for k in range(len(things))]


def all_faults(row: Row) -> list[str]:
    """What the audit says of it and of its views, as it says it of a row that cannot be read."""
    provenance = read_provenance(row)
    assert isinstance(provenance, dict)
    try:
        return [fault.kind for check in (world_faults, view_faults) for fault in check(row, provenance)]
    except (AttributeError, LookupError, TypeError, ValueError):
        return ["unreadable_row"]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", IN_METRES)
def test_no_field_of_a_body_can_be_changed_in_any_picture_of_a_row(name: str, rows: list[Row]):
    tried = 0
    for row in rows:
        assert all_faults(row) == []
        for number, (things, k) in enumerate(places(row)):
            if name == "has_front" and things[k]["category"] in DISPUTED_FRONT:
                continue
            for value in others(name, things[k][name]):
                other = copy.deepcopy(row)
                changed, place = places(other)[number]
                changed[place][name] = value
                tried += 1
                assert all_faults(other), (row["sample_id"], number, name, things[k][name], value)
    assert tried > len(rows)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_number_of_a_camera_and_nothing_of_the_surroundings_can_be_changed(rows: list[Row]):
    for row in rows:
        others_of = [{"plain_ground": not row["plain_ground"]}, {"plain_ground": None}]
        others_of += [{"room": {"left": -3.0, "right": 3.0, "back": 4.0}}] if row["room"] is None else [{"room": None}]
        for name, value in (row["room"] or {}).items():
            others_of += [{"room": {**row["room"], name: each}} for each in (value + 0.05, float("nan"))]
        for name, numbers in row["camera"].items():
            others_of += [{"camera": {**row["camera"], name: each}} for each in _changed(numbers, 0.05)]
        for number, view in enumerate(row["views"] or ()):
            for name, numbers in view["camera"].items():
                cameras = [{**view["camera"], name: each} for each in _changed(numbers, 0.05)]
                others_of += [{"views": _with(row["views"], number, {**view, "camera": camera})} for camera in cameras]
        for other in others_of:
            if (
                other.get("plain_ground", ...) is None
                and row["room"] is None
                and '"projection"' not in str(row["questions"])
            ):
                continue  # as rows of before, of which no walls are known either
            assert all_faults({**row, **other}), (row["sample_id"], other)


def _with(values: list[Any], number: int, value: Any) -> list[Any]:
    return [*values[:number], value, *values[number + 1 :]]


def test_a_silhouette_is_held_to_its_body_where_the_picture_says_nothing_of_it(rows: list[Row]):
    """Smaller than what is visible of it, or off a side of its box that the picture has."""
    for row in rows:
        seen = _seen_of(row)
        for thing in row["objects"]:
            points = seen.sees(corners(thing))
            assert list(silhouette_faults(seen, thing, points, None)) == []
            x, y, width, height = thing["amodal_box"]
            for box in ([x, y, width / 2, height], [x, y + height / 2, width, height / 2], [x + 1, y + 1, 1, 1]):
                assert list(silhouette_faults(seen, {**thing, "amodal_box": box}, points, None)), (thing["id"], box)
            hidden = {**thing, "box": [int(x + width / 2), int(y + height / 2), 1, 1]}
            small = {**hidden, "amodal_box": [x + width / 2 - 1, y + height / 2 - 1, 2.0, 2.0]}
            is_inside = min(x, y) > 1 and x + width < row["width"] - 1 and y + height < row["height"] - 1
            if is_inside and min(width, height) > 12:
                assert any("does not reach" in each for _, each in silhouette_faults(seen, small, points, None))


def _seen_of(row: Row) -> Eye:
    camera = row["camera"]
    matrix = np.array(camera["world_to_camera"]).reshape(4, 4)
    return Eye(np.array(camera["intrinsics"]), matrix, (row["width"], row["height"]))


def test_the_fronts_that_the_audit_knows_are_those_of_the_table_of_bodies():
    assert {name for name, kind in bodies().items() if kind.shows_front} == WITH_FRONT
    assert {name for name, kind in bodies().items() if kind.has_front and not kind.shows_front} == DISPUTED_FRONT


def question_details(row: Row) -> list[str]:
    return [f"{fault.kind}: {fault.detail}" for fault in question_faults(row, scene_of(row))]


def test_a_question_in_metres_is_held_against_the_columns_alone(solid_samples: list[Sample]):
    """Whatever a question in metres rests on, the row has it, and the answer is found wrong where it is changed."""
    asked = 0
    for row in rows_of(solid_samples).to_pylist():
        assert question_details(row) == []
        for question in (each for each in row["questions"] if each["kind"] == "distance_metric"):
            asked += 1
            other = copy.deepcopy(row)
            other["questions"] = [copy.deepcopy(question)]
            thing = next(each for each in other["objects"] if each["id"] == question["objects"][0])
            thing["position"] = [value + 40.0 for value in thing["position"]]
            found = question_details(other)
            assert any(detail.startswith("answer: ") for detail in found), found
            assert any(detail.startswith("certificate: ") and "is not so" in detail for detail in found), found
            other["camera"] = None
            assert any("nothing is known in metres" in detail for detail in question_details(other))
    assert asked


def test_lengths_that_nobody_could_tell_apart_are_named(solid_samples: list[Sample]):
    rows = rows_of(solid_samples).to_pylist()
    row, question = next((r, q) for r in rows for q in r["questions"] if q["kind"] == "distance_metric")
    length = float(question["answer"].split()[0])
    question["choices"] = [question["answer"], f"{length * 1.1:.3f} m", f"{length * 9:.0f} m"]
    assert any(detail.startswith("choices: ") and "too close" in detail for detail in question_details(row))
    question["choices"] = [question["answer"], "far away"]
    assert any(detail.startswith("choices: ") and "no answer" in detail for detail in question_details(row))
